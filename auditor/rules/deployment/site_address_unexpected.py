"""A site's name that leads to the other site, to the gateway or to a private address carries no calls to the site."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import Field

from auditor.model.deployment import Deployment, Site
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import LookedUpName, SiteNamesSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DnsNameSubject
from auditor.network.addresses import Range, is_range, parse_range, why_not_public
from auditor.network.connections import EXPRESSROUTE, only_vnet_injection
from auditor.network.endpoints import Spans, plain_name
from auditor.network.site_names import host_names, names_of_sites, unanswered

_PEERED = {"maps_voice", EXPRESSROUTE}


class GatewayDomains(Params):
    """The domains of gateways."""

    gateway_domains: tuple[str, ...] = Field(
        default=("commsgw.azure.com",), description="Domains of gateways, which no name of a site may lead to"
    )


@dataclass(frozen=True)
class _Nearby:
    """What the addresses of a site's name are compared with."""

    declared: Deployment
    sites: Spans[str]
    """Items 1 to 6 and the NAT pools of all sites, by the site."""
    gateway: Spans[str]
    """The gateway's ranges, by the region."""
    names: Mapping[str, Mapping[str, str]]
    """The sites at each address that a name resolves to, and the name."""


def check(evidence: Evidence[SiteNamesSeen], params: GatewayDomains) -> Iterator[Remark]:
    """Each name resolves to public addresses of its own site, and is no alias of the gateway's names."""
    for seen in evidence.seen:
        named = list(names_of_sites(seen))
        if not named:
            yield NotApplicable(reason="no site declares a name in items 2 and 5")
        around = _around(seen)
        for site, name, found in named:
            subject = DnsNameSubject(name=name)
            if found is None:
                yield Doubt(subject=subject, reason="it was not looked up", closes="--dns")
                continue
            for gap in unanswered(found):
                yield Doubt(subject=subject, reason=f"{gap.subject}: {gap.reason}")
            addresses = _addresses(found)
            if not addresses:
                yield Doubt(subject=subject, reason="no A record was found")
            yield from _gateway_names(subject, found, seen.declared, params.gateway_domains)
            for address in addresses:
                yield from _address(subject, site, address, around)
            yield from _endpoints(subject, seen, found)


def _addresses(found: LookedUpName) -> list[str]:
    """The IPv4 addresses of the name, and of the targets of its SRV records."""
    values = (record.value for record in found.records if record.type == "A" and is_range(record.value))
    return list(dict.fromkeys(values))


def _around(seen: SiteNamesSeen) -> _Nearby:
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for site, name, found in names_of_sites(seen):
        for address in _addresses(found) if found else ():
            names[address].setdefault(site.name, name)
    sites = (
        (parse_range(text), site.name)
        for site in seen.declared.sites
        for text in (
            *(*site.signaling_source, *site.signaling_destination, *site.media),
            *(site.nat.pool if site.nat else ()),
        )
        if is_range(text)
    )
    gateway = (
        (parse_range(text), region.name)
        for region in seen.declared.regions
        for text in (*region.signaling_ranges, *region.media_ranges, *region.towards_services)
        if is_range(text)
    )
    return _Nearby(seen.declared, Spans(sites), Spans(gateway), names)


def _gateway_names(
    subject: DnsNameSubject, found: LookedUpName, declared: Deployment, domains: Iterable[str]
) -> Iterator[Remark]:
    above = {f".{plain_name(domain)}" for domain in (declared.deployment.base_domain, *domains) if domain}
    theirs = {plain_name(region.hostname) for region in declared.regions if region.hostname}
    targets = (str(record.host) for record in found.records if record.type == "SRV")
    reached = dict.fromkeys(name for start in (found.name, *targets) for name in host_names(found, start))
    for name in map(plain_name, reached):
        if name in theirs or f".{name}".endswith(tuple(above)):
            observed = f"it leads to {name}, a name of the gateway"
            yield Violation(subject=subject, expected="a name of the site", observed=observed)


def _address(subject: DnsNameSubject, site: Site, address: str, around: _Nearby) -> Iterator[Remark]:
    links = [link for link in around.declared.links if link.site == site.name]
    expected = f"an address of site {site.name}"
    inside = only_vnet_injection(around.declared, links)
    why = None if inside else why_not_public(address)
    region = next(around.gateway.holding(address), None)
    holding = set(around.sites.holding(address))
    others = sorted(holding - {site.name}) if site.name not in holding else []
    # A name that both sites declare is judged where it is declared.
    others += [other for other, name in around.names[address].items() if other != site.name and name != subject.name]
    advertised = _advertised(around.declared, site)
    if why:
        yield Violation(subject=subject, expected="public addresses", observed=f"{address}: {why}")
    if region:
        observed = f"{address}, an address of the gateway in region {region}"
        yield Violation(subject=subject, expected=expected, observed=observed)
    elif others:
        observed = f"{address}, an address of site {others[0]}"
        yield Violation(subject=subject, expected=expected, observed=observed)
    elif not why and advertised and not any(parse_range(address).within(one) for one in advertised):
        observed = f"{address}, which no circuit and no MAPS Voice peering advertises"
        yield Violation(subject=subject, expected="an address that is advertised to Microsoft", observed=observed)


def _advertised(declared: Deployment, site: Site) -> list[Range]:
    """What all circuits and peerings advertise; nothing if the site has other links, or if that is not declared."""
    types = {link.connection_type for link in declared.links if link.site == site.name}
    ranges: list[str] = []
    for kind, texts in (
        ("maps_voice", [maps.address_ranges for maps in declared.maps]),
        (EXPRESSROUTE, [circuit.advertised_prefixes for circuit in declared.circuits]),
    ):
        if kind in types and not (texts and all(texts)):
            return []
        ranges += [text for found in texts for text in found]
    return [parse_range(text) for text in ranges if is_range(text)] if types and types <= _PEERED else []


def _endpoints(subject: DnsNameSubject, seen: SiteNamesSeen, found: LookedUpName) -> Iterator[Remark]:
    """Endpoints that claim the name stand where it leads; another resolver may have told the auditor otherwise."""
    expected = _addresses(found)
    for endpoint in seen.endpoints if expected else ():
        claimed = {plain_name(endpoint.host), plain_name(endpoint.server_name or "")}
        strange = [text for text in endpoint.addresses if is_range(text) and parse_range(text).version == 4]
        for address in strange if found.name in claimed and endpoint.service == "sip" else ():
            if address not in expected:
                observed = f"the endpoint {endpoint.name} is at {address}"
                wanted = f"an endpoint at {', '.join(expected[:6])}"
                yield Warning(subject=subject, expected=wanted, observed=observed, unproven=True)


RULE = Rule(
    id="site-address-unexpected",
    title="A site's name leads to a wrong address",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Correct the DNS records of the names in signaling_destination: public addresses of that site alone.  If they"
        " are right, correct the declared ranges, or query a public resolver with --resolver."
    ),
    observes=SiteNamesSeen,
    params=GatewayDomains,
    check=check,
)
