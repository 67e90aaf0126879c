"""Session descriptions and SIP messages that the tests begin with.  The keys are those printed in RFC 4568."""

from datetime import UTC, datetime

from auditor.model.observation import SdpSeen
from auditor.sip import Origin, descriptions

AT = datetime(2040, 3, 1, 12, 30, tzinfo=UTC)
SALT = bytes(range(16))
KEY = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
OTHER_KEY = "NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj"
ORIGIN = Origin("target", AT, SALT, "given.sdp", "file")
HEAD = ("v=0", "o=jdoe 2890844526 2890842807 IN IP4 10.47.16.5", "s=-", "c=IN IP4 193.5.122.40", "t=0 0")
CRYPTO = f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"


def sdp(*lines: str, media: str = "m=audio 49170 RTP/SAVP 0", head: tuple[str, ...] = HEAD, end: str = "\r\n") -> bytes:
    """One description with one audio section that holds ``lines``."""
    return "".join(line + end for line in (*head, media, *lines)).encode("iso-8859-1")


def read(content: bytes, origin: Origin = ORIGIN) -> SdpSeen:
    (found,) = descriptions(content, origin)
    return found


def message(start: str, body: bytes = b"", **headers: str) -> bytes:
    """A SIP message of one call; headers are given with underscores."""
    usual = {
        "Via": "SIP/2.0/TLS sbc.example.net;branch=z9hG4bK1",
        "From": "<sip:a@example.net>;tag=one",
        "To": "<sip:b@example.com>",
        "Call-ID": "call@example.net",
        "CSeq": f"1 {'INVITE' if start.startswith('SIP/2.0') else start.partition(' ')[0]}",
        "Content-Type": "application/sdp",
        "Content-Length": str(len(body)),
    }
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [start, *(f"{name}: {value}" for name, value in {**usual, **given}.items() if value)]
    return "\r\n".join(lines).encode("iso-8859-1") + b"\r\n\r\n" + body


INVITE = "INVITE sip:b@example.com SIP/2.0"
OK = "SIP/2.0 200 OK"
