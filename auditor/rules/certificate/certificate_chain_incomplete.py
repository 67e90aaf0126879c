"""A peer fetches nothing: what is missing between the certificate and a root the peer holds must be sent.

Browsers hide a missing intermediate certificate, because they remember it from elsewhere or download it.  A gateway
does neither, and refuses the connection.
"""

from collections.abc import Iterator

from auditor.certificates.chain_ends import missing_issuer
from auditor.certificates.chains import AcceptedRoots, PeerChain, judge_chains
from auditor.certificates.trust import Status
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[CertificateChainSeen], params: AcceptedRoots) -> Iterator[Remark]:
    """Every certificate from the leaf up to a root must be among those sent; the root itself may be left out."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        trust = chain.toward(params)
        if trust.status is Status.LIMIT:
            yield Doubt(subject=chain.subject, reason="; ".join(trust.reasons))
        elif trust.ending is not None and (missing := missing_issuer(trust.ending)):
            text, certain = missing
            if certain:
                yield Violation(subject=chain.subject, expected="every intermediate certificate sent", observed=text)
            else:
                yield Doubt(subject=chain.subject, reason=text)

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-chain-incomplete",
    title="An intermediate certificate is not sent",
    group=Group.CERTIFICATE,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 8446", section="4.4.2", url="https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2"),
        Citation(document="RFC 5246", section="7.4.2", url="https://www.rfc-editor.org/rfc/rfc5246#section-7.4.2"),
    ),
    remedy="Install the full chain that the CA supplies (often called fullchain or bundle): the certificate "
    "first, then each intermediate certificate.",
    observes=CertificateChainSeen,
    params=AcceptedRoots,
    check=check,
)
