"""The content of the HTML page, computed before any markup: the templates only lay it out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from auditor.model.answer import AnswerKind, FindingKey, RequirementAnswer
from auditor.model.finding import Finding, Outcome, listed, reason_text
from auditor.model.report import CertificateFacts, EndpointSummary, Report, RuleSummary
from auditor.model.rule import Citation
from auditor.model.severity import Severity
from auditor.model.subject import subject_text
from auditor.model.target import OWED, Perspective
from auditor.render.grouped import FindingGroup, grouped
from auditor.render.html.chain import ChainLink, chain_picture, links
from auditor.render.html.deployment_picture import DeploymentPicture, deployment_picture
from auditor.render.html.drawing import Picture
from auditor.render.html.timeline import timeline
from auditor.render.validity import Validity, validity
from auditor.render.wording import (
    NEEDS_READING,
    by_weight,
    cited,
    groups_of,
    number,
    owed_names,
    web_address,
    worst,
    worst_answers_first,
)

MOST_PICTURES = 100
"""The most endpoints whose chains are drawn; a longer report lists all chains in words, to limit its size."""
MOST_USERS = 20
"""The most endpoints named with a certificate; the others are counted, and link to it themselves."""

MOST_LINKS = 8
"""The most findings that a requirement links to; a large estate has thousands."""


@dataclass(frozen=True)
class SourceLink:
    """A citation, with a link only where it leads to the web."""

    text: str
    href: str


@dataclass(frozen=True)
class RuleEntry:
    """What is true of a rule, for all its findings."""

    id: str
    """Empty for a rule that only has findings of what nobody looked at: there is nothing to fix."""
    rule: str
    summary: RuleSummary
    sources: tuple[SourceLink, ...]


@dataclass(frozen=True)
class EvidenceView:
    """What was observed of one or several subjects, and what is required."""

    subjects: str
    observed: str
    required: str


@dataclass(frozen=True)
class Item:
    """One finding, or several that say the same, with the id it is linked by."""

    id: str
    finding: Finding
    rules: tuple[RuleEntry, ...]
    """The rules of all these findings, the most severe first."""
    severity: Severity
    evidence: tuple[EvidenceView, ...]
    reason: str


@dataclass(frozen=True)
class Quiet:
    """Rules that passed or do not apply, all for the same reason if there is one."""

    outcome: Outcome
    reason: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """The result of one group of rules at one endpoint: the worst outcome, its count, and a link to the details."""

    outcome: Outcome
    count: int
    href: str
    of: int = 0
    """The number of checks, if some were not tested and all others passed; else empty."""


@dataclass(frozen=True)
class ChainView:
    """One chain, the versions it was sent in, and its picture unless the report is too long for it."""

    links: tuple[ChainLink, ...]
    versions: str
    picture: Picture | None


@dataclass(frozen=True)
class Section:
    """Everything about one endpoint."""

    id: str
    name: str
    lead: str
    outcome: Outcome
    cells: tuple[Cell | None, ...]
    whole: Cell | None
    """Replaces all cells for a deployment among endpoints, which has none of their groups, and for what is owed."""
    items: tuple[Item, ...]
    quiet: tuple[Quiet, ...]
    endpoint: EndpointSummary | None
    chains: tuple[ChainView, ...]

    @property
    def owed(self) -> bool:
        """Whether it is something that the deployment must have and nobody looked at."""
        return _is_owed(self.endpoint)

    @property
    def unsupported(self) -> tuple[str, ...]:
        """The protocol versions that the endpoint rejects."""
        versions = self.endpoint.versions if self.endpoint else ()
        return tuple(version.version for version in versions if version.spoken is False)

    @property
    def quiet_count(self) -> int:
        """How many checks passed or do not apply."""
        return sum(len(quiet.rules) for quiet in self.quiet)


@dataclass(frozen=True)
class Card:
    """One certificate, its validity on the day of the audit, and the endpoints whose chains contain it."""

    id: str
    facts: CertificateFacts
    validity: Validity
    used_by: str
    is_anchor: bool


@dataclass(frozen=True)
class FindingLink:
    """One or several findings that stand in one place; without a link where the report does not have them."""

    text: str
    href: str


@dataclass(frozen=True)
class RequirementEntry:
    """One requirement, its answer, and where the findings are that decide it."""

    id: str
    found: RequirementAnswer
    sources: tuple[SourceLink, ...]
    findings: tuple[FindingLink, ...]
    more: int
    """How many places are not linked."""


@dataclass(frozen=True)
class AnswerGroup:
    """The requirements with one answer, the most severe first."""

    id: str
    kind: AnswerKind
    entries: tuple[RequirementEntry, ...]


@dataclass(frozen=True)
class Page:
    """The whole page."""

    groups: tuple[str, ...]
    sections: tuple[Section, ...]
    rules: tuple[RuleEntry, ...]
    cards: Mapping[str, Card]
    timeline: Picture | None
    deployment: DeploymentPicture | None
    hrefs: Mapping[str, str]
    """The anchor of each rule's finding about the deployment."""
    answers: tuple[AnswerGroup, ...]
    """The requirements by their answers, worst first."""
    anchors: Mapping[str, str]
    """The id of each requirement on the page."""

    @property
    def owed(self) -> bool:
        """Whether the deployment must have something that nobody looked at."""
        return any(section.owed for section in self.sections)


