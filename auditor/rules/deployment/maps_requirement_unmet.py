"""Azure Peering Service Voice is peering with requirements of its own.

One that is not met is found when it is activated, or when a router fails; and with a single location, when that does.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.deployment import Deployment, Maps
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import not_public, parse_range
from auditor.network.as_numbers import is_private, is_reserved
from auditor.rules.deployment._shared import place


class MapsRequirements(Params):
    """What the walkthrough for communications services partners asks for."""

    community: str = Field(default="8075:8007", description="BGP community of voice prefixes")
    longest_as_path: int = Field(default=3, ge=1, description="AS numbers in the path")


def check(evidence: Evidence[DeploymentSeen], params: MapsRequirements) -> Iterator[Remark]:
    """Every peering by itself, and that a second one stands in for it elsewhere, where MAPS Voice is in use."""
    for seen in evidence.seen:
        used = any(link.connection_type == "maps_voice" for link in seen.declared.links)
        if not used and not seen.declared.maps:
            yield NotApplicable(reason="no MAPS Voice is declared")
        elif not seen.declared.maps:
            yield Doubt(subject="maps", reason="no peering is declared")
        for maps in seen.declared.maps:
            yield from _peering(maps, params)
        if seen.declared.maps and seen.declared.production is not False:
            yield from _elsewhere(seen.declared)


def _elsewhere(declared: Deployment) -> Iterator[Remark]:
    """A backup must be in another location, with the same bandwidth; that there is one is a recommendation."""
    if len({place(maps.location) for maps in declared.maps}) < 2:
        observed = f"{declared.maps[0].location} alone"
        yield Warning(subject="maps", expected="peerings in two locations", observed=observed)
    # What differs within a location, or is not declared, is said there.
    within = [{connection.bandwidth_mbps for connection in maps.connections} for maps in declared.maps]
    bandwidths = {one for found in within if len(found) == 1 for one in found if one is not None}
    if len(bandwidths) > 1:
        observed = f"{' and '.join(map(str, sorted(bandwidths)))} Mbit/s"
        yield Warning(subject="maps", expected="the same bandwidth at every location", observed=observed)


def _peering(maps: Maps, params: MapsRequirements) -> Iterator[Remark]:
    where = f"maps[{maps.location}]"
    routers = {place(connection.router) for connection in maps.connections}
    if len(routers) < 2:
        observed = f"{len(maps.connections)} on {len(routers)} routers"
        yield Violation(subject=f"{where}.connections", expected="two on different routers", observed=observed)
    if len({one.bandwidth_mbps for one in maps.connections if one.bandwidth_mbps is not None}) > 1:
        yield Violation(subject=f"{where}.connections", expected="equal bandwidth", observed="different bandwidths")
    for connection in maps.connections:
        interconnect = f"{where}.connections[{connection.router}]"
        if connection.bandwidth_mbps is None:
            yield Doubt(subject=f"{interconnect}.bandwidth_mbps", reason="it is not declared")
        for name, value in (("bfd", connection.bfd), ("lacp", connection.lacp)):
            yield from _flag(f"{interconnect}.{name}", value=value, wanted=True)
    for name, value in (
        ("stateful_firewall", maps.stateful_firewall),
        ("rate_limiting", maps.rate_limiting),
        ("prepending", maps.prepending),
    ):
        yield from _flag(f"{where}.{name}", value=value, wanted=False)
    yield from _numbers(where, maps, params)


def _numbers(where: str, maps: Maps, params: MapsRequirements) -> Iterator[Remark]:
    for name, found in (
        ("asn", maps.asn),
        ("address_ranges", maps.address_ranges or None),
        ("as_path_length", maps.as_path_length),
    ):
        if found is None:
            yield Doubt(subject=f"{where}.{name}", reason="it is not declared")
    if maps.asn is not None and (is_reserved(maps.asn) or is_private(maps.asn)):
        yield Violation(subject=f"{where}.asn", expected="a public AS number", observed=str(maps.asn))
    for text in maps.address_ranges:
        if parse_range(text).version != 4:
            yield Violation(subject=f"{where}.address_ranges", expected="addresses of IPv4", observed=text)
        elif why := not_public(text):
            yield Violation(subject=f"{where}.address_ranges", expected="public addresses", observed=f"{text}: {why}")
    if params.community not in maps.communities:
        listed = ", ".join(maps.communities) or "none"
        yield Violation(subject=f"{where}.communities", expected=params.community, observed=listed)
    if maps.as_path_length is not None and maps.as_path_length > params.longest_as_path:
        observed = str(maps.as_path_length)
        yield Violation(
            subject=f"{where}.as_path_length", expected=f"at most {params.longest_as_path}", observed=observed
        )


def _flag(subject: str, *, value: bool | None, wanted: bool) -> Iterator[Remark]:
    if value is None:
        yield Doubt(subject=subject, reason="it is not declared")
    elif value is not wanted:
        yield Violation(subject=subject, expected="yes" if wanted else "no", observed="yes" if value else "no")


RULE = Rule(
    id="maps-requirement-unmet",
    title="A MAPS Voice peering does not meet its technical requirements",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Bring the peering into line: two interconnects on different routers with equal bandwidth, BFD and LACP, "
        "your own ASN and addresses, and a second peering in another location."
    ),
    observes=DeploymentSeen,
    params=MapsRequirements,
    check=check,
)
