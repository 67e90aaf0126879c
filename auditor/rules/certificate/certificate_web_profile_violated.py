"""Some verifiers apply the rules for public web sites to every certificate, and those go beyond RFC 5280.

A certificate of a private CA is valid without an authority key identifier, or with a critical subject alternative name,
and most peers accept it.  A peer built on a stricter library may not, and the failure is hard to explain, so this rule
warns beforehand.
"""

from collections.abc import Iterator

from auditor.certificates.chains import PeerChain
from auditor.model.finding import NotApplicable, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.target import ClientTarget
from auditor.rules.certificate._shared import AcceptedRoots, judge_chains, toward, unreached


def check(evidence: Evidence[CertificateChainSeen], params: AcceptedRoots) -> Iterator[Remark]:
    """The web PKI profile should accept every chain that RFC 5280 accepts."""
    if isinstance(evidence.target, ClientTarget):
        yield NotApplicable(reason="the web PKI profile applies to the certificates of servers")
        return

    def judge(chain: PeerChain) -> Iterator[Remark]:
        trust = toward(chain, params)
        if trust.anchor is None or not trust.judgement.accepted:
            yield unreached(chain, trust)
        for reason in trust.strict_reasons:
            yield Violation(subject=chain.subject, expected="chain accepted by the web PKI profile", observed=reason)

    yield from judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-web-profile-violated",
    title="Certificate chain violates the web PKI profile",
    group=Group.CERTIFICATE,
    severity=Severity.LOW,
    citations=(
        Citation(
            document="CA/Browser Forum Baseline Requirements for TLS Server Certificates",
            section="7.1.2",
            url="https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
        ),
    ),
    remedy="Ask the CA to issue the next certificate with a profile that meets the Baseline Requirements.  Peers that "
    "follow RFC 5280 accept the current one.",
    observes=CertificateChainSeen,
    params=AcceptedRoots,
    check=check,
)
