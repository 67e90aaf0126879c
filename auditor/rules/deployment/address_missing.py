"""Both networks have to know the other's addresses before the first call.

The items 1 to 6 of the connectivity page are the operator's; 8, 9, 11 and 12 are the gateway's.
"""

from collections.abc import Iterable, Iterator

from auditor.model.deployment import Ranges
from auditor.model.finding import Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every site and every region declares where signaling and media come from and go to; in production two of each."""
    for seen in evidence.seen:
        for site in seen.declared.sites:
            ours = (
                ("signaling_source (items 1 and 4)", site.signaling_source),
                ("signaling_destination (items 2 and 5)", site.signaling_destination),
                ("media (items 3 and 6)", site.media),
            )
            yield from _missing(f"sites[{site.name}]", ours)
        for region in seen.declared.regions:
            theirs = (
                ("signaling_ranges (items 8 and 11)", region.signaling_ranges),
                ("media_ranges (items 9 and 12)", region.media_ranges),
            )
            yield from _missing(f"regions[{region.name}]", theirs)
        for name, found, items in (
            ("sites", seen.declared.sites, "items 4 to 6"),
            ("regions", seen.declared.regions, "items 11 and 12"),
        ):
            if not found:
                yield Violation(subject=name, expected="at least one", observed="none is declared")
            elif seen.declared.production and len(found) < 2:
                yield Violation(subject=f"{name} ({items})", expected="a second one", observed="one is declared")


def _missing(where: str, values: Iterable[tuple[str, Ranges]]) -> Iterator[Remark]:
    for name, ranges in values:
        if not ranges:
            yield Violation(subject=f"{where}.{name}", expected="an address or a range", observed="none is declared")


RULE = Rule(
    id="address-missing",
    title="An address or range that has to be configured is not declared",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=("Declare the items 1 to 12 of the connectivity page; ask the onboarding team for those of the gateway."),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
