"""Each certificate must be followed by the one that certifies it; some peers can read the chain in no other order.

TLS 1.2 requires that order.  TLS 1.3 asks peers to tolerate others, and not every peer does.  A certificate that does
not belong to the chain, or appears in it twice, is a mistake under both.
"""

from collections.abc import Iterator
from itertools import pairwise

from auditor.certificates.chains import PeerChain
from auditor.certificates.facts import certificate_subject, short_name
from auditor.certificates.path import issued_by
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.rules.certificate._shared import judge_chains


def check(evidence: Evidence[CertificateChainSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every certificate after the first must be the issuer of the one before it."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        if chain.leaf_position not in (None, 1):
            yield Violation(
                subject=chain.subject,
                expected="first certificate of the file",
                observed=f"certificate {chain.leaf_position} of the file",
            )
        for position, (before, certificate) in enumerate(pairwise(chain.sent), start=2):
            if certificate in chain.sent[: position - 1]:
                observed = "sent twice"
            elif not issued_by(before, certificate):
                elsewhere = any(issued_by(other, certificate) for other in chain.sent if other != certificate)
                observed = "out of order" if elsewhere else "not the issuer of any certificate that was sent"
            else:
                continue
            yield Violation(
                subject=certificate_subject(certificate, position=position, leaf=chain.leaf),
                expected=f"issuer of {short_name(before)}, the certificate before it",
                observed=observed,
            )

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-chain-disordered",
    title="Certificate chain is out of order or has extra certificates",
    group=Group.CERTIFICATE,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 9846", section="4.5.1", url="https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1"),
    ),
    remedy="Install the chain with the endpoint's certificate first, followed by its issuer and then each next issuer, "
    "and remove every other certificate.",
    observes=CertificateChainSeen,
    params=NoParameters,
    check=check,
)
