"""An address that two sites share, or that the gateway uses too, is routed to only one of them.

Two sites may share a NAT pool behind one circuit, and an item 2 or 5 that both declare as anycast.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from auditor.model.deployment import Deployment, Site
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject, subject_text
from auditor.network.addresses import Range, is_range, overlapping, parse_range
from auditor.network.subjects import REGIONS, SITES

_GATEWAY = REGIONS


class _Owned(NamedTuple):
    """A range of a site or of the gateway."""

    owner: DeclaredSubject
    written: str
    range: Range
    shared: bool = False
    """Whether several sites may have it."""


_Share: TypeAlias = tuple[str, Range]
"""A range, and what allows several sites to have it."""


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """No range of a site, its NAT pool included, overlaps one of another site or of the gateway."""
    for seen in evidence.seen:
        yield from _deployment(seen.declared)


def _deployment(declared: Deployment) -> Iterator[Remark]:
    circuits = _only_circuits(declared)
    sites: dict[_Share, dict[DeclaredSubject, None]] = {}
    for site in declared.sites:
        for share in _shares(site, circuits.get(site.name)):
            sites.setdefault(share, {})[SITES.named(site.name)] = None
    shared = {share: found for share, found in sites.items() if len(found) > 1}
    owned = list(_owned(declared, shared, circuits))
    if all(entry.owner == _GATEWAY for entry in owned):
        yield Doubt(subject=SITES, reason="no address of a site is declared")
    yield from _overlaps([entry for entry in owned if not entry.shared], lambda entry: entry.owner)
    if shared:
        groups = _groups(shared.values())
        # Two ranges that no one shares have been compared above.
        yield from _overlaps(owned, lambda entry: groups.get(entry.owner, entry.owner), shared=True)


def _overlaps(
    owned: Sequence[_Owned], owner: Callable[[_Owned], object], *, shared: bool = False
) -> Iterator[Violation]:
    """Ranges that overlap one of another owner; with ``shared``, only pairs with one that several sites may have."""
    ranges = {key: entry.range for key, entry in enumerate(owned)}
    for pair in overlapping(ranges, owner=lambda key: owner(owned[key])):
        one, other = (owned[key] for key in sorted(pair))
        others = "the gateway" if other.owner == _GATEWAY else subject_text(other.owner)
        if one.shared or other.shared or not shared:
            observed = f"{one.written}, which overlaps {other.written} of {others}"
            yield Violation(subject=one.owner, expected=f"no address of {others}", observed=observed)
            if other.owner != _GATEWAY:  # the other site has that address as wrongly
                mine = subject_text(one.owner)
                observed = f"{other.written}, which overlaps {one.written} of {mine}"
                yield Violation(subject=other.owner, expected=f"no address of {mine}", observed=observed)


def _shares(site: Site, circuit: str | None) -> Iterator[_Share]:
    """What other sites may have too, if they declare the same."""
    for text in filter(is_range, site.signaling_destination if site.anycast_reason else ()):
        yield "anycast", parse_range(text)
    for text in site.nat.pool if site.nat and circuit else ():
        yield f"circuit {circuit}", parse_range(text)


def _owned(declared: Deployment, shared: Container[_Share], circuits: Mapping[str, str]) -> Iterator[_Owned]:
    """Every range with its owner, each once, the gateway last."""
    found: dict[_Owned, None] = {}

    def add(owner: DeclaredSubject, texts: Iterable[str], share: str = "", what: str = "") -> None:
        for text in filter(is_range, texts):
            span = parse_range(text)
            found[_Owned(owner, f"{what}{text}", span, (share, span) in shared)] = None

    for site in declared.sites:
        owner = SITES.named(site.name)
        add(owner, site.signaling_source)
        add(owner, site.signaling_destination, "anycast" if site.anycast_reason else "")
        add(owner, site.media)
        add(owner, site.nat.pool if site.nat else (), f"circuit {circuits.get(site.name)}", "the NAT pool ")
    for region in declared.regions:
        add(_GATEWAY, (*region.signaling_ranges, *region.media_ranges, *region.towards_services))
    yield from found


def _only_circuits(declared: Deployment) -> dict[str, str]:
    """The circuit of each site whose links all name the same one."""
    named: dict[str, set[str | None]] = {}
    for link in declared.links:
        named.setdefault(link.site, set()).add(link.circuit)
    return {site: circuit for site, found in named.items() if len(found) == 1 for circuit in found if circuit}


def _groups(shared: Iterable[Iterable[DeclaredSubject]]) -> dict[DeclaredSubject, DeclaredSubject]:
    """One site of each group of sites that share something, for every site of it."""
    leader: dict[DeclaredSubject, DeclaredSubject] = {}

    def lead(site: DeclaredSubject) -> DeclaredSubject:
        while leader.setdefault(site, site) != site:
            site = leader[site]
        return site

    for first, *others in shared:
        for other in others:
            leader[lead(other)] = lead(first)
    return {site: lead(site) for site in leader}


RULE = Rule(
    id="address-overlap",
    title="Address ranges of different parties overlap",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Give each site its own addresses and NAT pool, and none from the gateway's ranges.  Declare an anycast item 2 "
        "or 5 with anycast_reason at each site."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
