"""Each site has to let in both regions: when one fails, the other one calls.

A rule for anybody lets in more than the gateway.
"""

from collections.abc import Iterator, Sequence

from pydantic import Field

from auditor.deployment.acl import decided, ports_of
from auditor.deployment.addresses import parse_range
from auditor.model.deployment import AclEntry, Region
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, Params, Remark, Rule, Violation
from auditor.model.severity import Severity


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
                yield Inconclusive(subject="sites", reason=f"no {name} is declared")
        for region in declared.regions if _ranges(declared.regions) else ():
            if not _ranges((region,)):
                yield Inconclusive(subject=f"regions[{region.name}]", reason="its ranges are not declared")
        for site in declared.sites:
            where = f"sites[{site.name}].acl"
            if not site.acl:
                yield Inconclusive(subject=where, reason="its access list is not declared")
                continue
            yield from _anybody(where, site.acl, params)
            for region in declared.regions:
                yield from _region(where, site.acl, region, params)


def _region(where: str, acl: Sequence[AclEntry], region: Region, params: Ports) -> Iterator[Remark]:
    for text in region.signaling_ranges:
        yield from _wanted(where, acl, text, "tcp", (params.sip, params.sip))
    for text in region.media_ranges:
        yield from _wanted(where, acl, text, "udp", (params.media_first, params.media_last))
    for text in _ranges((region,)):
        yield from _unwanted(where, acl, text, params.plaintext_sip)


def _ranges(regions: Sequence[Region]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for region in regions for text in (*region.signaling_ranges, *region.media_ranges)))


def _anybody(where: str, acl: Sequence[AclEntry], params: Ports) -> Iterator[Remark]:
    used = {"tcp": ((params.sip, params.sip),), "udp": ((params.media_first, params.media_last),)}
    for entry in acl:
        first, last = ports_of(entry.ports)
        ours = any(
            entry.protocol in ("any", protocol) and first <= high and low <= last
            for protocol, spans in used.items()
            for low, high in (*spans, (params.plaintext_sip, params.plaintext_sip))
        )
        if entry.action == "allow" and ours and _wide(entry.source, params.widest_source):
            observed = f"a rule that allows any source{'' if entry.source == 'any' else f', as {entry.source}'}"
            yield Violation(subject=where, expected="the gateway's ranges alone", observed=observed)


def _wide(source: str, widest: int) -> bool:
    if source == "any":
        return True
    found = parse_range(source)
    return found.last - found.first + 1 > 1 << ((32 if found.version == 4 else 128) - widest)


def _wanted(where: str, acl: Sequence[AclEntry], text: str, protocol: str, ports: tuple[int, int]) -> Iterator[Remark]:
    if decided(acl, text, protocol, ports) != {"allow"}:
        span = str(ports[0]) if ports[0] == ports[1] else f"{ports[0]} to {ports[1]}"
        yield Violation(subject=where, expected=f"{protocol.upper()} {span} open to {text}", observed="not allowed")


def _unwanted(where: str, acl: Sequence[AclEntry], text: str, port: int) -> Iterator[Remark]:
    for protocol in ("tcp", "udp"):
        if "allow" in decided(acl, text, protocol, (port, port)):
            observed = f"{protocol.upper()} {port} is open to {text}"
            yield Violation(subject=where, expected="no SIP without TLS", observed=observed)


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
        "DER-07",
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
