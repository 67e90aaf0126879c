"""After its last day a certificate is refused, and calls stop at that second.

An intermediate certificate counts as much as the endpoint's own.  A root that is out of date has a rule of its own.
"""

from collections.abc import Iterator

from auditor.certificates.chains import PeerChain, judge_chains
from auditor.certificates.dates import day, expired
from auditor.certificates.facts import label
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[CertificateChainSeen], _params: NoParameters) -> Iterator[Remark]:
    """Neither the certificate nor what lies between it and its root may have expired."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        for certificate in chain.trust.below:
            if problem := expired(certificate, chain.at):
                yield Violation(subject=label(certificate), expected=f"in date on {day(chain.at)}", observed=problem)

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-expired",
    title="A certificate has expired",
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
