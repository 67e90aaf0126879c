"""A difference as a table for the terminal, in ASCII but for what peers sent; wrapped, never cut."""

from collections.abc import Iterator

from auditor.diff import Change, Difference, RequirementChange
from auditor.model.finding import observed_text
from auditor.render.cleaned import cleaned
from auditor.render.difference.rows import answer_step, answers, conclusion, judged, named, rest, rows
from auditor.render.terminal.grid import grid
from auditor.render.terminal.table import MOST_VIOLATIONS, NARROWEST
from auditor.render.wrapping import wrap


def render(difference: Difference, *, width: int) -> str:
    """The difference in ``width`` terminal columns (60 at least); ends with a newline."""
    difference = cleaned(difference)
    width = max(width, NARROWEST)
    records = [
        [
            [row.word, row.step],
            [row.first.target, row.rules],
            *([list(texts) for texts in zip(*_evidence(row.first), strict=True)] or [[""], [""]]),
        ]
        for row in rows(difference)
    ]
    answered = [_answer(change) for change in answers(difference)]
    parts = (
        [*wrap(f"Before: {judged(difference.before)}", width), *wrap(f"Now:    {judged(difference.after)}", width)],
        [line for said in _differences(difference) for line in wrap(said, width)],
        grid(("Change", "Target, rule", "Observed", "Required"), records, width) if records else [],
        grid(("Change, id", "Requirement", "Why, and what closes it"), answered, width) if answered else [],
        list(rest(difference)),
        wrap(conclusion(difference), width),
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _differences(difference: Difference) -> Iterator[str]:
    yield from (f"Judged differently: {said}." for said in difference.judged_differently)
    if difference.endpoints_appeared:
        yield f"New endpoints: {named(difference.endpoints_appeared)}."
    if difference.endpoints_disappeared:
        yield f"Endpoints no longer there: {named(difference.endpoints_disappeared)}."


def _answer(change: RequirementChange) -> list[list[str]]:
    why = [change.reason, *([f"Closed by: {change.closes}"] if change.closes else [])]
    return [[change.direction.capitalize(), answer_step(change), change.id], [change.statement], why]


def _evidence(change: Change) -> Iterator[tuple[str, str]]:
    for sign, violations in (("+", change.added), ("-", change.removed)):
        for violation in violations[:MOST_VIOLATIONS]:
            yield f"{sign} {observed_text(violation)}", violation.expected
        if len(violations) > MOST_VIOLATIONS:
            yield f"{sign} {len(violations) - MOST_VIOLATIONS} more", ""
    if change.reason:
        yield change.reason, ""
