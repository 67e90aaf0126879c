"""Key usage and extended key usage of a whole chain in a TLS role (RFC 5280 sections 4.2.1.3 and 4.2.1.12)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from auditor.certificates.facts import Bearer
from auditor.model.target import Role

PURPOSES = {
    "server": (ExtendedKeyUsageOID.SERVER_AUTH, "serverAuth"),
    "client": (ExtendedKeyUsageOID.CLIENT_AUTH, "clientAuth"),
}
_NAMES = {
    **dict(PURPOSES.values()),
    ExtendedKeyUsageOID.CODE_SIGNING: "codeSigning",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "emailProtection",
    ExtendedKeyUsageOID.TIME_STAMPING: "timeStamping",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSPSigning",
    x509.ObjectIdentifier("1.3.6.1.5.5.7.3.20"): "sipDomain",
}


@dataclass(frozen=True)
class Lack:
    """A usage that a certificate of the chain lacks."""

    certificate: Bearer
    expected: str
    observed: str


def lacking(path: Sequence[Bearer], role: Role) -> Iterator[Lack]:
    """Yield the usages that a chain (leaf first) lacks for ``role``.

    An absent extension does not restrict anything.  An issuing certificate that lists extended key usages restricts
    what lies below it; OpenSSL and others refuse a chain on account of it.
    """
    leaf = path[0]
    usage = _key_usage(leaf)
    if usage is not None and not _fit(usage, role):
        wanted = "digitalSignature" if role == "client" else "digitalSignature, keyEncipherment or keyAgreement"
        yield Lack(leaf, f"{wanted} in keyUsage, for the {role} role", _bits(usage))
    purpose, name = PURPOSES[role]
    for certificate in path:
        if not _allows(certificate, purpose):
            shown = ", ".join(_NAMES.get(oid, oid.dotted_string) for oid in (purposes(certificate) or ())[:8])
            yield Lack(certificate, f"{name} in extKeyUsage, for the {role} role", shown or "none")


def narrowed(certificate: x509.Certificate, leaf: x509.Certificate) -> Iterator[str]:
    """Yield the TLS purposes that the leaf has and an issuing certificate takes from it."""
    for purpose, name in PURPOSES.values():
        if _allows(leaf, purpose) and not _allows(certificate, purpose):
            yield name


def _allows(certificate: Bearer, purpose: x509.ObjectIdentifier) -> bool:
    listed = purposes(certificate)
    return listed is None or purpose in listed or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in listed


def purposes(certificate: Bearer) -> tuple[x509.ObjectIdentifier, ...] | None:
    """Return the extended key usages, or none when the extension is absent."""
    try:
        return tuple(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return None


def listed_purposes(certificate: Bearer) -> frozenset[str]:
    """Return the extended key usages by name; an absent extension lists none, and restricts none."""
    return frozenset(_NAMES.get(oid, oid.dotted_string) for oid in purposes(certificate) or ())


def listed_key_usages(certificate: Bearer) -> frozenset[str]:
    """Return the key usages by name; an absent extension lists none, and restricts none."""
    usage = _key_usage(certificate)
    return frozenset() if usage is None else frozenset(name for name, present in _named(usage).items() if present)


def _key_usage(certificate: Bearer) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def _fit(usage: x509.KeyUsage, role: Role) -> bool:
    if usage.digital_signature:
        return True
    return role == "server" and (usage.key_encipherment or usage.key_agreement)


def _bits(usage: x509.KeyUsage) -> str:
    return ", ".join(name for name, present in _named(usage).items() if present) or "none"


def _named(usage: x509.KeyUsage) -> dict[str, bool]:
    return {
        "digitalSignature": usage.digital_signature,
        "nonRepudiation": usage.content_commitment,
        "keyEncipherment": usage.key_encipherment,
        "dataEncipherment": usage.data_encipherment,
        "keyAgreement": usage.key_agreement,
        "keyCertSign": usage.key_cert_sign,
        "cRLSign": usage.crl_sign,
    }
