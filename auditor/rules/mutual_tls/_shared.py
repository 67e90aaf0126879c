"""Shared by the rules about client certificates: the presented certificate as a subject, and proof."""

from auditor.model.observation import FORGED, ClientCertificateCaseSeen
from auditor.model.subject import CertificateCaseSubject

UNPROVEN = (
    "rejected, but enforcement is not proven: no valid certificate was shown as a control (give one with --client-cert)"
)
NEEDS_CA = "not shown: this certificate needs a CA that the endpoint trusts (--client-ca)"


def case_subject(seen: ClientCertificateCaseSeen) -> CertificateCaseSubject:
    """The certificate that was presented, its version, and the root whose forged issuer signed it."""
    if seen.forged_root is None:
        return CertificateCaseSubject(version=seen.version, case=seen.case)
    return CertificateCaseSubject(version=seen.version, case=FORGED, root=seen.forged_root)


def is_forged(seen: ClientCertificateCaseSeen) -> bool:
    """Whether a forged issuer of some root signed the certificate."""
    return seen.forged_root is not None or seen.case == FORGED
