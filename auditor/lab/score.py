"""The score of an audit of the lab: findings compared with planted faults."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from auditor.model.finding import Finding, Outcome


class Planted(Protocol):
    """An endpoint or a client of the lab, and what is expected of it."""

    @property
    def name(self) -> str:
        """The target's name."""

    @property
    def fault(self) -> str:
        """What is wrong, as one sentence; empty where nothing is."""

    @property
    def expected(self) -> frozenset[str]:
        """Every rule that must fail or warn."""

    @property
    def undecidable(self) -> frozenset[str]:
        """Every rule that must be inconclusive."""

    @property
    def inconclusive(self) -> bool:
        """Whether the rules that are not ``expected`` are inconclusive."""


@dataclass(frozen=True)
class Score:
    """Pairs of an endpoint's name and a rule's id, in the order of the endpoints and then of the ids."""

    found: tuple[tuple[str, str], ...]
    """Planted, and reported as a failure or a warning, or as inconclusive where that is the right answer."""
    missed: tuple[tuple[str, str], ...]
    """Planted, and not reported."""
    false_alarms: tuple[tuple[str, str], ...]
    """Reported, and not planted."""
    unfounded: tuple[tuple[str, str], ...]
    """Passed on an endpoint where the answer is unknowable."""
    undecided: tuple[tuple[str, str], ...]
    """Inconclusive on an endpoint without a fault."""

    @property
    def perfect(self) -> bool:
        """Whether every planted fault was found and none was invented."""
        return not (self.missed or self.false_alarms or self.unfounded or self.undecided)


def score(endpoints: Iterable[Planted], findings: Iterable[Finding]) -> Score:
    """Compare findings, whose targets are the endpoints' names, with what is expected of each endpoint."""
    reported: dict[str, set[str]] = defaultdict(set)
    passed: dict[str, set[str]] = defaultdict(set)
    doubted: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        if finding.outcome in {Outcome.FAIL, Outcome.WARN}:
            reported[finding.target].add(finding.rule)
        elif finding.outcome is Outcome.PASS:
            passed[finding.target].add(finding.rule)
        elif finding.outcome is Outcome.INCONCLUSIVE:
            doubted[finding.target].add(finding.rule)
    known = tuple(endpoints)
    return Score(
        found=_pairs(
            (end.name, (end.expected & reported[end.name]) | (end.undecidable & doubted[end.name])) for end in known
        ),
        missed=_pairs(
            (end.name, (end.expected - reported[end.name]) | (end.undecidable - doubted[end.name])) for end in known
        ),
        false_alarms=_pairs((end.name, reported[end.name] - end.expected) for end in known),
        unfounded=_pairs((end.name, passed[end.name]) for end in known if end.inconclusive),
        undecided=_pairs((end.name, doubted[end.name]) for end in known if not end.fault),
    )


def _pairs(rules: Iterable[tuple[str, Iterable[str]]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, rule) for name, ids in rules for rule in sorted(ids))
