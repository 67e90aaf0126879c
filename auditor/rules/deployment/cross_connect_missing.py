"""A site that loses its way to the gateway hands its calls to the other one; without a cross-connect it drops them."""

from collections.abc import Iterator
from itertools import combinations

from auditor.deployment.declared import undeclared_sku
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, NoParameters, NotApplicable, Remark, Rule, Violation
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """In production every pair of sites has a cross-connect."""
    for seen in evidence.seen:
        declared = seen.declared
        yield from undeclared_sku(declared)
        if declared.production is False:
            yield NotApplicable(reason="a lab deployment needs one site")
        if declared.production is not True:
            continue
        known = {frozenset(pair.sites) for pair in declared.cross_connects}
        for one, other in combinations(sorted(site.name for site in declared.sites), 2):
            if frozenset((one, other)) not in known:
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
