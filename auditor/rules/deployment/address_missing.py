"""Each network must know the other's addresses before the first call.

Items 1 to 6 of the connectivity page are the operator's addresses; items 8, 9, 11 and 12 are the gateway's.
"""

from collections.abc import Iterable, Iterator

from auditor.model.deployment import Ranges
from auditor.model.finding import Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.subjects import REGIONS, SITES


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every site and every region declares its signaling and media addresses; in production there are two of each."""
    for seen in evidence.seen:
        for site in seen.declared.sites:
            ours = (
                ("signaling_source", "items 1 and 4", site.signaling_source),
                ("signaling_destination", "items 2 and 5", site.signaling_destination),
                ("media", "items 3 and 6", site.media),
            )
            yield from _missing(SITES.named(site.name), ours)
        for region in seen.declared.regions:
            theirs = (
                ("signaling_ranges", "items 8 and 11", region.signaling_ranges),
                ("media_ranges", "items 9 and 12", region.media_ranges),
            )
            yield from _missing(REGIONS.named(region.name), theirs)
        for section, found, one, items in (
            (SITES, seen.declared.sites, "site", "items 4 to 6"),
            (REGIONS, seen.declared.regions, "region", "items 11 and 12"),
        ):
            if not found:
                yield Violation(subject=section, expected=f"at least one {one}", observed="none is declared")
            elif seen.declared.production and len(found) < 2:
                yield Violation(
                    subject=section.at("", items=items), expected=f"a second {one}", observed="one is declared"
                )


def _missing(owner: DeclaredSubject, values: Iterable[tuple[str, str, Ranges]]) -> Iterator[Remark]:
    for field, items, ranges in values:
        if not ranges:
            yield Violation(
                subject=owner.at(field, items=items), expected="an address or a range", observed="none is declared"
            )


RULE = Rule(
    id="address-missing",
    title="A required address or range is not declared",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy="Declare items 1 to 12 of the connectivity page; ask the onboarding team for the gateway's addresses.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
