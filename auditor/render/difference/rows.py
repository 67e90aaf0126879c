"""A difference in the order it is read, and its words, the same in every format."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.diff import Change, Difference, Direction, RequirementChange, Side
from auditor.model.answer import AnswerKind
from auditor.model.finding import Outcome
from auditor.render.grouped import MOST_RULES
from auditor.render.wording import ANSWER_WORDS, OUTCOME_WORDS, number, standing_of, verdict_words

_ORDER = list(Direction)
_LOUD = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN)


@dataclass(frozen=True)
class DifferenceRow:
    """One change, or several equal ones of one target."""

    changes: tuple[Change, ...]

    @property
    def first(self) -> Change:
        """The one that stands for all."""
        return self.changes[0]

    @property
    def word(self) -> str:
        """Which way it went."""
        return "New failure" if self.first.new_failure else self.first.direction.capitalize()

    @property
    def step(self) -> str:
        """From what to what, as ``pass to fail``."""
        before, after = (OUTCOME_WORDS[side].lower() if side else "" for side in (self.first.before, self.first.after))
        if not before or not after:
            return after or f"was {before}"
        return f"still {after}" if before == after else f"{before} to {after}"

    @property
    def rules(self) -> str:
        """The rules by their ids, the first few where they are many."""
        more = len(self.changes) - MOST_RULES
        named = ", ".join(change.rule for change in self.changes[: MOST_RULES if more > 1 else None])
        return f"{named} and {more} more" if more > 1 else named


def rows(difference: Difference) -> list[DifferenceRow]:
    """What needs reading: new failures first, then worse, better, changed, appeared and disappeared."""
    gone = set(difference.endpoints_disappeared)
    shown = [change for change in difference.changes if _needs_reading(change, gone)]
    groups: dict[tuple[object, ...], list[Change]] = {}
    for position, change in enumerate(sorted(shown, key=_weight)):
        alone = bool(change.added or change.removed)
        same = (change.target, change.direction, change.before, change.after, change.new_failure, change.reason)
        groups.setdefault((position,) if alone else same, []).append(change)
    return [DifferenceRow(tuple(group)) for group in groups.values()]


def _needs_reading(change: Change, gone: set[str]) -> bool:
    if change.direction is Direction.APPEARED:
        return change.after in _LOUD
    if change.direction is Direction.DISAPPEARED:
        return change.before in _LOUD and change.target not in gone
    return True


def _weight(change: Change) -> tuple[bool, int, int]:
    return not change.new_failure, _ORDER.index(change.direction), -change.severity.rank


def judged(side: Side) -> str:
    """One of the two reports in a line."""
    said = ": ".join(filter(None, (verdict_words(side), standing_of(side))))
    return f"{said}; policy {side.policy.id} {side.policy.version}, observed {side.observed_at:%Y-%m-%d %H:%M} UTC"


def rest(difference: Difference) -> Iterator[str]:
    """The other changes, counted, in one line each."""
    gone = set(difference.endpoints_disappeared)
    quiet = Counter(
        (change.direction, change.after or change.before or Outcome.PASS)
        for change in difference.changes
        if not _needs_reading(change, gone)
    )
    for (direction, outcome), count in sorted(quiet.items(), key=lambda item: _ORDER.index(item[0][0])):
        yield f"{number(count, 'check')} {direction}: {OUTCOME_WORDS[outcome].lower()}"
    yield f"{number(difference.unchanged, 'check')} unchanged"
    if bool(difference.before.completeness) is not bool(difference.after.completeness):
        yield "requirements not compared: one of the reports does not answer them"


def answers(difference: Difference) -> list[RequirementChange]:
    """The requirements that have another answer: worse first, then the most severe."""
    return sorted(difference.requirements, key=lambda one: (_ORDER.index(one.direction), -one.severity.rank))


def answer_step(change: RequirementChange) -> str:
    """From what to what, as ``met to open``."""
    return f"{ANSWER_WORDS[change.before].lower()} to {ANSWER_WORDS[change.after].lower()}"


def conclusion(difference: Difference) -> str:
    """The result in one sentence."""
    if not difference.compared:
        return "The reports have no check in common, so nothing was compared."
    failures, doubts = len(difference.new_failures), len(difference.new_doubts)
    said = [number(failures, "new failure") if failures else "No new failure"]
    said += [f"{number(doubts, 'important check')} newly inconclusive"] if doubts else []
    for kind, words in ((AnswerKind.NOT_MET, "newly not met"), (AnswerKind.OPEN, "newly open")):
        worse = [one for one in difference.requirements if one.direction is Direction.WORSE and one.after is kind]
        said += [f"{number(len(worse), 'requirement')} {words}"] if worse else []
    return f"{'; '.join(said)}."


def named(targets: Iterable[str], most: int = 20) -> str:
    """The targets, the first few where they are many."""
    listed = list(targets)
    shown = ", ".join(listed[:most])
    return shown if len(listed) <= most else f"{shown} and {len(listed) - most} more"
