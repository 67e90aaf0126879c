"""An address that two sites share, or that is one of the gateway's, is routed to one of them only."""

from collections.abc import Iterator, Sequence

from auditor.model.deployment import Deployment
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import is_range, overlapping, parse_range

_GATEWAY = "the gateway"


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """No range of a site overlaps one of another site or of the gateway."""
    for seen in evidence.seen:
        yield from _overlaps([*_owned(seen.declared)])


def _overlaps(owned: Sequence[tuple[str, str]]) -> Iterator[Remark]:
    if all(owner == _GATEWAY for owner, _ in owned):
        yield Doubt(subject="sites", reason="no address is declared")
    ranges = {key: parse_range(text) for key, (_, text) in enumerate(owned)}
    for pair in overlapping(ranges, owner=lambda key: owned[key][0]):
        (where, one), (other, two) = (owned[key] for key in sorted(pair))
        yield Violation(subject=where, expected=f"no address of {other}", observed=f"{one} and {two}")


def _owned(declared: Deployment) -> dict[tuple[str, str], None]:
    """Who has which range, the gateway last."""
    sites = [
        (f"sites[{site.name}]", text)
        for site in declared.sites
        for text in (*site.signaling_source, *filter(is_range, site.signaling_destination), *site.media)
    ]
    gateway = [
        (_GATEWAY, text) for region in declared.regions for text in (*region.signaling_ranges, *region.media_ranges)
    ]
    return dict.fromkeys((*sites, *gateway))


RULE = Rule(
    id="address-overlap",
    title="Ranges that belong to different parties overlap",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy="Give each site addresses of its own, none of them among the gateway's.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
