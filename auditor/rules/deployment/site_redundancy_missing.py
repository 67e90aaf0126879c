"""A production deployment needs two sites in different locations, so one failure does not stop both."""

from collections.abc import Iterator

from auditor.model.deployment import Deployment
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.confirmations import says_nothing
from auditor.network.subjects import SITES
from auditor.rules.deployment._shared import judge_production, normalised_name


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """In production there are two sites or more, in different locations."""
    for seen in evidence.seen:
        yield from judge_production(seen.declared, _production, lab="a lab deployment needs one site")


def _production(declared: Deployment) -> Iterator[Remark]:
    if len(declared.sites) < 2:
        yield Violation(subject=SITES, expected="two sites", observed=f"{len(declared.sites)} declared")
    named = ((site.name, site.location or "") for site in declared.sites)
    known = {name: normalised_name(location) for name, location in named if not says_nothing(location)}
    locations = set(known.values())
    for site in declared.sites if len(locations) < 2 else ():
        if site.name not in known:
            yield Doubt(
                subject=SITES.named(site.name).at("location"), reason="the location of the site is not declared"
            )
    if len(locations) == 1 and len(declared.sites) > 1 and len(known) == len(declared.sites):
        yield Violation(subject=SITES, expected="different locations", observed=f"all in {declared.sites[0].location}")


RULE = Rule(
    id="site-redundancy-missing",
    title="No second site in another location is declared",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy="Set up a second site in another location, and declare the location of both.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
