"""Every kind of answer, and what it says of a client that showed no certificate."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.target import ServerTarget, Service
from auditor.probes.application_data import read_answer, request, sip_options, status_line, whole_head
from tests.probes.auditing import target_at

# The page of nginx for a client without a certificate, as nginx 1.22 sends it.
NGINX_400 = (
    b"HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\nContent-Length: 237\r\n"
    b"Connection: close\r\n\r\n<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>\r\n"
    b"<body>\r\n"
    b"<center><h1>400 Bad Request</h1></center>\r\n<center>No required SSL certificate was sent</center>\r\n"
    b"<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"
)
PLAIN_400 = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 11\r\n\r\nBad Request"


@pytest.mark.parametrize("status", [200, 204, 301, 302, 401, 404, 405, 429])
def test_an_http_answer_of_the_application_serves(status: int) -> None:
    reading = read_answer(Service.HTTPS, b"HTTP/1.1 %d Whatever\r\n\r\n" % status)
    assert (reading.meaning, reading.evidence) == ("served", f"HTTP/1.1 {status} Whatever")


@pytest.mark.parametrize("answer", [NGINX_400, b"HTTP/1.1 495 x\r\n\r\n", b"HTTP/1.0 496 x\r\n\r\n"])
def test_an_http_refusal_for_want_of_a_certificate_is_one(answer: bytes) -> None:
    assert read_answer(Service.HTTPS, answer).meaning == "refused"


@pytest.mark.parametrize(
    "answer",
    [
        PLAIN_400,
        b"HTTP/1.1 403 Forbidden\r\n\r\nyou need a certificate",
        b"HTTP/1.1 400 Bad Request\r\nAccess-Control-Allow-Headers: X-Client-Certificate\r\n\r\nno Host",
        b'HTTP/1.1 400 Bad Request\r\nContent-Length: 36\r\n\r\n{"error": "certificate_id is missing"}',
        b"HTTP/1.1 400 Bad Request\r\n\r\n<title>Certificate enrolment</title>",
        b"HTTP/1.1 500 Internal Server Error\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
        b"HTTP/1.1 503 Service Unavailable\r\n\r\ncertificate",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 2",
        b"HTTP/1.1\r\n",
        b"SIP/2.0 200 OK\r\n\r\n",
        b"garbage",
        b"",
        b" HTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_an_http_answer_that_could_come_from_either_side_decides_nothing(answer: bytes) -> None:
    assert read_answer(Service.HTTPS, answer).meaning == "undetermined"


@pytest.mark.parametrize("status", [100, 200, 401, 404, 405, 407, 420, 481, 500, 503, 603])
def test_any_sip_answer_but_403_serves(status: int) -> None:
    reading = read_answer(Service.SIP, b"SIP/2.0 %d Whatever\r\nVia: x\r\n\r\n" % status)
    assert (reading.meaning, reading.evidence) == ("served", f"SIP/2.0 {status} Whatever")


def test_empty_lines_before_a_sip_answer_do_not_hide_it() -> None:
    reading = read_answer(Service.SIP, b"\r\n\r\nSIP/2.0 200 OK\r\n\r\n")
    assert (reading.meaning, reading.evidence) == ("served", "SIP/2.0 200 OK")


@pytest.mark.parametrize(
    "answer",
    [b"SIP/2.0 403 Forbidden\r\n\r\n", b"SIP/2.0 ", b"SIP/2.0 20", b"SIP/3.0 200 OK", b"OPTIONS sip:x SIP/2.0"],
)
def test_a_sip_answer_that_says_nothing_decides_nothing(answer: bytes) -> None:
    assert read_answer(Service.SIP, answer).meaning == "undetermined"


@pytest.mark.parametrize("service", Service)
@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=200), start=st.sampled_from([b"", b"HTTP/1.1 200 ", b"SIP/2.0 200 ", b"\r\nSIP/2.0 4"]))
def test_hostile_answers_are_read_without_an_error_and_shown_without_control_characters(
    service: Service, data: bytes, start: bytes
) -> None:
    reading = read_answer(service, start + data)
    assert reading.evidence.isprintable()
    assert len(reading.evidence) <= 240


def test_a_status_line_is_bounded_and_escaped() -> None:
    line = status_line(b"HTTP/1.1 200 \x1b[2J\xe2\x80\xae" + b"a" * 500 + b"\r\n\r\n")
    assert line.isprintable()
    assert len(line) <= 121


@pytest.mark.parametrize(
    ("service", "data", "whole"),
    [
        (Service.SIP, b"", False),
        (Service.SIP, b"\r\n\r\n", False),
        (Service.SIP, b"SIP/2.0 200 OK\r\n", False),
        (Service.SIP, b"SIP/2.0 200 OK\r\n\r\n", True),
        (Service.SIP, b"\r\n\r\nSIP/2.0 200 OK\r\n", False),
        (Service.SIP, b"SI", False),
        (Service.SIP, b"garbage", True),
        (Service.HTTPS, b"", False),
        (Service.HTTPS, b"HT", False),
        (Service.HTTPS, NGINX_400[:-1], False),
        (Service.HTTPS, NGINX_400, True),
        (Service.HTTPS, b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", True),
        (Service.HTTPS, b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n" + b"x" * 4096, True),
        (Service.HTTPS, b"garbage", True),
    ],
)
def test_reading_ends_where_the_answer_can_be_judged(service: Service, data: bytes, whole: bool) -> None:  # noqa: FBT001 - a table
    assert whole_head(service)(data) is whole


def test_the_nginx_page_has_the_length_it_says() -> None:
    head, _, body = NGINX_400.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head


@pytest.mark.parametrize(
    ("target", "host"),
    [
        (target_at(5061, Service.SIP), b"127.0.0.1"),
        (target_at(5061, Service.SIP, host="::1"), b"[::1]"),
        (target_at(5061, Service.SIP, name="sbc.example.net"), b"sbc.example.net"),
    ],
)
def test_a_sip_request_is_well_formed(target: ServerTarget, host: bytes) -> None:
    lines = request(target).split(b"\r\n")
    assert lines[0] == b"OPTIONS sips:" + host + b":5061 SIP/2.0"
    assert lines[-2:] == [b"", b""]
    names = [line.partition(b":")[0] for line in lines[1:-2]]
    assert {b"Via", b"Max-Forwards", b"From", b"To", b"Call-ID", b"CSeq", b"Content-Length"} <= set(names)
    assert len(set(names)) == len(names)


def test_requests_without_tls_say_so() -> None:
    target = target_at(5061, Service.SIP)
    assert b"SIP/2.0/UDP " in sip_options(target, "UDP", 5060)
    assert sip_options(target, "TCP", 5060).startswith(b"OPTIONS sip:127.0.0.1:5060 ")


def test_an_http_request_names_host_and_port() -> None:
    assert b"\r\nHost: [::1]:8443\r\n" in request(target_at(8443, host="::1"))


def test_no_two_sip_requests_share_a_branch_or_a_call() -> None:
    target = target_at(5061, Service.SIP)
    made = [sip_options(target, "UDP").split(b"\r\n") for _ in range(20)]
    assert len({lines[1] for lines in made}) == len({lines[5] for lines in made}) == 20
