"""Paths from the certificate an endpoint presents up through what it sent, found by signature and with bounded work.

A peer verifies with what it received and with the roots it holds; it fetches nothing.  So only the certificates that
were sent and the given anchors are linked.  cryptography's own search tries every order of certificates that share a
subject and a key, which takes hours for six of them; here every such pair is visited once a path, each signature is
checked once, and all work is counted.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from auditor.certificates.distinguished import same_name
from auditor.certificates.facts import public_key, signature_hash
from auditor.certificates.read import quiet

MAX_DEPTH = 8
"""Intermediate certificates between the leaf and the anchor."""
MAX_SIGNATURES = 64
MAX_PATHS = 32
MAX_STEPS = 512

Path: TypeAlias = tuple[x509.Certificate, ...]


@dataclass(frozen=True)
class Paths:
    """The result of a search."""

    complete: tuple[Path, ...]
    """From the leaf to an anchor, both included."""
    partial: tuple[Path, ...]
    """From the leaf as far as the sent certificates reach, if they do not reach an anchor."""
    exhausted: bool
    """Whether a search limit was reached, so there may be more paths."""
    signatures: int
    """How many signatures were checked."""


class _Exhausted(Exception):  # noqa: N818 - not an error, a bound
    pass


@dataclass
class _Search:
    """The state of one search: what it may use, what it has found and what it has spent."""

    pool: Path
    anchors: Path
    complete: list[Path] = field(default_factory=list)
    partial: list[Path] = field(default_factory=list)
    checked: dict[tuple[x509.Certificate, x509.Certificate], bool] = field(default_factory=dict)
    steps: int = 0
    exhausted: bool = False

    def issued(self, child: x509.Certificate, parent: x509.Certificate) -> bool:
        if not same_name(child.issuer, parent.subject):
            return False
        if (child, parent) not in self.checked:
            if len(self.checked) >= MAX_SIGNATURES:
                raise _Exhausted
            self.checked[child, parent] = issued_by(child, parent)
        return self.checked[child, parent]

    def extend(self, path: Path, seen: frozenset[bytes]) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS or len(self.complete) + len(self.partial) >= MAX_PATHS:
            raise _Exhausted
        if len(path) > MAX_DEPTH + 1:
            self.exhausted = True
            return
        last = path[-1]
        if last in self.anchors:
            self.complete.append(path)
            return
        ends = [anchor for anchor in self.anchors if self.issued(last, anchor)]
        self.complete.extend((*path, anchor) for anchor in ends)
        further = [sent for sent in self.pool if identity(sent) not in seen and self.issued(last, sent)]
        if not ends and not further:
            self.partial.append(path)
        for issuer in further:
            self.extend((*path, issuer), seen | {identity(issuer)})


def find_paths(chain: Path, anchors: Path) -> Paths:
    """Return every path from ``chain[0]`` through the rest of ``chain``, up to the bounds, each link verified."""
    pool = tuple(sent for sent in dict.fromkeys(chain[1:]) if sent not in anchors)
    search = _Search(pool, anchors)
    try:
        search.extend((chain[0],), frozenset({identity(chain[0])}))
    except _Exhausted:
        search.exhausted = True
    return Paths(
        tuple(search.complete[:MAX_PATHS]), tuple(search.partial), search.exhausted, signatures=len(search.checked)
    )


@lru_cache(maxsize=512)
def identity(certificate: x509.Certificate) -> bytes:
    """Return subject and key: what a certificate speaks for, whoever signed it."""
    key = public_key(certificate)
    if key is None:
        return certificate.public_bytes(serialization.Encoding.DER)
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    with quiet():
        return certificate.subject.public_bytes() + spki


def self_signed(certificate: x509.Certificate) -> bool:
    """Return whether a certificate is its own issuer, by name and by signature."""
    return issued_by(certificate, certificate)


@lru_cache(maxsize=1024)
def issued_by(child: x509.Certificate, parent: x509.Certificate) -> bool:
    """Return whether ``parent`` issued ``child``: the names are equal and the signature verifies.

    cryptography's own check leaves out SHA-1 and MD5 and compares names byte by byte.  Where it declines, only the
    signature is checked here: a chain with a SHA-1 signature is reported for that, and not for a missing certificate.
    """
    with quiet():
        if not same_name(child.issuer, parent.subject):
            return False
    try:
        child.verify_directly_issued_by(parent)
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return _signed_by(child, parent)
    return True


def _signed_by(child: x509.Certificate, parent: x509.Certificate) -> bool:
    signature, signed, digest = child.signature, child.tbs_certificate_bytes, signature_hash(child)
    try:
        match public_key(parent), child.signature_algorithm_parameters:
            case (rsa.RSAPublicKey() as key, (padding.PSS() | padding.PKCS1v15()) as parameters) if digest:
                key.verify(signature, signed, parameters, digest)
            case (rsa.RSAPublicKey() as key, None) if isinstance(digest, hashes.MD5):  # a padding is not named for it
                key.verify(signature, signed, padding.PKCS1v15(), digest)
            case (ec.EllipticCurvePublicKey() as key, ec.ECDSA() as parameters):
                key.verify(signature, signed, parameters)
            case (dsa.DSAPublicKey() as key, None) if digest:
                key.verify(signature, signed, digest)
            case ((ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey()) as key, None) if digest is None:
                key.verify(signature, signed)
            case _:
                return False
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True
