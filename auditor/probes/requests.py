"""The parts of SIP and HTTP messages that an answering endpoint must read.  Pure, and bounded by its input."""

import hashlib
import re

MAX_BYTES = 10_240
"""The longest message head that is read: the limit of Azure Communications Gateway for a SIP message."""

METHOD_STARTS = re.compile(rb"[A-Z]")
SIP_REQUEST = re.compile(r"([A-Z]{1,32}) (?:sips?|tel):[^\s]+ SIP/2\.0")
HTTP_REQUEST = re.compile(r"([A-Z]{1,32}) /[^\s]* HTTP/1\.[01]")
_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "l": "content-length"}  # RFC 3261 section 7.3.3
COPIED = {"via": "Via", "from": "From", "to": "To", "call-id": "Call-ID", "cseq": "CSeq"}
"""Headers that a response copies from its request (RFC 3261 section 8.2.6.2)."""

Fields = list[tuple[str, str]]


def fields(head: bytes) -> Fields:
    """The start line under an empty name, then the header fields in order; empty when it is not text of that form."""
    try:
        text = head.decode()
    except UnicodeDecodeError:
        return []
    start, *lines = re.sub(r"\r\n[ \t]+", " ", text).split("\r\n")
    found = [("", start)]
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or re.search(r"[\r\n\0]", line):
            return []
        key = name.strip().lower()
        found.append((_COMPACT.get(key, key), value.strip()))
    return found


def content_length(found: Fields, most: int = MAX_BYTES) -> int | None:
    """The length of the body; None if it is not a number, or exceeds the limit."""
    values = {value for name, value in found if name == "content-length"} or {"0"}
    value = values.pop()
    if values or not re.fullmatch(r"[0-9]{1,6}", value) or int(value) > most:
        return None
    return int(value)


def copied_fields(found: Fields, method: str) -> tuple[Fields, bool]:
    """The headers that a response copies, and whether they are complete and valid (RFC 3261 8.1.1, 8.1.1.5)."""
    copied = [(name, value) for name, value in found if name in COPIED]
    cseq = f"[0-9]{{1,10}}[ \t]+{method}"
    return copied, {name for name, _ in copied} == set(COPIED) and bool(re.fullmatch(cseq, dict(copied)["cseq"]))


def sip_response(status: str, copied: Fields, allow: str = "OPTIONS") -> bytes:
    """A response without a body; ``copied`` are the headers copied from its request."""
    lines = [f"SIP/2.0 {status}"]
    tag = hashlib.sha256(repr(copied).encode()).hexdigest()[:16]
    for name, value in copied:
        needs_tag = name == "to" and not re.search(r";\s*tag\s*=", value, re.IGNORECASE)
        lines.append(f"{COPIED[name]}: {value};tag={tag}" if needs_tag else f"{COPIED[name]}: {value}")
    lines += [f"Allow: {allow}", "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode()
