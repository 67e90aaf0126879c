"""``auditor requirements``: a report's answers, or those of observations that are judged first."""

import json
from pathlib import Path

import pytest

from auditor.render.formats.json import render
from tests.cli.conftest import Auditor
from tests.deployment.test_faults import INVENTORIES
from tests.render import example

STANDARD = INVENTORIES / "maps.yaml"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_text(render(example.ANSWERED), encoding="utf-8")
    return path


def test_a_report_is_listed_with_its_verdict_and_how_complete_it_is(auditor: Auditor, report: Path) -> None:
    done = auditor("requirements", report)
    assert done.code == 0
    assert "NOT COMPLIANT: 4 of 5 requirements answered (2 not met), 1 open." in done.out
    assert all(answer.id in done.out for answer in example.ANSWERS)


def test_what_is_open_is_listed_alone(auditor: Auditor, report: Path) -> None:
    done = auditor("requirements", report, "--open")
    assert "SEC-07" in done.out
    assert "SEC-10" not in done.out
    listed = json.loads(auditor("requirements", report, "--open", "--json").out)
    assert [one["id"] for one in listed["requirements"]] == ["SEC-07"]
    assert listed["completeness"]["total"] == 5


def test_observations_are_judged_as_evaluate_judges_them(auditor: Auditor, tmp_path: Path) -> None:
    seen, written = tmp_path / "seen.jsonl", tmp_path / "evaluated.json"
    auditor("collect", "-i", STANDARD, "-o", seen)
    auditor("evaluate", seen, "--report", written)
    from_report = json.loads(auditor("requirements", written, "--json").out)
    assert json.loads(auditor("requirements", seen, "--json").out) == from_report
    assert from_report["completeness"]["required"] is False
    assert json.loads(auditor("requirements", seen, "--complete", "--json").out)["completeness"]["required"] is True


def test_several_files_are_files_of_observations(auditor: Auditor, report: Path) -> None:
    done = auditor("requirements", report, report)
    assert done.code == 2
    assert "this is neither a file of observations" in done.err


@pytest.mark.parametrize("option", ["--policy", "--inventory", "--root", "--waivers"])
def test_an_option_that_a_report_gives_no_effect_is_refused(auditor: Auditor, report: Path, option: str) -> None:
    done = auditor("requirements", report, option, report)
    assert done.code == 2
    assert f"this is a report, which was judged already: leave out {option}" in done.err


def test_a_file_that_is_neither_is_refused_in_one_sentence(auditor: Auditor, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    for text in ("", "[", '{"kind": "walk"}', "[1]"):
        path.write_text(text, encoding="utf-8")
        done = auditor("requirements", path)
        assert done.code == 2
        assert "report of auditor" in done.err or "not JSON" in done.err
