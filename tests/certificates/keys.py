"""Keys of every kind, one for each name."""

from collections.abc import Mapping
from functools import cache
from typing import Literal, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

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


def to_der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
