"""Certificate authorities and what they issue, valid except for the faults that the caller asks for."""

from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from auditor.minting.certificate_builder import (
    BOTH_ROLES,
    CertificateSpec,
    Digest,
    Issuer,
    ValidityPeriod,
    host_name,
    issuer_of,
    mint,
)
from auditor.minting.keys import ec_key
from auditor.model.identity import PrivateKey


@dataclass(frozen=True)
class Authority:
    """A certificate that signs others, and its private key."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def issuer(self) -> Issuer:
        """The authority as the issuer of a certificate."""
        return issuer_of(self.certificate, self.key)


def make_root(name: str, validity: ValidityPeriod) -> Authority:
    """A self-signed root with an EC key."""
    key = ec_key()
    return Authority(mint(CertificateSpec(_operator(name), validity, authority=True), key), key)


def make_intermediate(
    issuer: Authority,
    name: str,
    validity: ValidityPeriod,
    *,
    key: PrivateKey | None = None,
    usages: tuple[x509.ObjectIdentifier, ...] = (),
    path_length: int | None = None,
) -> Authority:
    """A certificate authority under ``issuer``, with an EC key unless one is given."""
    own = key or ec_key()
    spec = CertificateSpec(_operator(name), validity, authority=True, path_length=path_length, purposes=usages)
    return Authority(mint(spec, own, issuer.issuer), own)


def make_leaf(
    issuer: Authority,
    names: tuple[str, ...],
    key: PrivateKey,
    validity: ValidityPeriod,
    usages: tuple[x509.ObjectIdentifier, ...] = BOTH_ROLES,
    digest: Digest = "sha256",
) -> x509.Certificate:
    """An end-entity certificate for ``names``: DNS names (a wildcard included) or IP addresses."""
    alternatives = tuple(host_name(name) for name in names)
    spec = CertificateSpec(_operator(names[0]), validity, alternatives, purposes=usages, digest=digest)
    return mint(spec, key, issuer.issuer)


def _operator(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Operator"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
