"""Shared by the rules about client certificates: the presented certificate as a subject, and proof."""

from auditor.model.observation import ClientCertificateCaseSeen
from auditor.model.subject import CertificateCaseSubject

FORGED = "impostor-root"
"""The case of a certificate whose issuer bears a root's name with another key; the root's name follows in brackets."""
UNPROVEN = (
    "rejected, but enforcement is not proven: no valid certificate was shown as a control (give one with --client-cert)"
)
NEEDS_CA = "not shown: this certificate needs a CA that the endpoint trusts (--client-ca)"


def case_subject(seen: ClientCertificateCaseSeen) -> CertificateCaseSubject:
    """The certificate that was presented, its version, and the root whose forged issuer signed it."""
    if not is_forged(seen) or seen.case == FORGED:
        return CertificateCaseSubject(version=seen.version, case=seen.case)
    root = seen.case.removeprefix(f"{FORGED} (").removesuffix(")")
    return CertificateCaseSubject(version=seen.version, case=FORGED, root=root)


def is_forged(seen: ClientCertificateCaseSeen) -> bool:
    """Whether a forged issuer of some root signed the certificate."""
    return seen.case.startswith(FORGED)
