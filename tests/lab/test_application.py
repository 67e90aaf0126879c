"""What the lab says inside TLS, byte by byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.lab.application import answer
from auditor.model.target import Service
from auditor.probes.requests import MAX_BYTES
from tests.lab.client import GET, OPTIONS


def sip(message: bytes) -> tuple[str, dict[str, list[str]]]:
    """The status line and the fields of the answer to a whole SIP message."""
    reply = answer(Service.SIP, message)
    assert reply is not None
    status, *lines = reply.reply.decode().removesuffix("\r\n\r\n").split("\r\n")
    fields: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        fields.setdefault(name, []).append(value)
    return status, fields


def test_options_is_answered_with_the_fields_a_response_copies() -> None:
    status, fields = sip(OPTIONS)
    tag = fields["To"][0].partition(";tag=")[2]
    assert status == "SIP/2.0 200 OK"
    assert len(tag) >= 8  # 32 bits of randomness (RFC 3261 section 19.3)
    assert fields == {
        "Via": ["SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK1"],
        "From": ["<sip:probe@example.net>;tag=1"],
        "To": [f"<sip:sbc.example.net>;tag={tag}"],
        "Call-ID": ["1@example.net"],
        "CSeq": ["7 OPTIONS"],
        "Allow": ["OPTIONS"],
        "Content-Length": ["0"],
    }


def test_every_via_is_copied_in_order_and_compact_and_folded_fields_are_understood() -> None:
    status, fields = sip(
        b"OPTIONS sips:sbc.example.net SIP/2.0\r\nv: SIP/2.0/TLS b;branch=z9hG4bK2\r\n"
        b"VIA: SIP/2.0/TLS\r\n  a;branch=z9hG4bK1\r\n"
        b"f: <sip:p@example.net>;tag=1\r\nt: <sip:s@example.net>;tag=kept\r\n"
        b"i: 9\r\nCSeq: 1 OPTIONS\r\nl: 0\r\n\r\n"
    )
    assert status == "SIP/2.0 200 OK"
    assert fields["Via"] == ["SIP/2.0/TLS b;branch=z9hG4bK2", "SIP/2.0/TLS a;branch=z9hG4bK1"]
    assert fields["To"] == ["<sip:s@example.net>;tag=kept"]


@pytest.mark.parametrize(
    ("method", "status"), [(b"INVITE", "SIP/2.0 405 Method Not Allowed"), (b"OPTIONS", "SIP/2.0 200 OK")]
)
def test_only_options_is_allowed(method: bytes, status: str) -> None:
    assert sip(OPTIONS.replace(b"OPTIONS", method))[0] == status


def test_ack_is_never_answered() -> None:
    message = OPTIONS.replace(b"OPTIONS", b"ACK")
    assert answer(Service.SIP, message) == (b"", len(message), False)


@pytest.mark.parametrize("missing", [b"Via: ", b"From: ", b"To: ", b"Call-ID: ", b"CSeq: "])
def test_a_request_without_a_required_field_is_a_bad_request(missing: bytes) -> None:
    assert sip(OPTIONS.replace(b"\r\n" + missing, b"\r\nX-" + missing))[0] == "SIP/2.0 400 Bad Request"


@pytest.mark.parametrize("cseq", [b"OPTIONS", b"7", b"7 INVITE", b"x OPTIONS"])
def test_a_cseq_that_is_not_the_request_s_own_is_a_bad_request(cseq: bytes) -> None:
    assert sip(OPTIONS.replace(b"7 OPTIONS", cseq))[0] == "SIP/2.0 400 Bad Request"


def test_a_message_in_pieces_is_answered_once_it_is_whole() -> None:
    message = OPTIONS.replace(b"Content-Length: 0", b"Content-Length: 3") + b"abc"
    assert [answer(Service.SIP, message[:length]) for length in range(len(message))] == [None] * len(message)
    whole = answer(Service.SIP, message + OPTIONS)
    assert whole is not None
    assert whole.consumed == len(message)


def test_a_keep_alive_before_a_message_is_skipped_and_counted() -> None:
    reply = answer(Service.SIP, b"\r\n\r\n" + OPTIONS)
    assert reply is not None
    assert reply.consumed == len(OPTIONS) + 4
    assert answer(Service.SIP, b"\r\n\r\n") is None


@pytest.mark.parametrize(
    "message",
    [
        b"\x16\x03\x01",
        b"\0" * 10,
        b"OPTIONS sip:a SIP/3.0\r\n\r\n",
        b"OPTIONS  SIP/2.0\r\nTo: a\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nno colon\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nTo: \xff\r\n\r\n",
        OPTIONS.replace(b"Call-ID: 1", b"Call-ID: 1\nInjected: 1"),
        OPTIONS.replace(b"Content-Length: 0", b"Content-Length: -1"),
        OPTIONS.replace(b"Content-Length: 0", b"Content-Length: 99999"),
        OPTIONS.replace(b"Content-Length: 0", b"Content-Length: 0\r\nl: 5"),
        b"O" * (MAX_BYTES + 1),
    ],
)
def test_what_is_no_sip_message_ends_the_connection_without_a_word(message: bytes) -> None:
    assert answer(Service.SIP, message) == (b"", 0, True)


@pytest.mark.parametrize(
    ("request_bytes", "status", "has_body"),
    [
        (GET, b"HTTP/1.1 200 OK", True),
        (GET.replace(b"GET", b"HEAD"), b"HTTP/1.1 200 OK", False),
        (GET.replace(b"GET", b"POST"), b"HTTP/1.1 405 Method Not Allowed", True),
        (b"GET nowhere HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 Bad Request", True),
        (b"GET / HTTP/9.9\r\n\r\n", b"HTTP/1.1 400 Bad Request", True),
    ],
)
def test_http_requests_get_their_status_a_body_of_the_stated_length_and_the_end(
    request_bytes: bytes,
    status: bytes,
    has_body: bool,  # noqa: FBT001 - a row of the table above
) -> None:
    reply = answer(Service.HTTPS, request_bytes)
    assert reply is not None
    head, _, body = reply.reply.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == status
    assert b"Connection: close" in lines
    assert reply.close
    assert bool(body) is has_body
    if has_body:
        assert f"Content-Length: {len(body)}".encode() in lines


@given(service=st.sampled_from(Service), received=st.binary(max_size=200) | st.binary(max_size=60).map(OPTIONS.__add__))
def test_any_bytes_are_answered_waited_for_or_hung_up_on(service: Service, received: bytes) -> None:
    reply = answer(service, received)
    if reply is not None and not reply.close:
        assert 0 < reply.consumed <= len(received)
