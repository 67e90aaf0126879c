"""Peers reject a certificate before its first day, as they reject one that has expired.

This happens when a renewed certificate is installed too early, or when the issuing CA's clock was wrong.
"""

from collections.abc import Iterator

from auditor.certificates.chains import PeerChain
from auditor.certificates.dates import day, premature
from auditor.certificates.facts import certificate_subject
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.rules.certificate._shared import judge_chains


def check(evidence: Evidence[CertificateChainSeen], _params: NoParameters) -> Iterator[Remark]:
    """The certificate and every intermediate above it must already be valid."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        for certificate in chain.trust.below:
            if problem := premature(certificate, chain.at):
                subject = certificate_subject(certificate)
                yield Violation(subject=subject, expected=f"valid on {day(chain.at)}", observed=problem)

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-not-yet-valid",
    title="Certificate is not valid yet",
    group=Group.CERTIFICATE,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 5280", section="4.1.2.5", url="https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"),
    ),
    remedy="Install a certificate that is valid now, or wait for its first day, and check the CA's clock.",
    observes=CertificateChainSeen,
    params=NoParameters,
    check=check,
)
