"""Addresses in session descriptions and URIs.  Only an IP address is kept; a host name could be any text."""

import re
from ipaddress import ip_address

from auditor.model.observation import AddressSeen

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_LOCAL = frozenset({"local", "localhost", "internal", "localdomain", "lan", "home", "corp", "private", "intranet"})
"""Top-level labels of names that are not in public DNS: RFC 6761, RFC 6762, ICANN's .internal, and usual ones."""
_KINDS = {"IP4": 4, "IP6": 6}
_CONNECTION = re.compile(r"(?i)IN (IP[46]) ([^\s/]+)(?:/[0-9/]*)?[ \t]*")


def connection(value: str) -> AddressSeen:
    """What follows ``c=`` (RFC 8866 section 5.7)."""
    found = _CONNECTION.fullmatch(value)
    if found is None:
        return AddressSeen(place="c=", form="unreadable")
    return _of_kind(host("c=", found[2]), found[1])


def attribute(name: str, value: str) -> AddressSeen | None:
    """The address in an attribute of a section; none if the attribute holds none."""
    fields = value.split()
    match name:
        case "candidate":
            # RFC 8839 section 5.1: foundation, component, transport, priority, address, port.
            return host("a=candidate", fields[4]) if len(fields) > 5 else _unreadable("a=candidate")
        case "rtcp" if len(fields) > 1:
            # RFC 3605: the port alone, or with an address.
            seen = host("a=rtcp", fields[3]) if len(fields) == 4 else _unreadable("a=rtcp")
            return _of_kind(seen, fields[2]) if len(fields) == 4 else seen
        case "altc":
            # RFC 6947 section 4.1: number, address type, address, port.
            return _of_kind(host("a=altc", fields[2]), fields[1]) if len(fields) > 3 else _unreadable("a=altc")
    return None


def host(place: str, text: str) -> AddressSeen:
    """An address or a host name; in a URI an IPv6 address stands in brackets."""
    bare = text.removeprefix("[").removesuffix("]").partition("%")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return AddressSeen.model_validate({"place": place, "form": _form(bare)})
    form = "placeholder" if address.is_unspecified else "address"
    return AddressSeen.model_validate({"place": place, "form": form, "address": str(address)})


def _form(name: str) -> str:
    labels = name.rstrip(".").split(".")
    if len(name) > 254 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit():
        return "unreadable"
    last = labels[-1].lower()
    if last == "invalid":
        return "placeholder"
    return "local-name" if len(labels) == 1 or last in _LOCAL or name.lower().endswith("home.arpa") else "name"


def _of_kind(seen: AddressSeen, kind: str) -> AddressSeen:
    """The same, unless the address is of another version than the line says."""
    if seen.address and _KINDS.get(kind.upper()) != ip_address(seen.address).version:
        return AddressSeen(place=seen.place, form="unreadable")
    return seen


def _unreadable(place: str) -> AddressSeen:
    return AddressSeen.model_validate({"place": place, "form": "unreadable"})
