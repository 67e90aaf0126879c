"""The server certificates that a listener presents, one for each case: a valid one, and those a client must reject.

A bad certificate has one fault.  Each case has an RSA and an EC key: no client rejects it for
its kind of key.  If the good certificate is the operator's own, every case has a key of the same kind.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from auditor.minting.authority import Authority
from auditor.minting.certificate_builder import (
    CertificateSpec,
    ValidityPeriod,
    common_name,
    host_name,
    key_identifier_of,
    mint,
)
from auditor.minting.forged_issuer import ForgedIssuer, unrelated_authority
from auditor.minting.keys import ec_leaf_key, rsa_leaf_key
from auditor.model.identity import Identity, PrivateKey

_OTHER_NAME = "another-name.invalid"  # RFC 2606 section 2: never a real name
_LONGEST_COMMON_NAME = 64  # RFC 5280 appendix A.1, ub-common-name


class ServerCertificateCase(StrEnum):
    """The certificates presented to a client that connects, in this order."""

    GOOD = "good"
    SELF_SIGNED = "self-signed"
    FORGED_ISSUER = "impostor-root"
    UNRELATED_CA = "unrelated-ca"
    EXPIRED = "expired"
    WRONG_NAME = "wrong-name"
    COMMON_NAME_ONLY = "common-name-only"
    WILDCARD = "wildcard"
    OLD_VERSION = "old-version"
    """A valid certificate with TLS 1.1 at most: for a client whose ClientHello names only its highest version."""


NEEDS_AUTHORITY = frozenset(
    {
        ServerCertificateCase.EXPIRED,
        ServerCertificateCase.WRONG_NAME,
        ServerCertificateCase.COMMON_NAME_ONLY,
        ServerCertificateCase.WILDCARD,
    }
)


@dataclass(frozen=True)
class _Signer:
    authority: Authority
    sent: tuple[x509.Certificate, ...]
    """The certificates that follow the leaf."""


class ServerCertificates:
    """Makes the identities of a case for a name, on first use."""

    def __init__(
        self,
        at: datetime,
        *,
        good: Identity | None = None,
        authority: Identity | None = None,
        required_root: x509.Certificate | None = None,
    ) -> None:
        """The client trusts ``good`` and ``authority``; the forged issuer has the name of the root that it trusts."""
        self._at, self._good = at, good
        self._authority = None if authority is None else _below_root(authority)
        self._keys = _keys(good)
        self._unrelated = _made_up(unrelated_authority(at))
        forged = _forged_issuer(authority or good, required_root)
        self._forged = None if forged is None else _made_up(forged.authority(at))
        self.identities = lru_cache(maxsize=64)(self._identities)

    def available(self, case: ServerCertificateCase) -> bool:
        """Whether the case can be presented with the given certificates."""
        if case is ServerCertificateCase.GOOD:
            return self._good is not None or self._authority is not None
        if case is ServerCertificateCase.FORGED_ISSUER:
            return self._forged is not None
        return case not in NEEDS_AUTHORITY or self._authority is not None

    def _identities(self, case: ServerCertificateCase, name: str) -> tuple[Identity, ...]:
        """One for each kind of key; ``name`` is a DNS name or an IP address."""
        if case is ServerCertificateCase.OLD_VERSION:
            return self.identities(
                ServerCertificateCase.GOOD
                if self.available(ServerCertificateCase.GOOD)
                else ServerCertificateCase.SELF_SIGNED,
                name,
            )
        if case is ServerCertificateCase.GOOD and self._good is not None:
            return (self._good,)
        return tuple(self._identity(case, name, key) for key in self._keys)

    def _identity(self, case: ServerCertificateCase, name: str, key: PrivateKey) -> Identity:
        signer = {
            ServerCertificateCase.SELF_SIGNED: None,
            ServerCertificateCase.UNRELATED_CA: self._unrelated,
            ServerCertificateCase.FORGED_ISSUER: self._forged,
        }.get(case, self._authority)
        alternative = name
        if case in (ServerCertificateCase.WRONG_NAME, ServerCertificateCase.COMMON_NAME_ONLY):
            alternative = _OTHER_NAME
        elif case is ServerCertificateCase.WILDCARD:
            alternative = "*." + name.partition(".")[2]
        days = (-60, -1) if case is ServerCertificateCase.EXPIRED else (-1, 30)
        spec = CertificateSpec(
            common_name(_short(_OTHER_NAME if case is ServerCertificateCase.WRONG_NAME else name)),
            ValidityPeriod.days(self._at, *days),
            (host_name(alternative),),
        )
        leaf = mint(spec, key, signer.authority.issuer if signer else None)
        return Identity((leaf, *(signer.sent if signer else ())), key)


def _keys(good: Identity | None) -> tuple[PrivateKey, ...]:
    if good is None:
        return (ec_leaf_key(), rsa_leaf_key())
    return (rsa_leaf_key(),) if isinstance(good.key, rsa.RSAPrivateKey) else (ec_leaf_key(),)


def _below_root(authority: Identity) -> _Signer:
    # A client holds its roots itself (RFC 9846 section 4.5.1); what lies below them has to be sent.
    sent = tuple(found for found in authority.chain if found.subject != found.issuer)
    return _Signer(Authority(authority.certificate, authority.key), sent)


def _made_up(authority: Authority) -> _Signer:
    return _Signer(authority, (authority.certificate,))


def _forged_issuer(trusted: Identity | None, required: x509.Certificate | None) -> ForgedIssuer | None:
    """A forged issuer with the name and the key identifier of the root that the client trusts."""
    last = trusted.chain[-1] if trusted else None
    if last is not None and last.subject != last.issuer:
        # The root itself is missing; the certificate below it contains its name and key identifier.
        return ForgedIssuer("", last.issuer, _identifier_above(last))
    root = last or required
    return None if root is None else ForgedIssuer("", root.subject, key_identifier_of(root))


def _identifier_above(certificate: x509.Certificate) -> bytes | None:
    with suppress(x509.ExtensionNotFound):
        return certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    return None


def _short(name: str) -> str:
    """The name, or another one where it is too long for a common name."""
    return name if len(name) <= _LONGEST_COMMON_NAME else "auditor.invalid"


def in_order(cases: Sequence[ServerCertificateCase]) -> tuple[ServerCertificateCase, ...]:
    """Each case once, the valid one first: a client rejected at once may not come back soon."""
    return tuple(case for case in ServerCertificateCase if case in cases)
