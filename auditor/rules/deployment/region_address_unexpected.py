"""An address outside the region's ranges means a stale record, a wrong declaration, or a wrong resolver answer."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Warning
from auditor.model.observation import DnsSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DnsNameSubject
from auditor.network.addresses import is_range, parse_range
from auditor.network.subjects import REGIONS


def check(evidence: Evidence[DnsSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each A record of a regional name is in the declared ranges; a warning, as these may be sources only."""
    regions = [seen for seen in evidence.seen if seen.purpose == "region"]
    if not regions:
        yield Doubt(subject=REGIONS, reason="no host name of a region is declared")
    for seen in regions:
        subject = DnsNameSubject(name=seen.name)
        hosts = {seen.name, *(record.name for record in seen.records), *(record.host for record in seen.records)}
        # IPv6 addresses do not count here, so an open question about them does not matter.
        ignored = {f"{host} AAAA" for host in hosts}
        for gap in seen.missing:
            if gap.subject not in ignored:
                yield Doubt(subject=subject, reason=f"{gap.subject}: {gap.reason}")
        addresses = [record.value for record in seen.records if record.type == "A" and is_range(record.value)]
        if not seen.ranges or not addresses:
            reason = "the ranges of the region are not declared" if not seen.ranges else "no A record was found"
            yield Doubt(subject=subject, reason=reason)
        signaling = [parse_range(text) for text in seen.signaling_ranges]
        for address in addresses if seen.ranges else ():
            if not any(parse_range(address).within(parse_range(text)) for text in seen.ranges):
                yield Warning(subject=subject, expected=f"an address in {', '.join(seen.ranges)}", observed=address)
            elif signaling and not any(parse_range(address).within(one) for one in signaling):
                # A later edition of the document says that all addresses of the gateway may carry signaling.
                expected = f"a signaling address, in {', '.join(seen.signaling_ranges)}"
                observed = f"{address}, an address of media alone"
                yield Warning(subject=subject, expected=expected, observed=observed, unproven=True)


RULE = Rule(
    id="region-address-unexpected",
    title="A region's host name resolves outside its ranges",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy="Compare the declared ranges with those from the onboarding team; if they agree, check the resolver.",
    observes=DnsSeen,
    params=NoParameters,
    check=check,
)
