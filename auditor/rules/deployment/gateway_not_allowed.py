"""Each site must admit both regions: when one fails, the other takes over its calls.

What the list admits beyond the gateway's ranges is added up: 256 entries for a /8 each are the whole Internet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from pydantic import Field

from auditor.model.deployment import Region, Site
from auditor.model.finding import Doubt, Remark, Violation, Warning, listed
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.acl import (
    AclLine,
    ListTooComplex,
    Span,
    beyond,
    decisions,
    merged,
    parse_acl,
    permitted,
    size,
    without_destinations,
)
from auditor.network.addresses import Range, is_range, parse_range
from auditor.network.confirmations import gives_reason
from auditor.network.subjects import REGIONS, SITES

_UNKNOWN = "the list has entries for single destinations, and the addresses of the site are not declared"
_BITS = {4: 32, 6: 128}
_MOST = 50
"""The most entries that are listed one by one."""
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
        default=24,
        ge=0,
        le=32,
        description="Prefix length of the most IPv4 addresses that the list may admit beyond the gateway's, together",
    )
    widest_source_ipv6: int = Field(
        default=64, ge=0, le=128, description="The same for IPv6, which the gateway does not use"
    )


def check(evidence: Evidence[DeploymentSeen], params: GatewayPorts) -> Iterator[Remark]:
    """At each site the first entry that matches admits the gateway, and few other sources are admitted."""
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
            try:
                # Collected first: half an answer about a list is none.
                yield from [*_site(subject, site, declared.regions, params)]
            except ListTooComplex:
                reason = "the access list has more combinations of addresses, protocols and ports than are examined"
                yield Doubt(subject=subject, reason=reason)


def _site(subject: DeclaredSubject, site: Site, regions: Sequence[Region], params: GatewayPorts) -> Iterator[Remark]:
    lines, gateway = parse_acl(site.acl), [*map(parse_range, _ranges(regions))]
    # An entry for any source admits addresses of both IP versions.
    yield from dict.fromkeys(_others(site, lines, gateway, params))
    concerned = [line for line in lines if line.source is None or any(map(line.source.overlaps, gateway))]
    for region in regions:
        yield from _region(subject, concerned, site, region, params)


def _region(
    subject: DeclaredSubject, lines: Sequence[AclLine], site: Site, region: Region, params: GatewayPorts
) -> Iterator[Remark]:
    signaling, media = _destinations(site.signaling_destination), _destinations(site.media)
    sip, ports = site.signaling_port or params.sip, _media_ports(site, params)
    for text in region.signaling_ranges:
        yield from _required_access(subject, lines, text, "tcp", (sip, sip), signaling)
    for text in region.media_ranges:
        yield from _required_access(subject, lines, text, "udp", ports, media)
    protocols = ("udp",) if sip == params.plaintext_sip else ("tcp", "udp")
    for text in _ranges((region,)):
        yield from _plaintext_access(subject, lines, text, params.plaintext_sip, signaling, protocols)


def _media_ports(site: Site, params: GatewayPorts) -> tuple[int, int]:
    """Those that the site declares; else those of the gateway, which many networks use too."""
    if site.media_ports is None:
        return params.media_first, params.media_last
    first, _, last = site.media_ports.partition("-")
    return int(first), int(last)


def _ranges(regions: Sequence[Region]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for region in regions for text in (*region.signaling_ranges, *region.media_ranges)))


def _destinations(texts: Sequence[str]) -> _Destinations:
    ranges = {text: parse_range(text) if is_range(text) else None for text in texts}
    # The gateway sends nothing to an IPv6 address.
    return {text: found for text, found in ranges.items() if found is None or found.version == 4} or {"": None}


def _others(site: Site, lines: Sequence[AclLine], gateway: Sequence[Range], params: GatewayPorts) -> Iterator[Remark]:
    """Judge what the list admits beyond the gateway: to any port, because the list is the one for the gateway."""
    owner, widest = SITES.named(site.name), {4: params.widest_source, 6: params.widest_source_ipv6}
    expected = f"the gateway's ranges, and other sources of at most an IPv4 /{widest[4]} and an IPv6 /{widest[6]}"
    reasons = {number: entry.reason for number, entry in enumerate(site.acl, start=1)}
    for version, length in widest.items():
        allowed = merged((one.first, one.last) for one in gateway if one.version == version)
        certain, possible = _admitted(site, lines, version, allowed)
        most = 1 << (_BITS[version] - length)
        if wrong := _too_many(certain, most):
            for observed in wrong:
                yield Violation(subject=owner.at("acl"), expected=expected, observed=observed)
            continue
        if wrong := _too_many(possible, most):
            reason = f"{listed(wrong)}, and {_UNKNOWN}"
            yield Doubt(subject=owner.at("acl"), reason=reason)
        elif gateway:
            open_entries = [line for line in possible if not gives_reason(reasons[line.number])]
            yield from _to_confirm(owner, open_entries)


def _to_confirm(owner: DeclaredSubject, lines: Sequence[AclLine]) -> Iterator[Warning]:
    expected = "only the gateway's ranges, or a reason in the entry"
    for line in lines[:_MOST]:
        subject, observed = owner.at("acl", str(line.number)), f"it admits {line.written}, and nobody has confirmed why"
        yield Warning(subject=subject, expected=expected, observed=observed, unproven=True)
    if len(lines) > _MOST:
        observed = f"{len(lines) - _MOST} more entries admit other sources"
        yield Warning(subject=owner.at("acl"), expected=expected, observed=observed, unproven=True)


_Admitted: TypeAlias = Mapping[AclLine, tuple[Span, ...]]
"""The sources that each entry admits, without the gateway's."""


