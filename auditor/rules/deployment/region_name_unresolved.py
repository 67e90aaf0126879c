"""Calls are routed to the addresses behind the regional name.

The gateway speaks IPv4 alone, so that a name with IPv6 addresses only leads nowhere.
"""

from collections.abc import Iterator

from auditor.model.observation import DnsSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, NoParameters, Remark, Rule, Violation
from auditor.model.severity import Severity


def check(evidence: Evidence[DnsSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each regional name, or where its SRV records lead, has an A record."""
    for seen in evidence.seen:
        if seen.purpose != "region" or any(record.type == "A" for record in seen.records):
            continue
        if seen.missing:
            reasons = dict.fromkeys(f"{gap.subject}: {gap.reason}" for gap in seen.missing)
            yield Inconclusive(subject=seen.name, reason="; ".join(reasons))
        else:
            only = "IPv6 addresses only" if any(record.type == "AAAA" for record in seen.records) else "no address"
            yield Violation(subject=seen.name, expected="an IPv4 address", observed=only)


RULE = Rule(
    id="region-name-unresolved",
    title="The name of a service region does not lead to an IPv4 address",
    severity=Severity.HIGH,
    citations=(
        Citation(
            document="Azure Communications Gateway: reliability",
            url="https://learn.microsoft.com/en-us/azure/communications-gateway/reliability-communications-gateway",
        ),
    ),
    requirements=(
        "CON-22",
        "DER-02",
    ),
    remediation="Copy the Hostname from the portal, and ask the resolver that the SBC uses.",
    observes=DnsSeen,
    params=NoParameters,
    check=check,
)
