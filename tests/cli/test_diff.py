"""``auditor diff``: exit codes, formats, and what is no report."""

import json
from pathlib import Path

import pytest

from auditor.model.finding import Doubt, Outcome
from auditor.model.report import Report
from auditor.model.subject import TARGET
from auditor.render.formats.json import render
from tests.cli.conftest import Auditor
from tests.render import example

BEFORE = example.COMPLIANT


def with_outcome(outcome: Outcome) -> Report:
    first, *others = BEFORE.findings
    doubts = (Doubt(subject=TARGET, reason="why"),) * (outcome is Outcome.INCONCLUSIVE)
    changed = first.model_copy(update={"outcome": outcome, "doubts": doubts})
    return BEFORE.model_copy(update={"findings": (changed, *others)})


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return written(tmp_path / "old.json", BEFORE)


def written(path: Path, report: Report) -> Path:
    path.write_text(render(report), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.PASS, 0),
        (Outcome.FAIL, 1),
        (Outcome.INCONCLUSIVE, 3),
        (Outcome.WARN, 0),
        (Outcome.WAIVED, 0),
        (Outcome.NOT_TESTED, 0),
    ],
)
def test_it_fails_on_what_is_new_only_if_told_to(
    auditor: Auditor, old: Path, tmp_path: Path, outcome: Outcome, code: int
) -> None:
    new = written(tmp_path / "new.json", with_outcome(outcome))
    assert auditor("diff", old, new).code == 0
    assert auditor("diff", old, new, "--fail-on-new").code == code


def test_an_old_failure_is_not_new(auditor: Auditor, tmp_path: Path) -> None:
    failing = written(tmp_path / "a.json", example.REPORT)
    assert auditor("diff", failing, failing, "--fail-on-new").code == 0


def test_reports_without_a_common_check_are_no_reason_to_go_on(auditor: Auditor, old: Path, tmp_path: Path) -> None:
    empty = written(tmp_path / "new.json", BEFORE.model_copy(update={"findings": (), "endpoints": ()}))
    done = auditor("diff", old, empty, "--fail-on-new")
    assert done.code == 3
    assert "nothing was compared" in done.out


def test_each_format_is_printed(auditor: Auditor, old: Path, tmp_path: Path) -> None:
    new = written(tmp_path / "new.json", with_outcome(Outcome.FAIL))
    assert "New failure" in auditor("diff", old, new).out
    assert auditor("diff", old, new, "--format", "markdown").out.startswith("### auditor: 1 new failure.\n")
    document = json.loads(auditor("diff", old, new, "--format", "json").out)
    assert [change["new_failure"] for change in document["changes"]] == [True]


def test_a_report_of_version_1_is_compared_with_one_of_today(auditor: Auditor, tmp_path: Path) -> None:
    version_1 = Path(__file__).parents[1] / "inputs" / "reports" / "version_1" / "example.json"
    assert auditor("diff", version_1, version_1, "--fail-on-new").out.endswith(
        "75 checks unchanged\n\nNo new failure.\n"
    )
    passing = example.REPORT.model_copy(
        update={
            "findings": tuple(
                one.model_copy(update={"outcome": Outcome.PASS, "violations": (), "warnings": (), "doubts": ()})
                for one in example.REPORT.findings
            )
        }
    )
    today = written(tmp_path / "new.json", passing)
    assert auditor("diff", version_1, today, "--fail-on-new").code == 0
    done = auditor("diff", today, version_1, "--fail-on-new")
    assert done.code == 1
    assert "10 new failures" in done.out


@pytest.mark.parametrize("text", ["", "[]", '{"schema_version": "7"}', "<html>", '{"schema_version": "1"}'])
@pytest.mark.parametrize("first", [True, False])
def test_what_is_no_report_is_named_in_one_line(
    auditor: Auditor, old: Path, tmp_path: Path, text: str, *, first: bool
) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text(text, encoding="utf-8")
    done = auditor("diff", *((wrong, old) if first else (old, wrong)))
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert str(wrong) in done.err
