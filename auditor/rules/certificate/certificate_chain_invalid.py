"""Signatures that lead to an accepted root are not enough: every issuer on the path must be allowed to sign.

Anyone who holds an ordinary certificate can sign another one with it.  RFC 5280 validation prevents that.  An issuer
must be a CA, with keyCertSign, within its path length and its name constraints, and every critical extension must be
understood.  A peer rejects a chain that breaks one of these rules.
"""

from collections.abc import Iterator

from auditor.certificates.chains import PeerChain
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.rules.certificate._shared import AcceptedRoots, judge_chains, overlooked, toward, unreached


def check(evidence: Evidence[CertificateChainSeen], params: AcceptedRoots) -> Iterator[Remark]:
    """RFC 5280 validation must accept every chain that leads to an accepted root."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        trust = toward(chain, params)
        if trust.anchor is None:
            yield unreached(chain, trust)
            return
        for refusal in (*trust.judgement.refusals, *overlooked(chain, trust)):
            yield Violation(subject=chain.subject, expected="path accepted by RFC 5280 validation", observed=refusal)
        for doubt in trust.judgement.doubts:
            yield Doubt(subject=chain.subject, reason=doubt)

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-chain-invalid",
    title="Certificate chain fails RFC 5280 validation",
    group=Group.CERTIFICATE,
    severity=Severity.CRITICAL,
    citations=(Citation(document="RFC 5280", section="6.1", url="https://www.rfc-editor.org/rfc/rfc5280#section-6.1"),),
    remedy="Have the certificate reissued by a CA certificate that is allowed to issue it, and install the chain that "
    "the CA supplies with it.",
    observes=CertificateChainSeen,
    params=AcceptedRoots,
    check=check,
)
