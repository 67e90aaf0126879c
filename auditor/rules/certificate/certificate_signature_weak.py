"""A certificate signed with MD5 or SHA-1 can be forged; researchers have made pairs that share a signature.

A root's own signature does not matter, because peers hold the root's key and need no proof of it.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from auditor.certificates.chains import PeerChain
from auditor.certificates.facts import certificate_subject
from auditor.certificates.strength import CannotTell, signature_complaint
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.rules._shared import any_of
from auditor.rules.certificate._shared import judge_chains

Hash = Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256", "sha3-384", "sha3-512"]


class SignatureHashes(Params):
    """Hashes a signature may use; Ed25519 and Ed448 have theirs built in and are accepted."""

    hashes: tuple[Hash, ...] = Field(
        default=("sha256", "sha384", "sha512"), min_length=1, description="Hashes that are strong enough"
    )


def check(evidence: Evidence[CertificateChainSeen], params: SignatureHashes) -> Iterator[Remark]:
    """Every signature below the root must use one of the hashes."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        for certificate in chain.trust.below:
            subject = certificate_subject(certificate)
            try:
                complaint = signature_complaint(certificate, params.hashes)
            except CannotTell as unknown:
                yield Doubt(subject=subject, reason=str(unknown))
                continue
            if complaint:
                yield Violation(subject=subject, expected=f"signed with {any_of(params.hashes)}", observed=complaint)

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-signature-weak",
    title="Certificate is signed with a weak hash",
    group=Group.CERTIFICATE,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 9325", section="4.5", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.5"),
        Citation(document="RFC 9155", url="https://www.rfc-editor.org/rfc/rfc9155"),
    ),
    remedy=lambda params: (
        f"Have the certificate reissued with a signature that uses {any_of(params.hashes)}; for an intermediate, "
        "install the CA's current chain."
    ),
    observes=CertificateChainSeen,
    params=SignatureHashes,
    check=check,
)
