"""One session description (RFC 8866; RFC 4566 for the k= line): its media sections and how they are keyed."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from auditor.model.observation import AddressSeen, CryptoSeen, HopSeen, MediaSeen, SdpSeen, Transport
from auditor.model.srtp import MEDIA, OTHER_PROFILES, PLAIN_PROFILES, SECURE_PROFILES, UNKNOWN
from auditor.sip.crypto import MalformedCrypto, read_crypto
from auditor.sip.hosts import attribute, connection

MOST_MEDIA = 100
"""Media sections in one description."""
MOST_CRYPTOS = 64
"""Crypto lines in one section; the rest are not read."""
_PROFILES = SECURE_PROFILES | PLAIN_PROFILES | OTHER_PROFILES
_LINE_ENDS = re.compile(r"\r\n|\n|\r")
_MEDIA_LINE = re.compile(r"(\S+) +([0-9]{1,5})(?:/[0-9]{1,5})? +(\S+)(?: .*)?")
_MOST_ADDRESSES = 64
"""Addresses of one section; the rest are not read."""
_FREE_TEXT = frozenset("vosiuepbtrz")
"""Types of line in which words such as "crypto" have no meaning."""

Role = Literal["offer", "answer", "unknown"]
Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
_DIRECTIONS: dict[str, Direction] = {
    "sendrecv": "sendrecv",
    "sendonly": "sendonly",
    "recvonly": "recvonly",
    "inactive": "inactive",
}


class MalformedSdp(ValueError):  # noqa: N818 - it says what the text is
    """Why it is not readable, in one sentence that quotes nothing of it, and the line (from 1; 0 for none)."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Origin:
    """What all descriptions of one file or connection share."""

    target: str
    at: datetime
    salt: bytes = field(repr=False)
    """The salt of this run; never stored."""
    source: str
    transport: Transport


@dataclass
class _Level:
    """The session level, or one media section, while its lines are read."""

    media: str = ""
    port: int = 0
    profile: str = ""
    cryptos: list[CryptoSeen] = field(default_factory=list)
    malformed: list[str] = field(default_factory=list)
    counted: int = 0
    fingerprint: bool = False
    key_management: bool = False
    clear_key: bool = False
    direction: Direction | None = None
    bundle_only: bool = False
    capabilities: dict[str, str] = field(default_factory=dict)
    """Profiles by their numbers (RFC 5939)."""
    configurations: list[str] = field(default_factory=list)
    """The numbers of the profiles that may take the place of the one in the m= line."""
    addresses: list[AddressSeen] = field(default_factory=list)


@dataclass(frozen=True)
class Around:
    """What the SIP message around a description says about it."""

    session: str = ""
    exchange: str = ""
    hops: tuple[HopSeen, ...] = ()
    capabilities: bool = False


def describe(
    content: bytes, origin: Origin, *, role: Role = "unknown", around: Around = Around(), first_line: int = 1
) -> SdpSeen:
    """Read one description.  ``first_line`` is the number of its first line in the file.  Raises ``MalformedSdp``."""
    lines = text_lines(content)
    while lines and not lines[-1].strip(" \t"):
        lines.pop()
    if not lines or lines[0] != "v=0":
        raise MalformedSdp("not a session description: it does not begin with v=0", first_line)
    levels = [_Level()]
    for number, line in enumerate(lines, first_line):
        if line.startswith("m="):
            levels.append(_media(line[2:], number))
            if len(levels) > MOST_MEDIA + 1:
                raise MalformedSdp(f"there are more than {MOST_MEDIA} media sections (m= lines)", number)
        else:
            _read_line(levels[-1], line, number, origin.salt)
    if len(levels) == 1:
        raise MalformedSdp("there is no media section (m= line)", first_line)
    session_level, *sections = levels
    if session_level.cryptos:
        session_level.malformed.insert(0, "a crypto line precedes the first media section, where it is not allowed")
    return SdpSeen(
        target=origin.target,
        at=origin.at,
        source=origin.source,
        role=role,
        transport=origin.transport,
        hops=around.hops,
        capabilities=around.capabilities,
        session=around.session,
        exchange=around.exchange,
        media=tuple(_seen(section, session_level) for section in sections),
        malformed=tuple(session_level.malformed),
        clear_key=session_level.clear_key,
        addresses=tuple(session_level.addresses),
    )


def text_lines(content: bytes) -> list[str]:
    """The lines, whatever ends them; ISO 8859-1, as every byte is a character of it and none that counts differs."""
    if b"\0" in content:
        raise MalformedSdp("this is binary data, neither SDP nor a SIP message")
    return _LINE_ENDS.split(content.removeprefix(b"\xef\xbb\xbf").decode("iso-8859-1"))


