"""The answer to OPTIONS, whatever it is: read within bounds, and safe to show."""

from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.options_answer import MAX_BYTES, read_sip_answer, whole_sip_answer

HEAD = b"SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS auditor.invalid\r\nAllow: INVITE, ACK ,BYE\r\nALLOW: OPTIONS,INVITE\r\n"
SDP = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"


def test_status_allow_and_accept_are_read() -> None:
    found = read_sip_answer(HEAD + b"Accept: application/sdp,\r\n text/plain\r\nContent-Length: 0\r\n\r\n")
    assert found is not None
    assert (found.status, found.reason) == (200, "OK")
    assert found.allow == ("INVITE", "ACK", "BYE", "OPTIONS")
    assert found.accept == ("application/sdp", "text/plain")
    assert found.description == b""


def test_a_reason_may_be_left_out_and_empty_lines_may_come_first() -> None:
    found = read_sip_answer(b"\r\n\r\nSIP/2.0 486\r\n\r\n")
    assert found is not None
    assert (found.status, found.reason, found.allow) == (486, "", ())


def test_what_is_no_sip_response_is_none() -> None:
    for data in (b"", b"HTTP/1.1 200 OK\r\n\r\n", b"SIP/2.0 999 No\r\n\r\n", b"OPTIONS sip:a SIP/2.0\r\n\r\n"):
        assert read_sip_answer(data) is None


def test_a_session_description_is_kept_to_its_length_and_never_shown() -> None:
    for name in (b"Content-Type: application/sdp\r\nContent-Length:", b"c:application/SDP;charset=utf-8\r\nl:"):
        message = HEAD + name + b" %d\r\n\r\n" % len(SDP) + SDP
        found = read_sip_answer(message + b"SIP/2.0 200 OK\r\n")
        assert found is not None
        assert found.description == SDP
        assert "192.0.2.1" not in repr(found)
        assert not whole_sip_answer(message[:-1])
        assert whole_sip_answer(message)


def test_another_body_is_neither_kept_nor_waited_for() -> None:
    message = HEAD + b"Content-Type: text/plain\r\nContent-Length: 900\r\n\r\n"
    found = read_sip_answer(message + b"secret")
    assert found is not None
    assert found.description == b""
    assert whole_sip_answer(message)


def test_enough_has_arrived_at_the_empty_line_or_when_it_is_something_else() -> None:
    assert not whole_sip_answer(b"")
    assert not whole_sip_answer(b"\r\n")
    assert not whole_sip_answer(b"SIP/2")
    assert not whole_sip_answer(HEAD)
    assert whole_sip_answer(HEAD + b"\r\n")
    assert whole_sip_answer(b"HTTP/1.1 400")
    assert whole_sip_answer(b"SIP/2.0 200 OK\r\nX: " + b"a" * MAX_BYTES)


def test_a_megabyte_is_read_in_part() -> None:
    fields = b"".join(b"Allow: METHOD%d\r\n" % number for number in range(60_000))
    found = read_sip_answer(b"SIP/2.0 200 OK\r\n" + fields + b"\r\n")
    assert found is not None
    assert len(found.allow) == 64
    endless = b"SIP/2.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: 999999999\r\n\r\n" + b"a" * 2**20
    found = read_sip_answer(endless)
    assert found is not None
    assert len(found.description) == MAX_BYTES


@given(st.binary(max_size=400))
def test_whatever_follows_the_status_is_safe_to_show(rest: bytes) -> None:
    found = read_sip_answer(b"SIP/2.0 200 " + rest)
    if found is not None:
        assert all(text.isprintable() for text in (found.reason, *found.allow, *found.accept))
        assert all(len(text) <= 120 for text in (found.reason, *found.allow, *found.accept))
    whole_sip_answer(b"SIP/2.0 200 " + rest)
