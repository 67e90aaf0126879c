"""The gateway's addresses change within their ranges during maintenance and scaling.

Access lists must therefore allow whole ranges, not the addresses in use today.
"""

from collections.abc import Iterator
from itertools import combinations, product

from pydantic import Field

from auditor.model.deployment import Region
from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import is_range, parse_range, prefix_length, why_not_public
from auditor.network.connections import only_vnet_injection
from auditor.network.subjects import REGIONS


class GatewayRanges(Params):
    """The ranges that onboarding assigns."""

    prefix_length: int = Field(default=28, ge=8, le=32, description="Prefix length of each region's ranges")


def check(evidence: Evidence[DeploymentSeen], params: GatewayRanges) -> Iterator[Remark]:
    """Every range of a region is a public network of that size and overlaps no range of another region.

    A range that also faces communications services may be a mistake, but no document forbids it.
    """
    for seen in evidence.seen:
        declared = seen.declared
        if not declared.regions:
            yield Doubt(subject=REGIONS, reason="no region is declared")
        for region in declared.regions:
            links = [link for link in declared.links if link.region == region.name]
            yield from _region(region, params.prefix_length, inside=only_vnet_injection(declared, links))
        for one, other in combinations(declared.regions, 2):
            for mine, theirs in product(_ranges(other), _ranges(one)):
                if parse_range(mine).overlaps(parse_range(theirs)):
                    subject, observed = REGIONS.named(other.name), f"{mine}, which overlaps {theirs} of {one.name}"
                    yield Violation(subject=subject, expected="a range of its own", observed=observed)
        facing = [text for region in declared.regions for text in filter(is_range, region.service_facing)]
        for region in declared.regions:
            for mine, theirs in product(_ranges(region), facing):
                if parse_range(mine).overlaps(parse_range(theirs)):
                    observed = f"{mine}, which overlaps {theirs} towards communications services"
                    yield Warning(
                        subject=REGIONS.named(region.name), expected="ranges that face the operator", observed=observed
                    )


def _region(region: Region, length: int, *, inside: bool) -> Iterator[Remark]:
    subject = REGIONS.named(region.name)
    for text in _ranges(region):
        found = parse_range(text)
        if inside:  # a subnet of the operator, of any larger size
            least = 1 << (32 - length)
            if found.last - found.first + 1 < least:
                yield Violation(subject=subject, expected=f"at least {least} addresses", observed=text)
        elif prefix_length(text) != length:
            yield Violation(subject=subject, expected=f"a /{length}", observed=text)
        elif why := why_not_public(text):
            yield Violation(subject=subject, expected="public addresses", observed=f"{text}: {why}")
    if not _ranges(region):
        yield Doubt(subject=subject, reason="the ranges of the region are not declared")


def _ranges(region: Region) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*region.signaling_ranges, *region.media_ranges)))


def _remedy(params: GatewayRanges) -> str:
    return (
        f"Declare the ranges that the onboarding team gives for each region, a /{params.prefix_length} each, without "
        "those towards communications services; with VNet injection, use a subnet of at least that size."
    )


RULE = Rule(
    id="gateway-range-invalid",
    title="The gateway's ranges are not those from onboarding",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=_remedy,
    observes=DeploymentSeen,
    params=GatewayRanges,
    check=check,
)
