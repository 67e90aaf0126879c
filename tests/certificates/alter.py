"""Certificates that cryptography will not build: their signed part is changed by hand and signed again."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.certificates.keys import private_key
from tests.certificates.mint import Spec, mint


def altered(spec: Spec, issuer: Spec, before: str, after: str) -> bytes:
    """Mint a leaf and exchange octets (hexadecimal) in its signed part, which is then signed again with a P-256 key.

    For what cryptography will not build: version 1, odd encodings, extensions nobody assigned.
    """
    signed = mint(spec, issuer, leaf=True).tbs_certificate_bytes
    old = bytes.fromhex(before)
    assert signed.count(old) == 1, f"{before} is in the certificate {signed.count(old)} times"
    content = signed[2:] if signed[1] < 0x80 else signed[2 + (signed[1] & 0x7F) :]
    signed = _der(0x30, content.replace(old, bytes.fromhex(after)))
    key = private_key("p256", issuer.key_of or issuer.subject)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")
    return _der(0x30, signed + algorithm + _der(0x03, b"\x00" + key.sign(signed, ec.ECDSA(hashes.SHA256()))))


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    return bytes([tag, 0x81, length] if length < 0x100 else [tag, 0x82, *length.to_bytes(2, "big")]) + content
