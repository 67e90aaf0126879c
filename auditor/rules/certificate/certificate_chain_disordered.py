"""Each certificate must be followed by the one that certifies it; some peers read the chain in no other way.

TLS 1.2 demands that order.  TLS 1.3 asks peers to put up with another one, and not every peer does; a certificate that
belongs to nothing, or stands there twice, is a mistake in either.
"""

from collections.abc import Iterator
from itertools import pairwise

from auditor.certificates.chains import PeerChain, judge_chains
from auditor.certificates.facts import label, short_name
from auditor.certificates.path import issued_by
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[CertificateChainSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every certificate after the first must be the issuer of the one before it."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        if chain.leaf_position not in (None, 1):
            yield Violation(
                subject=chain.subject,
                expected="the first certificate of the file",
                observed=f"certificate {chain.leaf_position} of the file",
            )
        for position, (before, certificate) in enumerate(pairwise(chain.sent), start=2):
            if certificate in chain.sent[: position - 1]:
                observed = "sent before already"
            elif not issued_by(before, certificate):
                elsewhere = any(issued_by(other, certificate) for other in chain.sent if other != certificate)
                observed = "out of order" if elsewhere else "issuer of no certificate that was sent"
            else:
                continue
            yield Violation(
                subject=f"{label(certificate)}, certificate {position} of {chain.subject}",
                expected=f"the issuer of {short_name(before)}, which stands before it",
                observed=observed,
            )

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-chain-disordered",
    title="Certificates are sent in the wrong order, twice or without need",
    group=Group.CERTIFICATE,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 5246", section="7.4.2", url="https://www.rfc-editor.org/rfc/rfc5246#section-7.4.2"),
        Citation(document="RFC 8446", section="4.4.2", url="https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2"),
    ),
    remedy="Put the certificate first, then the certificate of its issuer, then that one's issuer; leave out the "
    "others.",
    observes=CertificateChainSeen,
    params=NoParameters,
    check=check,
)
