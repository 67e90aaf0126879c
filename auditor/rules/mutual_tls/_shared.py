"""Shared by the rules about client certificates: the presented certificate as a subject, proof, and trust in roots."""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import FORGED, ClientCertificateCaseSeen, RootTrustSeen
from auditor.model.rule import Evidence, Params
from auditor.model.subject import CertificateCaseSubject, RootSubject
from auditor.model.vocabulary import RootName

UNPROVEN = (
    "rejected, but enforcement is not proven: no valid certificate was shown as a control (give one with --client-cert)"
)
CLOSES_UNPROVEN = "--client-cert and --client-key"
CLOSES_NEEDS_CA = "--client-ca and --client-ca-key"
NEEDS_CA = "not shown: this certificate needs a CA that the endpoint trusts (--client-ca)"


def case_subject(seen: ClientCertificateCaseSeen) -> CertificateCaseSubject:
    """The certificate that was presented, its version, and the root whose forged issuer signed it."""
    if seen.forged_root is None:
        return CertificateCaseSubject(version=seen.version, case=seen.case)
    return CertificateCaseSubject(version=seen.version, case=FORGED, root=seen.forged_root)


def is_forged(seen: ClientCertificateCaseSeen) -> bool:
    """Whether a forged issuer of some root signed the certificate."""
    return seen.forged_root is not None or seen.case == FORGED


class RequiredRoots(Params):
    """Roots that must be trusted."""

    roots: tuple[RootName, ...] = Field(
        min_length=1, description="Names of pinned root certificates (files in policies/roots)"
    )


def judge_trust(evidence: Evidence[RootTrustSeen], params: RequiredRoots) -> Iterator[Remark]:
    """The endpoint must know the key of every one of the roots."""
    by_root = {seen.root: seen for seen in evidence.seen}
    for root in params.roots:
        subject = RootSubject(root=root)
        seen = by_root.get(root)
        if seen is None:
            yield Doubt(subject=subject, reason="the trust probe did not test this root")
        elif seen.trusted is None:
            yield Doubt(subject=subject, reason=f"the answers do not show whether the root is trusted: {seen.evidence}")
        elif not seen.trusted:
            yield Violation(subject=subject, expected="trusted", observed=f"unknown to the endpoint: {seen.evidence}")
