"""Each site has to let in both regions: when one fails, the other one calls.

A rule for anybody lets in more than the gateway.
"""

from collections.abc import Iterator, Sequence

from pydantic import Field

from auditor.deployment.addresses import parse_range
from auditor.model.deployment import AclEntry
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, Params, Remark, Rule, Violation
from auditor.model.severity import Severity


class Ports(Params):
    """What the gateway uses."""

    sip: int = Field(default=5061, ge=1, le=65535, description="TCP port of SIP over TLS")
    media_first: int = Field(default=16384, ge=1, le=65535, description="First UDP port of media")
    media_last: int = Field(default=23983, ge=1, le=65535, description="Last UDP port of media")
    plaintext_sip: int = Field(default=5060, ge=1, le=65535, description="Port that has to stay closed")


def check(evidence: Evidence[DeploymentSeen], params: Ports) -> Iterator[Remark]:
    """At each site the first entry that speaks of a range allows it, and none allows anybody."""
    for seen in evidence.seen:
        declared = seen.declared
        for site in declared.sites:
            where = f"sites[{site.name}].acl"
            if not site.acl:
                yield Inconclusive(subject=where, reason="its access list is not declared")
                continue
            for entry in site.acl:
                if entry.action == "allow" and entry.source == "any":
                    yield Violation(
                        subject=where, expected="the gateway's ranges alone", observed="a rule that allows any source"
                    )
            for region in declared.regions:
                for text in region.signaling_ranges:
                    yield from _wanted(where, site.acl, text, "tcp", (params.sip, params.sip))
                    if _decided(site.acl, text, "tcp", (params.plaintext_sip, params.plaintext_sip)) == "allow":
                        observed = f"TCP {params.plaintext_sip} is open to {text}"
                        yield Violation(subject=where, expected="no SIP without TLS", observed=observed)
                for text in region.media_ranges:
                    yield from _wanted(where, site.acl, text, "udp", (params.media_first, params.media_last))


def _wanted(where: str, acl: Sequence[AclEntry], text: str, protocol: str, ports: tuple[int, int]) -> Iterator[Remark]:
    if _decided(acl, text, protocol, ports) != "allow":
        span = str(ports[0]) if ports[0] == ports[1] else f"{ports[0]} to {ports[1]}"
        yield Violation(subject=where, expected=f"{protocol.upper()} {span} open to {text}", observed="not allowed")


def _decided(acl: Sequence[AclEntry], text: str, protocol: str, ports: tuple[int, int]) -> str:
    """The action of the first entry that holds all of it; where one holds a part, that part decides if it denies."""
    wanted = parse_range(text)
    for entry in acl:
        if entry.protocol not in ("any", protocol):
            continue
        first, last = _ports(entry.ports)
        source = None if entry.source == "any" else parse_range(entry.source)
        whole = (source is None or wanted.within(source)) and first <= ports[0] and ports[1] <= last
        touched = (source is None or wanted.overlaps(source)) and first <= ports[1] and ports[0] <= last
        if whole or (touched and entry.action == "deny"):
            return entry.action
    return "deny"


def _ports(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return (0, 65535) if text == "any" else (int(first), int(last or first))


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
