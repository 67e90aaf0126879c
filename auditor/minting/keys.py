"""Private keys: fresh ones, and those shared by a run because making an RSA key is slow."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa


def ec_key() -> ec.EllipticCurvePrivateKey:
    """A fresh key on secp256r1."""
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """A fresh RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def rsa_leaf_key() -> rsa.RSAPrivateKey:
    """The run's RSA key for end-entity certificates."""
    return rsa_key()


@cache
def rsa_signing_key() -> rsa.RSAPrivateKey:
    """The run's RSA key for invented authorities."""
    return rsa_key()


@cache
def ec_leaf_key() -> ec.EllipticCurvePrivateKey:
    """The run's EC key for end-entity certificates."""
    return ec_key()


@cache
def ec_signing_key() -> ec.EllipticCurvePrivateKey:
    """The run's EC key for invented authorities."""
    return ec_key()
