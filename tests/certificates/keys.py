"""Keys of every kind, one for each name, and signatures that cryptography would not make."""

from collections.abc import Mapping
from functools import cache
from typing import Literal, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

KeyKind = Literal[
    "rsa1024",
    "rsa2040",
    "rsa2048",
    "rsa3072",
    "p192",
    "p224",
    "p256",
    "p384",
    "p521",
    "k1",
    "ed25519",
    "ed448",
    "dsa2048",
]
PrivateKey: TypeAlias = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | dsa.DSAPrivateKey
)
_CURVES: Mapping[str, ec.EllipticCurve] = {
    "p192": ec.SECP192R1(),
    "p224": ec.SECP224R1(),
    "p256": ec.SECP256R1(),
    "p384": ec.SECP384R1(),
    "p521": ec.SECP521R1(),
    "k1": ec.SECP256K1(),
}


@cache
def private_key(kind: KeyKind, label: str) -> PrivateKey:  # noqa: ARG001 - the cache tells keys apart by it
    """Return the key of that kind and name: always the same one within a run."""
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind])
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "ed448":
        return ed448.Ed448PrivateKey.generate()
    if kind == "dsa2048":
        return dsa.generate_private_key(2048)
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))


def sign(builder: x509.CertificateBuilder, signer: PrivateKey, digest: str) -> x509.Certificate:
    if isinstance(signer, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return builder.sign(signer, None)
    if digest in {"md5", "sha1"}:
        assert isinstance(signer, rsa.RSAPrivateKey), "MD5 and SHA-1 signatures are minted with RSA only"
        return _sign_weakly(builder, signer, hashes.MD5() if digest == "md5" else hashes.SHA1())
    match digest:
        case "sha224":
            return builder.sign(signer, hashes.SHA224())
        case "sha384":
            return builder.sign(signer, hashes.SHA384())
        case "sha512":
            return builder.sign(signer, hashes.SHA512())
        case _:
            return builder.sign(signer, hashes.SHA256())


def _sign_weakly(
    builder: x509.CertificateBuilder, signer: rsa.RSAPrivateKey, digest: hashes.MD5 | hashes.SHA1
) -> x509.Certificate:
    """cryptography signs no certificate with these, so a SHA-256 one is taken apart and signed again.

    The object identifiers differ in their last octet only, and the signatures have one length.
    """
    strong = builder.sign(signer, hashes.SHA256())
    before = bytes.fromhex("2a864886f70d01010b")
    after = before[:-1] + (b"\x04" if isinstance(digest, hashes.MD5) else b"\x05")
    signed = strong.tbs_certificate_bytes.replace(before, after)
    signature = signer.sign(signed, padding.PKCS1v15(), digest)
    der = to_der(strong).replace(strong.tbs_certificate_bytes, signed).replace(before, after)
    return x509.load_der_x509_certificate(der.replace(strong.signature, signature))


def to_der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
