"""Each site must admit both regions: when one fails, the other takes over its calls.

An entry for any source admits more than the gateway.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from pydantic import Field

from auditor.model.deployment import Region, Site
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.acl import AclLine, decisions, parse_acl, without_destinations
from auditor.network.addresses import Range, is_range, parse_range
from auditor.network.subjects import REGIONS, SITES

_UNKNOWN = "the list has entries for single destinations, and the addresses of the site are not declared"
_Destinations: TypeAlias = Mapping[str, Range | None]
"""The addresses of a site by their texts; None for a name, and where nothing is declared."""


class GatewayPorts(Params):
    """The ports of the gateway."""

    sip: int = Field(default=5061, ge=1, le=65535, description="TCP port of SIP over TLS")
    media_first: int = Field(default=16384, ge=1, le=65535, description="First UDP port of media")
    media_last: int = Field(default=23983, ge=1, le=65535, description="Last UDP port of media")
    plaintext_sip: int = Field(
        default=5060, ge=1, le=65535, description="Port of SIP without TLS, which must be closed"
    )
    widest_source: int = Field(
        default=8,
        ge=0,
        le=32,
        description="Prefix length of the widest acceptable source; a wider one counts as any source",
    )


def check(evidence: Evidence[DeploymentSeen], params: GatewayPorts) -> Iterator[Remark]:
    """At each site the first entry that matches admits the gateway, and no entry admits any source."""
    for seen in evidence.seen:
        declared = seen.declared
        for name, found in (("site", declared.sites), ("range of the gateway", _ranges(declared.regions))):
            if not found:
                yield Doubt(subject=SITES, reason=f"no {name} is declared")
        for region in declared.regions if _ranges(declared.regions) else ():
            if not _ranges((region,)):
                yield Doubt(subject=REGIONS.named(region.name), reason="the ranges of the region are not declared")
        for site in declared.sites:
            subject = SITES.named(site.name).at("acl")
            if not site.acl:
                yield Doubt(subject=subject, reason="the access list of the site is not declared")
                continue
            lines = parse_acl(site.acl)
            yield from _any_source(subject, lines, site, params)
            for region in declared.regions:
                yield from _region(subject, lines, site, region, params)


def _region(
    subject: DeclaredSubject, lines: Sequence[AclLine], site: Site, region: Region, params: GatewayPorts
) -> Iterator[Remark]:
    signaling, media = _destinations(site.signaling_destination), _destinations(site.media)
    for text in region.signaling_ranges:
        yield from _required_access(subject, lines, text, "tcp", (params.sip, params.sip), signaling)
    for text in region.media_ranges:
        yield from _required_access(subject, lines, text, "udp", (params.media_first, params.media_last), media)
    for text in _ranges((region,)):
        yield from _plaintext_access(subject, lines, text, params.plaintext_sip, signaling)


def _ranges(regions: Sequence[Region]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for region in regions for text in (*region.signaling_ranges, *region.media_ranges)))


def _destinations(texts: Sequence[str]) -> _Destinations:
    ranges = {text: parse_range(text) if is_range(text) else None for text in texts}
    # The gateway sends nothing to an IPv6 address.
    return {text: found for text, found in ranges.items() if found is None or found.version == 4} or {"": None}


def _any_source(
    subject: DeclaredSubject, lines: Sequence[AclLine], site: Site, params: GatewayPorts
) -> Iterator[Remark]:
    used = {"tcp": ((params.sip, params.sip),), "udp": ((params.media_first, params.media_last),)}
    destinations = _destinations((*site.signaling_destination, *site.media))
    doubted = False
    for line in lines:
        ours = any(
            line.protocol in ("any", protocol) and line.ports[0] <= high and low <= line.ports[1]
            for protocol, spans in used.items()
            for low, high in (*spans, (params.plaintext_sip, params.plaintext_sip))
        )
        if line.action == "deny" or not ours or not _wide(line.source, params.widest_source):
            continue
        if line.destination is None or any(
            found and found.overlaps(line.destination) for found in destinations.values()
        ):
            observed = f"an entry that allows {f'the wide source {line.written}' if line.source else 'any source'}"
            yield Violation(subject=subject, expected="only the gateway's ranges", observed=observed)
        else:
            doubted = doubted or None in destinations.values()
    if doubted:
        yield Doubt(subject=subject, reason=f"an entry allows any source, and {_UNKNOWN}")


def _wide(source: Range | None, widest: int) -> bool:
    return source is None or source.last - source.first + 1 > 1 << ((32 if source.version == 4 else 128) - widest)


def _required_access(
    subject: DeclaredSubject,
    lines: Sequence[AclLine],
    text: str,
    protocol: str,
    ports: tuple[int, int],
    destinations: _Destinations,
) -> Iterator[Remark]:
    source = parse_range(text)
    span = str(ports[0]) if ports[0] == ports[1] else f"{ports[0]} to {ports[1]}"
    expected = f"{protocol.upper()} {span} is open to {text}"
    known = {name: lines if found else without_destinations(lines, "deny") for name, found in destinations.items()}
    closed = [
        name
        for name, found in destinations.items()
        if decisions(known[name], protocol, source, found, ports) != {"allow"}
    ]
    if closed:
        observed = "not allowed" if len(closed) == len(destinations) else f"not allowed at {', '.join(closed)}"
        yield Violation(subject=subject, expected=expected, observed=observed)
    elif None in destinations.values() and decisions(
        without_destinations(lines, "allow"), protocol, source, None, ports
    ) != {"allow"}:
        yield Doubt(subject=subject, reason=f"whether {expected} cannot be determined: {_UNKNOWN}")


def _plaintext_access(
    subject: DeclaredSubject, lines: Sequence[AclLine], text: str, port: int, destinations: _Destinations
) -> Iterator[Remark]:
    source, ports = parse_range(text), (port, port)
    for protocol in ("tcp", "udp"):
        least = without_destinations(lines, "allow")
        if any(
            "allow" in decisions(lines if found else least, protocol, source, found, ports)
            for found in destinations.values()
        ):
            observed = f"{protocol.upper()} {port} is open to {text}"
            yield Violation(subject=subject, expected="no SIP without TLS from the gateway", observed=observed)
        elif None in destinations.values() and "allow" in decisions(
            without_destinations(lines, "deny"), protocol, source, None, ports
        ):
            reason = f"whether {protocol.upper()} {port} is open to {text} cannot be determined: {_UNKNOWN}"
            yield Doubt(subject=subject, reason=reason)


def _remedy(params: GatewayPorts) -> str:
    return (
        f"Allow SIP over TLS (TCP {params.sip}) and media (UDP {params.media_first} to {params.media_last}) from all "
        "ranges of both regions at each site, and nothing from any other source."
    )


RULE = Rule(
    id="gateway-not-allowed",
    title="A site's access list blocks the gateway or admits others",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=_remedy,
    observes=DeploymentSeen,
    params=GatewayPorts,
    check=check,
    rests_on=(SITES.at("acl"),),
)
