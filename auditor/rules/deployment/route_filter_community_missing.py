"""Microsoft peering announces only the routes that the route filter allows.

The prefixes of voice services have their own community.
"""

from collections.abc import Iterator
from functools import partial

from pydantic import Field

from auditor.model.deployment import Circuit, Region
from auditor.model.finding import Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.addresses import parse_range
from auditor.network.connections import uses_microsoft_peering
from auditor.network.subjects import CIRCUITS, REGIONS
from auditor.rules.deployment._shared import judge_microsoft_peering


class RequiredRoutes(Params):
    """The routes that the route filter must allow."""

    community: str = Field(default="12076:5250", description="BGP community of the gateway's prefixes")
    prefix: str = Field(
        default="52.120.0.0/15", description="The range that holds those prefixes; empty to skip this check"
    )
    source: str = Field(min_length=1, description="The document that says so, and its date")


def check(evidence: Evidence[DeploymentSeen], params: RequiredRoutes) -> Iterator[Remark]:
    """The route filter of each circuit allows the community, and the regions' ranges are in the expected range."""
    for seen in evidence.seen:
        yield from judge_microsoft_peering(seen.declared, partial(_circuit, params.community))
        if params.prefix and uses_microsoft_peering(seen.declared):
            for region in seen.declared.regions:
                yield from _region(params.prefix, region)


def _circuit(community: str, owner: DeclaredSubject, circuit: Circuit) -> Iterator[Remark]:
    if community not in circuit.route_filter_communities:
        listed = ", ".join(circuit.route_filter_communities) or "none"
        yield Violation(subject=owner.at("route_filter_communities"), expected=community, observed=listed)


def _region(prefix: str, region: Region) -> Iterator[Remark]:
    for text in (*region.signaling_ranges, *region.media_ranges):
        if not parse_range(text).within(parse_range(prefix)):
            yield Warning(subject=REGIONS.named(region.name), expected=f"addresses in {prefix}", observed=text)


def _remedy(params: RequiredRoutes) -> str:
    return f"Add the community {params.community} to the route filter of the circuit."


RULE = Rule(
    id="route-filter-community-missing",
    title="A route filter does not allow the gateway's prefixes",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=_remedy,
    observes=DeploymentSeen,
    params=RequiredRoutes,
    check=check,
    rests_on=(CIRCUITS.at("route_filter_communities"),),
)
