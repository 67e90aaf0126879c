"""Client certificates that an endpoint must reject, minted afresh for each run; each has one fault.

All keys are RSA of 2048 bits, the one kind that every peer can check: what a peer cannot check, it rejects for the
wrong reason.  All names are those of the valid certificate, if one is given.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from auditor.minting.certificate_builder import (
    SERVER_ROLE,
    CertificateSpec,
    ValidityPeriod,
    common_name,
    issuer_of,
    mint,
)
from auditor.minting.forged_issuer import ForgedIssuer, unrelated_authority
from auditor.minting.keys import rsa_leaf_key, rsa_signing_key
from auditor.model.identity import Identity
from auditor.model.observation import FORGED

MOST_ROOTS: Final = 3
OWN_NAME: Final = "auditor.invalid"  # RFC 2606 section 2
WRONG_NAME: Final = "wrong-name.invalid"


@dataclass(frozen=True)
class ClientCertificateCase:
    """One client certificate, and the name of its fault."""

    name: str
    identity: Identity
    forged_root: str | None = None
    """The root whose forged issuer signed it."""


def untrusted_cases(
    roots: Sequence[ForgedIssuer], at: datetime, like: Identity | None = None
) -> Iterator[ClientCertificateCase]:
    """The cases that need nothing installed at the peer, one for each of ``roots`` among them.

    ``like`` is the valid certificate.
    """
    key, spec = rsa_leaf_key(), _like(like, at)
    yield ClientCertificateCase("self-signed", Identity((mint(spec, key),), key))
    for root in roots:
        identity = forged_client_certificate(root, at, like)
        yield ClientCertificateCase(f"{FORGED} ({root.name})", identity, forged_root=root.name)
    unrelated = unrelated_authority(at)
    chain = (mint(spec, key, unrelated.issuer), unrelated.certificate)
    yield ClientCertificateCase("unrelated-ca", Identity(chain, key))


def forged_client_certificate(
    root: ForgedIssuer, at: datetime, like: Identity | None = None, *, alone: bool = False
) -> Identity:
    """A certificate that claims to come from ``root`` and was signed with a key of the auditor's own.

    The forged issuer is sent with it, or (``alone``) nothing: then a peer that holds the real root finds that one, and
    rejects the certificate in another way than a peer that does not.
    """
    key, forged = rsa_leaf_key(), root.authority(at)
    leaf = mint(_like(like, at), key, forged.issuer)
    return Identity((leaf,) if alone else (leaf, forged.certificate), key)


def good_client_certificate(authority: Identity, at: datetime, like: Identity | None = None) -> Identity:
    """A certificate with nothing wrong, issued by a CA that the endpoint trusts; with the names of ``like``."""
    key = rsa_leaf_key()
    leaf = mint(_like(like, at), key, issuer_of(authority.certificate, authority.key))
    return Identity((leaf, *authority.chain), key)


def faulty_cases(authority: Identity, at: datetime, like: Identity | None = None) -> Iterator[ClientCertificateCase]:
    """The cases that need a CA which the endpoint trusts: what is wrong is in the certificate, not in its root."""
    key, issuer, good = rsa_leaf_key(), issuer_of(authority.certificate, authority.key), _like(like, at)

    def leaf(spec: CertificateSpec) -> Identity:
        return Identity((mint(spec, key, issuer), *authority.chain), key)

    def below(middle: CertificateSpec) -> Identity:
        signing_key = rsa_signing_key()
        between = mint(middle, signing_key, issuer)
        return Identity((mint(good, key, issuer_of(between, signing_key)), between, *authority.chain), key)

    yield ClientCertificateCase("expired", leaf(replace(good, validity=ValidityPeriod.days(at, -60, -30))))
    yield ClientCertificateCase("not-yet-valid", leaf(replace(good, validity=ValidityPeriod.days(at, 30, 60))))
    yield ClientCertificateCase("server-auth-only", leaf(replace(good, purposes=SERVER_ROLE)))
    if _may_issue_authorities(authority.certificate):
        years = ValidityPeriod.days(at, -900, 900)
        middle = CertificateSpec(common_name("Server CA"), years, authority=True, purposes=SERVER_ROLE)
        yield ClientCertificateCase("server-auth-only-intermediate", below(middle))
    other = replace(good, subject=common_name(WRONG_NAME), names=(x509.DNSName(WRONG_NAME),))
    yield ClientCertificateCase("wrong-name", leaf(other))
    yield ClientCertificateCase("no-extended-key-usage", leaf(replace(good, purposes=())))
    yield ClientCertificateCase("leaf-as-ca", below(CertificateSpec(common_name("Not a CA"), good.validity)))
    yield ClientCertificateCase("wrong-key", Identity(leaf(good).chain, _key_that_signs_wrongly(key)))


def _like(like: Identity | None, at: datetime) -> CertificateSpec:
    """A certificate that is valid at ``at``, with the names of ``like``."""
    validity = ValidityPeriod.days(at, -1, 30)
    if like is None:
        return CertificateSpec(common_name(OWN_NAME), validity, (x509.DNSName(OWN_NAME),))
    with suppress(x509.ExtensionNotFound, ValueError):
        names = like.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return CertificateSpec(like.certificate.subject, validity, tuple(names))
    return CertificateSpec(like.certificate.subject, validity)


def _key_that_signs_wrongly(key: rsa.RSAPrivateKey) -> rsa.RSAPrivateKey:
    """A key whose public half is that of ``key`` and whose signatures do not verify under it.

    A TLS library compares the public halves of key and certificate, and rejects another key at once.
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
