"""A difference as a comment on a pull request, under 65,536 bytes."""

from collections.abc import Iterator

from auditor.diff import Change, Difference
from auditor.model.finding import observed_text
from auditor.render.cleaned import cleaned
from auditor.render.commonmark import code, prose, table
from auditor.render.difference.rows import DifferenceRow, answer_step, answers, conclusion, judged, named, rest, rows
from auditor.render.fitting import fitting
from auditor.render.wording import number

MOST_BYTES = 60_000
MOST_ROWS = 30
MOST_VIOLATIONS = 5


def render(difference: Difference) -> str:
    """The difference as Markdown, with a newline at the end."""
    difference = cleaned(difference)
    found = rows(difference)
    head = [
        f"### auditor: {conclusion(difference)}",
        f"Before: {prose(judged(difference.before))}  \nNow: {prose(judged(difference.after))}",
        *_differences(difference),
        *_table(found),
        *_answers(difference),
    ]
    tail = "\n".join(f"- {prose(line)}" for line in rest(difference))
    evidence = ["\n".join(_block(row)) for row in found if row.first.added or row.first.removed or row.first.reason]
    room = MOST_BYTES - len("\n\n".join((*head, tail)).encode())
    shown, left = fitting(evidence, room)
    if shown:
        shown = ["<details><summary>Evidence</summary>", *shown, "</details>"]
    if left:
        shown.append(f"The evidence on {number(left, 'change')} does not fit here; --format json has it.")
    return "\n\n".join((*head, *shown, tail)) + "\n"


def _differences(difference: Difference) -> Iterator[str]:
    yield from (f"Judged differently: {prose(said)}." for said in difference.judged_differently)
    if difference.endpoints_appeared:
        yield f"New endpoints: {code(named(difference.endpoints_appeared), 1000)}"
    if difference.endpoints_disappeared:
        yield f"Endpoints no longer there: {code(named(difference.endpoints_disappeared), 1000)}"


def _table(found: list[DifferenceRow]) -> Iterator[str]:
    if not found:
        return
    cells = [
        (row.word, row.step, row.first.severity.value, code(row.first.target, 120), code(row.rules, 160))
        for row in found[:MOST_ROWS]
    ]
    yield table(("Change", "Outcome", "Severity", "Target", "Rule"), cells)
    if len(found) > MOST_ROWS:
        yield f"And {number(len(found) - MOST_ROWS, 'more row')}."


def _answers(difference: Difference) -> Iterator[str]:
    changes = answers(difference)
    if not changes:
        return
    cells = [
        (
            one.direction.capitalize(),
            answer_step(one),
            one.severity.value,
            code(one.id, 40),
            prose(one.statement, 120),
            code(one.closes or one.reason, 160),
        )
        for one in changes[:MOST_ROWS]
    ]
    yield table(("Change", "Answer", "Severity", "Id", "Requirement", "Closed by, or why"), cells)
    if len(changes) > MOST_ROWS:
        yield f"And {number(len(changes) - MOST_ROWS, 'more requirement')}."


def _block(row: DifferenceRow) -> Iterator[str]:
    change = row.first
    title = f": {prose(change.title)}" if len(row.changes) == 1 else ""
    yield f"**{row.word}** {code(change.target, 120)} {code(row.rules, 160)}{title}"
    yield ""
    yield from _violations(change)
    if change.reason:
        yield f"- {code(change.reason, 600)}"


def _violations(change: Change) -> Iterator[str]:
    for word, violations in (("New", change.added), ("Gone", change.removed)):
        for violation in violations[:MOST_VIOLATIONS]:
            yield f"- {word}: {code(observed_text(violation))}; required: {code(violation.expected)}"
        if len(violations) > MOST_VIOLATIONS:
            yield f"- {word}: {len(violations) - MOST_VIOLATIONS} more"