def _media(value: str, number: int) -> _Level:
    found = _MEDIA_LINE.fullmatch(value)
    if found is None or int(found[2]) > 65535:
        raise MalformedSdp("this m= line does not name a medium, a port and a profile", number)
    media, profile = found[1], found[3]
    return _Level(
        media=media if media in MEDIA else UNKNOWN,
        port=int(found[2]),
        profile=profile if profile.upper() in _PROFILES else UNKNOWN,
    )


def _read_line(level: _Level, line: str, number: int, salt: bytes) -> None:
    kind, value = line[:1], line[2:]
    well_formed = line[1:2] == "=" and kind.isascii() and kind.islower()
    name, _, rest = value.partition(":")
    if well_formed and kind == "k":
        level.clear_key = True
    elif well_formed and kind == "c":
        _address(level, connection(value))
    elif well_formed and kind in _FREE_TEXT:
        return
    elif well_formed and kind == "a" and name == "crypto":
        _crypto(level, rest, number, salt)
    elif why := _looks_like_a_key(line):
        _note(level, f"line {number}: {why}")
    elif not well_formed:
        raise MalformedSdp("this line does not begin with a lower-case letter and an equals sign", number)
    elif kind == "a":
        level.fingerprint |= name == "fingerprint"
        level.key_management |= name == "key-mgmt"
        _capability(level, name, rest)
        level.bundle_only |= value.rstrip(" \t") == "bundle-only"
        level.direction = _DIRECTIONS.get(value.rstrip(" \t"), level.direction)
        _address(level, attribute(name, rest))


def _capability(level: _Level, name: str, rest: str) -> None:
    """RFC 5939 sections 3.4.2 and 3.5.1: a=tcap numbers profiles from its own number on, a=pcfg offers some of them."""
    number, *profiles = rest.split()[: MOST_MEDIA + 1] or [""]
    if name == "tcap" and re.fullmatch(r"[0-9]{1,10}", number):
        level.capabilities |= {str(int(number) + place): profile for place, profile in enumerate(profiles)}
    elif name == "pcfg":
        chosen = [word[2:].split("|") for word in profiles if word.startswith("t=")]
        level.configurations += [one for numbers in chosen for one in numbers]


def _address(level: _Level, seen: AddressSeen | None) -> None:
    if seen is not None and len(level.addresses) < _MOST_ADDRESSES:
        level.addresses.append(seen)


def _looks_like_a_key(line: str) -> str:
    """What is wrong with a line that may be meant as a crypto or k= line; empty if it is not."""
    close = re.sub(r"\s", "", line).casefold()
    if close.startswith("a=crypto"):
        return "a crypto line is not written as a=crypto: in lower case and without spaces"
    if close.startswith("k=") or (close.startswith("a=key-mgmt") and not line.startswith("a=key-mgmt")):
        return "a line that contains a key does not follow the form of RFC 8866"
    if close.startswith(("a=acap", "a=sescap")) and ("crypto:" in close or "key-mgmt" in close):
        return "a crypto line is part of a capability (RFC 5939)"
    return "key material is outside a crypto line" if "inline:" in close else ""


def _crypto(level: _Level, value: str, number: int, salt: bytes) -> None:
    level.counted += 1
    if level.counted > MOST_CRYPTOS:
        too_many = f"there are more than {MOST_CRYPTOS} crypto lines, the limit"
        if too_many not in level.malformed:
            level.malformed.append(too_many)
        return
    try:
        crypto = read_crypto(value, salt)
    except MalformedCrypto as error:
        _note(level, f"line {number}: a crypto line is not readable: {error}")
        return
    if any(crypto.tag == other.tag for other in level.cryptos):
        _note(level, f"line {number}: a crypto line repeats the tag of another one")
    level.cryptos.append(crypto)


def _note(level: _Level, what: str) -> None:
    if len(level.malformed) < MOST_CRYPTOS:
        level.malformed.append(what)


def _seen(section: _Level, session: _Level) -> MediaSeen:
    """The section, with what the session level says for all of them (RFC 8866 section 6.7, RFC 5763, RFC 4567)."""
    capabilities = session.capabilities | section.capabilities
    configured = {capabilities.get(number, "").upper() for number in section.configurations}
    return MediaSeen(
        media=section.media,
        port=section.port,
        profile=section.profile,
        cryptos=tuple(section.cryptos),
        malformed=tuple(section.malformed),
        fingerprint=section.fingerprint or session.fingerprint,
        key_management=section.key_management or session.key_management,
        clear_key=section.clear_key,
        direction=section.direction or session.direction or "sendrecv",
        bundle_only=section.bundle_only,
        plain_configuration=not configured.isdisjoint(PLAIN_PROFILES),
        addresses=tuple(dict.fromkeys(section.addresses)),
    )
