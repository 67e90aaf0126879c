"""What the HTML page shows, worked out before any markup: the templates only lay it out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from auditor.model.report import CertificateFacts, EndpointSummary, Finding, Outcome, Report
from auditor.model.rule import Citation
from auditor.model.target import Perspective
from auditor.render.grouped import Row, gathered
from auditor.render.html.deployment_picture import DeploymentPicture, deployment_picture
from auditor.render.html.drawing import Picture, chain_picture
from auditor.render.html.timeline import timeline
from auditor.render.validity import Validity, validity
from auditor.render.wording import NEEDS_READING, by_weight, cited, subject_of, subjects_of, worst

_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?([/?#][^\s\\\"'<>]*)?", re.ASCII)

MOST_SOURCED = 500
"""Up to so many findings, each carries its sources; in a longer report only the first of each rule, for its size."""


@dataclass(frozen=True)
class Source:
    """A citation, with a link only where it leads to the web."""

    text: str
    href: str


@dataclass(frozen=True)
class Item:
    """One finding, or several that say the same, with the id it is linked by."""

    id: str
    row: Row
    subject: str
    sources: tuple[Source, ...]
    sources_at: str = ""
    """In a very long report, the id of the first finding of the same rule, whose sources stand for all."""

    @property
    def titles(self) -> tuple[str, ...]:
        """What was checked, a line for every finding."""
        return tuple(finding.title for finding in self.row.findings)


@dataclass(frozen=True)
class Cell:
    """What came of one subject at one endpoint: the worst outcome, how often, and where to read on."""

    outcome: Outcome
    count: int
    href: str
    of: int = 0
    """How many checks there are, where some were not tested and all others are well; else nothing."""


@dataclass(frozen=True)
class Section:
    """Everything about one endpoint."""

    id: str
    name: str
    outcome: Outcome
    cells: tuple[Cell | None, ...]
    whole: Cell | None
    """In the place of all cells, for a deployment beside endpoints: it has none of their subjects."""
    items: tuple[Item, ...]
    quiet: tuple[Finding, ...]
    """Findings that passed or did not apply."""
    endpoint: EndpointSummary | None
    pictures: tuple[tuple[Picture, str], ...]
    """Every chain, and the versions it was sent in."""

    @property
    def quiet_id(self) -> str:
        """Where the findings that passed are listed."""
        return f"{self.id}-passed"


@dataclass(frozen=True)
class Card:
    """One certificate, how it stands on the day, and the endpoints whose chains hold it."""

    facts: CertificateFacts
    validity: Validity
    used_by: tuple[str, ...]
    is_anchor: bool


@dataclass(frozen=True)
class Page:
    """The whole page."""

    subjects: tuple[str, ...]
    sections: tuple[Section, ...]
    cards: tuple[Card, ...]
    timeline: Picture | None
    deployment: DeploymentPicture | None
    hrefs: Mapping[str, str]
    """Where each rule's finding about the deployment stands."""


def page(report: Report) -> Page:
    """The view of a report whose strings have been cleaned."""
    deployments = {endpoint.target for endpoint in report.endpoints if endpoint.perspective == Perspective.DEPLOYMENT}
    of_endpoints = [finding for finding in report.findings if finding.target not in deployments]
    subjects = subjects_of(of_endpoints or report.findings)
    by_target: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_target.setdefault(finding.target, []).append(finding)
    endpoints = {endpoint.target: endpoint for endpoint in report.endpoints}
    cards = _cards(report.endpoints, report.observed_at)
    sections = tuple(
        _section(number, name, findings, endpoints.get(name), subjects, report.observed_at)
        for number, (name, findings) in enumerate(by_target.items(), 1)
    )
    return Page(
        subjects=subjects,
        sections=sections if sum(len(section.items) for section in sections) <= MOST_SOURCED else _abridged(sections),
        cards=cards,
        timeline=timeline([card.facts for card in cards], report.observed_at) if cards else None,
        deployment=deployment_picture(report, report.deployment) if report.deployment else None,
        hrefs={
            finding.rule: f"#{item.id}"
            for section in sections
            if section.name in deployments
            for item in section.items
            for finding in item.row.findings
        },
    )


def _abridged(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections with the sources of each rule at its first finding alone, and a link to them at the others."""
    first: dict[str, str] = {}
    abridged = []
    for section in sections:
        items = []
        for item in section.items:
            place = first.setdefault(item.row.first.rule, item.id)
            items.append(item if place == item.id else replace(item, sources_at=place))
        abridged.append(replace(section, items=tuple(items)))
    return tuple(abridged)


def _section(
    number: int,
    name: str,
    findings: Sequence[Finding],
    endpoint: EndpointSummary | None,
    subjects: Sequence[str],
    at: datetime,
) -> Section:
    loud = [row for row in gathered(findings) if row.outcome in NEEDS_READING]
    items = tuple(
        Item(f"finding-{number}-{position}", row, subject_of(row.first.rule), _sources(row))
        for position, row in enumerate(loud, 1)
    )
    section_id = f"endpoint-{number}"
    hrefs = {finding.rule: f"#{item.id}" for item in items for finding in item.row.findings}
    cells = tuple(
        _cell([finding for finding in findings if subject_of(finding.rule) == subject], hrefs, f"#{section_id}-passed")
        for subject in subjects
    )
    return Section(
        id=section_id,
        name=name,
        outcome=worst(findings),
        cells=cells,
        whole=None if any(cells) else _cell(findings, hrefs, f"#{section_id}-passed"),
        items=items,
        quiet=tuple(finding for finding in by_weight(findings) if finding.outcome not in NEEDS_READING),
        endpoint=endpoint,
        pictures=tuple(
            (chain_picture(chain, at), ", ".join(chain.versions)) for chain in (endpoint.chains if endpoint else ())
        ),
    )


def _cell(findings: Sequence[Finding], hrefs: dict[str, str], quiet: str) -> Cell | None:
    if not findings:
        return None
    first = by_weight(findings)[0]
    count = sum(finding.outcome is first.outcome for finding in findings)
    of = len(findings) if first.outcome is Outcome.NOT_TESTED and count < len(findings) else 0
    return Cell(first.outcome, count, hrefs.get(first.rule, quiet), of)


def _sources(row: Row) -> tuple[Source, ...]:
    """Every citation of the row's findings, once."""
    citations = dict.fromkeys(citation for finding in row.findings for citation in finding.citations)
    return tuple(Source(cited(citation), web_address(citation)) for citation in citations)


def web_address(citation: Citation) -> str:
    """The citation's address where it is a plain http or https one, else nothing: no other scheme is ever linked."""
    return citation.url if _WEB_ADDRESS.fullmatch(citation.url) else ""


def _cards(endpoints: Sequence[EndpointSummary], at: datetime) -> tuple[Card, ...]:
    """Every certificate once, the first to expire first."""
    facts: dict[str, CertificateFacts] = {}
    used: dict[str, list[str]] = {}
    anchors: set[str] = set()
    for endpoint in endpoints:
        for chain in endpoint.chains:
            for certificate in (*chain.certificates, *((chain.anchor,) if chain.anchor else ())):
                facts.setdefault(certificate.sha256, certificate)
                users = used.setdefault(certificate.sha256, [])
                if endpoint.target not in users[-1:]:
                    users.append(endpoint.target)
            if chain.anchor:
                anchors.add(chain.anchor.sha256)
    ordered = sorted(facts.values(), key=lambda certificate: (certificate.not_after, certificate.sha256))
    return tuple(
        Card(certificate, validity(certificate, at), tuple(used[certificate.sha256]), certificate.sha256 in anchors)
        for certificate in ordered
    )