def _admitted(
    site: Site, lines: Sequence[AclLine], version: int, allowed: Sequence[Span]
) -> tuple[_Admitted, _Admitted]:
    """What the list admits for certain, and what it may admit where the site's addresses are not known."""
    texts = (
        *site.signaling_source, *site.signaling_destination, *site.media, *site.internal_ranges,
        *(site.nat.pool if site.nat else ()),
    )  # fmt: skip
    known = [one for one in map(parse_range, filter(is_range, texts)) if one.version == version]
    hidden = not site.media or not all(map(is_range, site.signaling_destination or ("",)))
    found = [permitted(lines, version, known)]
    if hidden or not known:
        found.append(permitted(without_destinations(lines, "allow"), version, [None]))
    certain = _without(found, allowed)
    if not hidden:
        return certain, certain
    return certain, _without([*found, permitted(without_destinations(lines, "deny"), version, [None])], allowed)


def _without(found: Iterable[_Admitted], allowed: Sequence[Span]) -> _Admitted:
    """Of each entry in order, all sources but the allowed ones; entries that admit no other source are left out."""
    spans: dict[int, list[Span]] = {}
    lines: dict[int, AclLine] = {}
    for admitted in found:
        for line, more in admitted.items():
            lines.setdefault(line.number, line)
            spans.setdefault(line.number, []).extend(more)
    others = {number: beyond(merged(spans[number]), allowed) for number in sorted(spans)}
    return {lines[number]: left for number, left in others.items() if left}


def _too_many(admitted: _Admitted, most: int) -> list[str]:
    """What admits more addresses than the most: single entries, or all of them together."""
    wide = [line for line, spans in admitted.items() if size(spans) > most]
    texts = [f"an entry that allows {f'the wide source {one.written}' if one.source else 'any source'}" for one in wide]
    if len(wide) > _MOST:
        more = f"{len(wide) - _MOST} more entries that allow wide sources"
        return [*texts[:_MOST], more]
    if wide:
        return texts
    together = size(merged(span for spans in admitted.values() for span in spans))
    if together <= most:
        return []
    sources = listed(line.written for line in admitted)
    return [f"{len(admitted)} entries that together allow {together} addresses besides the gateway's: {sources}"]


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
    subject: DeclaredSubject,
    lines: Sequence[AclLine],
    text: str,
    port: int,
    destinations: _Destinations,
    protocols: Sequence[str],
) -> Iterator[Remark]:
    source, ports = parse_range(text), (port, port)
    for protocol in protocols:
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
        f"Allow SIP over TLS (TCP {params.sip}) and media (UDP {params.media_first} to {params.media_last}), or the "
        "ports that the site declares, from all ranges of both regions at each site, and nothing from any other "
        "source.  Remove entries for wide sources, and state the reason of an entry for another source."
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
