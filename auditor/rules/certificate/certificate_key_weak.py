"""An attacker who breaks a key can impersonate the endpoint, or sign certificates for it.

Well-funded attackers can break RSA keys of 1024 bits, and no public CA certifies keys below 2048 bits.  The keys of the
issuing certificates and of the root matter as much as the endpoint's own.
"""

from collections.abc import Iterable, Iterator

from pydantic import Field

from auditor.certificates.facts import Bearer, bearer_subject
from auditor.certificates.strength import CannotTell, key_complaint
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.vocabulary import CurveName
from auditor.rules._shared import any_of
from auditor.rules.certificate._shared import judge_chains


class KeyStrength(Params):
    """Keys that are strong enough."""

    minimum_rsa_bits: int = Field(default=2048, ge=1024, description="Smallest RSA modulus, in bits")
    curves: tuple[CurveName, ...] = Field(
        default=("secp256r1", "secp384r1", "secp521r1"), description="Elliptic curves that may be used"
    )
    edwards: bool = Field(default=True, description="Whether Ed25519 and Ed448 keys may be used")


def check(evidence: Evidence[CertificateChainSeen], params: KeyStrength) -> Iterator[Remark]:
    """Every key from the endpoint's up to the root's must be strong enough."""

    def judged(bearers: Iterable[Bearer]) -> Iterator[Remark]:
        for certificate in bearers:
            try:
                complaint = key_complaint(
                    certificate,
                    minimum_rsa_bits=params.minimum_rsa_bits,
                    curves=params.curves,
                    edwards=params.edwards,
                )
            except CannotTell as unknown:
                yield Doubt(subject=bearer_subject(certificate), reason=str(unknown))
                continue
            if complaint:
                yield Violation(
                    subject=bearer_subject(certificate), expected=_strong_enough(params), observed=complaint
                )

    return judge_chains(evidence, lambda chain: judged(chain.linked), lambda request: judged([request]))


def _strong_enough(params: KeyStrength) -> str:
    edwards = ("Ed25519", "Ed448") if params.edwards else ()
    return any_of((f"RSA of {params.minimum_rsa_bits} bits or more", *params.curves, *edwards))


RULE = Rule(
    id="certificate-key-weak",
    title="Certificate has a weak key",
    group=Group.CERTIFICATE,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 9325", section="4.5", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.5"),
        Citation(
            document="CA/Browser Forum Baseline Requirements for TLS Server Certificates",
            section="6.1.5",
            url="https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
        ),
    ),
    remedy=lambda params: f"Generate a new key ({_strong_enough(params)}) and have a certificate issued for it.",
    observes=CertificateChainSeen,
    params=KeyStrength,
    check=check,
)
