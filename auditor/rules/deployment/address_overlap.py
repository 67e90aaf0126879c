"""An address that two sites share, or that the gateway uses too, is routed to only one of them."""

from collections.abc import Iterator, Sequence

from auditor.model.deployment import Deployment
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject, subject_text
from auditor.network.addresses import is_range, overlapping, parse_range
from auditor.network.subjects import REGIONS, SITES

_GATEWAY = REGIONS


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """No range of a site overlaps one of another site or of the gateway."""
    for seen in evidence.seen:
        yield from _overlaps([*_owned(seen.declared)])


def _overlaps(owned: Sequence[tuple[DeclaredSubject, str]]) -> Iterator[Remark]:
    if all(owner == _GATEWAY for owner, _ in owned):
        yield Doubt(subject=SITES, reason="no address of a site is declared")
    ranges = {key: parse_range(text) for key, (_, text) in enumerate(owned)}
    for pair in overlapping(ranges, owner=lambda key: owned[key][0]):
        (owner, one), (other, two) = (owned[key] for key in sorted(pair))
        others = "the gateway" if other == _GATEWAY else subject_text(other)
        yield Violation(
            subject=owner, expected=f"no address of {others}", observed=f"{one}, which overlaps {two} of {others}"
        )


def _owned(declared: Deployment) -> dict[tuple[DeclaredSubject, str], None]:
    """Every range with its owner, the gateway last."""
    sites = [
        (SITES.named(site.name), text)
        for site in declared.sites
        for text in (*site.signaling_source, *filter(is_range, site.signaling_destination), *site.media)
    ]
    gateway = [
        (_GATEWAY, text) for region in declared.regions for text in (*region.signaling_ranges, *region.media_ranges)
    ]
    return dict.fromkeys((*sites, *gateway))


RULE = Rule(
    id="address-overlap",
    title="Address ranges of different parties overlap",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy="Give each site its own addresses, and none from the gateway's ranges.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
