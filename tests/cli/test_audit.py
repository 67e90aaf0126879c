"""``auditor audit``: each exit code, what is printed where, and what is written."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auditor import pipeline
from auditor.errors import InputErrors
from auditor.lab import Lab
from auditor.writing import write_file
from testbed.process import closed_port
from tests.cli.conftest import AT, Auditor

Address = Callable[[str], str]


@pytest.fixture
def closed() -> Iterator[str]:
    """A target that refuses every connection."""
    with closed_port() as port:
        yield f"https://127.0.0.1:{port}"


def test_a_compliant_endpoint_gives_0(auditor: Auditor, address: Address, lab: Lab, policy: str) -> None:
    done = auditor("audit", address("sip-compliant"), "-p", policy, "--root", lab.root_pem)
    assert done.code == 0, done.out
    assert "1/1 " in done.err


def test_without_its_declared_root_the_same_endpoint_gives_1(auditor: Auditor, address: Address, policy: str) -> None:
    done = auditor("audit", address("sip-compliant"), "-p", policy)
    assert done.code == 1
    assert "certificate-root-not-allowed" in done.out


def test_a_faulty_endpoint_gives_1_beside_a_compliant_one(
    auditor: Auditor, address: Address, lab: Lab, policy: str
) -> None:
    targets = (address("sip-compliant"), address("sip-old-version"))
    done = auditor("audit", *targets, "-p", policy, "--root", lab.root_pem)
    assert done.code == 1
    assert "TLSv1.1" in done.out


def test_wrong_input_gives_2_and_one_sentence(auditor: Auditor) -> None:
    done = auditor("audit", "no-port")
    assert (done.code, done.out) == (2, "")
    assert "port" in done.err
    assert len(done.err.splitlines()) <= 2


def test_an_endpoint_out_of_reach_gives_3(auditor: Auditor, closed: str, policy: str) -> None:
    done = auditor("audit", closed, "-p", policy)
    assert done.code == 3
    assert "the TCP connection was refused" in done.out


def test_a_name_that_does_not_resolve_gives_3(auditor: Auditor, policy: str) -> None:
    done = auditor("audit", "sbc.invalid:5061", "-p", policy)
    assert done.code == 3
    assert "does not resolve" in done.out


def test_a_failure_outranks_what_could_not_be_told(
    auditor: Auditor, address: Address, closed: str, lab: Lab, policy: str
) -> None:
    done = auditor("audit", closed, address("sip-old-version"), "-p", policy, "--root", lab.root_pem)
    assert done.code == 1


def test_a_bug_gives_4_and_shows_no_data(auditor: Auditor, monkeypatch: pytest.MonkeyPatch, policy: str) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(pipeline, "read_inputs", broken)
    done = auditor("audit", "127.0.0.1:5061", "-p", policy)
    assert (done.code, done.out) == (4, "")
    assert "a bug in the auditor (RuntimeError in broken" in done.err
    assert "secret" not in done.err


def test_json_is_the_only_thing_on_standard_output(auditor: Auditor, address: Address, lab: Lab, policy: str) -> None:
    done = auditor("audit", address("sip-old-version"), "-p", policy, "--root", lab.root_pem, "--json")
    report = json.loads(done.out)
    assert report["verdict"] == "fail"
    assert report["generated_at"].startswith(AT.date().isoformat())
    assert [f["rule"] for f in report["findings"] if f["outcome"] == "fail"] == ["protocol-not-allowed"]
    assert done.code == 1


@pytest.mark.parametrize(("severity", "code"), [("critical", 0), ("low", 1)])
def test_fail_on_moves_the_threshold(
    auditor: Auditor, address: Address, lab: Lab, policy: str, severity: str, code: int
) -> None:
    done = auditor("audit", address("sip-old-version"), "-p", policy, "--root", lab.root_pem, "--fail-on", severity)
    assert done.code == code


def test_reports_are_written_in_the_format_of_their_suffix(
    auditor: Auditor, closed: str, tmp_path: Path, policy: str
) -> None:
    paths = [tmp_path / f"report{suffix}" for suffix in (".json", ".html", ".txt")]
    paths[0].write_text("old", encoding="utf-8")
    options = [word for path in paths for word in ("--report", path)]
    assert auditor("audit", closed, "-p", policy, *options).code == 3
    assert json.loads(paths[0].read_text(encoding="utf-8"))["verdict"] == "inconclusive"
    assert paths[1].read_text(encoding="utf-8").startswith("<!")
    assert "\nINCONCLUSIVE: " in paths[2].read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["own.yaml", *sorted(path.name for path in paths)]


@pytest.mark.parametrize("name", ["report.pdf", "report", "missing/report.json"])
def test_a_report_that_could_not_be_written_is_refused_before_anything_is_asked(
    auditor: Auditor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setattr("auditor.collect.collect", lambda *_arguments, **_named: pytest.fail("it scanned"))
    done = auditor("audit", "127.0.0.1:5061", "--report", tmp_path / name)
    assert (done.code, done.out) == (2, "")
    assert Path(name).name in done.err


def test_a_report_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    path.write_text("old", encoding="utf-8")

    def full(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputErrors, match="No space"):
        write_file(path, "new")
    assert [p.read_text(encoding="utf-8") for p in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize(
    "words",
    [
        ("audit",),
        ("audit", "127.0.0.1:5061", "-p", "no-such-policy"),
        ("audit", "127.0.0.1:5061", "-p", "/no/such/policy.yaml"),
        ("audit", "127.0.0.1:0"),
        ("audit", "127.0.0.1:99999"),
        ("audit", "ftp://127.0.0.1:21"),
        ("audit", "127.0.0.1:5061", "127.0.0.1:5061"),
        ("audit", "-oProxyCommand:22"),
        ("audit", "127.0.0.1:5061", "--root", "/no/such/root.pem"),
        ("audit", "127.0.0.1:5061", "--deadline", "0"),
        ("audit", "127.0.0.1:5061", "--deadline", "nan"),
        ("audit", "127.0.0.1:5061", "--rate", "nan"),
        ("listen", "--port", "0", "--duration", "nan"),
        ("audit", "127.0.0.1:5061", "--jobs", "0"),
        ("audit", "127.0.0.1:5061", "--fail-on", "sometimes"),
        ("audit", "127.0.0.1:5061", "-i", "/no/such/inventory.yaml"),
        ("audit", "127.0.0.1:5061", "--no-such-option"),
        ("no-such-command",),
    ],
)
def test_every_wrong_command_line_gives_2_and_says_why(
    auditor: Auditor, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr("auditor.collect.collect", lambda *_arguments, **_named: pytest.fail("it scanned"))
    done = auditor(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.strip()


def test_an_inventory_names_the_targets(
    auditor: Auditor, address: Address, lab: Lab, tmp_path: Path, policy: str
) -> None:
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(
        "operator: Example\nendpoints:\n"
        f"  - {{name: sbc-1, address: '{address('sip-compliant').partition('://')[2]}', service: sip}}\n"
        f"roots:\n  - {{file: '{lab.root_pem}', sent: 2040-01-01}}\n",
        encoding="utf-8",
    )
    done = auditor("audit", "-i", inventory, "-p", policy, "--json")
    assert done.code == 0
    assert {finding["target"] for finding in json.loads(done.out)["findings"]} == {"sbc-1"}


def test_a_folder_that_may_not_be_written_to_is_told_before_anything_is_scanned(
    auditor: Auditor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    done = auditor("audit", "127.0.0.1:9", "--report", tmp_path / "report.json")
    assert (done.code, done.out) == (2, "")
    assert f"the folder {tmp_path} is not writable" in done.err


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "report.json"
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputErrors, match=r"report\.json: not writable: No space left on device"):
        write_file(path, "{}")
    assert list(tmp_path.iterdir()) == []
