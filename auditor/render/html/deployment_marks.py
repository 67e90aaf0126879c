"""The findings at each element of a deployment: the rules and the worst outcome."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from auditor.model.deployment import Deployment
from auditor.model.finding import Finding, Outcome, listed
from auditor.model.report import EndpointSummary, Report
from auditor.model.subject import DeclaredSubject, DnsNameSubject, Subject, subject_text
from auditor.model.target import OWED
from auditor.render.wording import OUTCOME_WORDS, WORST_FIRST, by_weight
from auditor.sanitise import clean

Element: TypeAlias = tuple[str, ...]
"""Such as ``("sites", "A")``, ``("links", "A", "one")`` or ``("endpoints", target)``; ``("sites",)`` for all sites."""
Outcomes: TypeAlias = Mapping[str, Outcome]
"""The finding of each rule."""

FAULTS = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN)
_WHOLES = ("sites", "regions", "links", "circuits")
_MOST_RULES = 6
_MOST_SUBJECTS = 3


@dataclass(frozen=True)
class LocatedFinding:
    """A finding, its subjects as text, and the elements that each of them points at."""

    finding: Finding
    subjects: tuple[tuple[str, tuple[Element, ...]], ...]


@dataclass(frozen=True)
class Marks:
    """All defects, by element."""

    at: Mapping[Element, Outcomes]
    located: tuple[LocatedFinding, ...]
    outcomes: Mapping[str, Outcome]
    """The worst outcome at each endpoint, including passes."""
    unseen: frozenset[str]
    """Endpoints that nobody looked at."""

    def outcome(self, element: Element) -> Outcome | None:
        """The worst outcome of the element itself; for an endpoint, including a pass."""
        if element[:1] == ("endpoints",):
            if element[1] in self.unseen:
                return Outcome.NOT_TESTED
            return self.outcomes.get(element[1])
        outcomes = self.at.get(element)
        return min(outcomes.values(), key=WORST_FIRST.index) if outcomes else None

    def words(self, element: Element) -> str:
        """Such as ``Fail: address-missing, nat-missing.``; empty if there are no findings."""
        outcomes = self.at.get(element)
        if element[:1] == ("endpoints",) and element[1] in self.unseen:
            return "Nobody looked at it."
        if not outcomes:
            outcome = self.outcome(element)
            return f"{OUTCOME_WORDS[outcome]}." if outcome else ""
        shown = sorted(outcomes, key=lambda rule: (WORST_FIRST.index(outcomes[rule]), rule))
        sentences = [
            f"{OUTCOME_WORDS[outcome]}: {', '.join(rules)}."
            for outcome in FAULTS
            if (rules := [rule for rule in shown[:_MOST_RULES] if outcomes[rule] is outcome])
        ]
        more = len(shown) - _MOST_RULES
        return " ".join([*sentences, f"And {more} more."] if more > 0 else sentences)


def marks_of(report: Report, declared: Deployment) -> Marks:
    """What the findings that need attention say, where in the deployment."""
    own = {endpoint.target for endpoint in report.endpoints if endpoint.perspective == "deployment"}
    declared_elements = _Declared.of(declared)
    at: dict[Element, dict[str, Outcome]] = defaultdict(dict)
    outcomes: dict[str, Outcome] = {}
    about: list[Finding] = []
    for finding in report.findings:
        if finding.target in own:
            about += [finding] if finding.outcome in FAULTS else []
            continue
        outcomes[finding.target] = _worse(outcomes.get(finding.target), finding.outcome)
        if finding.outcome in FAULTS:
            _mark(at["endpoints", finding.target], finding.rule, finding.outcome)
    located = []
    for finding in by_weight(about, report.rules):
        pointed = [(remark.subject, finding.outcome) for remark in finding.evidence]
        pointed += [(doubt.subject, Outcome.INCONCLUSIVE) for doubt in finding.doubts]
        subjects = [(subject_text(subject), declared_elements.at(subject)) for subject, _ in pointed]
        for (_, outcome), (_, elements) in zip(pointed, subjects, strict=True):
            for element in elements:
                _mark(at[element], finding.rule, outcome)
        located.append(LocatedFinding(finding, tuple(subjects)))
    unseen = {
        endpoint.target
        for endpoint in report.endpoints
        if endpoint.perspective == OWED or endpoint.target not in {*outcomes, *own}
    }
    return Marks(at, tuple(located), outcomes, frozenset(unseen))


@dataclass(frozen=True)
class Noted:
    """A finding in a list below the picture, and where it points."""

    finding: Finding
    subjects: str


def noted(marks: Marks, drawn: frozenset[Element], *, inside: bool) -> tuple[Noted, ...]:
    """The findings that point at what is drawn, or those that point at anything else, each with such subjects."""
    found = []
    for located in marks.located:
        subjects = list(dict.fromkeys(text for text, at in located.subjects if inside is not drawn.isdisjoint(at)))
        if subjects or not (inside or located.subjects):
            named = [clean(subject, 80) for subject in subjects if subject]
            found.append(Noted(located.finding, listed(named, _MOST_SUBJECTS)))
    return tuple(found)


def weights(marks: Marks, endpoints: Iterable[EndpointSummary]) -> dict[Element, tuple[int, int]]:
    """How much is wrong with each element, a site's and a region's with all that belongs to it; the least is worst."""
    site_of = {endpoint.target: endpoint.site or "" for endpoint in endpoints}
    outcomes: dict[Element, dict[str, Outcome]] = defaultdict(dict)
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
                _mark(outcomes[owner], rule, outcome)
    return {element: (min(map(WORST_FIRST.index, rules.values())), -len(rules)) for element, rules in outcomes.items()}


def _mark(outcomes: dict[str, Outcome], rule: str, outcome: Outcome) -> None:
    outcomes[rule] = _worse(outcomes.get(rule), outcome)


def _worse(one: Outcome | None, other: Outcome) -> Outcome:
    return other if one is None else min(one, other, key=WORST_FIRST.index)


@dataclass(frozen=True)
class _Declared:
    """Every name that is declared, by the section it stands in."""

    names: Mapping[str, frozenset[str]]
    hosts: Mapping[str, tuple[Element, ...]]
    """The regions by their names in DNS."""

    @classmethod
    def of(cls, declared: Deployment) -> "_Declared":
        names = {
            "sites": frozenset(site.name for site in declared.sites),
            "regions": frozenset(region.name for region in declared.regions),
            "circuits": frozenset(circuit.name for circuit in declared.circuits),
            "maps": frozenset(maps.location for maps in declared.maps),
        }
        hosts: dict[str, tuple[Element, ...]] = {}
        for region in declared.regions:
            if region.hostname:
                hosts[region.hostname] = (*hosts.get(region.hostname, ()), ("regions", region.name))
        return cls(names, hosts)

    def at(self, subject: Subject) -> tuple[Element, ...]:
        """The elements that the subject points at; none where it names nothing that is declared."""
        match subject:
            case DnsNameSubject(name=name):
                return self.hosts.get(name, ())
            case DeclaredSubject(part=part, names=()) if part in _WHOLES:
                return ((part,),)
            case DeclaredSubject(part="links", names=(site, region)):
                declared = site in self.names["sites"] and region in self.names["regions"]
                return (("links", site, region),) if declared else ()
            case DeclaredSubject(part="cross_connects", names=(_, _) as sites):
                return (("cross_connects", *sorted(sites)),) if self.names["sites"].issuperset(sites) else ()
            case DeclaredSubject(part=part, names=(name,)) if name in self.names.get(part, ()):
                return ((part, name),)
        return ()