def page(report: Report) -> Page:
    """The view of a report whose strings have been cleaned."""
    deployments = {endpoint.target for endpoint in report.endpoints if endpoint.perspective == Perspective.DEPLOYMENT}
    alone = deployments | {endpoint.target for endpoint in report.endpoints if endpoint.perspective == OWED}
    of_endpoints = [finding for finding in report.findings if finding.target not in alone]
    of_deployments = [finding for finding in report.findings if finding.target in deployments]
    groups = groups_of(report.rules[finding.rule] for finding in of_endpoints or of_deployments or report.findings)
    by_target: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_target.setdefault(finding.target, []).append(finding)
    endpoints = {endpoint.target: endpoint for endpoint in report.endpoints}
    rules = _rules(report)
    sections = tuple(
        _section(f"e{position}", findings, endpoints.get(name), groups, report, rules)
        for position, (name, findings) in enumerate(by_target.items(), 1)
    )
    cards = _cards(report)
    answers = tuple(_answers(report, _hrefs(sections)))
    return Page(
        groups=groups,
        sections=sections,
        rules=tuple(entry for entry in rules.values() if entry.id),
        cards=cards,
        timeline=timeline([card.facts for card in cards.values()], report.observed_at) if cards else None,
        deployment=deployment_picture(report, report.deployment) if report.deployment else None,
        hrefs={
            entry.rule: f"#{item.id}"
            for section in sections
            if section.name in deployments
            for item in section.items
            for entry in item.rules
        },
        answers=answers,
        anchors={entry.found.id: entry.id for group in answers for entry in group.entries},
    )


def _hrefs(sections: Iterable[Section]) -> dict[FindingKey, str]:
    """Where each finding stands."""
    found: dict[FindingKey, str] = {}
    for section in sections:
        for item in section.items:
            found |= {FindingKey(rule=one.rule, target=section.name): f"#{item.id}" for one in item.rules}
        for quiet in section.quiet:
            found |= {FindingKey(rule=rule, target=section.name): f"#{section.id}-quiet" for rule in quiet.rules}
    return found


def _answers(report: Report, hrefs: Mapping[FindingKey, str]) -> Iterator[AnswerGroup]:
    entries = [
        _requirement(f"q{position}", found, hrefs)
        for position, found in enumerate(worst_answers_first(report.requirements), 1)
    ]
    for kind in AnswerKind:
        if those := tuple(entry for entry in entries if entry.found.answer is kind):
            yield AnswerGroup(f"requirements-{kind.value}", kind, those)


def _requirement(entry_id: str, found: RequirementAnswer, hrefs: Mapping[FindingKey, str]) -> RequirementEntry:
    """Findings at one place are one link, which names the target, and the rule if it is one alone."""
    places: dict[tuple[str, str], list[str]] = {}
    for key in found.findings:
        places.setdefault((hrefs.get(key, ""), key.target), []).append(key.rule)
    links = [
        FindingLink(f"{rules[0] if len(rules) == 1 else number(len(rules), 'check')} at {target}", href)
        for (href, target), rules in places.items()
    ]
    more = len(links) - MOST_LINKS
    return RequirementEntry(
        id=entry_id,
        found=found,
        sources=tuple(map(_source, found.sources)),
        findings=tuple(links[: MOST_LINKS if more > 0 else None]),
        more=max(more, 0),
    )


def _rules(report: Report) -> dict[str, RuleEntry]:
    """Every rule that has a finding to be read, by its id, the most urgent first."""
    owed = owed_names(report)
    loud = by_weight([one for one in report.findings if one.outcome in NEEDS_READING], report.rules)
    looked = list(dict.fromkeys(finding.rule for finding in loud if finding.target not in owed))
    unseen = dict.fromkeys(finding.rule for finding in loud)
    ids = {rule: f"r{position}" for position, rule in enumerate(looked, 1)}
    return {
        rule: RuleEntry(ids.get(rule, ""), rule, report.rules[rule], tuple(map(_source, report.rules[rule].citations)))
        for rule in dict.fromkeys((*looked, *unseen))
    }


def _source(citation: Citation) -> SourceLink:
    return SourceLink(cited(citation), web_address(citation))


