"""A certificate with its private key: what one side of a TLS connection shows of itself, and proves."""

from dataclasses import dataclass, field
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Identity:
    """Leaf first, then what is sent with it.  The key is shown nowhere, not even in a traceback."""

    chain: tuple[x509.Certificate, ...]
    key: PrivateKey = field(repr=False)

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate the key belongs to."""
        return self.chain[0]
