"""The requirements and their answers as a table for the terminal: worst first, the verdict and the standing last."""

from collections.abc import Collection

from auditor.model.answer import AnswerKind, RequirementAnswer
from auditor.model.report import Report
from auditor.render.cleaned import cleaned
from auditor.render.terminal.grid import grid
from auditor.render.terminal.table import NARROWEST
from auditor.render.wording import (
    ANSWER_WORDS,
    answers_counted,
    confirmed,
    headline_loud,
    worst_answers_first,
)
from auditor.render.wrapping import wrap

NO_REQUIREMENTS = (
    "There are no answers to requirements: the policy {policy} named no requirements file, or an earlier version of "
    "the auditor wrote the report."
)


def render(report: Report, *, width: int, only: Collection[AnswerKind] = tuple(AnswerKind)) -> str:
    """The table in ``width`` terminal columns (60 at least), of these answers only; ends with a newline."""
    report = cleaned(report)
    width = max(width, NARROWEST)
    if report.completeness is None:
        return "\n".join(wrap(NO_REQUIREMENTS.format(policy=report.policy.id), width)) + "\n"
    records = [_record(found) for found in worst_answers_first(report.requirements) if found.answer in only]
    headers = ("Answer, id", "Requirement", "Why, and what closes it")
    table = grid(headers, records, width) if records else []
    ending = [
        *wrap(f"{headline_loud(report)}.", width),
        *wrap(f"Requirements: {answers_counted(report)}. Policy {report.policy.id} {report.policy.version}.", width),
    ]
    return "\n\n".join("\n".join(part) for part in (table, ending) if part) + "\n"


def _record(found: RequirementAnswer) -> list[list[str]]:
    asked = [found.statement, *([f"Derived: {found.derived}"] if found.derived else [])]
    why = [_sentence(confirmed(one)) for one in found.confirmations] or [_sentence(found.reason)]
    why += [f"Closed by: {_sentence(found.closes)}"] if found.closes else []
    return [[f"{ANSWER_WORDS[found.answer]}, {found.severity}", found.id], asked, why]


def _sentence(text: str) -> str:
    """With one full stop at its end."""
    return f"{text.rstrip('.')}."
