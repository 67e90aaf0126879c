"""The gateway's addresses change within their ranges during maintenance and scaling.

Access lists must therefore allow whole ranges, not the addresses in use today.  The onboarding team gives them, as
addresses or ranges; that they are a /28 each is in another document, so another size is a warning.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import combinations, product

from pydantic import Field

from auditor.model.deployment import Region
from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import is_range, parse_range, prefix_length, why_not_public
from auditor.network.advertised import ranges_set
from auditor.network.confirmations import names_somebody
from auditor.network.connections import only_vnet_injection
from auditor.network.subjects import REGIONS

_FIRST_DAY = dt.date(2022, 1, 1)
"""Before the service existed, so that nobody had ranges of it to give."""


class GatewayRanges(Params):
    """The ranges that onboarding assigns."""

    prefix_length: int = Field(default=28, ge=8, le=32, description="Prefix length of each region's ranges")
    widest: int = Field(
        default=20, ge=8, le=32, description="Prefix length of the most addresses that a region can have in all"
    )


def check(evidence: Evidence[DeploymentSeen], params: GatewayRanges) -> Iterator[Remark]:
    """Every range of a region is public and overlaps no range of another region; who gave them is declared.

    A range of another size, or one that also faces communications services, may be a mistake, but no document forbids
    it.
    """
    for seen in evidence.seen:
        declared = seen.declared
        if not declared.regions:
            yield Doubt(subject=REGIONS, reason="no region is declared")
        for region in declared.regions:
            links = [link for link in declared.links if link.region == region.name]
            yield from _region(region, params, inside=only_vnet_injection(declared, links))
            if _ranges(region):
                yield from _origin(region, evidence.at.date())
        yield from _shared(declared.regions)


def _shared(regions: Sequence[Region]) -> Iterator[Remark]:
    """Ranges of two regions, or of a region and towards communications services."""
    for one, other in combinations(regions, 2):
        for mine, theirs in product(_ranges(other), _ranges(one)):
            if parse_range(mine).overlaps(parse_range(theirs)):
                subject, observed = REGIONS.named(other.name), f"{mine}, which overlaps {theirs} of {one.name}"
                yield Violation(subject=subject, expected="a range of its own", observed=observed)
    facing = [text for region in regions for text in filter(is_range, region.towards_services)]
    for region in regions:
        for mine, theirs in product(_ranges(region), facing):
            if parse_range(mine).overlaps(parse_range(theirs)):
                observed = f"{mine}, which overlaps {theirs} towards communications services"
                yield Warning(
                    subject=REGIONS.named(region.name), expected="ranges that face the operator", observed=observed
                )


def _region(region: Region, params: GatewayRanges, *, inside: bool) -> Iterator[Remark]:
    subject, length = REGIONS.named(region.name), params.prefix_length
    for text in _ranges(region):
        found = parse_range(text)
        least = 1 << (32 - length)
        if inside and found.last - found.first + 1 >= least:  # a subnet of the operator, of any larger size
            continue
        if inside and prefix_length(text) not in (None, 32):
            yield Violation(subject=subject, expected=f"a subnet of at least {least} addresses", observed=text)
        elif prefix_length(text) != length:
            yield Warning(subject=subject, expected=f"a /{length}", observed=text)
        if not inside and (why := why_not_public(text)):
            yield Violation(subject=subject, expected="public addresses", observed=f"{text}: {why}")
    number, most = ranges_set(_ranges(region)).size, 1 << (32 - params.widest)
    if number > most and not inside:
        yield Violation(subject=subject, expected=f"at most {most} addresses in all", observed=f"{number} addresses")
    if not _ranges(region):
        yield Doubt(subject=subject, reason="the ranges of the region are not declared")


def _origin(region: Region, today: dt.date) -> Iterator[Remark]:
    """Who gave the ranges, and when."""
    subject = REGIONS.named(region.name)
    missing = [
        *([] if names_somebody(region.ranges_from or "") else ["ranges_from"]),
        *([] if region.ranges_date else ["ranges_date"]),
    ]
    if missing:
        yield Warning(
            subject=subject.at("ranges_from"),
            expected="who gave items 8, 9, 11 and 12, and when",
            observed=f"no {' and no '.join(missing)}",
            unproven=True,
        )
    if region.ranges_date and region.ranges_date > today:
        observed = f"{region.ranges_date}, a day in the future"
        yield Violation(subject=subject.at("ranges_date"), expected="the day they were given", observed=observed)
    elif region.ranges_date and region.ranges_date < _FIRST_DAY:
        observed = f"{region.ranges_date}, before there was such a gateway"
        yield Violation(subject=subject.at("ranges_date"), expected="the day they were given", observed=observed)


def _ranges(region: Region) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*region.signaling_ranges, *region.media_ranges)))


def _remedy(params: GatewayRanges) -> str:
    return (
        "Declare the ranges that the onboarding team gives for each region, usually "
        f"a /{params.prefix_length} each, without those towards communications services, with ranges_from and "
        "ranges_date; with VNet injection, use a subnet of at least that size."
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
