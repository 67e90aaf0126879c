"""Signatures that lead to the right root are not enough: every certificate on the way must have been allowed to sign.

Anyone who holds an ordinary certificate can sign another one with it.  What stops that is validation by RFC 5280: an
issuer must be a CA, with keyCertSign, within its path length and its name constraints, and an extension that is marked
critical must be understood.  A peer refuses a chain that breaks one of these rules.
"""

from collections.abc import Iterator

from auditor.certificates.chains import AcceptedRoots, PeerChain, judge_chains, overlooked, unreached
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[CertificateChainSeen], params: AcceptedRoots) -> Iterator[Remark]:
    """Where a chain leads to an accepted root, RFC 5280 validation must accept it."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        trust = chain.toward(params)
        if trust.anchor is None:
            yield unreached(chain, trust)
            return
        for refusal in (*trust.judgement.refusals, *overlooked(chain, trust)):
            yield Violation(subject=chain.subject, expected="a path that RFC 5280 allows", observed=refusal)
        for doubt in trust.judgement.doubts:
            yield Doubt(subject=chain.subject, reason=doubt)

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-chain-invalid",
    title="A certificate chain leads to an accepted root in a way RFC 5280 does not allow",
    group=Group.CERTIFICATE,
    severity=Severity.CRITICAL,
    citations=(Citation(document="RFC 5280", section="6.1", url="https://www.rfc-editor.org/rfc/rfc5280#section-6.1"),),
    remedy="Have the certificate issued again by a CA certificate that may issue it, and install the chain that "
    "the CA supplies with it.",
    observes=CertificateChainSeen,
    params=AcceptedRoots,
    check=check,
)
