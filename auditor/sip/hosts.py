"""Addresses in session descriptions and URIs.  Of a host name nothing is kept: it could be any text."""

import re
from ipaddress import ip_address, ip_network

from auditor.model.observation import AddressSeen

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_LOCAL = frozenset({"local", "localhost", "internal", "localdomain", "lan", "home", "corp", "private", "intranet"})
"""Top-level labels of names that are not in public DNS: RFC 6761, RFC 6762, ICANN's .internal, and usual ones."""
_VERSIONS = {"IP4": 4, "IP6": 6}
_DOCUMENTATION = tuple(
    map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"))
)
"""Addresses that stand for others in documents and anonymised traces (RFC 5737, RFC 3849, RFC 9637)."""
_CONNECTION = re.compile(r"(?i)IN (IP[46]) ([^\s/]+)(?:/[0-9/]*)?[ \t]*")


def connection(value: str) -> AddressSeen:
    """What follows ``c=`` (RFC 8866 section 5.7)."""
    found = _CONNECTION.fullmatch(value)
    if found is None:
        return AddressSeen(place="c=", form="unreadable")
    return host("c=", found[2], found[1])


def attribute(name: str, value: str) -> AddressSeen | None:
    """The address in an attribute of a section; none if the attribute holds none."""
    fields = value.split()
    match name:
        case "candidate":
            # RFC 8839 section 5.1: foundation, component, transport, priority, address, port.
            return host("a=candidate", fields[4]) if len(fields) > 5 else _unreadable("a=candidate")
        case "rtcp" if len(fields) > 1:
            # RFC 3605: the port alone, or with an address.
            return host("a=rtcp", fields[3], fields[2]) if len(fields) == 4 else _unreadable("a=rtcp")
        case "altc":
            # RFC 6947 section 4.1: number, address type, address, port.
            return host("a=altc", fields[2], fields[1]) if len(fields) > 3 else _unreadable("a=altc")
    return None


def host(place: str, text: str, kind: str = "") -> AddressSeen:
    """An address or a host name; in a URI an IPv6 address stands in brackets.

    ``kind`` is the address type (IP4 or IP6) where there is one, of which an address must be.
    """
    bare = text.removeprefix("[").removesuffix("]").partition("%")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return AddressSeen.model_validate({"place": place, "form": _form(bare)})
    if kind and _VERSIONS.get(kind.upper()) != address.version:
        return _unreadable(place)
    if address.is_unspecified:
        return AddressSeen.model_validate({"place": place, "form": "placeholder"})
    if any(address in network for network in _DOCUMENTATION):
        return AddressSeen.model_validate({"place": place, "form": "documentation"})
    return AddressSeen.model_validate({"place": place, "form": "address", "address": str(address)})


def _form(name: str) -> str:
    labels = name.rstrip(".").split(".")
    if len(name) > 254 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit():
        return "unreadable"
    last = labels[-1].lower()
    if last == "invalid":
        return "placeholder"
    return "local-name" if len(labels) == 1 or last in _LOCAL or name.lower().endswith("home.arpa") else "name"


def _unreadable(place: str) -> AddressSeen:
    return AddressSeen.model_validate({"place": place, "form": "unreadable"})
