"""Each site has to let in both regions: when one fails, the other one calls.

A rule for anybody lets in more than the gateway.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from pydantic import Field

from auditor.model.deployment import Region, Site
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.network.acl import Line, decided, lines_of, surely
from auditor.network.addresses import Range, is_range, parse_range

_UNKNOWN = "it has lines for single destinations, and the addresses of the site are not declared"
_Destinations: TypeAlias = Mapping[str, Range | None]
"""The addresses of a site by their texts; none where it is a name, or where nothing is declared."""


class Ports(Params):
    """What the gateway uses."""

    sip: int = Field(default=5061, ge=1, le=65535, description="TCP port of SIP over TLS")
    media_first: int = Field(default=16384, ge=1, le=65535, description="First UDP port of media")
    media_last: int = Field(default=23983, ge=1, le=65535, description="Last UDP port of media")
    plaintext_sip: int = Field(default=5060, ge=1, le=65535, description="Port that has to stay closed")
    widest_source: int = Field(
        default=8, ge=0, le=32, description="Length of the prefix of the widest source that is not anybody"
    )


def check(evidence: Evidence[DeploymentSeen], params: Ports) -> Iterator[Remark]:
    """At each site the first entry that speaks of an address and a port decides, and none allows anybody."""
    for seen in evidence.seen:
        declared = seen.declared
        for name, found in (("site", declared.sites), ("range of the gateway", _ranges(declared.regions))):
            if not found:
                yield Doubt(subject="sites", reason=f"no {name} is declared")
        for region in declared.regions if _ranges(declared.regions) else ():
            if not _ranges((region,)):
                yield Doubt(subject=f"regions[{region.name}]", reason="its ranges are not declared")
        for site in declared.sites:
            where = f"sites[{site.name}].acl"
            if not site.acl:
                yield Doubt(subject=where, reason="its access list is not declared")
                continue
            lines = lines_of(site.acl)
            yield from _anybody(where, lines, site, params)
            for region in declared.regions:
                yield from _region(where, lines, site, region, params)


def _region(where: str, lines: Sequence[Line], site: Site, region: Region, params: Ports) -> Iterator[Remark]:
    signaling, media = _destinations(site.signaling_destination), _destinations(site.media)
    for text in region.signaling_ranges:
        yield from _wanted(where, lines, text, "tcp", (params.sip, params.sip), signaling)
    for text in region.media_ranges:
        yield from _wanted(where, lines, text, "udp", (params.media_first, params.media_last), media)
    for text in _ranges((region,)):
        yield from _unwanted(where, lines, text, params.plaintext_sip, signaling)


def _ranges(regions: Sequence[Region]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for region in regions for text in (*region.signaling_ranges, *region.media_ranges)))


def _destinations(texts: Sequence[str]) -> _Destinations:
    ranges = {text: parse_range(text) if is_range(text) else None for text in texts}
    # To an address of IPv6 the gateway sends nothing.
    return {text: found for text, found in ranges.items() if found is None or found.version == 4} or {"": None}


def _anybody(where: str, lines: Sequence[Line], site: Site, params: Ports) -> Iterator[Remark]:
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
            observed = f"a rule that allows any source{f', as {line.written}' if line.source else ''}"
            yield Violation(subject=where, expected="the gateway's ranges alone", observed=observed)
        else:
            doubted = doubted or None in destinations.values()
    if doubted:
        yield Doubt(subject=where, reason=f"a rule allows any source, and {_UNKNOWN}")


def _wide(source: Range | None, widest: int) -> bool:
    return source is None or source.last - source.first + 1 > 1 << ((32 if source.version == 4 else 128) - widest)


def _wanted(
    where: str, lines: Sequence[Line], text: str, protocol: str, ports: tuple[int, int], destinations: _Destinations
) -> Iterator[Remark]:
    source = parse_range(text)
    span = str(ports[0]) if ports[0] == ports[1] else f"{ports[0]} to {ports[1]}"
    expected = f"{protocol.upper()} {span} open to {text}"
    known = {name: lines if found else surely(lines, "deny") for name, found in destinations.items()}
    closed = [
        name
        for name, found in destinations.items()
        if decided(known[name], protocol, source, found, ports) != {"allow"}
    ]
    if closed:
        observed = "not allowed" if len(closed) == len(destinations) else f"not allowed at {', '.join(closed)}"
        yield Violation(subject=where, expected=expected, observed=observed)
    elif None in destinations.values() and decided(surely(lines, "allow"), protocol, source, None, ports) != {"allow"}:
        yield Doubt(subject=where, reason=f"whether there is {expected} is not known: {_UNKNOWN}")


def _unwanted(where: str, lines: Sequence[Line], text: str, port: int, destinations: _Destinations) -> Iterator[Remark]:
    source, ports = parse_range(text), (port, port)
    for protocol in ("tcp", "udp"):
        least = surely(lines, "allow")
        if any(
            "allow" in decided(lines if found else least, protocol, source, found, ports)
            for found in destinations.values()
        ):
            observed = f"{protocol.upper()} {port} is open to {text}"
            yield Violation(subject=where, expected="no SIP without TLS", observed=observed)
        elif None in destinations.values() and "allow" in decided(surely(lines, "deny"), protocol, source, None, ports):
            reason = f"whether {protocol.upper()} {port} is open to {text} is not known: {_UNKNOWN}"
            yield Doubt(subject=where, reason=reason)


RULE = Rule(
    id="gateway-not-allowed",
    title="A site's access list does not let the gateway in, or lets in others",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Allow SIP over TLS (TCP 5061) and media (UDP 16384 to 23983) from all ranges of both regions at each site,"
        " and nothing from anywhere."
    ),
    observes=DeploymentSeen,
    params=Ports,
    check=check,
    rests_on=("sites.acl",),
)
