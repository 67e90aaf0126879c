"""An SBC is server for one call and client for the next, with the same certificate, so it must be allowed to be both.

Public CAs stop issuing certificates for the client role: the last ones with clientAuth are issued by 2027-03-15.  An
intermediate certificate that lists serverAuth alone takes the client role from everything below it, whatever the
endpoint's own certificate says, and so the whole chain is looked at.  What a client presents is judged for that role
alone: an SBC may have another certificate for the other one.
"""

from collections.abc import Iterator, Sequence

from pydantic import Field

from auditor.certificates.chains import judge_chains
from auditor.certificates.facts import Bearer, label
from auditor.certificates.usage import lacking
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, NotApplicable, Params, Remark, Rule, Violation
from auditor.model.severity import Severity
from auditor.model.target import ClientTarget, Role


class Roles(Params):
    """What the certificate has to serve as."""

    roles: tuple[Role, ...] = Field(min_length=1, description="TLS roles in which the certificate is used")


def check(evidence: Evidence[CertificateChainSeen], params: Roles) -> Iterator[Remark]:
    """Key usage and extended key usage must allow every role, on each certificate that restricts them."""
    roles = evidence.target.roles or params.roles
    if isinstance(evidence.target, ClientTarget):
        roles = tuple(role for role in roles if role == "client")
        if not roles:
            yield NotApplicable(reason="the policy needs the certificate in the server role alone")
            return

    def judged(path: Sequence[Bearer]) -> Iterator[Remark]:
        for role in roles:
            for lack in lacking(path, role):
                yield Violation(subject=label(lack.certificate), expected=lack.expected, observed=lack.observed)

    yield from judge_chains(evidence, lambda chain: judged(chain.linked), lambda request: judged([request]))


RULE = Rule(
    id="certificate-usage-missing",
    title="A certificate may not be used in a role it is needed in",
    severity=Severity.HIGH,
    citations=(
        Citation(
            document="RFC 5280", section="4.2.1.12", url="https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12"
        ),
        Citation(
            document="Chrome Root Program Policy 1.8",
            section="1.3.2",
            url="https://googlechrome.github.io/chromerootprogram/",
        ),
    ),
    requirements=("TIM-02",),
    remediation="Have the certificate issued with both serverAuth and clientAuth, under issuing certificates that "
    "exclude neither.  Where the CA no longer does that, use a private CA whose root was sent to the onboarding team.",
    observes=CertificateChainSeen,
    params=Roles,
    check=check,
)
