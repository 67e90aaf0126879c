"""A key that can be broken lets someone else be the endpoint, or sign certificates for it.

RSA keys of 1024 bits are within reach of well-funded attackers, and no public CA certifies fewer than 2048.  The keys
of the issuing certificates and of the root count as much as the endpoint's own.
"""

from collections.abc import Iterable, Iterator

from pydantic import Field

from auditor.certificates.chains import judge_chains
from auditor.certificates.facts import Bearer, label
from auditor.certificates.strength import CannotTell, key_complaint
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.vocabulary import CurveName


class KeyStrength(Params):
    """Keys that are strong enough."""

    minimum_rsa_bits: int = Field(default=2048, ge=1024, description="Smallest RSA modulus, in bits")
    curves: tuple[CurveName, ...] = Field(
        default=("secp256r1", "secp384r1", "secp521r1"), description="Elliptic curves that may be used"
    )
    edwards: bool = Field(default=True, description="Whether Ed25519 and Ed448 keys may be used")


def check(evidence: Evidence[CertificateChainSeen], params: KeyStrength) -> Iterator[Remark]:
    """Every key from the endpoint's up to the root's must be strong enough."""
    edwards = ("Ed25519", "Ed448") if params.edwards else ()
    expected = f"RSA of {params.minimum_rsa_bits} bits or more, or one of {', '.join((*params.curves, *edwards))}"

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
                yield Doubt(subject=label(certificate), reason=str(unknown))
                continue
            if complaint:
                yield Violation(subject=label(certificate), expected=expected, observed=complaint)

    return judge_chains(evidence, lambda chain: judged(chain.linked), lambda request: judged([request]))


RULE = Rule(
    id="certificate-key-weak",
    title="A certificate has a weak key",
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
    remedy="Make a new key (RSA of at least 2048 bits, or P-256) and have a certificate issued for it.",
    observes=CertificateChainSeen,
    params=KeyStrength,
    check=check,
)
