"""Manual renewals are forgotten sooner or later.

Public certificates are valid for 200 days at most, from 2027-03-15 for 100 days and from 2029-03-15 for 47 days.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.subjects import RESOURCE


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """The renewal of certificates is declared to be automated."""
    for seen in evidence.seen:
        subject = RESOURCE.at("certificate_renewal")
        method = seen.declared.deployment.certificate_renewal
        if method is None:
            yield Doubt(subject=subject, reason="the method of certificate renewal is not declared")
        elif method != "automated":
            yield Violation(subject=subject, expected="automated", observed=method)


RULE = Rule(
    id="renewal-not-automated",
    title="Certificates are renewed manually",
    group=Group.DEPLOYMENT,
    severity=Severity.LOW,
    citations=(
        Citation(
            document="CA/Browser Forum Baseline Requirements for TLS Server Certificates",
            section="6.3.2",
            url="https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
        ),
    ),
    remedy="Automate the renewal with ACME, or with a pipeline that installs the certificate on the SBC.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
