"""A renewal by hand is forgotten sooner or later.

Public certificates live 200 days now, 100 days from 2027-03-15 and 47 from 2029-03-15.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """The renewal of certificates is declared to be automated."""
    for seen in evidence.seen:
        method = seen.declared.deployment.certificate_renewal
        if method is None:
            yield Doubt(subject="deployment.certificate_renewal", reason="it is not declared")
        elif method != "automated":
            yield Violation(subject="deployment.certificate_renewal", expected="automated", observed=method)


RULE = Rule(
    id="renewal-not-automated",
    title="Certificates are renewed by hand",
    group=Group.DEPLOYMENT,
    severity=Severity.LOW,
    citations=(
        Citation(
            document="CA/Browser Forum Baseline Requirements for TLS Server Certificates",
            section="6.3.2",
            url="https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
        ),
    ),
    remedy="Automate the renewal: ACME, or a pipeline that ends with the SBC.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
