"""After its last day peers reject a certificate, and calls stop at that second.

The rule checks the intermediate certificates as well as the endpoint's own.  Another rule checks the root.
"""

from collections.abc import Iterator

from auditor.certificates.chains import PeerChain
from auditor.certificates.dates import day, expired
from auditor.certificates.facts import certificate_subject
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.rules.certificate._shared import judge_chains


def check(evidence: Evidence[CertificateChainSeen], _params: NoParameters) -> Iterator[Remark]:
    """Neither the certificate nor an intermediate above it may have expired."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        for certificate in chain.trust.below:
            if problem := expired(certificate, chain.at):
                subject = certificate_subject(certificate)
                yield Violation(subject=subject, expected=f"valid on {day(chain.at)}", observed=problem)

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-expired",
    title="Certificate has expired",
    group=Group.CERTIFICATE,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 5280", section="4.1.2.5", url="https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"),
    ),
    remedy="Renew the certificate and install the new one with its chain.",
    observes=CertificateChainSeen,
    params=NoParameters,
    check=check,
)
