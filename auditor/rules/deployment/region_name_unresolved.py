"""The operator routes calls to the addresses behind the regional host name.

The gateway uses IPv4 only; a name with only IPv6 addresses leads nowhere.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DnsSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DnsNameSubject
from auditor.network.subjects import REGIONS


def check(evidence: Evidence[DnsSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each target of the SRV records, or the regional name itself if there are none, has an A record."""
    regions = [seen for seen in evidence.seen if seen.purpose == "region"]
    if not regions:
        yield Doubt(subject=REGIONS, reason="no host name of a region is declared")
    for seen in regions:
        subject = DnsNameSubject(name=seen.name)
        hosts = dict.fromkeys(one.host for one in seen.records if one.type == "SRV" and one.host not in (None, "."))
        wanted = [str(host) for host in hosts] or [seen.name]
        for gap in seen.missing:
            if gap.subject == f"_sip._tls.{seen.name} SRV" or gap.subject in {f"{host} A" for host in wanted}:
                yield Doubt(subject=subject, reason=f"{gap.subject}: {gap.reason}")
        unknown = {gap.subject for gap in seen.missing}
        lost = [host for host in wanted if not _has(seen, host, "A") and f"{host} A" not in unknown]
        remark = Violation if len(lost) == len(wanted) else Warning
        for host in lost:
            observed = "only IPv6 addresses" if _has(seen, host, "AAAA") else "no address"
            yield remark(subject=subject, expected=f"an IPv4 address of {host}", observed=observed)


def _has(seen: DnsSeen, host: str, kind: str) -> bool:
    return any(record.type == kind and record.name == host for record in seen.records)


RULE = Rule(
    id="region-name-unresolved",
    title="A region's host name has no IPv4 address",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy="Copy the Hostname from the portal into hostname, and query the resolver that the SBC uses.",
    observes=DnsSeen,
    params=NoParameters,
    check=check,
)
