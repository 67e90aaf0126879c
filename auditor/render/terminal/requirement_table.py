"""The requirements and their answers as a table for the terminal: worst first, the standing last."""

from auditor.model.answer import AnswerKind, RequirementAnswer
from auditor.model.report import Report
from auditor.render.cleaned import cleaned
from auditor.render.terminal.grid import grid
from auditor.render.wording import ANSWER_WORDS, standing, verdict_words
from auditor.render.wrapping import wrap

NO_REQUIREMENTS = "The policy {policy} names no requirements file, so there are no requirements to answer."


def render(report: Report, *, width: int) -> str:
    """The table in ``width`` terminal columns; ends with a newline."""
    report = cleaned(report)
    if report.completeness is None:
        return NO_REQUIREMENTS.format(policy=report.policy.id) + "\n"
    records = [_record(answer) for answer in worst_first(report.requirements)]
    lines = grid(("Answer", "Id", "Requirement", "Why, and what would answer it"), records, width) if records else []
    ending = wrap(f"{verdict_words(report).upper()}: {standing(report)}.", width)
    return "\n".join([*lines, *([""] if lines else []), *ending]) + "\n"


def worst_first(answers: tuple[RequirementAnswer, ...]) -> list[RequirementAnswer]:
    """By answer, then severity; equals keep the order of the documents."""
    order = tuple(AnswerKind)
    return sorted(answers, key=lambda found: (order.index(found.answer), -found.severity.rank))


def _record(found: RequirementAnswer) -> list[list[str]]:
    closes = [f"To answer it: {found.closes}"] if found.closes else []
    return [
        [ANSWER_WORDS[found.answer], found.severity.value],
        [found.id],
        [found.statement],
        [found.reason, *closes],
    ]
