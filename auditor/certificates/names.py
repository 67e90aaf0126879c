"""Whether a certificate covers the expected name.

HTTPS: RFC 9525; names are subject alternative names only.  SIP: RFC 5922 section 7; a ``sip:`` URI among the
alternative names takes the place of the DNS names, and the common name counts only where there are none at all.
Names are compared exactly as they stand in the certificate: a NUL or a look-alike character never matches.
"""

import ipaddress
import re
from enum import StrEnum

import idna
from cryptography import x509

from auditor.certificates.facts import Bearer, common_name, general_names
from auditor.model.target import Service

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_PORT = re.compile(r":[0-9]{1,5}")


class Match(StrEnum):
    """How a certificate's names cover the expected one."""

    EXACT = "exact"
    WILDCARD = "wildcard"
    NONE = "none"


def reference_name(name: str) -> str:
    """Return a host name as it is compared: A-labels, lower case, no trailing dot.

    Raises ``ValueError`` with one sentence when it is not a host name.
    """
    text = name.removesuffix(".")
    try:
        ascii_name = text if text.isascii() else idna.encode(text).decode("ascii")
    except idna.IDNAError as error:
        raise ValueError(f"the expected name is not a valid host name: {error}") from error
    if not _is_host(ascii_name.lower()):
        raise ValueError("the expected name is not a valid host name")
    return ascii_name.lower()


def match_name(certificate: Bearer, name: str, service: Service) -> Match:
    """Return how the certificate covers ``name``, a DNS name or an IP address.  Raises ``ValueError`` as above."""
    address = _address(name)
    if address is not None:
        return match_address(certificate, name)
    wanted = reference_name(name)
    presented = presented_names(certificate, service)
    if wanted in presented:
        return Match.EXACT
    return Match.WILDCARD if any(_wildcard_covers(pattern, wanted) for pattern in presented) else Match.NONE


def match_address(certificate: Bearer, address: str) -> Match:
    """Return whether an iPAddress alternative name is ``address``; wildcards and DNS names never cover one."""
    wanted = _address(address)
    found = (name.value for name in general_names(certificate) if isinstance(name, x509.IPAddress))
    return Match.EXACT if wanted is not None and any(value == wanted for value in found) else Match.NONE


def presented_names(certificate: Bearer, service: Service) -> tuple[str, ...]:
    """Return the DNS names, lower case, by which the certificate may be known to this service."""
    names = general_names(certificate)
    dns = tuple(name.value.lower() for name in names if isinstance(name, x509.DNSName))
    if service is not Service.SIP:
        return dns
    uris = [sip_identity(name.value) for name in names if isinstance(name, x509.UniformResourceIdentifier)]
    identities = tuple(identity for identity in uris if identity is not None)
    if identities:
        return identities
    if names:
        return dns
    only = common_name(certificate.subject)
    return (only.lower(),) if only else ()


def wildcard_names(certificate: Bearer, service: Service) -> tuple[str, ...]:
    """Return the presented names that contain a wildcard."""
    return tuple(name for name in presented_names(certificate, service) if "*" in name)


def sip_identity(uri: str) -> str | None:
    """Return the host of a ``sip:`` URI without a user part; none for any other URI (RFC 5922 section 7.1)."""
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme.lower() != "sip" or "@" in rest:
        return None
    host = re.split(r"[;?]", rest, maxsplit=1)[0]
    if host.startswith("["):
        return None
    name, colon, port = host.partition(":")
    if colon and not _PORT.fullmatch(colon + port):
        return None
    return name.lower() if _is_host(name.lower()) else None


def _wildcard_covers(pattern: str, wanted: str) -> bool:
    """One ``*`` as the whole leftmost label covers one label (RFC 9525 section 6.3), above at least two more."""
    star, _, rest = pattern.partition(".")
    _, _, wanted_rest = wanted.partition(".")
    return star == "*" and "." in rest and _is_host(rest) and rest == wanted_rest


def _is_host(name: str) -> bool:
    return 0 < len(name) <= 253 and all(_LABEL.fullmatch(part) for part in name.split("."))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
