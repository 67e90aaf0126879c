"""What the listener answers, and how little of what it hears it keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.client.answering import ClientMessage, MessageKind, read_message

HEAD = (
    "{} sip:a SIP/2.0\r\nVia: SIP/2.0/TLS b;branch=z9hG4bK1\r\nf: <sip:b>;tag=1\r\nt: <sip:a>\r\ni: 1\r\nCSeq: 1 {}\r\n"
)


def sip(method: str, body: str = "") -> bytes:
    return f"{HEAD.format(method, method)}l: {len(body)}\r\n\r\n{body}".encode()


def read(received: bytes) -> tuple[ClientMessage, list[bytes]]:
    invited: list[bytes] = []
    return read_message(received, invited.append), invited


@pytest.mark.parametrize(
    ("method", "status"),
    [("OPTIONS", "200 OK"), ("REGISTER", "200 OK"), ("INVITE", "488 "), ("BYE", "200 OK"), ("MESSAGE", "405 ")],
)
def test_a_sip_request_is_answered(method: str, status: str) -> None:
    said, invited = read(sip(method, "v=0"))
    assert said.kind.text == f"SIP {method}"
    assert said.reply.startswith(f"SIP/2.0 {status}".encode())
    assert b"\r\nCSeq: 1 " + method.encode() in said.reply
    assert said.size == len(sip(method, "v=0"))
    assert invited == ([sip(method, "v=0")] if method == "INVITE" else [])


def test_an_ack_is_never_answered() -> None:
    assert read(b"\r\n" + sip("ACK"))[0] == ClientMessage(
        MessageKind("SIP ACK", "SIP", "ACK"), b"", len(sip("ACK")) + 2
    )


def test_a_message_is_known_by_its_first_line_and_waited_for() -> None:
    whole = sip("INVITE", "v=0")
    for length in range(len(whole)):
        said, invited = read(whole[:length])
        assert said.kind.text in ("", "SIP INVITE")
        assert (said.reply, said.size, said.close, invited) == (b"", 0, False, [])


@pytest.mark.parametrize(
    ("received", "what"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP GET"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"),
        (b"SIP/2.0 200 OK\r\n\r\n", "a SIP response"),
        (b"\x00\x01", "bytes that are neither SIP nor HTTP"),
        (b"HELLO\r\n\r\n", "bytes that are neither SIP nor HTTP"),
        (b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 99999999\r\n\r\n", "SIP OPTIONS"),
        (b"OPTIONS sip:a SIP/2.0\r\nnonsense\r\n\r\n", "SIP OPTIONS"),
        (b"OPTIONS sip:a SIP/2.0\r\nX: " + b"y" * 20_000, "SIP OPTIONS"),
    ],
)
def test_what_cannot_go_on_is_named_and_ended(received: bytes, what: str) -> None:
    said, _ = read(received)
    assert said.kind.text == what
    assert said.close


def test_a_request_that_lacks_what_an_answer_repeats_is_a_bad_one() -> None:
    assert read(b"OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\n\r\n")[0].reply.startswith(b"SIP/2.0 400 ")


@given(received=st.binary(max_size=400) | st.builds(lambda rest: b"OPTIONS sip:a SIP/2.0\r\n" + rest, st.binary()))
def test_garbage_never_raises_and_is_never_repeated(received: bytes) -> None:
    said, _ = read(received)
    assert said.kind.text.isprintable()
    assert 0 <= said.size <= len(received)
