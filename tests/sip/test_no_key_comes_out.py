"""A key that goes in, wherever it stands, comes out nowhere: not in observations, reports, errors or logs."""

import base64
import logging
import random
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress

import pytest

from auditor.evaluate import evaluate
from auditor.inputs.session_descriptions import load_descriptions
from auditor.model.observation import SdpSeen
from auditor.model.report import Report
from auditor.model.target import Target
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.render.formats import json, junit, markdown, prometheus, sarif
from auditor.render.html import document as html
from auditor.render.terminal import table
from auditor.sip import MalformedSdp, Origin, descriptions
from tests.sip.examples import AT, CRYPTO, HEAD, INVITE, KEY, OK, ORIGIN, OTHER_KEY, SALT, message, sdp

CANARY = "Q2FuYXJ5VGhhdE11c3ROb3RTaW5nQXRBbGwwMTIz"
SUITE = "AES_CM_128_HMAC_SHA1_80"
WINDOW = 9
"""So many characters of a key in a row are a leak; nothing that is kept of a description is that long by chance."""

POSITIONS = {
    "the key": sdp(f"a=crypto:1 {SUITE} inline:{CANARY}"),
    "the second key": sdp(f"a=crypto:1 {SUITE} inline:{KEY}|2^20|1:4;inline:{CANARY}|2^20|2:4"),
    "the key, with INLINE": sdp(f"a=crypto:1 {SUITE} INLINE:{CANARY}"),
    "another key method": sdp(f"a=crypto:1 {SUITE} {CANARY}:x"),
    "the lifetime": sdp(f"a=crypto:1 {SUITE} inline:{KEY}|{CANARY}"),
    "the master key identifier": sdp(f"a=crypto:1 {SUITE} inline:{KEY}|2^20|{CANARY}:4"),
    "the tag": sdp(f"a=crypto:{CANARY} {SUITE} inline:{KEY}"),
    "the suite": sdp(f"a=crypto:1 {CANARY} inline:{KEY}"),
    "a session parameter": sdp(f"a=crypto:1 {SUITE} inline:{KEY} {CANARY}"),
    "the value of a session parameter": sdp(f"a=crypto:1 {SUITE} inline:{KEY} FEC_KEY=inline:{CANARY}"),
    "a key that is broken in two": sdp(f"a=crypto:1 {SUITE} inline:{CANARY[:21]} {CANARY[21:]}"),
    "a key that goes on in the next line": sdp(f"a=crypto:1 {SUITE} inline:{CANARY[:21]}", f" {CANARY[21:]}"),
    "an attribute in capitals": sdp(f"a=CRYPTO:1 {SUITE} inline:{CANARY}"),
    "a line with a space before it": sdp(f" a=crypto:1 {SUITE} inline:{CANARY}"),
    "the session level": sdp(head=(*HEAD, f"a=crypto:1 {SUITE} inline:{CANARY}")),
    "a k= line": sdp(f"k=base64:{CANARY}"),
    "a k= line in capitals": sdp(f"K=clear:{CANARY}"),
    "MIKEY": sdp(f"a=key-mgmt:mikey {CANARY}"),
    "the ICE password": sdp(f"a=ice-pwd:{CANARY}", f"a=ice-ufrag:{CANARY}"),
    "a capability": sdp(f"a=acap:1 crypto:1 {SUITE} inline:{CANARY}"),
    "another attribute": sdp(f"a={CANARY}:{CANARY}"),
    "the name of the session": sdp(CRYPTO, head=("v=0", f"o={CANARY} 1 1 IN IP4 192.0.2.1", f"s={CANARY}", "t=0 0")),
    "medium and profile": sdp(media=f"m={CANARY} 5000 {CANARY} {CANARY}"),
    "a broken m= line": sdp(media=f"m={CANARY}"),
    "a line that is no SDP": sdp(CANARY),
    "no SDP at all": CANARY.encode(),
    "the start line": message(f"{INVITE[:-7]}{CANARY} SIP/2.0", sdp(CRYPTO)),
    "Call-ID and tag": message(INVITE, sdp(CRYPTO), Call_ID=CANARY, From=f"<sip:{CANARY}@x>;tag={CANARY}"),
    "CSeq": message(OK, sdp(CRYPTO), CSeq=f"1 {CANARY}"),
    "the type of the body": message(INVITE, sdp(CRYPTO), Content_Type=CANARY),
    "the boundary": message(INVITE, sdp(CRYPTO), Content_Type=f"multipart/mixed;boundary={CANARY}"),
    "the length of the body": message(INVITE, sdp(CRYPTO), Content_Length=CANARY),
    "the encoding of the body": message(INVITE, sdp(CRYPTO), Content_Encoding=CANARY),
    "an authorization": message(INVITE, sdp(CRYPTO), Authorization=f"Digest response={CANARY}"),
    "a header that is broken": f"{INVITE}\r\n{CANARY}\r\n\r\n".encode() + sdp(CRYPTO),
    "a part of the body that is no SDP": message(
        INVITE,
        f"--b\r\nContent-Type: text/plain\r\n\r\n{CANARY}\r\n--b\r\nContent-Type: application/sdp\r\n\r\n".encode()
        + sdp(CRYPTO)
        + b"--b--\r\n",
        Content_Type="multipart/mixed;boundary=b",
    ),
}


