"""An address that two sites share, or that is one of the gateway's, is routed to one of them only."""

from collections.abc import Iterator
from itertools import product

from auditor.deployment.addresses import is_range, parse_range
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, NoParameters, Remark, Rule, Violation
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """No range of a site overlaps one of another site or of the gateway."""
    for seen in evidence.seen:
        declared = seen.declared
        owned = [
            (
                f"sites[{site.name}]",
                (*site.signaling_source, *filter(is_range, site.signaling_destination), *site.media),
            )
            for site in declared.sites
        ]
        gateway = tuple(
            text for region in declared.regions for text in (*region.signaling_ranges, *region.media_ranges)
        )
        if not any(ranges for _, ranges in owned):
            yield Inconclusive(subject="sites", reason="no address is declared")
        others = [*owned, ("the gateway", gateway)]
        for position, (where, ranges) in enumerate(owned):
            for other, theirs in others[position + 1 :]:
                for one, two in product(ranges, theirs):
                    if parse_range(one).overlaps(parse_range(two)):
                        yield Violation(subject=where, expected=f"no address of {other}", observed=f"{one} and {two}")


RULE = Rule(
    id="address-overlap",
    title="Ranges that belong to different parties overlap",
    severity=Severity.HIGH,
    citations=(
        Citation(
            document="Azure Communications Gateway: connectivity",
            url="https://learn.microsoft.com/en-us/azure/communications-gateway/connectivity",
        ),
    ),
    requirements=(
        "CON-IP01",
        "CON-IP02",
        "CON-IP03",
        "CON-IP04",
        "CON-IP05",
        "CON-IP06",
    ),
    remediation="Give each site addresses of its own, none of them among the gateway's.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
