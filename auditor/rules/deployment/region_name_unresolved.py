"""Calls are routed to the addresses behind the regional name.

The gateway speaks IPv4 alone, so that a name with IPv6 addresses only leads nowhere.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DnsSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[DnsSeen], _params: NoParameters) -> Iterator[Remark]:
    """Where the SRV records of each regional name lead, or the name itself where there are none, has an A record."""
    regions = [seen for seen in evidence.seen if seen.purpose == "region"]
    if not regions:
        yield Doubt(subject="regions", reason="no name of a region is declared")
    for seen in regions:
        hosts = dict.fromkeys(one.host for one in seen.records if one.type == "SRV" and one.host not in (None, "."))
        wanted = [str(host) for host in hosts] or [seen.name]
        for gap in seen.missing:
            if gap.subject == f"_sip._tls.{seen.name} SRV" or gap.subject in {f"{host} A" for host in wanted}:
                yield Doubt(subject=seen.name, reason=f"{gap.subject}: {gap.reason}")
        unknown = {gap.subject for gap in seen.missing}
        lost = [host for host in wanted if not _has(seen, host, "A") and f"{host} A" not in unknown]
        said = Violation if len(lost) == len(wanted) else Warning
        for host in lost:
            only = "IPv6 addresses only" if _has(seen, host, "AAAA") else "no address"
            yield said(subject=seen.name, expected=f"an IPv4 address of {host}", observed=only)


def _has(seen: DnsSeen, host: str, kind: str) -> bool:
    return any(record.type == kind and record.name == host for record in seen.records)


RULE = Rule(
    id="region-name-unresolved",
    title="The name of a service region does not lead to an IPv4 address",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy="Copy the Hostname from the portal, and ask the resolver that the SBC uses.",
    observes=DnsSeen,
    params=NoParameters,
    check=check,
)
