"""Microsoft peering brings no route that the route filter does not name.

Those of voice services have a community of their own.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.deployment.addresses import parse_range
from auditor.deployment.declared import peered, uses_microsoft_peering
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Caution, Citation, Evidence, Inconclusive, NotApplicable, Params, Remark, Rule, Violation
from auditor.model.severity import Severity


class Filter(Params):
    """What the route filter has to let through."""

    community: str = Field(default="12076:5250", description="BGP community of the gateway's prefixes")
    prefix: str = Field(default="52.120.0.0/15", description="Where those prefixes lie; empty if that does not matter")
    source: str = Field(min_length=1, description="Where that is written, with its date")


def check(evidence: Evidence[DeploymentSeen], params: Filter) -> Iterator[Remark]:
    """Each circuit is looked at by itself."""
    for seen in evidence.seen:
        declared = seen.declared
        if not uses_microsoft_peering(declared):
            yield NotApplicable(reason="no Microsoft peering is declared")
            continue
        if not peered(declared):
            yield Inconclusive(subject="circuits", reason="no circuit is declared")
        for circuit in peered(declared):
            where = f"circuits[{circuit.name}]"
            if params.community not in circuit.route_filter_communities:
                listed = ", ".join(circuit.route_filter_communities) or "none"
                yield Violation(subject=f"{where}.route_filter_communities", expected=params.community, observed=listed)
        for region in declared.regions if params.prefix else ():
            for text in (*region.signaling_ranges, *region.media_ranges):
                if not parse_range(text).within(parse_range(params.prefix)):
                    yield Caution(
                        subject=f"regions[{region.name}]", expected=f"addresses in {params.prefix}", observed=text
                    )


RULE = Rule(
    id="route-filter-community-missing",
    title="A route filter does not let the gateway's prefixes through",
    severity=Severity.HIGH,
    citations=(
        Citation(
            document="Using ExpressRoute for Microsoft PSTN services",
            url="https://learn.microsoft.com/en-us/azure/expressroute/using-expressroute-for-microsoft-pstn",
        ),
    ),
    requirements=(
        "CON-08",
        "DER-ER-06",
        "ER-14",
    ),
    remediation=("Add the community of Azure SIP Trunking (12076:5250) to the route filter of the circuit."),
    observes=DeploymentSeen,
    params=Filter,
    check=check,
    rests_on=("circuits.route_filter_communities",),
)
