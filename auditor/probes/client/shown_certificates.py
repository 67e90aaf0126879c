"""The server certificates a listener shows, one a case: a good one, and those a client must not accept.

The bad ones differ from the good one in the one thing that is wrong with them.  RSA and EC are both there, so that no
client refuses a case for its kind of key; where the good certificate is the operator's own, every case has a key of
its kind.
"""

import ipaddress
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from auditor.minting.mint import IN_FORCE, Who, keys, mint, named
from auditor.model.identity import Identity, PrivateKey

_OTHER_NAME = "another-name.invalid"  # RFC 2606 section 2: nobody is ever called so
_LONGEST_COMMON_NAME = 64  # RFC 5280 appendix A.1, ub-common-name


class ServerCertificateCase(StrEnum):
    """What is shown to a client that connects, in the order it is shown."""

    GOOD = "good"
    SELF_SIGNED = "self-signed"
    IMPOSTOR_ROOT = "impostor-root"
    UNRELATED_CA = "unrelated-ca"
    EXPIRED = "expired"
    WRONG_NAME = "wrong-name"
    COMMON_NAME_ONLY = "common-name-only"
    WILDCARD = "wildcard"
    OLD_VERSION = "old-version"
    """No bad certificate, but TLS 1.1 at most: for a client whose hello names only the highest version it speaks."""


NEEDS_AUTHORITY = frozenset(
    {
        ServerCertificateCase.EXPIRED,
        ServerCertificateCase.WRONG_NAME,
        ServerCertificateCase.COMMON_NAME_ONLY,
        ServerCertificateCase.WILDCARD,
    }
)


@dataclass(frozen=True)
class _Issuer:
    certificate: x509.Certificate
    key: PrivateKey
    sent: tuple[x509.Certificate, ...]
    """What follows the leaf."""


class ShownCertificates:
    """Gives the identities of a case for a name, made when they are first asked for."""

    def __init__(
        self,
        at: datetime,
        *,
        good: Identity | None = None,
        authority: Identity | None = None,
        required_root: x509.Certificate | None = None,
    ) -> None:
        """``good`` and ``authority`` are trusted by the client; the impostor takes the name of the root it trusts."""
        self._at, self._good = at, good
        self._authority = None if authority is None else _issuer(authority)
        self._keys = _keys(good)
        self._unrelated = _made_up(named("Unrelated CA"), at)
        self._impostor = _impostor(authority or good, required_root, at)
        self.identities = lru_cache(maxsize=64)(self._identities)

    def available(self, case: ServerCertificateCase) -> bool:
        """Whether the case can be shown with what is at hand."""
        if case is ServerCertificateCase.GOOD:
            return self._good is not None or self._authority is not None
        if case is ServerCertificateCase.IMPOSTOR_ROOT:
            return self._impostor is not None
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
        issuer = {
            ServerCertificateCase.SELF_SIGNED: None,
            ServerCertificateCase.UNRELATED_CA: self._unrelated,
            ServerCertificateCase.IMPOSTOR_ROOT: self._impostor,
        }.get(case, self._authority)
        alternative = name
        if case in (ServerCertificateCase.WRONG_NAME, ServerCertificateCase.COMMON_NAME_ONLY):
            alternative = _OTHER_NAME
        elif case is ServerCertificateCase.WILDCARD:
            alternative = "*." + name.partition(".")[2]
        subject = named(_common_name(_OTHER_NAME if case is ServerCertificateCase.WRONG_NAME else name)).subject
        leaf = mint(
            Who(subject, (_general_name(alternative),)),
            (issuer.certificate, issuer.key) if issuer else None,
            key,
            self._at,
            days=(-60, -1) if case is ServerCertificateCase.EXPIRED else IN_FORCE,
        )
        return Identity((leaf, *(issuer.sent if issuer else ())), key)


@cache
def _ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def _signer() -> rsa.RSAPrivateKey:
    """Of CAs that nobody trusts: a key nothing else is ever signed with."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _keys(good: Identity | None) -> tuple[PrivateKey, ...]:
    if good is None:
        return (_ec_key(), keys()[0])
    return (keys()[0],) if isinstance(good.key, rsa.RSAPrivateKey) else (_ec_key(),)


def _issuer(authority: Identity) -> _Issuer:
    # A client holds its roots itself (RFC 8446 section 4.4.2); what lies below them has to be sent.
    sent = tuple(found for found in authority.chain if found.subject != found.issuer)
    return _Issuer(authority.certificate, authority.key, sent)


def _impostor(trusted: Identity | None, required: x509.Certificate | None, at: datetime) -> _Issuer | None:
    """A CA with the name and the key identifier of the root that the client trusts, and a key of ours."""
    last = trusted.chain[-1] if trusted else None
    if last is not None and last.subject != last.issuer:
        # The root itself is not at hand; the certificate below it says its name and its key identifier.
        return _made_up(Who(last.issuer, ()), at, _identifier_above(last))
    root = last or required
    return None if root is None else _made_up(Who(root.subject, ()), at, _identifier(root))


def _made_up(who: Who, at: datetime, identifier: bytes | None = None) -> _Issuer:
    signer = _signer()
    certificate = mint(who, None, signer, at, authority=True, key_identifier=identifier)
    return _Issuer(certificate, signer, (certificate,))


def _identifier(certificate: x509.Certificate) -> bytes | None:
    with suppress(x509.ExtensionNotFound):
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    return None


def _identifier_above(certificate: x509.Certificate) -> bytes | None:
    with suppress(x509.ExtensionNotFound):
        return certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    return None


def _common_name(name: str) -> str:
    return name if len(name) <= _LONGEST_COMMON_NAME else "auditor.invalid"


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def in_order(cases: Sequence[ServerCertificateCase]) -> tuple[ServerCertificateCase, ...]:
    """Each case once, the good one first: a client that is refused at once may not come back soon."""
    return tuple(case for case in ServerCertificateCase if case in cases)
