"""Microsoft sends traffic over MAPS Voice or ExpressRoute only to the addresses that the operator advertises there.

A site's items 1 to 6 are advertised by the site's own connections, or are translated to a NAT pool that is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from auditor.model.deployment import Site
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning, listed
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.address_sets import AddressSet, together_contain
from auditor.network.addresses import is_range, parse_range, why_not_public
from auditor.network.advertised import PEERED, Advertised, Way, ranges_set
from auditor.network.connections import circuits_with_microsoft_peering, only_vnet_injection
from auditor.network.endpoints import plain_name
from auditor.network.subjects import CIRCUITS, LINKS, SITES

_ITEMS = (
    ("signaling_source", "items 1 and 4"),
    ("signaling_destination", "items 2 and 5"),
    ("media", "items 3 and 6"),
)
_EXPECTED = "an address that the site's connections advertise"


@dataclass(frozen=True)
class _Connected:
    """A site with links over MAPS Voice or ExpressRoute, and where its addresses may also be reached."""

    subject: DeclaredSubject
    site: Site
    ways: tuple[Way, ...]
    internet: bool
    """Whether the site has links over the Internet, too."""
    resolved: Mapping[str, tuple[str, ...]]
    """The addresses of names that endpoints have, or that were looked up."""


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every item 1 to 6 and every NAT pool lies within what its site's connections advertise."""
    for seen in evidence.seen:
        declared = seen.declared
        if only_vnet_injection(declared, declared.links):
            yield NotApplicable(reason="an injected virtual network is reached by private addresses")
            continue
        if not declared.sites:
            yield Doubt(subject=SITES, reason="no site is declared")
        advertised = Advertised(declared, circuits_with_microsoft_peering(declared))
        resolved = {plain_name(endpoint.host): endpoint.addresses for endpoint in seen.endpoints or ()}
        for found in seen.resolved:
            resolved[found.name] = tuple(dict.fromkeys((*resolved.get(found.name, ()), *found.addresses)))
        for site in declared.sites:
            yield from _site(site, advertised, resolved)
        if not any(link.connection_type in PEERED for link in declared.links):
            yield NotApplicable(reason="no link runs over MAPS Voice or ExpressRoute Microsoft peering")


def _site(site: Site, advertised: Advertised, resolved: Mapping[str, tuple[str, ...]]) -> Iterator[Remark]:
    types = {link.connection_type for link in advertised.links.get(site.name, ())}
    subject = SITES.named(site.name)
    if not types:
        yield Doubt(subject=subject, reason="no link of the site is declared")
    elif None in types:
        yield Doubt(subject=LINKS, reason=f"a link of {site.name} declares no connection_type")
    if types & PEERED:
        ways = advertised.ways(site.name, site.location)
        yield from _connected(_Connected(subject, site, ways, "public_internet" in types, resolved))


def _connected(where: _Connected) -> Iterator[Remark]:
    site = where.site
    pool = site.nat.pool if site.nat else ()
    inside = ranges_set(site.internal_ranges)
    judged = bool(pool)
    for field, items in _ITEMS:
        subject = where.subject.at(field, items=items)
        ranges = tuple(_addresses(getattr(site, field), where.resolved))
        judged |= bool(ranges)
        outside = [text for text in ranges if not _behind_nat(text, inside, translated=bool(pool))]
        yield from _ranges(where, subject, outside, unclear=bool(pool) and not site.internal_ranges)
    # A pool that is not public is left to nat-missing.
    public = [text for text in pool if not why_not_public(text)]
    yield from _ranges(where, where.subject.at("nat.pool"), public, unclear=False)
    if not judged:
        yield Doubt(subject=where.subject, reason="no address of the site is declared")


def _addresses(texts: Iterable[str], resolved: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The ranges, and the addresses that the names resolved to."""
    for text in texts:
        if is_range(text):
            yield text
        else:
            # The gateway uses IPv4 only.
            addresses = resolved.get(plain_name(text), ())
            yield from (one for one in addresses if parse_range(one).version == 4)


def _behind_nat(text: str, inside: AddressSet, *, translated: bool) -> bool:
    """Whether a range is translated.  Without NAT, a range that is not public is left to ``address-not-public``."""
    return why_not_public(text) is not None or (translated and inside.contains(parse_range(text)))


def _ranges(where: _Connected, subject: DeclaredSubject, texts: Iterable[str], *, unclear: bool) -> Iterator[Remark]:
    found = {text: parse_range(text) for text in texts}
    advertised = [text for text, one in found.items() if together_contain([way.certain for way in where.ways], one)]
    for text, one in found.items():
        lacking = [way for way in where.ways if way.possible is not None and not way.possible.contains(one)]
        undeclared = [way.doubt for way in where.ways if way.possible is None]
        unnamed = [way.doubt for way in where.ways if way.possible and way.possible.contains(one)]
        shown = listed(way.shown for way in lacking)
        if text in advertised:
            if lacking:
                observed = f"{text}, not advertised over {shown}"
                yield Warning(subject=subject, expected="an address that every link advertises", observed=observed)
        elif unnamed:
            observed = f"{text}, advertised over one of those it may use: {listed(unnamed)}"
            yield Warning(subject=subject, expected=_EXPECTED, observed=observed, unproven=True)
        elif undeclared:
            yield Doubt(subject=subject, reason=f"whether {text} is advertised is open: {listed(undeclared)}")
        elif unclear:
            reason = f"{text} is not advertised; internal_ranges does not say whether NAT translates it"
            yield Doubt(subject=subject, reason=reason)
        elif where.internet and advertised:
            reason = f"{text} is not advertised over {shown}; the links that use it are not declared"
            yield Doubt(subject=subject, reason=reason)
        else:
            part = "part of it " if any(way.possible and way.possible.touches(one) for way in lacking) else ""
            observed = f"{text}, {part}not advertised over {shown}"
            yield Violation(subject=subject, expected=_EXPECTED, observed=observed)


RULE = Rule(
    id="address-not-advertised",
    title="A site's address is not advertised to Microsoft",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Advertise the address over the site's own connections: add it to address_ranges of its MAPS Voice peering or "
        "to advertised_prefixes of its circuit, or translate it to a NAT pool that is advertised.  Name the circuit or "
        "the peering of each link."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(CIRCUITS.at("advertised_prefixes"),),
)
