"""Azure Peering Service Voice is peering with its own requirements.

An unmet requirement shows up at activation or when a router fails; with a single location, when that location fails.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.deployment import Deployment, Maps
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.address_sets import AddressSet
from auditor.network.addresses import is_range, parse_range, why_not_public
from auditor.network.advertised import ranges_set
from auditor.network.as_numbers import is_private, is_reserved
from auditor.network.confirmations import says_nothing
from auditor.network.subjects import MAPS
from auditor.rules.deployment._shared import normalised_name


class MapsRequirements(Params):
    """Limits from the walkthrough for communications services partners."""

    community: str = Field(default="8075:8007", description="BGP community of voice prefixes")
    longest_as_path: int = Field(default=3, ge=1, description="Most AS numbers in the path")


def check(evidence: Evidence[DeploymentSeen], params: MapsRequirements) -> Iterator[Remark]:
    """Where MAPS Voice is in use, every peering meets the requirements, and there are peerings in two locations."""
    for seen in evidence.seen:
        used = any(link.connection_type == "maps_voice" for link in seen.declared.links)
        if not used and not seen.declared.maps:
            yield NotApplicable(reason="MAPS Voice is not in use")
        elif not seen.declared.maps:
            yield Doubt(subject=MAPS, reason="links use MAPS Voice, and no peering is declared under maps")
        theirs = _of_gateway(seen.declared)
        for maps in seen.declared.maps:
            yield from _peering(maps, params)
            yield from _others(maps, theirs)
        if seen.declared.maps and seen.declared.production is not False:
            yield from _second_location(seen.declared)


def _second_location(declared: Deployment) -> Iterator[Remark]:
    """A backup must be in another location with the same bandwidth; having a backup is a recommendation."""
    if len({normalised_name(maps.location) for maps in declared.maps}) < 2:
        observed = f"only {declared.maps[0].location}"
        yield Warning(subject=MAPS, expected="peerings in two locations", observed=observed)
    # Differences within a location and undeclared bandwidths are reported with the peering.
    within = [{connection.bandwidth_mbps for connection in maps.connections} for maps in declared.maps]
    bandwidths = {one for found in within if len(found) == 1 for one in found if one is not None}
    if len(bandwidths) > 1:
        observed = f"{' and '.join(map(str, sorted(bandwidths)))} Mbit/s"
        yield Warning(subject=MAPS, expected="the same bandwidth at every location", observed=observed)


def _peering(maps: Maps, params: MapsRequirements) -> Iterator[Remark]:
    owner = MAPS.named(maps.location)
    routers = {
        normalised_name(connection.router) for connection in maps.connections if not says_nothing(connection.router)
    }
    if len(routers) < 2:
        observed = f"connections: {len(maps.connections)}, routers: {len(routers)}"
        yield Violation(
            subject=owner.at("connections"), expected="two connections on different routers", observed=observed
        )
    if len({one.bandwidth_mbps for one in maps.connections if one.bandwidth_mbps is not None}) > 1:
        yield Violation(subject=owner.at("connections"), expected="equal bandwidth", observed="different bandwidths")
    for connection in maps.connections:
        if connection.bandwidth_mbps is None:
            subject = owner.at("connections", connection.router, "bandwidth_mbps")
            yield Doubt(subject=subject, reason="the bandwidth is not declared")
        for field, value in (("bfd", connection.bfd), ("lacp", connection.lacp)):
            yield from _flag(owner.at("connections", connection.router, field), field, value=value, wanted=True)
    for field, value in (
        ("stateful_firewall", maps.stateful_firewall),
        ("rate_limiting", maps.rate_limiting),
        ("prepending", maps.prepending),
    ):
        yield from _flag(owner.at(field), field, value=value, wanted=False)
    yield from _numbers(owner, maps, params)


def _of_gateway(declared: Deployment) -> AddressSet:
    """The gateway's addresses, on both of its sides."""
    return ranges_set(
        text
        for region in declared.regions
        for text in filter(is_range, (*region.signaling_ranges, *region.media_ranges, *region.towards_services))
    )


def _others(maps: Maps, theirs: AddressSet) -> Iterator[Remark]:
    """Addresses of the gateway are Microsoft's, whoever else advertises them."""
    subject = MAPS.named(maps.location).at("address_ranges")
    for text in maps.address_ranges:
        if theirs.touches(parse_range(text)):
            observed = f"{text}, which holds addresses of the gateway"
            yield Violation(subject=subject, expected="addresses of your own", observed=observed)


def _numbers(owner: DeclaredSubject, maps: Maps, params: MapsRequirements) -> Iterator[Remark]:
    for field, name, found in (
        ("asn", "AS number", maps.asn),
        ("address_ranges", "range of addresses", maps.address_ranges or None),
        ("as_path_length", "length of the AS path", maps.as_path_length),
    ):
        if found is None:
            yield Doubt(subject=owner.at(field), reason=f"the {name} is not declared")
    if maps.asn is not None and (is_reserved(maps.asn) or is_private(maps.asn)):
        yield Violation(subject=owner.at("asn"), expected="a public AS number", observed=str(maps.asn))
    for text in maps.address_ranges:
        if parse_range(text).version != 4:
            yield Violation(subject=owner.at("address_ranges"), expected="IPv4 addresses", observed=text)
        elif why := why_not_public(text):
            yield Violation(subject=owner.at("address_ranges"), expected="public addresses", observed=f"{text}: {why}")
    if params.community not in maps.communities:
        listed = ", ".join(maps.communities) or "none"
        yield Violation(subject=owner.at("communities"), expected=params.community, observed=listed)
    if maps.as_path_length is not None and maps.as_path_length > params.longest_as_path:
        observed = str(maps.as_path_length)
        yield Violation(
            subject=owner.at("as_path_length"), expected=f"at most {params.longest_as_path}", observed=observed
        )


def _flag(subject: DeclaredSubject, field: str, *, value: bool | None, wanted: bool) -> Iterator[Remark]:
    if value is None:
        yield Doubt(subject=subject, reason=f"{field} is not declared")
    elif value is not wanted:
        yield Violation(subject=subject, expected="yes" if wanted else "no", observed="yes" if value else "no")


def _remedy(params: MapsRequirements) -> str:
    return (
        "Set up two interconnects on different routers with equal bandwidth, BFD and LACP; use your own AS number and "
        f"public addresses, the community {params.community} and an AS path of at most {params.longest_as_path}, "
        "without prepending, stateful firewalls or rate limiting; and add a second peering in another location."
    )


RULE = Rule(
    id="maps-requirement-unmet",
    title="A MAPS Voice peering does not meet its requirements",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=_remedy,
    observes=DeploymentSeen,
    params=MapsRequirements,
    check=check,
)
