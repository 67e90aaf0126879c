"""The answer to a SIP OPTIONS, read within bounds: status, Allow, Accept, and the session description it may carry."""

import re
from dataclasses import dataclass, field
from typing import Final

from auditor.sanitise import clean

MAX_BYTES: Final = 65_536
"""The limit for an answer.  Azure Communications Gateway takes messages of 10 KB."""
_MOST_FIELDS: Final = 200
_MOST_TOKENS: Final = 64
_STATUS: Final = re.compile(rb"(?:\r\n)*SIP/2\.0 ([1-6]\d\d)(?: ([^\r\n]{0,200}))?")
_COMPACT: Final = {"l": "content-length", "c": "content-type"}  # RFC 3261 section 7.3.3


@dataclass(frozen=True)
class SipAnswer:
    """The answer of a SIP element to OPTIONS (RFC 3261 section 11.2); every text is safe to show."""

    status: int
    reason: str
    allow: tuple[str, ...]
    accept: tuple[str, ...]
    description: bytes = field(default=b"", repr=False)
    """The session description exactly as sent, including its keys: only for its reader, never stored."""


def read_sip_answer(data: bytes) -> SipAnswer | None:
    """Read the answer; None if it is not a SIP response."""
    status = _STATUS.match(data)
    if status is None:
        return None
    head, _, body = data[status.start(1) :].partition(b"\r\n\r\n")
    fields = _fields(head)
    is_description = fields.get("content-type", [""])[0].partition(";")[0].strip().lower() == "application/sdp"
    return SipAnswer(
        status=int(status[1]),
        reason=clean((status[2] or b"").decode("utf-8", "backslashreplace"), limit=120),
        allow=_tokens(fields.get("allow", [])),
        accept=_tokens(fields.get("accept", [])),
        description=body[: _content_length(fields)] if is_description else b"",
    )


def whole_sip_answer(data: bytes) -> bool:
    """Whether enough has arrived: the head, and the body if that is a session description."""
    data = data.lstrip(b"\r\n")
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator:
        return len(data) >= MAX_BYTES or (bool(data) and not data.startswith(b"SIP/2.0"[: len(data)]))
    fields = _fields(head)
    if "application/sdp" not in fields.get("content-type", [""])[0].lower():
        return True
    return len(body) >= _content_length(fields)


def _content_length(fields: dict[str, list[str]]) -> int:
    value = fields.get("content-length", ["0"])[0]
    return min(int(value), MAX_BYTES) if re.fullmatch(r"[0-9]{1,9}", value) else 0


def _fields(head: bytes) -> dict[str, list[str]]:
    """Header fields by their long names in lower case; continuation lines are joined (RFC 3261 section 7.3.1)."""
    text = re.sub(r"\r\n[ \t]+", " ", head[:MAX_BYTES].decode("utf-8", "backslashreplace"))
    fields: dict[str, list[str]] = {}
    for line in text.split("\r\n", _MOST_FIELDS + 1)[1 : _MOST_FIELDS + 1]:
        name, colon, value = line.partition(":")
        key = name.strip().lower()
        if colon and key:
            fields.setdefault(_COMPACT.get(key, key), []).append(value.strip())
    return fields


def _tokens(values: list[str]) -> tuple[str, ...]:
    """The comma-separated members, each once."""
    members = [clean(member.strip(), limit=80) for value in values for member in value.split(",", _MOST_TOKENS)]
    return tuple(dict.fromkeys(filter(None, members)))[:_MOST_TOKENS]
