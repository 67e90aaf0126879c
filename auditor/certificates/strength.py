"""Whether keys and signatures are strong enough: a complaint, none, or unknown."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import SignatureAlgorithmOID

from auditor.certificates.facts import Bearer, key_text, public_key, signature_hash, signature_text

_EDWARDS = {SignatureAlgorithmOID.ED25519, SignatureAlgorithmOID.ED448}
_MD2 = x509.ObjectIdentifier("1.2.840.113549.1.1.2")


class CannotTell(Exception):  # noqa: N818 - an answer, not an error
    """A key or signature of an unknown kind; the message is one sentence."""


def key_complaint(certificate: Bearer, *, minimum_rsa_bits: int, curves: tuple[str, ...], edwards: bool) -> str | None:
    """Return the key as text when it is not strong enough, none when it is.  Raises ``CannotTell``."""
    text = key_text(certificate)
    match public_key(certificate):
        case rsa.RSAPublicKey() as key:
            exponent = key.public_numbers().e
            if exponent < 3 or exponent % 2 == 0:
                return f"{text} with the public exponent {exponent}"
            return text if key.key_size < minimum_rsa_bits else None
        case ec.EllipticCurvePublicKey() as key:
            return None if key.curve.name in curves else text
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            return None if edwards else text
        case None:
            raise CannotTell(f"its public key is not readable: {text}")
        case _:
            return text


def signature_complaint(certificate: x509.Certificate, hashes: tuple[str, ...]) -> str | None:
    """Return the signature algorithm when its hash is not among ``hashes``, none when it is.  Raises ``CannotTell``."""
    digest, oid = signature_hash(certificate), certificate.signature_algorithm_oid
    if digest is not None:
        return None if digest.name in hashes else signature_text(certificate)
    if oid in _EDWARDS:
        return None
    if oid == _MD2:
        return signature_text(certificate)
    raise CannotTell(f"its signature algorithm is unknown: {signature_text(certificate)}")


# Bits of security by the length of an RSA modulus: NIST SP 800-57 Part 1 Revision 5, table 2.
_RSA_SECURITY = ((15_360, 256), (7_680, 192), (3_072, 128), (2_048, 112), (1_024, 80))
_EDWARDS_SECURITY = {"Ed25519": 128, "Ed448": 224}  # RFC 8032 section 1


def security_bits(bearer: Bearer) -> int | None:
    """Return how strong a key is, in bits of security, which makes RSA and elliptic curves comparable; none if unknown.

    Half the length of the order for elliptic curves, whose names say that length (NIST SP 800-57 Part 1, table 2).
    """
    match public_key(bearer):
        case rsa.RSAPublicKey() as key:
            return next((bits for size, bits in _RSA_SECURITY if key.key_size >= size), 0)
        case ec.EllipticCurvePublicKey() as key:
            return min(key.curve.key_size // 2, 256)
        case _:
            return _EDWARDS_SECURITY.get(key_text(bearer))
