"""Where in a deployment the findings point: for every element of it, the rules that say something and the outcome.

A violation says in its subject where it is, as ``sites[A].media (items 3 and 6)``.  A name may hold whatever the
syntax around it is made of, so nothing is taken from a subject that the deployment does not declare.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from auditor.model.deployment import Deployment
from auditor.model.report import EndpointSummary, Finding, Outcome, Report
from auditor.render.wording import OUTCOME_WORDS, WORST_FIRST, by_weight
from auditor.sanitise import clean

Element: TypeAlias = tuple[str, ...]
"""As ``("sites", "A")``, ``("links", "A", "one")`` or ``("endpoints", target)``; ``("sites",)`` are all of them."""
Said: TypeAlias = Mapping[str, Outcome]
"""What each rule says."""

FAULTS = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN)
_WHOLES = ("sites", "regions", "links", "circuits")
_PAIRS = {"links": " to ", "cross_connects": " and "}
_LONGEST = 1000
"""Characters of a subject that is looked into; to try every bracket of a longer one takes too long."""
_MOST_RULES = 6
_MOST_SUBJECTS = 3
_ELSEWHERE = re.compile(r"[a-z_]+(\.[a-z_0-9]+)*( \(items? [0-9]+( (and|to) [0-9]+)?\))?")
"""A subject that no name stands in."""


@dataclass(frozen=True)
class Placed:
    """A finding, its subjects, and the elements that each of them points at."""

    finding: Finding
    places: tuple[tuple[str, tuple[Element, ...]], ...]


@dataclass(frozen=True)
class Marks:
    """Everything that is wrong, by the element it is wrong with."""

    at: Mapping[Element, Said]
    placed: tuple[Placed, ...]
    outcomes: Mapping[str, Outcome]
    """The worst outcome at each endpoint, passed ones as well."""

    def outcome(self, element: Element) -> Outcome | None:
        """The worst that is said of the element itself; of an endpoint, what came of it even where nothing is wrong."""
        if element[:1] == ("endpoints",):
            return self.outcomes.get(element[1])
        said = self.at.get(element)
        return min(said.values(), key=WORST_FIRST.index) if said else None

    def words(self, element: Element) -> str:
        """As ``Fail: address-missing, nat-missing.``; nothing where nothing is said."""
        said = self.at.get(element)
        if not said:
            outcome = self.outcome(element)
            return f"{OUTCOME_WORDS[outcome]}." if outcome else ""
        shown = sorted(said, key=lambda rule: (WORST_FIRST.index(said[rule]), rule))
        told = [
            f"{OUTCOME_WORDS[outcome]}: {', '.join(rules)}."
            for outcome in FAULTS
            if (rules := [rule for rule in shown[:_MOST_RULES] if said[rule] is outcome])
        ]
        more = len(shown) - _MOST_RULES
        return " ".join([*told, f"And {more} more."] if more > 0 else told)


def marks_of(report: Report, declared: Deployment) -> Marks:
    """What the findings that are no pass say, where in the deployment."""
    own = {endpoint.target for endpoint in report.endpoints if endpoint.perspective == "deployment"}
    names = _Names.of(declared)
    at: dict[Element, dict[str, Outcome]] = defaultdict(dict)
    outcomes: dict[str, Outcome] = {}
    about: list[Finding] = []
    for finding in report.findings:
        if finding.target in own:
            about += [finding] if finding.outcome in FAULTS else []
            continue
        outcomes[finding.target] = _worse(outcomes.get(finding.target), finding.outcome)
        if finding.outcome in FAULTS:
            _say(at["endpoints", finding.target], finding.rule, finding.outcome)
    placed = []
    for finding in by_weight(about):
        seen = [(violation.subject, names.elements(violation.subject)) for violation in finding.violations]
        doubted = list(_doubted(finding.reason, names))
        for outcome, places in ((finding.outcome, seen), (Outcome.INCONCLUSIVE, doubted)):
            for element in (element for _, elements in places for element in elements):
                _say(at[element], finding.rule, outcome)
        placed.append(Placed(finding, (*seen, *doubted)))
    return Marks(at, tuple(placed), outcomes)


@dataclass(frozen=True)
class Noted:
    """A finding in a list below the picture, and where it points."""

    finding: Finding
    subjects: str


def noted(marks: Marks, drawn: frozenset[Element], *, inside: bool) -> tuple[Noted, ...]:
    """The findings that point at what is drawn, or those that point at anything else, each with such subjects."""
    found = []
    for placed in marks.placed:
        subjects = list(dict.fromkeys(subject for subject, at in placed.places if inside is not drawn.isdisjoint(at)))
        if subjects or not (inside or placed.places):
            shown = ", ".join(clean(subject, 80) for subject in subjects[:_MOST_SUBJECTS])
            more = len(subjects) - _MOST_SUBJECTS
            found.append(Noted(placed.finding, f"{shown} and {more} more" if more > 0 else shown))
    return tuple(found)


def weights(marks: Marks, endpoints: Iterable[EndpointSummary]) -> dict[Element, tuple[int, int]]:
    """How much is wrong with each element, a site's and a region's with all that belongs to it; the least is worst."""
    site_of = {endpoint.target: endpoint.site or "" for endpoint in endpoints}
    said: dict[Element, dict[str, Outcome]] = defaultdict(dict)
    for element, rules in marks.at.items():
        owners: list[Element] = [element]
        if element[0] == "endpoints":
            owners.append(("sites", site_of.get(element[1], "")))
        elif element[0] == "cross_connects":
            owners += [("sites", element[1]), ("sites", element[2])]
        elif element[0] == "links" and len(element) > 1:
            owners += [("sites", element[1]), ("regions", element[2])]
        for owner in owners:
            for rule, outcome in rules.items():
                _say(said[owner], rule, outcome)
    return {element: (min(map(WORST_FIRST.index, rules.values())), -len(rules)) for element, rules in said.items()}


def _say(said: dict[str, Outcome], rule: str, outcome: Outcome) -> None:
    said[rule] = _worse(said.get(rule), outcome)


def _worse(one: Outcome | None, other: Outcome) -> Outcome:
    return other if one is None else min(one, other, key=WORST_FIRST.index)


@dataclass(frozen=True)
class _Names:
    """Every name that is declared, by the kind of what it names."""

    known: Mapping[str, frozenset[str]]
    hosts: Mapping[str, tuple[Element, ...]]
    """The names of the regions in DNS."""

    @classmethod
    def of(cls, declared: Deployment) -> "_Names":
        known = {
            "sites": frozenset(site.name for site in declared.sites),
            "regions": frozenset(region.name for region in declared.regions),
            "circuits": frozenset(circuit.name for circuit in declared.circuits),
            "maps": frozenset(maps.location for maps in declared.maps),
        }
        hosts: dict[str, tuple[Element, ...]] = {}
        for region in declared.regions:
            if region.hostname:
                hosts[region.hostname] = (*hosts.get(region.hostname, ()), ("regions", region.name))
        return cls(known, hosts)

    def elements(self, subject: str) -> tuple[Element, ...]:
        """What the subject points at: several only where names make it ambiguous, none where it is not declared."""
        kind, bracket, rest = subject.partition("[")
        if not bracket or len(subject) > _LONGEST:
            return ((subject,),) if subject in _WHOLES else self.hosts.get(subject, ())
        ends = [place for place, letter in enumerate(rest) if letter == "]" and rest[place + 1 : place + 2] in " ."]
        for end in reversed(ends):
            if found := tuple(self._named(kind, rest[:end])):
                return found
        return ()

    def _named(self, kind: str, inside: str) -> Iterator[Element]:
        if inside in self.known.get(kind, ()):
            yield kind, inside
        for found in re.finditer(_PAIRS[kind], inside) if kind in _PAIRS else ():
            one, other = inside[: found.start()], inside[found.end() :]
            others = self.known["regions" if kind == "links" else "sites"]
            if one in self.known["sites"] and other in others:
                yield (kind, one, other) if kind == "links" else (kind, *sorted((one, other)))


def _doubted(reason: str, names: _Names) -> Iterator[tuple[str, tuple[Element, ...]]]:
    """The subjects of what could not be told, which the reason begins with: ``sites[A].nat, sites[B].nat: why; …``.

    Where that cannot be read beyond doubt, as names are free to hold commas and colons, the whole stands for itself.
    """
    for part in reason.split("; ") if reason else ():
        for colon in re.finditer(": ", part[:_LONGEST]):
            listed = re.fullmatch(r"(.*?)(?: and ([0-9]+) more)?", part[: colon.start()])
            subjects = [(subject, names.elements(subject)) for subject in listed[1].split(", ")] if listed else []
            if subjects and all(elements or _ELSEWHERE.fullmatch(subject) for subject, elements in subjects):
                yield from subjects
                if listed and listed[2]:
                    yield f"{listed[2]} more", ()
                break
        else:
            yield part, ()
