"""Each site has to let in both regions: when one fails, the other one calls.

A rule for anybody lets in more than the gateway.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import Field

from auditor.deployment.addresses import Range, is_range, parse_range, prefix_length
from auditor.model.deployment import AclEntry, Region, Site
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, Params, Remark, Rule, Violation
from auditor.model.severity import Severity

_EVERYWHERE = parse_range("0.0.0.0/0")
_UNKNOWN = "it has lines for single destinations, and the addresses of the site are not declared"


class Ports(Params):
    """What the gateway uses."""

    sip: int = Field(default=5061, ge=1, le=65535, description="TCP port of SIP over TLS")
    media_first: int = Field(default=16384, ge=1, le=65535, description="First UDP port of media")
    media_last: int = Field(default=23983, ge=1, le=65535, description="Last UDP port of media")
    plaintext_sip: int = Field(default=5060, ge=1, le=65535, description="Port that has to stay closed")


class _Line(NamedTuple):
    """An entry of an access list; none stands for any address."""

    allows: bool
    anybody: bool
    """Whether its source is every address, of one version of IP or of both."""
    source: Range | None
    protocol: str
    first: int
    last: int
    destination: Range | None


class _Traffic(NamedTuple):
    """What comes in."""

    source: Range
    protocol: str
    first: int
    last: int


def check(evidence: Evidence[DeploymentSeen], params: Ports) -> Iterator[Remark]:
    """At each site the first entry that speaks of a range allows it, and none allows anybody."""
    for seen in evidence.seen:
        for site in seen.declared.sites:
            where = f"sites[{site.name}].acl"
            if not site.acl:
                yield Inconclusive(subject=where, reason="its access list is not declared")
                continue
            lines = [_line(entry) for entry in site.acl]
            yield from _anybody(where, lines, _destinations((*site.signaling_destination, *site.media)))
            yield from _site(where, lines, site, seen.declared.regions, params)


def _site(where: str, lines: list[_Line], site: Site, regions: Sequence[Region], params: Ports) -> Iterator[Remark]:
    signaling, media = _destinations(site.signaling_destination), _destinations(site.media)
    for region in regions:
        for text in region.signaling_ranges:
            yield from _wanted(
                where, lines, text, _Traffic(parse_range(text), "tcp", params.sip, params.sip), signaling
            )
            plaintext = _Traffic(parse_range(text), "tcp", params.plaintext_sip, params.plaintext_sip)
            yield from _unwanted(where, lines, text, plaintext, signaling)
        for text in region.media_ranges:
            traffic = _Traffic(parse_range(text), "udp", params.media_first, params.media_last)
            yield from _wanted(where, lines, text, traffic, media)


def _anybody(where: str, lines: list[_Line], destinations: dict[str, Range | None]) -> Iterator[Remark]:
    wide = [line for line in lines if line.allows and line.anybody]
    if any(_reaches(line, found) for line in wide for found in destinations.values() if found or not line.destination):
        yield Violation(subject=where, expected="the gateway's ranges alone", observed="a rule that allows any source")
    elif wide and None in destinations.values():
        yield Inconclusive(subject=where, reason=f"a rule allows any source, and {_UNKNOWN}")


def _wanted(
    where: str, lines: list[_Line], text: str, traffic: _Traffic, destinations: dict[str, Range | None]
) -> Iterator[Remark]:
    closed = [name for name, found in destinations.items() if not _let_in(lines, traffic, found)]
    span = str(traffic.first) if traffic.first == traffic.last else f"{traffic.first} to {traffic.last}"
    expected = f"{traffic.protocol.upper()} {span} open to {text}"
    blind = [line._replace(destination=None) for line in lines]
    if any(destinations[name] is not None or not _let_in(blind, traffic, None) for name in closed):
        observed = "not allowed" if len(closed) == len(destinations) else f"not allowed at {', '.join(closed)}"
        yield Violation(subject=where, expected=expected, observed=observed)
    elif closed:
        yield Inconclusive(subject=where, reason=f"whether there is {expected} is not known: {_UNKNOWN}")


def _unwanted(
    where: str, lines: list[_Line], text: str, traffic: _Traffic, destinations: dict[str, Range | None]
) -> Iterator[Remark]:
    sure = [line for line in lines if line.destination is None]
    if any(_gets_in(lines if found else sure, traffic, found) for found in destinations.values()):
        observed = f"TCP {traffic.first} is open to {text}"
        yield Violation(subject=where, expected="no SIP without TLS", observed=observed)
    elif None in destinations.values() and _gets_in(lines, traffic, None):
        yield Inconclusive(subject=where, reason=f"whether TCP {traffic.first} is open is not known: {_UNKNOWN}")


def _let_in(lines: list[_Line], traffic: _Traffic, destination: Range | None) -> bool:
    """Whether all of it is let in for certain: where a line denies a part of it, it is not."""
    for line in lines:
        if _holds(line, traffic, destination) or (not line.allows and _touches(line, traffic, destination)):
            return line.allows
    return False


def _gets_in(lines: list[_Line], traffic: _Traffic, destination: Range | None) -> bool:
    """Whether a part of it may be let in: only a line that denies all of it keeps it out."""
    for line in lines:
        if _holds(line, traffic, destination) or (line.allows and _touches(line, traffic, destination)):
            return line.allows
    return False


def _holds(line: _Line, traffic: _Traffic, destination: Range | None) -> bool:
    return (
        line.protocol in ("any", traffic.protocol)
        and line.first <= traffic.first
        and traffic.last <= line.last
        and (line.source is None or traffic.source.within(line.source))
        and (line.destination is None or (destination is not None and destination.within(line.destination)))
    )


def _touches(line: _Line, traffic: _Traffic, destination: Range | None) -> bool:
    return (
        line.protocol in ("any", traffic.protocol)
        and line.first <= traffic.last
        and traffic.first <= line.last
        and (line.source is None or traffic.source.overlaps(line.source))
        and _reaches(line, destination)
    )


def _reaches(line: _Line, destination: Range | None) -> bool:
    return line.destination is None or destination is None or destination.overlaps(line.destination)


def _destinations(texts: Sequence[str]) -> dict[str, Range | None]:
    """What is declared, by its text; none where it is a name, or where nothing is."""
    return {text: parse_range(text) if is_range(text) else None for text in texts} or {"": None}


def _line(entry: AclEntry) -> _Line:
    first, _, last = ("0-65535" if entry.ports == "any" else entry.ports).partition("-")
    source, destination = (None if text == "any" else parse_range(text) for text in (entry.source, entry.destination))
    anybody = source is None or prefix_length(entry.source) == 0
    if destination == _EVERYWHERE:
        destination = None
    return _Line(entry.action == "allow", anybody, source, entry.protocol, int(first), int(last or first), destination)


RULE = Rule(
    id="gateway-not-allowed",
    title="A site's access list does not let the gateway in, or lets in others",
    severity=Severity.HIGH,
    citations=(
        Citation(
            document="Azure Communications Gateway: connectivity",
            url="https://learn.microsoft.com/en-us/azure/communications-gateway/connectivity",
        ),
    ),
    requirements=(
        "CON-IP08",
        "CON-IP09",
        "CON-IP11",
        "CON-IP12",
        "DER-01",
    ),
    remediation=(
        "Allow SIP over TLS (TCP 5061) and media (UDP 16384 to 23983) from all ranges of both regions at each site,"
        " and nothing from anywhere."
    ),
    observes=DeploymentSeen,
    params=Ports,
    check=check,
    rests_on=("sites.acl",),
)
