"""The headers of a SIP message that say how it was sent and where its sender is reached."""

import re
from collections.abc import Iterator, Sequence

from auditor.model.observation import AddressSeen, HopSeen
from auditor.sip.hosts import host

_COMPACT = {"v": "via", "m": "contact", "f": "from", "k": "supported"}
_MOST_ENTRIES = 64
"""The most entries of one header that are read."""
_VIA = re.compile(r"(?i)SIP\s*/\s*2\.0\s*/\s*([A-Z0-9-]{1,16})(?:\s.*)?", re.DOTALL)
_URI = re.compile(r"(?i)\s*(sips?):([^\s<>\"]*)\s*")
_HOST = re.compile(r"(?:[^@]*@)?(\[[^\]]*\]|[^:;?,]*)")
_PLAIN_PORT = re.compile(r"(?:[^@]*@)?(?:\[[^\]]*\]|[^:;?,]*):5060(?:[;?,].*)?")
"""The port of SIP without TLS: a sip URI with it and without a transport means UDP (RFC 3263 section 4.1)."""
_PARAMETER = re.compile(r"(?i);\s*(transport|maddr)\s*=\s*([^;?\s,]*)")
_TRANSPORTS = frozenset({"tls", "tcp", "udp", "sctp", "tls-sctp", "ws", "wss"})
_INSIDE_TLS = {"tcp": "tls", "sctp": "tls-sctp", "ws": "wss"}
"""What a transport means in a sips URI (RFC 3261 section 26.2.2)."""


def named(name: str) -> str:
    """The name of a header in lower case, and written out."""
    return _COMPACT.get(name.lower(), name.lower())


def unfolded(lines: Sequence[str]) -> list[tuple[str, str]]:
    """RFC 3261 section 7.3.1: a header continues in a line that begins with white space."""
    headers: list[tuple[str, list[str]]] = []
    for line in lines:
        if line[:1] in (" ", "\t") and headers:
            headers[-1][1].append(line.strip())
        else:
            name, _, value = line.partition(":")
            headers.append((name.strip(), [value.strip()]))
    return [(name, " ".join(parts)) for name, parts in headers]


def uris(value: str) -> Iterator[str]:
    """The URIs of a header: between angle brackets, or up to the parameters of the header (section 20)."""
    in_brackets = re.findall(r"<([^<>]*)>", value)
    yield from in_brackets or (part.partition(";")[0].strip() for part in value.split(","))


def unquoted(value: str) -> str:
    """The value with its quoted strings emptied, in one pass; an unterminated one stays."""
    if '"' not in value:
        return value
    kept: list[str] = []
    opened = -1
    escaped = False
    start = 0
    for position, character in enumerate(value):
        if opened < 0:
            opened = position if character == '"' else -1
        elif escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            kept += (value[start:opened], '""')
            opened, start = -1, position + 1
    return "".join((*kept, value[start:]))


def hops(head: Sequence[str]) -> tuple[HopSeen, ...]:
    """What the start line and the headers say about transports, in their order."""
    found: list[HopSeen] = []
    headers = [(named(name), unquoted(value)) for name, value in unfolded(head[1:])]
    vias = [entry for name, value in headers if name == "via" for entry in value.split(",") if entry.strip()]
    found += (_hop("Via", position, _via(entry)) for position, entry in enumerate(vias[:_MOST_ENTRIES], 1))
    for field in ("Route", "Record-Route", "Contact"):
        routes = [entry for name, value in headers if name == field.lower() for entry in _bare_or_not(value)]
        for position, entry in enumerate(routes[:_MOST_ENTRIES], 1):
            if transport := _transport(entry):
                found.append(_hop(field, position, transport))
    request = re.match(r"[A-Z]+ (\S+) (?i:SIP)/2\.0", head[0])
    if request and (transport := _transport(request[1])) and not any(name == "route" for name, _ in headers):
        found.append(_hop("Request-URI", 1, transport))
    return tuple(found)


def contacts(head: Sequence[str]) -> tuple[AddressSeen, ...]:
    """The hosts of the Contact headers, and where a URI has one, its maddr."""
    found: list[AddressSeen] = []
    values = [unquoted(value) for name, value in unfolded(head[1:]) if named(name) == "contact"]
    for uri in [uri for value in values for uri in _bare_or_not(value)][:_MOST_ENTRIES]:
        if read := _URI.fullmatch(uri):
            hostname = _HOST.match(read[2])
            found.append(host("Contact", hostname[1] if hostname else ""))
            found += (host("Contact", value) for name, value in _PARAMETER.findall(read[2]) if name.lower() == "maddr")
    return tuple(dict.fromkeys(found))


def _bare_or_not(value: str) -> Iterator[str]:
    """The URIs of a header; without angle brackets a transport parameter is read as the URI's, as most peers do."""
    in_brackets = re.findall(r"<([^<>]*)>", value)
    yield from in_brackets or (part.strip() for part in value.split(","))


def _hop(field: str, position: int, transport: str) -> HopSeen:
    return HopSeen.model_validate({"field": field, "position": position, "transport": transport})


def _via(entry: str) -> str:
    found = _VIA.fullmatch(entry.strip())
    transport = found[1].lower() if found else ""
    return transport if transport in _TRANSPORTS else "unknown"


def _transport(uri: str) -> str:
    """The transport that a URI names; empty if it names none."""
    read = _URI.fullmatch(uri)
    if read is None:
        return ""
    secure = read[1].lower() == "sips"
    said = next((value.lower() for name, value in _PARAMETER.findall(read[2]) if name.lower() == "transport"), "")
    if not said:
        return "tls" if secure else "unknown" if _PLAIN_PORT.fullmatch(read[2]) else ""
    if said not in _TRANSPORTS:
        return "unknown"
    return _INSIDE_TLS.get(said, said) if secure else said
