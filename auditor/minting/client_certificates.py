"""Client certificates that an endpoint has to refuse, minted afresh for each run; each is wrong in one way.

All keys are RSA of 2048 bits, the one kind that every peer can check: what a peer cannot check, it refuses for the
wrong reason.  All names are those of the certificate that has to be accepted, where one is given.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from auditor.minting.mint import (
    BOTH_ROLES,
    IN_FORCE,
    SERVER_ONLY,
    Who,
    elliptic_key,
    keys,
    mint,
    name_from_der,
    named,
)
from auditor.model.identity import Identity, PrivateKey
from auditor.sanitise import clean

MOST_ROOTS: Final = 3
OWN_NAME: Final = "auditor.invalid"  # RFC 2606 section 2
WRONG_NAME: Final = "wrong-name.invalid"


@dataclass(frozen=True)
class Case:
    """One client certificate, and in a word what is wrong with it."""

    name: str
    identity: Identity


@dataclass(frozen=True)
class Forgery:
    """A root to imitate: its name in reports, its subject, and its subject key identifier where that is known."""

    name: str
    subject: x509.Name
    key_identifier: bytes | None = None
    elliptic: bool = False
    """Whether its key is on an elliptic curve: peers look for an issuer whose kind of key fits the signature."""


def forgery_of(name: str, root: bytes) -> Forgery:
    """What there is to imitate of a root (DER)."""
    certificate = x509.load_der_x509_certificate(root)
    elliptic = isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    with suppress(x509.ExtensionNotFound):
        identifier = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        return Forgery(name, certificate.subject, identifier, elliptic)
    return Forgery(name, certificate.subject, None, elliptic)


def announced(authorities: Sequence[bytes], besides: Sequence[Forgery] = ()) -> Iterator[Forgery]:
    """The CA names of a CertificateRequest (DER Names), each once, without those that cannot be read."""
    known = {forgery.subject for forgery in besides}
    for name in authorities:
        subject = name_from_der(name)
        if subject is not None and subject not in known:
            known.add(subject)
            yield Forgery(clean(subject.rfc4514_string(), limit=60), subject)


def impostors(roots: Sequence[Forgery], at: datetime, like: Identity | None = None) -> Iterator[Case]:
    """The cases that need nothing installed at the peer, one for each of ``roots`` among them.

    ``like`` is the certificate that has to be accepted.
    """
    key, signer = keys()
    who = _who(like)
    yield Case("self-signed", Identity((mint(who, None, key, at),), key))
    for root in roots:
        yield Case(f"impostor-root ({root.name})", impostor_of(root, at, like))
    stranger = mint(named("Unrelated CA"), None, signer, at, authority=True)
    yield Case("unrelated-ca", Identity((mint(who, (stranger, signer), key, at), stranger), key))


def impostor_of(root: Forgery, at: datetime, like: Identity | None = None, *, alone: bool = False) -> Identity:
    """A certificate that claims to come from ``root`` and was signed with a key of ours.

    With it goes a forged root of the same subject and key identifier, or (``alone``) nothing: then a peer that holds
    the real root finds that one, and says something else than a peer that does not.
    """
    key, signer = keys()
    forger = elliptic_key() if root.elliptic else signer
    forged = mint(Who(root.subject, ()), None, forger, at, authority=True, key_identifier=root.key_identifier or b"")
    leaf = mint(_who(like), (forged, forger), key, at)
    return Identity((leaf,) if alone else (leaf, forged), key)


def good_by(authority: Identity, at: datetime) -> Identity:
    """A certificate with nothing wrong, issued by a CA that the endpoint trusts."""
    key, _ = keys()
    return _under(authority, (mint(_who(None), (authority.certificate, authority.key), key, at),), key)


def bad_by(authority: Identity, at: datetime, like: Identity | None = None) -> Iterator[Case]:
    """The cases that need a CA which the endpoint trusts: what is wrong is in the certificate, not in its root."""
    key, signer = keys()
    issuer, who = (authority.certificate, authority.key), _who(like)

    def leaf(days: tuple[int, int] = IN_FORCE, usages: Sequence[x509.ObjectIdentifier] = BOTH_ROLES) -> Identity:
        return _under(authority, (mint(who, issuer, key, at, days=days, usages=usages),), key)

    yield Case("expired", leaf(days=(-60, -30)))
    yield Case("not-yet-valid", leaf(days=(30, 60)))
    yield Case("server-auth-only", leaf(usages=SERVER_ONLY))
    if _may_issue_authorities(authority.certificate):
        middle = mint(named("Server CA"), issuer, signer, at, authority=True, usages=SERVER_ONLY)
        below = mint(who, (middle, signer), key, at)
        yield Case("server-auth-only-intermediate", _under(authority, (below, middle), key))
    other = Who(named(WRONG_NAME).subject, (x509.DNSName(WRONG_NAME),))
    yield Case("wrong-name", _under(authority, (mint(other, issuer, key, at),), key))
    yield Case("no-extended-key-usage", leaf(usages=()))
    no_authority = mint(named("Not a CA"), issuer, signer, at)
    yield Case("leaf-as-ca", _under(authority, (mint(who, (no_authority, signer), key, at), no_authority), key))
    yield Case("wrong-key", Identity(leaf().chain, _pretender(key)))


def _who(like: Identity | None) -> Who:
    if like is None:
        return Who(named(OWN_NAME).subject, (x509.DNSName(OWN_NAME),))
    with suppress(x509.ExtensionNotFound, ValueError):
        names = like.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return Who(like.certificate.subject, tuple(names))
    return Who(like.certificate.subject, ())


def _under(authority: Identity, chain: tuple[x509.Certificate, ...], key: PrivateKey) -> Identity:
    return Identity((*chain, *authority.chain), key)


def _pretender(key: rsa.RSAPrivateKey) -> rsa.RSAPrivateKey:
    """A key whose public half is that of ``key`` and whose signatures do not verify under it.

    A TLS library compares the public halves of key and certificate, and refuses another key at once.
    """
    numbers = key.private_numbers()
    wrong = rsa.RSAPrivateNumbers(
        p=numbers.p,
        q=numbers.q,
        d=numbers.d ^ 2,
        dmp1=numbers.dmp1 ^ 2,
        dmq1=numbers.dmq1 ^ 2,
        iqmp=numbers.iqmp,
        public_numbers=numbers.public_numbers,
    )
    return wrong.private_key(unsafe_skip_rsa_key_validation=True)


def _may_issue_authorities(certificate: x509.Certificate) -> bool:
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    return constraints.path_length != 0
