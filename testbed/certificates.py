"""A certificate authority for the live servers: root, one intermediate for each key type, leaves.

Every validity is fixed around ``AT``, the clock reading the tests hand to the auditor, so nothing expires while the
tests run and none depends on the day they are run.
"""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from auditor.minting.certificate_builder import CertificateSpec, ValidityPeriod, host_name, issuer_of, mint
from auditor.minting.keys import ec_key, rsa_key
from auditor.model.identity import PrivateKey
from testbed.configuration import OTHER_NAME, SERVER_NAME, Chain, Key

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
_LOOPBACK = (host_name("127.0.0.1"), host_name("::1"))

_RSA_ENCRYPTION = bytes.fromhex("300d06092a864886f70d0101010500")
_RSASSA_PSS = bytes.fromhex("300b06092a864886f70d01010a")


@dataclass(frozen=True)
class Identity:
    """A certificate and the PEM of its key."""

    certificate: x509.Certificate
    private_key: PrivateKey = field(repr=False)
    key_pem: bytes = field(repr=False)

    @property
    def der(self) -> bytes:
        """The certificate as it goes over the wire."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True)
class Authority:
    """The operator's certificate authority.  The root stands in for one that was declared to onboarding."""

    root: Identity
    intermediates: dict[Key, Identity]
    leaves: dict[Key, Identity]
    other_leaf: Identity
    stranger: Identity
    """A certificate authority that has nothing to do with the others."""

    def chain(self, key: Key, chain: Chain, name: str = SERVER_NAME) -> tuple[x509.Certificate, ...]:
        """What a server configured so sends, leaf first."""
        leaf = (self.other_leaf if name == OTHER_NAME else self.leaves[key]).certificate
        intermediate = self.intermediates[key].certificate
        return {
            Chain.FULL: (leaf, intermediate),
            Chain.MISSING_INTERMEDIATE: (leaf,),
            Chain.DISORDERED: (leaf, self.root.certificate, intermediate),
            Chain.EXTRA: (leaf, intermediate, self.stranger.certificate),
        }[chain]


def pem(*certificates: x509.Certificate) -> bytes:
    """The certificates, one after the other."""
    return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates)


@cache
def make_authority() -> Authority:
    """Mint everything once a run: four RSA keys take the better part of a second."""
    root = issue(rsa_key(), "Live Test Root CA", None)
    signers = {
        Key.RSA: issue(rsa_key(), "Live Test RSA Issuing CA", root, path_length=0),
        Key.ECDSA: issue(ec_key(), "Live Test ECDSA Issuing CA", root, path_length=0),
    }
    # A key bound to RSASSA-PSS is certified by the ECDSA authority: its signature is then made over re-encoded bytes.
    signers[Key.RSA_PSS] = signers[Key.ECDSA]
    shared = rsa_key()
    plain_for_pss = issue(shared, SERVER_NAME, signers[Key.RSA_PSS], names=(SERVER_NAME,))
    return Authority(
        root=root,
        intermediates=signers,
        leaves={
            Key.RSA: issue(shared, SERVER_NAME, signers[Key.RSA], names=(SERVER_NAME,)),
            Key.ECDSA: issue(ec_key(), SERVER_NAME, signers[Key.ECDSA], names=(SERVER_NAME,)),
            Key.RSA_PSS: _bind_to_pss(plain_for_pss, signers[Key.RSA_PSS]),
        },
        other_leaf=issue(shared, OTHER_NAME, signers[Key.RSA], names=(OTHER_NAME,)),
        stranger=issue(ec_key(), "Unrelated CA", None),
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Operator"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _pkcs8(key: PrivateKey, encoding: serialization.Encoding) -> bytes:
    return key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def issue(
    key: PrivateKey,
    common_name: str,
    issuer: Identity | None,
    names: tuple[str, ...] = (),
    path_length: int | None = None,
    validity: ValidityPeriod | None = None,
) -> Identity:
    """One certificate: a leaf for both roles where it has names, an authority where it has none."""
    spec = CertificateSpec(
        _name(common_name),
        validity or ValidityPeriod.days(AT, -20, 345 if names else 3630),
        tuple(x509.DNSName(name) for name in names) + (_LOOPBACK if names else ()),
        authority=not names,
        path_length=path_length,
    )
    above = issuer_of(issuer.certificate, issuer.private_key) if issuer else None
    return Identity(mint(spec, key, above), key, _pkcs8(key, serialization.Encoding.PEM))


def _bind_to_pss(identity: Identity, issuer: Identity) -> Identity:
    """The same certificate with id-RSASSA-PSS as its key's algorithm, which ``cryptography`` reads but cannot write."""
    assert isinstance(issuer.private_key, ec.EllipticCurvePrivateKey)
    public = identity.private_key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    body = identity.certificate.tbs_certificate_bytes
    assert body.count(public) == 1
    to_sign = _sequence(_content(body).replace(public, _rebound(public)))
    signature = issuer.private_key.sign(to_sign, ec.ECDSA(hashes.SHA256()))
    ecdsa_with_sha256 = bytes.fromhex("300a06082a8648ce3d040302")
    certificate = _sequence(to_sign + ecdsa_with_sha256 + _tlv(0x03, b"\x00" + signature))
    key_der = _rebound(_pkcs8(identity.private_key, serialization.Encoding.DER))
    return Identity(x509.load_der_x509_certificate(certificate), identity.private_key, _armoured(key_der))


def _rebound(structure: bytes) -> bytes:
    """A SubjectPublicKeyInfo or a PrivateKeyInfo whose algorithm is id-RSASSA-PSS in place of rsaEncryption."""
    assert structure.count(_RSA_ENCRYPTION) == 1
    return _sequence(_content(structure).replace(_RSA_ENCRYPTION, _RSASSA_PSS))


def _content(der: bytes) -> bytes:
    header = 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)
    return der[header:]


def _sequence(content: bytes) -> bytes:
    return _tlv(0x30, content)


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _armoured(key_der: bytes) -> bytes:
    return b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(key_der) + b"-----END PRIVATE KEY-----\n"
