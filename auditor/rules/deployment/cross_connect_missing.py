"""A site that loses its way to the gateway hands its calls to the other one; without a cross-connect it drops them."""

from collections.abc import Iterator
from itertools import combinations

from auditor.deployment.declared import judge_production
from auditor.model.deployment import Deployment
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, NoParameters, Remark, Rule, Violation
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """In production there are two sites, and none without a cross-connect to another one."""
    for seen in evidence.seen:
        yield from judge_production(seen.declared, _production, lab="a lab deployment needs one site")


def _production(declared: Deployment) -> Iterator[Remark]:
    names = sorted(site.name for site in declared.sites)
    known = {frozenset(pair.sites) for pair in declared.cross_connects}
    alone = {name for name in names if not any(name in pair and len(pair) > 1 for pair in known)}
    if len(names) < 2:
        yield Violation(
            subject="cross_connects",
            expected="two sites with a cross-connect",
            observed=f"{len(names)} site{'s' * (len(names) != 1)}",
        )
    for one, other in combinations(names, 2):
        if {one, other} & alone:
            yield Violation(
                subject=f"cross_connects[{one} and {other}]",
                expected="a cross-connect",
                observed="none is declared",
            )


RULE = Rule(
    id="cross-connect-missing",
    title="Two sites are not cross-connected",
    severity=Severity.CRITICAL,
    citations=(
        Citation(
            document="Azure Communications Gateway: connectivity",
            url="https://learn.microsoft.com/en-us/azure/communications-gateway/connectivity",
        ),
    ),
    requirements=("CON-13",),
    remediation=(
        "Connect the sites with each other, so that either can carry the calls of both, and declare the cross-connect."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
