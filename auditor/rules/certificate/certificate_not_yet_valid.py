"""Before its first day a certificate is refused like an expired one.

It happens when a renewed certificate is installed too early, or when the clock of the machine that issued it was wrong.
"""

from collections.abc import Iterator

from auditor.certificates.chains import PeerChain, judge_chains
from auditor.certificates.dates import day, premature
from auditor.certificates.facts import label
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[CertificateChainSeen], _params: NoParameters) -> Iterator[Remark]:
    """The certificate and what lies between it and its root must have become valid."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        for certificate in chain.trust.below:
            if problem := premature(certificate, chain.at):
                yield Violation(subject=label(certificate), expected=f"in date on {day(chain.at)}", observed=problem)

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-not-yet-valid",
    title="A certificate is not valid yet",
    group=Group.CERTIFICATE,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 5280", section="4.1.2.5", url="https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"),
    ),
    remedy="Install a certificate that is valid now, or wait for its first day; check the clock of the CA.",
    observes=CertificateChainSeen,
    params=NoParameters,
    check=check,
)