def assert_nothing_of(key: str, text: str) -> None:
    for start in range(len(key) - WINDOW + 1):
        assert key[start : start + WINDOW] not in text
    octets = base64.b64decode(key)
    assert octets.hex() not in text.lower()
    assert octets[:12] not in text.encode("utf-8", "replace")


def written(report: Report, targets: tuple[Target, ...]) -> Iterator[str]:
    del targets
    yield json.render(report)
    yield html.render(report)
    yield table.render(report, width=120, colour=False)
    for renderer in (markdown, junit, prometheus):
        yield renderer.render(report)
    yield sarif.render(report, {}, None)


def everything_said(content: bytes, transport: str = "udp") -> Iterator[str]:
    """All that a run would write, whichever way it goes."""
    try:
        targets, seen = load_descriptions(
            [("given.sdp", content)], at=AT, salt=SALT, transport="udp" if transport == "udp" else "file"
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, a user may see it
        yield str(error)
        yield repr(error)
        yield "".join(traceback.format_exception(error))
        yield repr(error.__context__)
        return
    yield repr(seen)
    yield from (found.model_dump_json() for found in seen)
    report = evaluate(make_plan(load_policy("acg"), targets), seen, AT, AT)
    yield repr(report)
    yield from written(report, targets)


@pytest.mark.parametrize("position", POSITIONS)
def test_a_key_leaves_no_trace_wherever_it_stands(position: str, caplog: pytest.LogCaptureFixture) -> None:
    assert CANARY[:12].encode() in POSITIONS[position]
    with caplog.at_level(logging.DEBUG):
        said = list(everything_said(POSITIONS[position]))
    assert said
    for text in (*said, caplog.text):
        assert_nothing_of(CANARY, text)
        assert_nothing_of(KEY, text)


def test_the_check_itself_finds_a_leak() -> None:
    for leak in (CANARY, CANARY[5 : 5 + WINDOW], base64.b64decode(CANARY).hex()):
        with pytest.raises(AssertionError):
            assert_nothing_of(CANARY, f"before {leak} after")


def test_the_salt_shows_in_nothing_either() -> None:
    assert repr(SALT)[2:-1] not in repr(ORIGIN)
    assert "salt" not in repr(Origin("t", AT, b"secret-salt", "s", "tls"))


MUTATED = (
    sdp(CRYPTO.replace(KEY, CANARY) + "|2^20|1:4 KDR=1 UNENCRYPTED_SRTP", f"k=base64:{OTHER_KEY}", "a=sendrecv"),
    message(INVITE, sdp(CRYPTO.replace(KEY, CANARY))) + message(OK, sdp(CRYPTO.replace(KEY, OTHER_KEY))),
    POSITIONS["a part of the body that is no SDP"],
    POSITIONS["the second key"],
)
PIECES = (
    b"\r\n",
    b"\n",
    b" ",
    b"\t",
    b":",
    b";",
    b"|",
    b"=",
    b"a=crypto:",
    b"inline:",
    b"INLINE:",
    b"m=audio 1 RTP/AVP",
    b"k=",
)
MORE_PIECES = (
    b"\x00",
    b"\xff",
    b"\x1b[2J",
    b"SIP/2.0 200 OK\r\n",
    b"--b\r\n",
    b"Content-Length: 0\r\n",
    b"v=0\r\n",
    b"_",
    b"2^",
)


def mutations(count: int, seed: int) -> Iterator[bytes]:
    """Octets flipped, pieces put in, taken out, doubled, moved, and the whole cut short or changed in case."""
    dice = random.Random(seed)
    for _ in range(count):
        content = bytearray(dice.choice(MUTATED))
        for _ in range(dice.randint(1, 6)):
            at, end = sorted(dice.randrange(len(content) + 1) for _ in range(2))
            end = min(end, at + 40)
            match dice.randrange(7):
                case 0:
                    content[at : at + 1] = bytes([dice.randrange(256)])
                case 1:
                    content[at:at] = dice.choice((*PIECES, *MORE_PIECES))
                case 2:
                    del content[at:end]
                case 3:
                    content[at:at] = content[at:end]
                case 4:
                    content[at:end] = content[at:end].swapcase()
                case 5:
                    moved = bytes(content[at:end])
                    del content[at:end]
                    where = dice.randrange(len(content) + 1)
                    content[where:where] = moved
                case _:
                    content[dice.randrange(len(content) // 2, len(content) + 1) :] = b""
            if not content:
                break
        yield bytes(content)


@pytest.mark.slow
def test_ten_thousand_mutations_neither_break_the_reader_nor_bring_a_key_out() -> None:
    read, refused = 0, 0
    for number, content in enumerate(mutations(10_000, seed=4568)):
        seen: tuple[SdpSeen, ...] = ()
        try:
            seen = descriptions(content, ORIGIN)
        except MalformedSdp as error:
            refused += 1
            said = f"{error!r} {error} {error.__context__!r}"
        else:
            read += 1
            said = "".join(found.model_dump_json() for found in seen) + repr(seen)
        if number % 250 == 0:
            said += "".join(everything_said(content))
        for key in (CANARY, OTHER_KEY, CANARY.swapcase(), OTHER_KEY.swapcase()):
            assert_nothing_of(key, said)
    assert read > 2000
    assert refused > 2000


@pytest.mark.slow
def test_the_largest_inputs_take_seconds_of_the_processor_and_not_minutes() -> None:
    half = 500_000
    inputs = (
        sdp("a=crypto:1 " + " " * half + "x"),
        sdp(*["a=crypto:1 X inline:Y"] * 40_000),
        sdp("a=" + "inline" * (half // 6)),
        message(INVITE, sdp(CRYPTO)) * 1000,
        message(INVITE, b"--b\r\n" * 31 + b"x=y\r\n" * 50_000, Content_Type="multipart/mixed;boundary=b"),
        INVITE.encode() + b"\r\nCall-ID: x\r\n" + b" y\r\n" * 200_000 + b"\r\n",
        INVITE.encode() + b"\r\nFrom: " + b";tag=" * 90_000 + b"\r\n\r\n",
        INVITE.encode() + b"\r\nContent-Type: multipart/x" + b"; boundary" * 90_000 + b"\r\n\r\nx=y",
        b"\n" * 1_000_000,
    )
    started = time.process_time()
    for content in inputs:
        with suppress(MalformedSdp):
            descriptions(content, ORIGIN)
    assert time.process_time() - started < 10
