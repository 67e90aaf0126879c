"""The gateway's addresses change within their ranges when it is maintained or scaled.

So the ranges count, and not the addresses of today.
"""

from collections.abc import Iterator
from itertools import combinations, product

from pydantic import Field

from auditor.model.deployment import Region
from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import is_range, not_public, parse_range, prefix_length
from auditor.rules.deployment._shared import injected


class GatewayRanges(Params):
    """What onboarding hands out."""

    prefix_length: int = Field(default=28, ge=8, le=32, description="Length of the prefix of each region's range")


def check(evidence: Evidence[DeploymentSeen], params: GatewayRanges) -> Iterator[Remark]:
    """Every range of a region is a public network of that size, no region's overlaps another's, and none is said twice.

    A range that faces communications services as well may be a mistake, and no text says that it is one.
    """
    for seen in evidence.seen:
        declared = seen.declared
        if not declared.regions:
            yield Doubt(subject="regions", reason="no region is declared")
        for region in declared.regions:
            links = [link for link in declared.links if link.region == region.name]
            yield from _region(region, params.prefix_length, inside=injected(declared, links))
        for one, other in combinations(declared.regions, 2):
            for mine, theirs in product(_ranges(other), _ranges(one)):
                if parse_range(mine).overlaps(parse_range(theirs)):
                    where, observed = f"regions[{other.name}]", f"{mine}, as regions[{one.name}] has"
                    yield Violation(subject=where, expected="a range of its own", observed=observed)
        facing = [text for region in declared.regions for text in filter(is_range, region.service_facing)]
        for region in declared.regions:
            for mine, theirs in product(_ranges(region), facing):
                if parse_range(mine).overlaps(parse_range(theirs)):
                    observed = f"{mine}, and {theirs} is declared to face communications services"
                    yield Warning(
                        subject=f"regions[{region.name}]", expected="ranges that face the operator", observed=observed
                    )


def _region(region: Region, length: int, *, inside: bool) -> Iterator[Remark]:
    where = f"regions[{region.name}]"
    for text in _ranges(region):
        found = parse_range(text)
        if inside:  # a subnet of the operator's own, and as large as it likes
            least = 1 << (32 - length)
            if found.last - found.first + 1 < least:
                yield Violation(subject=where, expected=f"{least} addresses or more", observed=text)
        elif prefix_length(text) != length:
            yield Violation(subject=where, expected=f"a /{length}", observed=text)
        elif why := not_public(text):
            yield Violation(subject=where, expected="public addresses", observed=f"{text}: {why}")
    if not _ranges(region):
        yield Doubt(subject=where, reason="its ranges are not declared")


def _ranges(region: Region) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*region.signaling_ranges, *region.media_ranges)))


RULE = Rule(
    id="gateway-range-invalid",
    title="The ranges of the gateway are not those that onboarding hands out",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Ask the onboarding team for the ranges of each region, those towards you apart from those towards Zoom, and "
        "allow the whole of them."
    ),
    observes=DeploymentSeen,
    params=GatewayRanges,
    check=check,
)
