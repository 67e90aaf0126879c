"""The gateway's addresses change within their ranges when it is maintained or scaled.

So the ranges count, and not the addresses of today.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.deployment.addresses import not_public, prefix_length
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, Params, Remark, Rule, Violation
from auditor.model.severity import Severity


class GatewayRanges(Params):
    """What onboarding hands out."""

    prefix_length: int = Field(default=28, ge=8, le=32, description="Length of the prefix of each region's range")


def check(evidence: Evidence[DeploymentSeen], params: GatewayRanges) -> Iterator[Remark]:
    """Every range of a region is a public network of that size."""
    for seen in evidence.seen:
        for region in seen.declared.regions:
            for text in dict.fromkeys((*region.signaling_ranges, *region.media_ranges)):
                where = f"regions[{region.name}]"
                if prefix_length(text) != params.prefix_length:
                    yield Violation(subject=where, expected=f"a /{params.prefix_length}", observed=text)
                elif not seen.declared.deployment.vnet_injection and (why := not_public(text)):
                    yield Violation(subject=where, expected="public addresses", observed=f"{text}: {why}")
            if not (region.signaling_ranges or region.media_ranges):
                yield Inconclusive(subject=f"regions[{region.name}]", reason="its ranges are not declared")


RULE = Rule(
    id="gateway-range-invalid",
    title="The ranges of the gateway are not those that onboarding hands out",
    severity=Severity.HIGH,
    citations=(
        Citation(
            document="Azure Communications Gateway: deploy",
            url="https://learn.microsoft.com/en-us/azure/communications-gateway/deploy",
        ),
    ),
    requirements=("DER-07",),
    remediation=("Ask the onboarding team for the ranges of each region, and allow the whole of them."),
    observes=DeploymentSeen,
    params=GatewayRanges,
    check=check,
)
