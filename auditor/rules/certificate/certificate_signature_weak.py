"""A certificate signed with MD5 or SHA-1 can be forged: two certificates with one signature have been made in public.

What a root signs itself with does not matter, since peers hold the root's key and need no proof of it.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from auditor.certificates.chains import PeerChain, judge_chains
from auditor.certificates.facts import label
from auditor.certificates.strength import CannotTell, signature_complaint
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity

Hash = Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256", "sha3-384", "sha3-512"]


class SignatureHashes(Params):
    """Hashes a signature may be made with; Ed25519 and Ed448 have theirs built in and are accepted."""

    hashes: tuple[Hash, ...] = Field(
        default=("sha256", "sha384", "sha512"), min_length=1, description="Hashes that are strong enough"
    )


def check(evidence: Evidence[CertificateChainSeen], params: SignatureHashes) -> Iterator[Remark]:
    """Every signature below the root must be made with one of the hashes."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        for certificate in chain.trust.below:
            try:
                complaint = signature_complaint(certificate, params.hashes)
            except CannotTell as unknown:
                yield Doubt(subject=label(certificate), reason=str(unknown))
                continue
            if complaint:
                yield Violation(
                    subject=label(certificate), expected=f"signed with {', '.join(params.hashes)}", observed=complaint
                )

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-signature-weak",
    title="A certificate is signed with a weak hash",
    group=Group.CERTIFICATE,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 9325", section="4.5", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.5"),
        Citation(document="RFC 9155", url="https://www.rfc-editor.org/rfc/rfc9155"),
    ),
    remedy="Have the certificate issued again with a SHA-256 signature; the CA replaces issuing certificates.",
    observes=CertificateChainSeen,
    params=SignatureHashes,
    check=check,
)
