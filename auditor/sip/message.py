"""Whole SIP messages (RFC 3261 section 7), one or several in a file, and the session descriptions in their bodies.

A separate splitter for traces: bare line feeds, folded headers, compact names, separators between
messages, a Content-Length that no longer fits.  General SIP parsers read one valid message, raise errors
that quote it, or reject folded headers; here nothing may be quoted, and nothing may be skipped.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from auditor.model.observation import SdpSeen, SipMessageSeen, Transport
from auditor.sip.crypto import digest
from auditor.sip.description import Around, MalformedSdp, Origin, Role, describe, text_lines
from auditor.sip.headers import contacts, hops
from auditor.sip.lengths import lengths

MAX_BYTES = 1024 * 1024
"""The limit for one file, or one answer of a peer."""
MOST_MESSAGES = 1000
_MOST_PARTS = 32
_MOST_DEPTH = 3
_LONGEST_HEADER = 8192
"""The most characters of a folded header."""
_REQUEST = re.compile(r"([A-Z]{2,20}) \S+ (?i:SIP)/2\.0[ \t]*")
_STATUS = re.compile(r"(?i:SIP)/2\.0 ([1-6][0-9]{2})(?: .*)?")
_HEADER = re.compile(r"([A-Za-z0-9.!%*_+`'~-]+)[ \t]*:(.*)", re.DOTALL)
_COMPACT = {"i": "call-id", "c": "content-type", "e": "content-encoding", "f": "from", "l": "content-length"}
_WANTED = frozenset({*_COMPACT.values(), "cseq", "rack"})


@dataclass(frozen=True)
class _Message:
    """A message without its body: what pairs an answer with its offer, and what the body is."""

    method: str
    """The method of the request, or from CSeq for a response."""
    status: int | None
    headers: dict[str, str]
    head: tuple[str, ...]
    """The start line and the lines of the headers."""
    start: int
    """The line number of the start line, from 1."""
    body_start: int
    body: tuple[str, ...]
    source: str = ""
    """Where the message was found, where that is not the origin of all."""
    transport: Transport | None = None
    """Its own transport, where that was seen."""

    @property
    def call(self) -> str:
        return self.headers.get("call-id", "")

    @property
    def transaction(self) -> tuple[str, ...]:
        """The same for a request and its responses; the From tag says which side began it."""
        number = re.match(r"[0-9]{1,10}", self.headers.get("cseq", ""))
        tag = re.search(r";\s*tag=([^;,\s>]+)", self.headers.get("from", ""))
        return self.call, number[0] if number else "", tag[1] if tag else "", self.method

    @property
    def acknowledged(self) -> tuple[str, ...]:
        """The transaction of the INVITE that a PRACK belongs to, by its RAck (RFC 3262 section 7.2); else empty."""
        number = re.fullmatch(r"[0-9]{1,10}\s+([0-9]{1,10})\s+INVITE", self.headers.get("rack", ""))
        call, _, tag, _ = self.transaction
        return (call, number[1], tag, "INVITE") if number and self.method == "PRACK" else ()


def descriptions(content: bytes, origin: Origin, *, role: Role = "unknown") -> tuple[SdpSeen, ...]:
    """Every session description in ``content``: one bare SDP, or those of the SIP messages in it, in their order.

    ``role`` applies to descriptions that do not show theirs.  Raises ``MalformedSdp``, also for empty content.
    """
    if len(content) > MAX_BYTES:
        raise MalformedSdp(f"this is larger than {MAX_BYTES // 1024} KiB, the limit")
    lines = text_lines(content)
    first = next((number for number, line in enumerate(lines) if line.strip(" \t")), None)
    if first is None:
        raise MalformedSdp("this is empty")
    if lines[first] == "v=0":
        return tuple(_bare(lines, first, origin, role))
    messages = _placed(_messages(lines, first), origin)
    offers = _offers(messages)
    found = tuple(seen for message in messages for seen in _described(message, offers, origin, role))
    if not found:
        raise MalformedSdp("the SIP messages contain no session description")
    return found


def measured(content: bytes, origin: Origin) -> tuple[SipMessageSeen, ...]:
    """The length of every SIP message in what ``descriptions`` has read; none where it is a bare description."""
    lines = text_lines(content)
    first = next(number for number, line in enumerate(lines) if line.strip(" \t"))
    messages = () if lines[first] == "v=0" else _placed(_messages(lines, first), origin)
    return tuple(_measured(message, origin) for message in messages)


@dataclass(frozen=True)
class Captured:
    """One SIP message in a packet capture: its bytes, where it was found, and how it was transported."""

    content: bytes
    source: str
    transport: Transport


def captured(found: Sequence[Captured], origin: Origin) -> tuple[list[SdpSeen], list[SipMessageSeen], list[str]]:
    """The descriptions and the messages of a capture, and what is wrong with those that are not readable."""
    messages: list[_Message] = []
    described: list[SdpSeen] = []
    problems: list[str] = []
    for one in found:
        try:
            # A body of another type may be binary; a description with a NUL in it is not readable without it either.
            lines = text_lines(one.content.replace(b"\0", b"?"))
            message = _message(lines, 0, len(lines))
        except MalformedSdp as error:
            problems.append(f"{one.source}: {error}")
            continue
        messages.append(replace(message, source=one.source, transport=one.transport))
    offers = _offers(messages)
    for message in messages:
        try:
            described += _described(message, offers, origin, "unknown")
        except MalformedSdp as error:
            problems.append(f"{message.source}: {error}")
    return described, [_measured(message, origin) for message in messages], problems


def paired(content: bytes, origin: Origin, source: str, role: Role) -> SdpSeen:
    """The one bare description in a file that is half of a pair; both halves have the same origin."""
    place = replace(origin, source=source)
    found = descriptions(content, place, role=role)
    if len(found) != 1 or found[0].session or found[0].hops:
        raise MalformedSdp(
            "an offer and its answer in two files are one session description each, without SIP messages"
        )
    name = origin.source.encode("utf-8", "replace")
    pair = {"session": digest(origin.salt, b"call", name), "exchange": digest(origin.salt, b"exchange", name)}
    return found[0].model_copy(update=pair)


def _placed(messages: Iterator[_Message], origin: Origin) -> list[_Message]:
    """The messages, each with its place."""
    found = list(messages)
    if len(found) == 1:
        return found
    return [replace(one, source=f"{origin.source}, message {number}") for number, one in enumerate(found, 1)]


def _measured(message: _Message, origin: Origin) -> SipMessageSeen:
    return SipMessageSeen.model_validate(
        {
            "target": origin.target,
            "at": origin.at,
            "source": message.source or origin.source,
            "transport": message.transport or origin.transport,
            "hops": hops(message.head),
            "contacts": contacts(message.head),
            **lengths(message.head, message.body, message.headers.get("content-length", "")),
        }
    )


def _bare(lines: Sequence[str], first: int, origin: Origin, role: Role) -> Iterator[SdpSeen]:
    """Descriptions without a SIP message around them: one, or several one after the other."""
    starts = [number for number in range(first, len(lines)) if lines[number] == "v=0"]
    if len(starts) > MOST_MESSAGES:
        raise MalformedSdp(f"there are more than {MOST_MESSAGES} session descriptions", starts[MOST_MESSAGES] + 1)
    for count, (start, end) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=True), 1):
        place = origin if len(starts) == 1 else replace(origin, source=f"{origin.source}, description {count}")
        yield describe("\n".join(lines[start:end]).encode("iso-8859-1"), place, role=role, first_line=start + 1)


def _messages(lines: Sequence[str], first: int) -> Iterator[_Message]:
    starts = [number for number, line in enumerate(lines) if _REQUEST.fullmatch(line) or _STATUS.fullmatch(line)]
    if not starts:
        raise MalformedSdp("this is neither SDP (which begins with v=0) nor a SIP message", first + 1)
    if len(starts) > MOST_MESSAGES:
        raise MalformedSdp(f"there are more than {MOST_MESSAGES} SIP messages", starts[MOST_MESSAGES] + 1)
    _nothing_left_out(lines[: starts[0]], 1)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _message(lines, start, end)


def _message(lines: Sequence[str], start: int, end: int) -> _Message:
    headers: dict[str, str] = {}
    name, number = "", start + 1
    while number < end and lines[number].strip(" \t"):
        line = lines[number]
        if line[0] in " \t":
            # RFC 3261 section 7.3.1: a header continues in a line that begins with white space.
            if name in headers and len(headers[name]) < _LONGEST_HEADER:
                headers[name] = f"{headers[name]} {line.strip()}".strip()
        elif header := _HEADER.fullmatch(line):
            name = _COMPACT.get(header[1].lower(), header[1].lower())
            if name in _WANTED and headers.setdefault(name, header[2].strip()) != header[2].strip():
                raise MalformedSdp(f"this message has two different {name} headers", number + 1)
        else:
            raise MalformedSdp("this line is not a header of a SIP message", number + 1)
        number += 1
    request, status = _REQUEST.fullmatch(lines[start]), _STATUS.fullmatch(lines[start])
    of_response = re.search(r"[A-Z]{2,20}$", headers.get("cseq", ""))
    return _Message(
        method=request[1] if request else of_response[0] if of_response else "",
        status=int(status[1]) if status else None,
        headers=headers,
        head=tuple(lines[start:number]),
        start=start + 1,
        body_start=number + 2,
        body=_body(lines[number + 1 : end], headers.get("content-length", ""), number + 2),
    )


def _body(lines: Sequence[str], length: str, first_line: int) -> tuple[str, ...]:
    """The body's lines.  Content-Length cuts off what follows it in a trace, but never a line that could be SDP.

    It counts bytes with CRLF, which a trace may have lost, so it is believed only where it ends with a line.
    """
    if re.fullmatch(r"[0-9]{1,7}", length):
        for line_end in (2, 1):
            size, count = 0, 0
            while count < len(lines) and size < int(length):
                size += len(lines[count]) + line_end
                count += 1
            if size == int(length) and not any(map(_like_sdp, lines[count:])):
                return tuple(lines[:count])
    if length.strip("0") == "" and length and any(map(_like_sdp, lines)):
        raise MalformedSdp("a session description follows a message whose Content-Length is 0", first_line)
    last = max((number for number, line in enumerate(lines) if _like_sdp(line)), default=-1)
    blank = next((number for number in range(last + 1, len(lines)) if not lines[number].strip()), len(lines))
    return tuple(lines[:blank])


def _like_sdp(line: str) -> bool:
    return re.match(r"\s*[A-Za-z]\s*=", line) is not None


def _nothing_left_out(lines: Sequence[str], first_line: int) -> None:
    for number, line in enumerate(lines, first_line):
        if _like_sdp(line):
            raise MalformedSdp("a line of SDP is outside any SIP message", number)


def _offers(messages: Sequence[_Message]) -> dict[tuple[str, ...], bool]:
    """Whether each request has a description in it."""
    return {message.transaction: _has_one(message) for message in messages if message.status is None and message.call}


def _has_one(message: _Message) -> bool:
    try:
        return any(_parts(message))
    except MalformedSdp:
        return True


def _described(message: _Message, offers: dict[tuple[str, ...], bool], origin: Origin, role: Role) -> Iterator[SdpSeen]:
    said = _role(message, offers)
    around = Around(
        session=digest(origin.salt, b"call", message.call.encode("iso-8859-1")) if message.call else "",
        exchange=_exchange(message, offers, origin.salt),
        hops=hops(message.head),
        capabilities=message.method == "OPTIONS",
    )
    place = replace(origin, source=message.source or origin.source, transport=message.transport or origin.transport)
    for first_line, lines in _parts(message):
        content = "\n".join(lines).encode("iso-8859-1")
        yield describe(content, place, role=role if said == "unknown" else said, around=around, first_line=first_line)


def _exchange(message: _Message, offers: dict[tuple[str, ...], bool], salt: bytes) -> str:
    """An ACK belongs to the exchange of its INVITE, and so does a PRACK that answers the offer in a response to it."""
    if not message.call:
        return ""
    of_invite = (*message.transaction[:3], "INVITE") if message.method == "ACK" else message.acknowledged
    answers = message.method == "ACK" or (message.status is None and offers.get(message.acknowledged) is False)
    return digest(salt, b"exchange", "\0".join(of_invite if answers else message.transaction).encode("iso-8859-1"))


def _role(message: _Message, offers: dict[tuple[str, ...], bool]) -> Role:
    """RFC 3264 and RFC 3261 section 13.2.1; unknown where the message alone does not say it."""
    if message.status is None:
        # An ACK answers an offer in the 200 to an INVITE without one.
        roles: dict[str, Role] = {"INVITE": "offer", "UPDATE": "offer", "ACK": "answer"}
        if message.acknowledged in offers:
            return "offer" if offers[message.acknowledged] else "answer"
        return roles.get(message.method, "unknown")
    if message.method not in ("INVITE", "UPDATE") or message.transaction not in offers:
        return "unknown"
    return "answer" if offers[message.transaction] else "offer"


def _parts(message: _Message, depth: int = 0) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The bodies that are SDP, each with the number of its first line."""
    kind, _, parameters = message.headers.get("content-type", "").partition(";")
    kind, body = kind.strip().lower(), message.body
    if not any(line.strip() for line in body):
        return
    if message.headers.get("content-encoding", "identity").lower() not in ("identity", ""):
        raise MalformedSdp("the body of this message is encoded; provide it as plain text", message.start)
    if kind == "application/sdp":
        yield message.body_start, body
    elif kind.startswith("multipart/"):
        if depth >= _MOST_DEPTH:
            raise MalformedSdp("multipart bodies are nested too deep", message.body_start)
        yield from _multipart(message, parameters, depth)
    elif any(map(_like_sdp, body)):
        raise MalformedSdp("a body looks like SDP but its type is not application/sdp", message.body_start)