def _section(
    section_id: str,
    findings: Sequence[Finding],
    endpoint: EndpointSummary | None,
    groups: Sequence[str],
    report: Report,
    rules: Mapping[str, RuleEntry],
) -> Section:
    loud = [row for row in grouped(findings, report.rules) if row.outcome in NEEDS_READING]
    items = tuple(_item(f"{section_id}-{position}", row, rules) for position, row in enumerate(loud, 1))
    hrefs = {entry.rule: f"#{item.id}" for item in items for entry in item.rules}
    quiet = f"#{section_id}-quiet"
    of_group: dict[str, list[Finding]] = {group: [] for group in groups}
    for finding in findings:
        of_group.setdefault(report.rules[finding.rule].group, []).append(finding)
    cells = tuple(_cell(of_group[group], hrefs, quiet, report.rules) for group in groups)
    return Section(
        id=section_id,
        name=findings[0].target,
        lead=_lead(endpoint) if endpoint else "",
        outcome=worst(findings),
        cells=cells,
        whole=None if any(cells) and not _is_owed(endpoint) else _cell(findings, hrefs, quiet, report.rules),
        items=items,
        quiet=_quiet(findings),
        endpoint=endpoint,
        chains=tuple(_chains(report, endpoint)) if endpoint else (),
    )


def _is_owed(endpoint: EndpointSummary | None) -> bool:
    return endpoint is not None and endpoint.perspective == OWED


def _item(item_id: str, row: FindingGroup, rules: Mapping[str, RuleEntry]) -> Item:
    return Item(
        id=item_id,
        finding=row.first,
        rules=tuple(rules[finding.rule] for finding in row.findings),
        severity=row.severity,
        evidence=_evidence(row.first),
        reason=reason_text(row.first),
    )


def _evidence(finding: Finding) -> tuple[EvidenceView, ...]:
    """Violations and warnings; subjects of which the same was observed stand together."""
    subjects: dict[tuple[str, str], list[str]] = {}
    for remark in finding.evidence:
        subjects.setdefault((remark.observed, remark.expected), []).append(subject_text(remark.subject))
    return tuple(
        EvidenceView(", ".join(filter(None, names)), observed, required)
        for (observed, required), names in subjects.items()
    )


def _quiet(findings: Iterable[Finding]) -> tuple[Quiet, ...]:
    """Findings that passed or do not apply, those of one outcome and one reason together."""
    rules: dict[tuple[Outcome, str], list[str]] = {}
    for finding in findings:
        if finding.outcome not in NEEDS_READING:
            rules.setdefault((finding.outcome, reason_text(finding)), []).append(finding.rule)
    order = list(Outcome)
    return tuple(
        Quiet(outcome, reason, tuple(named))
        for (outcome, reason), named in sorted(rules.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    )


def _cell(
    findings: Sequence[Finding], hrefs: Mapping[str, str], quiet: str, rules: Mapping[str, RuleSummary]
) -> Cell | None:
    if not findings:
        return None
    first = by_weight(findings, rules)[0]
    count = sum(finding.outcome is first.outcome for finding in findings)
    of = len(findings) if first.outcome is Outcome.NOT_TESTED and count < len(findings) else 0
    return Cell(first.outcome, count, hrefs.get(first.rule, quiet), of)


_LEADS: Mapping[str, str] = {
    OWED: "The deployment must have this, and nobody looked at it.",
    Perspective.SDP: "Session descriptions in a file.",
    Perspective.DEPLOYMENT: "As declared in the inventory.",
    Perspective.CERTIFICATE: "A certificate in a file.",
    Perspective.TRUST_STORE: "The roots in a file that an endpoint verifies its peers with.",
}


def _lead(endpoint: EndpointSummary) -> str:
    """What was audited, and how: in one line."""
    if (words := _LEADS.get(endpoint.perspective)) is not None:
        return words
    parts = [f"{(endpoint.service or '').upper()} at {endpoint.address or endpoint.host} port {endpoint.port}"]
    parts += [f"SNI {endpoint.server_name}"] if endpoint.server_name else []
    parts += [number(endpoint.connections, "connection")] if endpoint.connections is not None else []
    parts += [f"{endpoint.seconds:.1f} s"] if endpoint.seconds is not None else []
    return f"{', '.join(parts)}."


def _chains(report: Report, endpoint: EndpointSummary) -> Iterable[ChainView]:
    looked_at = (one for one in report.endpoints if not _is_owed(one))
    drawn = next(islice(looked_at, MOST_PICTURES, None), None) is None
    for chain in endpoint.chains:
        shown = links(chain, report.certificates, report.observed_at)
        yield ChainView(shown, ", ".join(chain.versions), chain_picture(shown) if drawn else None)


def _cards(report: Report) -> dict[str, Card]:
    """Every certificate of a chain by its SHA-256, the first to expire first."""
    used: dict[str, dict[str, None]] = {}
    anchors: set[str] = set()
    for endpoint in report.endpoints:
        for chain in endpoint.chains:
            anchors |= {chain.anchor} if chain.anchor else set()
            for key in (*chain.certificates, *((chain.anchor,) if chain.anchor else ())):
                used.setdefault(key, {})[endpoint.target] = None
    ordered = sorted(used, key=lambda key: (report.certificates[key].not_after, key))
    return {
        key: Card(
            id=f"c{position}",
            facts=report.certificates[key],
            validity=validity(report.certificates[key], report.observed_at),
            used_by=listed(used[key], MOST_USERS),
            is_anchor=key in anchors,
        )
        for position, key in enumerate(ordered, 1)
    }
