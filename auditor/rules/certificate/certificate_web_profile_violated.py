"""Some verifiers hold every certificate to the rules for public web sites, which go beyond RFC 5280.

A certificate of a private CA is good without an authority key identifier or with a critical subject alternative name,
and most peers take it.  One built on a stricter library may not, and the failure is then hard to explain, so it is
worth knowing beforehand.
"""

from collections.abc import Iterator

from auditor.certificates.chains import AcceptedRoots, PeerChain, judge_chains, unreached
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, NotApplicable, Remark, Rule, Violation
from auditor.model.severity import Severity
from auditor.model.target import ClientTarget


def check(evidence: Evidence[CertificateChainSeen], params: AcceptedRoots) -> Iterator[Remark]:
    """A chain that RFC 5280 accepts should be accepted by the web PKI profile too."""
    if isinstance(evidence.target, ClientTarget):
        yield NotApplicable(reason="those rules are for the certificates of servers")
        return

    def judge(chain: PeerChain) -> Iterator[Remark]:
        trust = chain.toward(params)
        if trust.anchor is None or not trust.judgement.accepted:
            yield unreached(chain, trust)
        for reason in trust.strict_reasons:
            yield Violation(subject=chain.subject, expected="acceptable as on a public web site", observed=reason)

    yield from judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-web-profile-violated",
    title="A certificate chain is valid, but not by the stricter rules of the public web",
    severity=Severity.LOW,
    citations=(
        Citation(
            document="CA/Browser Forum Baseline Requirements for TLS Server Certificates",
            section="7.1.2",
            url="https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
        ),
    ),
    requirements=("SEC-20",),
    remediation="Nothing has to change for peers that follow RFC 5280.  For the next certificate, ask the CA for a "
    "profile that fits the Baseline Requirements.",
    observes=CertificateChainSeen,
    params=AcceptedRoots,
    check=check,
)
