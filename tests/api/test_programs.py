"""The programs of docs/api.md, run as they stand there, against the lab."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import auditor
from auditor.lab import Lab, LabEndpoint, start
from auditor.pipeline import now
from tests.api.distribution import Distribution, install
from tests.api.documents import programs

pytestmark = pytest.mark.slow

PROGRAMS = programs("api.md")
ENDPOINTS = ("sip-compliant", "sip-old-version")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with start(now()) as lab:
        yield lab


def endpoint(lab: Lab, name: str) -> LabEndpoint:
    (found,) = [found for found in lab.endpoints if found.name == name]
    return found


def program(folder: Path, name: str, *words: object, standard_input: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run a program of the page."""
    path = folder / name
    path.write_text(PROGRAMS[name], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(path), *map(str, words)],
        input=standard_input,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def inventory(lab: Lab, path: Path, *names: str) -> Path:
    """An inventory of these endpoints of the lab."""
    lines = [
        f"  - {{name: {name}, address: '{endpoint(lab, name).address}', service: {endpoint(lab, name).service}, "
        f"server_name: {endpoint(lab, name).server_name}}}"
        for name in names
    ]
    roots = [f"  - {{file: '{lab.root_pem}', sent: {now():%Y-%m-%d}}}"]
    path.write_text("\n".join(["operator: Example", "endpoints:", *lines, "roots:", *roots]) + "\n", encoding="utf-8")
    return path


def test_there_are_five_programs() -> None:
    assert set(PROGRAMS) == {
        "audit_endpoints.py", "judge_again.py", "judge_certificate.py", "test_rule.py", "nightly.py"
    }  # fmt: skip


def test_two_endpoints_are_audited_and_what_fails_is_acted_on(lab: Lab, tmp_path: Path) -> None:
    targets = [f"sips://{endpoint(lab, name).address}" for name in ENDPOINTS]
    done = program(tmp_path, "audit_endpoints.py", lab.root_pem, *targets)
    assert done.returncode == 1, done.stderr
    old = targets[1].removeprefix("sips://")
    title = next(rule for rule in done.stdout.splitlines() if rule.startswith(old))
    assert "(high)" in title or "(critical)" in title
    assert "required: " in done.stdout
    assert "  Fix: " in done.stdout


def test_wrong_input_ends_the_first_program_with_a_sentence(lab: Lab, tmp_path: Path) -> None:
    done = program(tmp_path, "audit_endpoints.py", lab.root_pem, "sbc1.example.net")
    assert done.returncode == 1
    assert "the port is missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_yesterdays_observations_are_judged_by_another_policy(lab: Lab, tmp_path: Path) -> None:
    listed = auditor.load_inventory(inventory(lab, tmp_path / "inventory.yaml", "sip-compliant"))
    seen = auditor.collect_observations((), auditor.load_policy("acg"), inventory=listed)
    auditor.write_observations(tmp_path / "yesterday.jsonl", seen)
    done = program(tmp_path, "judge_again.py", tmp_path / "yesterday.jsonl", "acg-strict", lab.root_pem)
    assert done.returncode == 0, done.stderr
    assert f"Observed {seen.at:%Y-%m-%d %H:%M} UTC, judged by acg-strict" in done.stdout
    assert "sip-compliant: " in done.stdout
    assert "inconclusive: not observed" in done.stdout


def test_a_certificate_is_judged_in_memory(lab: Lab, tmp_path: Path) -> None:
    content = lab.client_certificate.read_bytes()
    done = program(tmp_path, "judge_certificate.py", "other.example.net", lab.root_pem, standard_input=content)
    assert done.returncode == 1, done.stderr
    assert "certificate-name-mismatch" in done.stdout


def test_a_rule_of_ones_own_is_tested_by_its_vectors(tmp_path: Path) -> None:
    distribution: Distribution = install(tmp_path)
    distribution.write("test_rule.py", PROGRAMS["test_rule.py"])
    vectors = "example_auditor/vectors/example-issuer-not-allowed.yaml"
    done = distribution.python("test_rule.py", vectors)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    text = (tmp_path / vectors).read_text(encoding="utf-8")
    distribution.write(vectors, text.replace("issuers: [Other CA]", "issuers: [Example Issuing CA]"))
    done = distribution.python("test_rule.py", vectors)
    assert done.returncode == 1
    assert done.stdout.startswith("another CA issued it: ")


def test_the_nightly_job_alerts_on_what_is_new_and_leaves_metrics(lab: Lab, tmp_path: Path) -> None:
    path = inventory(lab, tmp_path / "inventory.yaml", "sip-compliant")
    first = program(tmp_path, "nightly.py", path, tmp_path)
    assert (first.returncode, first.stdout) == (0, ""), first.stderr
    assert program(tmp_path, "nightly.py", path, tmp_path).stdout == ""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(endpoint(lab, "sip-compliant").address, endpoint(lab, "sip-old-version").address))
    worse = program(tmp_path, "nightly.py", path, tmp_path)
    assert worse.returncode == 1
    assert "sip-compliant: new failure: " in worse.stdout
    assert 'auditor_verdict{policy="acg",verdict="fail"} 1' in (tmp_path / "auditor.prom").read_text(encoding="utf-8")
