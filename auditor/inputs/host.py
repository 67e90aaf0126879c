"""Host names and addresses of targets.

Resolvers accept much more: numbers in three bases, names with a NUL in them, full-width letters.  What is rejected here
never reaches one.  RFC 1123 section 2.1 and RFC 5890 for names, RFC 5952 for IPv6 addresses.
"""

import ipaddress
import re
from dataclasses import dataclass

import idna

from auditor.errors import quoted, suggestion

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")


@dataclass(frozen=True)
class Host:
    """A host in the one form that is used from here on."""

    text: str
    """An IP address, or a name in ASCII and lower case without a trailing dot."""
    is_address: bool

    @property
    def bracketed(self) -> str:
        """The host as it stands before a port."""
        return f"[{self.text}]" if ":" in self.text else self.text


def parse_host(text: str, *, bracketed: bool = False) -> Host:
    """Check a host.  ``ValueError`` says in a sentence what is wrong with it."""
    if not text:
        raise ValueError("the host is missing")
    if bracketed or ":" in text:
        return Host(_address(text, ipaddress.IPv6Address), is_address=True)
    name = text.removesuffix(".")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return Host(_address(text, ipaddress.IPv4Address), is_address=True)
    return Host(parse_name(text), is_address=False)


def parse_name(text: str) -> str:
    """Check a DNS name, and return it in ASCII and lower case without a trailing dot."""
    name = text.removesuffix(".")
    if len(name) <= 253:
        name = (name if name.isascii() else _ascii(name, text)).lower()
    if len(name) > 253:
        raise ValueError(f"the name {quoted(text)} is longer than 253 characters")
    for label in name.split("."):
        _check_label(label, text)
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        raise ValueError(f"{quoted(text)} is not a name: its last label is a number")
    return name


def _ascii(name: str, text: str) -> str:
    """Encode by IDNA 2008 without mapping: a name that would have to be changed first is refused."""
    try:
        return idna.encode(name, strict=True, uts46=False, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise ValueError(f"{quoted(text)} is not a lower-case internationalised name (IDNA 2008)") from None


def _check_label(label: str, text: str) -> None:
    if not label:
        raise ValueError(f"the name {quoted(text)} has an empty label")
    if len(label) > 63:
        raise ValueError(f"the name {quoted(text)} has a label longer than 63 characters")
    if "_" in label:
        raise ValueError(f"{quoted(text)} is not a host name: it has an underscore")
    if not _LABEL.fullmatch(label):
        raise ValueError(f"{quoted(text)} is not a host name: it may have letters, digits and inner hyphens only")
    if label.startswith("xn--"):
        try:
            idna.ulabel(label)
        except (idna.IDNAError, UnicodeError):
            raise ValueError(f"{quoted(text)} is not a name: {label} is not a valid A-label (IDNA 2008)") from None


def _address(text: str, kind: type[ipaddress.IPv4Address | ipaddress.IPv6Address]) -> str:
    if "%" in text:
        raise ValueError(f"{quoted(text)} has a zone (the part after %), which is valid on one machine only")
    try:
        address = kind(text)
    except ValueError:
        raise ValueError(f"{quoted(text)} is not an IP address in its usual form") from None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        raise ValueError(f"{quoted(text)} is an IPv4 address in IPv6 form; write {address.ipv4_mapped}")
    if str(address) != text:
        raise ValueError(f'{quoted(text)} is not in the usual form; write "{address}"')
    if address.is_unspecified or address.is_multicast or text == "255.255.255.255":
        raise ValueError(f"{quoted(text)} is not the address of one host")
    return text


def parse_port(text: str) -> int:
    """Check a port: 1 to 65535 in ASCII digits, without sign, space or leading zero."""
    if not re.fullmatch(r"[1-9][0-9]{0,4}", text, re.ASCII) or int(text) > 65535:
        raise ValueError(f"{quoted(text)} is not a port; a port is a number from 1 to 65535")
    return int(text)


def parse_scheme(text: str) -> str:
    """Check the scheme of a target: sips or https."""
    scheme = text.lower()
    if scheme in ("sip", "http"):
        raise ValueError(f"{scheme}:// is without TLS; write {scheme}s://")
    if scheme not in ("sips", "https"):
        raise ValueError(f"unknown scheme {quoted(text)}{suggestion(text, ('sips', 'https'))}; it is sips or https")
    return scheme