def _multipart(message: _Message, parameters: str, depth: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The SDP parts of a multipart body (RFC 2046 section 5.1)."""
    found = re.search(r'(?i)(?:^|;)\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))', parameters)
    if found is None:
        raise MalformedSdp("the multipart body has no boundary", message.start)
    boundary = f"--{found[1] or found[2]}"
    ends = [number for number, line in enumerate(message.body) if line.rstrip(" \t") in (boundary, f"{boundary}--")]
    if not ends:
        raise MalformedSdp("the boundary does not occur in the multipart body", message.body_start)
    if len(ends) > _MOST_PARTS:
        raise MalformedSdp(f"the multipart body has more than {_MOST_PARTS} parts", message.body_start)
    _nothing_left_out(message.body[: ends[0]], message.body_start)
    for start, end in zip(ends, [*ends[1:], len(message.body)], strict=True):
        if message.body[start].rstrip(" \t") == f"{boundary}--":
            _nothing_left_out(message.body[start + 1 : end], message.body_start + start + 1)
            continue
        yield from _parts(_part(message.body[:end], start, message), depth + 1)


def _part(lines: Sequence[str], start: int, message: _Message) -> _Message:
    """One part, read as a separate message."""
    headers: dict[str, str] = {"content-type": "text/plain"}
    number = start + 1
    while number < len(lines) and (header := _HEADER.fullmatch(lines[number])):
        headers[_COMPACT.get(header[1].lower(), header[1].lower())] = header[2].strip()
        number += 1
    body = tuple(lines[number + 1 :])
    return replace(message, headers=headers, body_start=message.body_start + number + 1, body=body)
