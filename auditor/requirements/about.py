"""Which remarks of a finding concern a requirement that is about a part of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from auditor.model.deployment import Deployment
from auditor.model.finding import Doubt, Finding, NotTested, Violation, Warning
from auditor.model.requirement import About
from auditor.model.subject import CertificateCaseSubject, DeclaredSubject, DnsNameSubject
from auditor.network.endpoints import plain_name

Decisive: TypeAlias = Violation | Warning | Doubt | NotTested
"""A remark that keeps a requirement from being met."""
Place: TypeAlias = tuple[str, int]
"""A section of the inventory, and the position of an entry in it, from 1."""
Places: TypeAlias = Mapping[str, Sequence[Place]]
"""The regions and sites that a name in DNS is the hostname, or an item 2 or 5, of."""


def places_of(declared: Deployment) -> Places:
    """Where the names in DNS stand."""
    found: dict[str, list[Place]] = {}
    for number, region in enumerate(declared.regions, start=1):
        found.setdefault(plain_name(region.hostname or ""), []).append(("regions", number))
    for number, site in enumerate(declared.sites, start=1):
        for text in site.signaling_destination:
            found.setdefault(plain_name(text), []).append(("sites", number))
    return found


def concerning(finding: Finding, about: About, declared: Deployment | None, places: Places) -> list[Decisive]:
    """The remarks about that part of the finding, and those about more than a part."""
    remarks: tuple[Decisive, ...] = (*finding.violations, *finding.warnings, *finding.doubts, *finding.not_tested)
    return [remark for remark in remarks if _concerns(remark, about, declared, places)]


def _concerns(remark: Decisive, about: About, declared: Deployment | None, places: Places) -> bool:
    subject = remark.subject
    if not about.advice and isinstance(remark, Warning) and not remark.unproven:
        return False
    if isinstance(subject, CertificateCaseSubject):
        whole = isinstance(remark, NotTested) and remark.whole
        return whole or not about.cases or subject.case in about.cases
    if isinstance(subject, DnsNameSubject):
        return _is_name_at(places.get(plain_name(subject.name), ()), about)
    if not isinstance(subject, DeclaredSubject):
        return True
    return (
        (not about.fields or not subject.field or not {*about.fields}.isdisjoint(_fields(subject)))
        and (not about.statements or not subject.names or bool({*subject.names} & {*about.statements}))
        and _is_at(subject, "sites", about.site, declared)
        and _is_at(subject, "regions", about.region, declared)
    )


def _is_at(subject: DeclaredSubject, section: str, position: int | None, declared: Deployment | None) -> bool:
    """Whether the subject is the entry at that position of the section, or none of its entries."""
    if position is None or subject.part != section or declared is None:
        return True
    entries = declared.sites if section == "sites" else declared.regions
    if not subject.names:  # the section as a whole; items are those of the entries that it lacks
        return not subject.items or position > len(entries)
    return any(entry.name in subject.names for entry in (entries[:1] if position == 1 else entries[1:]))


def _is_name_at(found: Iterable[Place], about: About) -> bool:
    """Whether a name in DNS that is at these places is one of the region or the site, or of none."""
    everywhere = tuple(found)
    for section, position in (("regions", about.region), ("sites", about.site)):
        here = {1 if number == 1 else 2 for part, number in everywhere if part == section}
        if position is not None and here and position not in here:
            return False
    return True


def _fields(subject: DeclaredSubject) -> tuple[str, str]:
    """The field, and the field of its entry."""
    return subject.field, f"{subject.field}.{subject.entry_field}"
