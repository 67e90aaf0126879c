"""Microsoft peering brings no route that the route filter does not name.

Those of voice services have a community of their own.
"""

from collections.abc import Iterator
from functools import partial

from pydantic import Field

from auditor.model.deployment import Circuit, Region
from auditor.model.finding import Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import parse_range
from auditor.rules.deployment._shared import judge_peered, uses_microsoft_peering


class Filter(Params):
    """What the route filter has to let through."""

    community: str = Field(default="12076:5250", description="BGP community of the gateway's prefixes")
    prefix: str = Field(default="52.120.0.0/15", description="Where those prefixes lie; empty if that does not matter")
    source: str = Field(min_length=1, description="Where that is written, with its date")


def check(evidence: Evidence[DeploymentSeen], params: Filter) -> Iterator[Remark]:
    """Each circuit is looked at by itself."""
    for seen in evidence.seen:
        yield from judge_peered(seen.declared, partial(_circuit, params.community))
        if params.prefix and uses_microsoft_peering(seen.declared):
            for region in seen.declared.regions:
                yield from _region(params.prefix, region)


def _circuit(community: str, where: str, circuit: Circuit) -> Iterator[Remark]:
    if community not in circuit.route_filter_communities:
        listed = ", ".join(circuit.route_filter_communities) or "none"
        yield Violation(subject=f"{where}.route_filter_communities", expected=community, observed=listed)


def _region(prefix: str, region: Region) -> Iterator[Remark]:
    for text in (*region.signaling_ranges, *region.media_ranges):
        if not parse_range(text).within(parse_range(prefix)):
            yield Warning(subject=f"regions[{region.name}]", expected=f"addresses in {prefix}", observed=text)


RULE = Rule(
    id="route-filter-community-missing",
    title="A route filter does not let the gateway's prefixes through",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=("Add the community of Azure SIP Trunking (12076:5250) to the route filter of the circuit."),
    observes=DeploymentSeen,
    params=Filter,
    check=check,
    rests_on=("circuits.route_filter_communities",),
)
