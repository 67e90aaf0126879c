"""``auditor evaluate``: opens no connection, names the line that is wrong, and judges as of the day of the run."""

import json
import os
import socket  # noqa: TID251 - to see that nothing is opened
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from auditor.model.observation import CipherSuitesSeen, NotObserved, Observation
from auditor.model.scanner import ScannerVersions
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.pipeline import Observations, write_observations
from tests.cli.conftest import AT, Auditor
from tests.inputs.sslyze.doctored import SCANS

TARGET = ServerTarget(name="sbc-1", host="192.0.2.1", port=5061, service=Service.SIP, address="192.0.2.1")
GAP = NotObserved(target="sbc-1", at=AT, wanted="cipher-suites", reason="the wire was cut")


def written(tmp_path: Path, *observations: Observation) -> Path:
    path = tmp_path / "seen.jsonl"
    write_observations(path, Observations(AT, (TARGET,), observations))
    return path


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_arguments: object, **_named: object) -> None:
        pytest.fail("it opened a connection")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)


def test_what_was_not_seen_is_inconclusive(auditor: Auditor, tmp_path: Path, policy: str) -> None:
    done = auditor("evaluate", written(tmp_path, GAP), "-p", policy, "--json")
    assert done.code == 3
    report = json.loads(done.out)
    assert {finding["outcome"] for finding in report["findings"]} == {"inconclusive"}
    assert report["observed_at"] == AT.isoformat().replace("+00:00", "Z")
    assert "the wire was cut" in done.out


def test_a_violation_that_was_seen_fails_without_a_network(auditor: Auditor, tmp_path: Path, policy: str) -> None:
    old = CipherSuitesSeen(
        target="sbc-1",
        at=AT,
        version=ProtocolVersion.TLS_1_0,
        accepted=({"name": "TLS_RSA_WITH_AES_128_CBC_SHA"},),  # type: ignore[arg-type]  # pydantic makes the value
    )
    assert auditor("evaluate", written(tmp_path, old), "-p", policy).code == 1


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "empty"),
        ("{}\n", ":1"),
        ("not json\n", ":1"),
        ("HEAD\n{}\n", ":2"),
        ("HEAD\nGAP\nhalf a li", ":3"),
        ('HEAD\n{"kind": "new-kind", "target": "sbc-1"}\n', ":2"),
        ("HEAD\nHEAD\n", ":2"),
        ("HEAD\n\n", ":2"),
        ("\x00\xff\n", ":1"),
    ],
)
def test_a_broken_file_is_named_with_its_line(auditor: Auditor, tmp_path: Path, text: str, where: str) -> None:
    head, gap, _ = written(tmp_path, GAP).read_text(encoding="utf-8").splitlines()
    path = tmp_path / "broken.jsonl"
    path.write_text(text.replace("HEAD", head).replace("GAP", gap), encoding="utf-8")
    done = auditor("evaluate", path)
    assert (done.code, done.out) == (2, "")
    assert str(path) in done.err or where == "empty"
    assert where in done.err


def test_a_file_that_has_lost_a_line_is_refused_and_never_judged_by_what_is_left(
    auditor: Auditor, tmp_path: Path, policy: str
) -> None:
    """A line that is gone is a question nobody asks: one version that takes any client, one expired certificate."""
    path = written(tmp_path, GAP, GAP.model_copy(update={"wanted": "certificate-chain"}), GAP)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for left_out in range(1, len(lines)):
        path.write_text("".join(lines[:left_out] + lines[left_out + 1 :]), encoding="utf-8")
        done = auditor("evaluate", path, "-p", policy)
        assert (done.code, done.out) == (2, "")
        assert "missing" in done.err if left_out == len(lines) - 1 else "contains 2 of" in done.err
    for twice in range(1, len(lines)):
        path.write_text("".join(lines[: twice + 1] + lines[twice:]), encoding="utf-8")
        assert auditor("evaluate", path, "-p", policy).code == 2


def test_observations_of_a_target_that_the_head_does_not_name_are_refused(
    auditor: Auditor, tmp_path: Path, policy: str
) -> None:
    done = auditor("evaluate", written(tmp_path, GAP.model_copy(update={"target": "sbc-2"})), "-p", policy)
    assert (done.code, done.out) == (2, "")
    assert ":2" in done.err


def test_a_target_that_is_named_twice_is_refused(auditor: Auditor, tmp_path: Path, policy: str) -> None:
    path = tmp_path / "seen.jsonl"
    write_observations(path, Observations(AT, (TARGET, TARGET), (GAP,)))
    done = auditor("evaluate", path, "-p", policy)
    assert (done.code, done.out) == (2, "")
    assert "twice" in done.err


