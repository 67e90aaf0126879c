"""An address outside the gateway's ranges is a stale record, a wrong declaration, or a resolver that lies."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Warning
from auditor.model.observation import DnsSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import is_range, parse_range


def check(evidence: Evidence[DnsSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each A record of a regional name is in the declared ranges; others are warned of, as ranges may be sources."""
    regions = [seen for seen in evidence.seen if seen.purpose == "region"]
    if not regions:
        yield Doubt(subject="regions", reason="no name of a region is declared")
    for seen in regions:
        for gap in seen.missing:
            if gap.subject.endswith((" A", " SRV")):
                yield Doubt(subject=seen.name, reason=f"{gap.subject}: {gap.reason}")
        addresses = [record.value for record in seen.records if record.type == "A" and is_range(record.value)]
        if not seen.ranges or not addresses:
            missing = "ranges are declared" if not seen.ranges else "address was found"
            yield Doubt(subject=seen.name, reason=f"no {missing}")
        for address in addresses if seen.ranges else ():
            if not any(parse_range(address).within(parse_range(text)) for text in seen.ranges):
                yield Warning(subject=seen.name, expected=f"an address in {', '.join(seen.ranges)}", observed=address)


RULE = Rule(
    id="region-address-unexpected",
    title="The name of a service region leads elsewhere than was declared",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=(
        "Compare the declared ranges with those the onboarding team gave; a resolver that answers otherwise is "
        "worth a look."
    ),
    observes=DnsSeen,
    params=NoParameters,
    check=check,
)
