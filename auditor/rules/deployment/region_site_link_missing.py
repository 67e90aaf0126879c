"""In production each site is connected to each region.

Where one link is missing, a failure at the other site or region cuts this site off.
"""

from collections.abc import Iterator

from auditor.model.deployment import Deployment
from auditor.model.finding import Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.subjects import LINKS
from auditor.rules.deployment._shared import judge_production


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """In production there are two sites and two regions or more, and each site has a link to every region."""
    for seen in evidence.seen:
        yield from judge_production(seen.declared, _production, lab="a lab deployment connects one region to one site")


def _production(declared: Deployment) -> Iterator[Remark]:
    for number, what in ((len(declared.sites), "site"), (len(declared.regions), "region")):
        if number < 2:
            observed = f"{number} {what}{'s' * (number != 1)}"
            yield Violation(subject=LINKS, expected="two sites, each with a link to two regions", observed=observed)
    linked = {(link.site, link.region) for link in declared.links}
    for site in declared.sites:
        for region in declared.regions:
            if (site.name, region.name) not in linked:
                yield Violation(
                    subject=LINKS.named(site.name, region.name), expected="a link", observed="none is declared"
                )


RULE = Rule(
    id="region-site-link-missing",
    title="A site is not connected to every service region",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=("Connect each site to every region and declare the links, so a site and a region can fail independently."),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