def test_an_unknown_policy_is_wrong_input(auditor: Auditor, tmp_path: Path) -> None:
    done = auditor("evaluate", written(tmp_path, GAP), "-p", "no-such-policy")
    assert (done.code, done.out) == (2, "")
    assert "no-such-policy" in done.err


def test_a_time_without_a_zone_is_no_bug_of_ours(auditor: Auditor, tmp_path: Path, policy: str) -> None:
    path = written(tmp_path, GAP)
    path.write_text(path.read_text(encoding="utf-8").replace('00Z"', '00"'), encoding="utf-8")
    done = auditor("evaluate", path, "-p", policy)
    assert done.code in (2, 3)
    assert "a bug in the auditor" not in done.err


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"])
def test_a_time_at_an_end_of_the_calendar_is_refused(auditor: Auditor, tmp_path: Path, policy: str, at: str) -> None:
    path = written(tmp_path, GAP)
    head, *rest = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([json.dumps({**json.loads(head), "at": at}), *rest]), encoding="utf-8")
    done = auditor("evaluate", path, "-p", policy, "--report", tmp_path / "page.html")
    assert done.code == 2
    assert f"the observations are of the year {int(at[:4])}" in done.err


def test_a_file_without_an_end_is_refused(
    auditor: Auditor, tmp_path: Path, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.inputs.observation_file._MOST_LINE", 1 << 16)
    monkeypatch.setattr("auditor.inputs.observation_file._MOST_BYTES", 1 << 17)
    assert auditor("evaluate", Path("/dev/zero"), "-p", policy).code == 2
    path, pipe = written(tmp_path, GAP), tmp_path / "pipe"
    os.mkfifo(pipe)
    content = path.read_bytes().splitlines(keepends=True)[0] + b"0" * (1 << 20)
    writer = threading.Thread(target=lambda: _pour(pipe, content))
    writer.start()
    done = auditor("evaluate", pipe, "-p", policy)
    writer.join(30)
    assert done.code == 2
    assert "the file is larger than" in done.err


def _pour(pipe: Path, content: bytes) -> None:
    with suppress(BrokenPipeError):
        pipe.write_bytes(content)


@pytest.mark.parametrize(("name", "code"), [("nginx", 1), ("haproxy", 1), ("no-commands", 3)])
def test_an_existing_scan_of_sslyze_is_judged_by_a_policy(auditor: Auditor, name: str, code: int) -> None:
    path = SCANS / f"{name}.json"
    done = auditor("evaluate", path, "-p", "acg")
    assert done.code == code
    assert "Judged from a scan of sslyze 6.3.1." in " ".join(done.out.split())
    report = json.loads(auditor("evaluate", path, "-p", "acg", "--json").out)
    assert report["scanner"] == {"sslyze": "6.3.1"}
    assert report["observed_at"].startswith("2026-11-21T18:5")
    outcomes = {finding["rule"]: finding["outcome"] for finding in report["findings"]}
    assert outcomes["client-certificate-not-required"] == "inconclusive"
    assert outcomes["protocol-not-allowed"] == {"nginx": "fail", "haproxy": "pass"}.get(name, "inconclusive")


def test_the_scanner_of_a_run_is_kept_and_named(auditor: Auditor, tmp_path: Path, policy: str) -> None:
    path, page = tmp_path / "seen.jsonl", tmp_path / "report.html"
    scanner = ScannerVersions(sslyze="6.3.1", nassl="5.4.0", openssl=("1.1.1w", "1.0.2e"))
    write_observations(path, Observations(AT, (TARGET,), (GAP,), scanner=scanner))
    done = auditor("evaluate", path, "-p", policy, "--report", page)
    named = "Probed with sslyze 6.3.1 (nassl 5.4.0, OpenSSL 1.1.1w and 1.0.2e)."
    assert named in " ".join(done.out.split())
    assert named in page.read_text(encoding="utf-8")
    comment = tmp_path / "report.md"
    assert auditor("evaluate", path, "-p", policy, "--report", comment).code == done.code
    assert "nassl 5.4.0" in comment.read_text(encoding="utf-8")
    assert "--thorough" in page.read_text(encoding="utf-8")


def test_a_broken_scan_of_sslyze_is_named_with_its_place(auditor: Auditor, tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    text = (SCANS / "nginx.json").read_text(encoding="utf-8")
    for old, new, words in (
        ('"port": ', '"port": -', "scan.json:"),
        ('"is_vulnerable_to_heartbleed": false', '"is_vulnerable_to_heartbleed": null', "is_vulnerable_to_heartbleed"),
        ("}", "", "not JSON"),
        ("BEGIN CERTIFICATE", "BEGIN", "as_pem"),
    ):
        path.write_text(text.replace(old, new), encoding="utf-8")
        done = auditor("evaluate", path)
        assert (done.code, done.out) == (2, "")
        assert words in done.err
        assert "scan.json:" in done.err
