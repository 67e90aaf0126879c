"""A peer accepts a certificate only if its chain ends at a root the peer holds.

Azure Communications Gateway holds two roots by default, DigiCert Global Root G2 and Baltimore CyberTrust Root, and any
other that was sent to the onboarding team.  A root is recognised by its key, never by its name: anyone can make a
certificate that is called DigiCert Global Root G2.
"""

from collections.abc import Iterator

from auditor.certificates.chain_ends import expected_roots, root_reached
from auditor.certificates.chains import AcceptedRoots, PeerChain, judge_chains
from auditor.certificates.trust import Status
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[CertificateChainSeen], params: AcceptedRoots) -> Iterator[Remark]:
    """Every chain must lead, signature by signature, to a root that is accepted."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        trust = chain.toward(params)
        if trust.status is Status.LIMIT:
            yield Doubt(subject=chain.subject, reason="; ".join(trust.reasons))
        elif trust.ending is not None:
            observed, certain = root_reached(trust.ending)
            if certain:
                yield Violation(subject=chain.subject, expected=expected_roots(params), observed=observed)
            else:
                yield Doubt(subject=chain.subject, reason=observed)

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-root-not-allowed",
    title="A certificate chain ends at a root the policy does not accept",
    group=Group.CERTIFICATE,
    severity=Severity.CRITICAL,
    citations=(Citation(document="RFC 5280", section="6.1", url="https://www.rfc-editor.org/rfc/rfc5280#section-6.1"),),
    remedy="Install a certificate issued under an accepted root, or send the root certificate of your CA to the "
    "onboarding team and declare it with --root or in the inventory.",
    observes=CertificateChainSeen,
    params=AcceptedRoots,
    check=check,
)
