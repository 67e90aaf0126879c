"""``auditor collect``, and that judging later gives what judging at once would have given."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.inputs.observation_file import read_observations
from auditor.lab import Lab
from auditor.model.target import ServerTarget
from tests.cli.conftest import AT, Auditor

Address = Callable[[str], str]


def test_collecting_and_judging_later_gives_the_findings_of_an_audit(
    auditor: Auditor, address: Address, lab: Lab, tmp_path: Path, policy: str
) -> None:
    seen, targets = tmp_path / "seen.jsonl", (address("sip-old-version"), address("sip-compliant"))
    collected = auditor("collect", *targets, "-p", policy, "-o", seen)
    assert (collected.code, collected.out) == (0, "")
    assert f"{seen}: written, " in collected.err
    assert " of 2 targets\n" in collected.err
    later = auditor("evaluate", seen, "-p", policy, "--root", lab.root_pem, "--json")
    at_once = auditor("audit", *targets, "-p", policy, "--root", lab.root_pem, "--json")
    assert later.code == at_once.code == 1
    first, second = json.loads(later.out), json.loads(at_once.out)
    for report in (first, second):
        for endpoint in report["endpoints"]:
            del endpoint["seconds"]
    assert first == second


def test_a_file_of_observations_begins_with_the_run_and_ends_with_their_number(
    auditor: Auditor, address: Address, tmp_path: Path, policy: str
) -> None:
    seen = tmp_path / "seen.jsonl"
    auditor("collect", address("sip-plaintext"), "-p", policy, "-o", seen)
    head, observations = read_observations(seen)
    assert head.at == AT
    assert [target.port for target in head.targets if isinstance(target, ServerTarget)] == [
        int(address("sip-plaintext").rpartition(":")[2])
    ]
    assert {found.target for found in observations} == {head.targets[0].name}
    assert len(seen.read_text(encoding="utf-8").splitlines()) == len(observations) + 2


def test_collecting_needs_an_output(auditor: Auditor) -> None:
    done = auditor("collect", "127.0.0.1:5061")
    assert (done.code, done.out) == (2, "")
    assert "--output" in done.err


def test_an_output_that_could_not_be_written_is_refused_before_anything_is_asked(
    auditor: Auditor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scanned: list[object] = []

    def collect(*arguments: object, **_named: object) -> list[object]:
        scanned.append(arguments)
        return []

    monkeypatch.setattr("auditor.collect.collect", collect)
    done = auditor("collect", "127.0.0.1:5061", "-o", tmp_path / "missing" / "seen.jsonl")
    assert done.code == 2
    assert not scanned
