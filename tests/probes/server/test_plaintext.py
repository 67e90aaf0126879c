"""Loopback services that answer without TLS, redirect to https, close, reset, say something else, or say nothing."""

import socket
from dataclasses import replace

import pytest

from auditor.model.observation import PlaintextSeen
from auditor.model.target import Service
from auditor.probes.application_data import http_get
from auditor.probes.budget import Limits
from auditor.probes.connection import OutOfBudgetError, Peer
from auditor.probes.server import plaintext
from auditor.probes.server.plaintext import plaintext_http, plaintext_on_own_port, plaintext_sip
from testbed.peers import udp
from testbed.process import closed_port
from testbed.scripted import CLOSE, HANDSHAKE_FAILURE, RESET, SILENCE, Action, running
from tests.probes.auditing import HURRIED, target_at
from tests.probes.conftest import AT

OK = b"SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plaintext, "_UDP_WAITS_SECONDS", (0.02, 0.02))


def on_own_port(action: Action, service: Service, *, alive: bool = True, limits: Limits = HURRIED) -> PlaintextSeen:
    with running(lambda _hello: action) as server:
        return plaintext_on_own_port(Peer(target_at(server.port, service), limits), AT, speaks_tls=alive)


def over_udp(port: int, *, alive: bool = True, limits: Limits = HURRIED) -> PlaintextSeen:
    peer = Peer(target_at(5061, Service.SIP), limits)
    found = {seen.transport: seen for seen in plaintext_sip(peer, frozenset({port}), AT, alive=alive)}
    return found["udp"]


@pytest.mark.parametrize("alive", [True, False])
@pytest.mark.parametrize("answer", [OK, b"\r\n\r\n" + OK, b"SIP/2.0 403 Forbidden\r\n\r\n"])
def test_a_sip_answer_over_tcp_is_an_answer(answer: bytes, *, alive: bool) -> None:
    seen = on_own_port(answer, Service.SIP, alive=alive)
    assert seen.answered is True
    assert seen.evidence.startswith("SIP/2.0 ")


@pytest.mark.parametrize("action", [CLOSE, RESET, SILENCE, HANDSHAKE_FAILURE])
@pytest.mark.parametrize("service", Service)
def test_silence_is_an_answer_only_of_a_peer_that_is_alive(action: Action, service: Service) -> None:
    assert on_own_port(action, service, alive=True, limits=_patient()).answered is False
    assert on_own_port(action, service, alive=False, limits=_patient()).answered is None


def _patient() -> Limits:
    return replace(HURRIED, connection_seconds=1, answer_seconds=0.05)


@pytest.mark.parametrize("answer", [b"garbage", b"OPTIONS sip:x SIP/2.0\r\n\r\n", b"\r\n", b"SIP/2.0", b"\x16\x03\x01"])
def test_an_answer_that_is_neither_sip_nor_an_alert_decides_nothing(answer: bytes) -> None:
    assert on_own_port(answer, Service.SIP).answered is None


@pytest.mark.parametrize("status", [b"200 OK", b"301 Moved", b"403 Forbidden", b"503 Busy"])
def test_http_without_tls_is_an_answer(status: bytes) -> None:
    seen = on_own_port(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n", Service.HTTPS)
    assert (seen.answered, seen.evidence) == (True, f"HTTP/1.1 {status.decode()}")


def test_a_400_is_how_a_tls_port_says_that_it_wants_tls() -> None:
    page = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    assert on_own_port(page, Service.HTTPS).answered is False
    assert on_own_port(page, Service.HTTPS, alive=False).answered is None


def test_a_closed_tcp_port_does_not_answer_even_where_nothing_else_is_known() -> None:
    peer = Peer(target_at(5061, Service.SIP), HURRIED)
    with closed_port() as port:
        tcp, _ = plaintext_sip(peer, frozenset({port}), AT, alive=False)
    assert (tcp.answered, tcp.evidence) == (False, "the TCP connection was refused")


def test_a_failure_on_our_side_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_descriptors(*_arguments: object, **_named: object) -> socket.socket:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(socket, "create_connection", no_descriptors)
    peer = Peer(target_at(5061, Service.SIP), HURRIED)
    assert plaintext_on_own_port(peer, AT, speaks_tls=True).answered is None


def test_a_udp_answer_is_an_answer() -> None:
    with udp(OK) as port:
        seen = over_udp(port)
    assert (seen.answered, seen.evidence, seen.port) == (True, "SIP/2.0 200 OK", port)


def test_a_udp_answer_that_is_not_sip_decides_nothing() -> None:
    with udp(b"what?") as port:
        assert over_udp(port).answered is None


def test_a_closed_udp_port_does_not_answer() -> None:
    with udp(None) as port:
        pass
    seen = over_udp(port, alive=False)
    assert (seen.answered, seen.evidence) == (False, "the port is closed")


def test_udp_silence_is_an_answer_only_of_a_peer_that_is_alive() -> None:
    with udp(None) as port:
        assert over_udp(port, alive=True).answered is False
        assert over_udp(port, alive=False).answered is None


def test_udp_silence_is_no_answer_when_there_was_no_time_to_listen() -> None:
    with udp(None) as port:
        peer = Peer(target_at(5061, Service.SIP), HURRIED)
        peer.deadline = peer.started
        with pytest.raises(OutOfBudgetError):
            list(plaintext_sip(peer, frozenset({port}), AT, alive=True))
        assert plaintext._over_udp(peer, port, alive=True).answered is None


def test_tcp_silence_is_no_answer_when_the_time_ran_out_meanwhile() -> None:
    limits = replace(HURRIED, target_seconds=0.05, connection_seconds=5, answer_seconds=5)
    assert on_own_port(SILENCE, Service.SIP, limits=limits).answered is None
    assert on_own_port(SILENCE, Service.HTTPS, limits=limits).answered is None


def test_each_port_is_asked_over_tcp_and_udp_in_order() -> None:
    peer = Peer(target_at(5061, Service.SIP), HURRIED)
    with closed_port() as port:
        seen = plaintext_sip(peer, frozenset({port, port - 1}), AT, alive=True)
    assert [(s.port, s.transport) for s in seen] == [(p, t) for p in (port - 1, port) for t in ("tcp", "udp")]


def beside(*answers: Action, alive: bool = True, limits: Limits = HURRIED) -> PlaintextSeen:
    """A port beside an HTTPS endpoint that answers the first request with the first of ``answers``, and so on."""
    left = list(answers)
    with running(lambda _request: left.pop(0) if len(left) > 1 else left[0]) as server:
        peer = Peer(target_at(5061, Service.HTTPS), limits)
        (seen,) = plaintext_http(peer, frozenset({server.port}), AT, alive=alive)
    return seen


def http(status: str, *fields: str, body: str = "") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *fields, "", body)).encode()


HOME = "Location: https://sbc.example.net/"


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other", "307 x", "308", "301 "])
def test_a_redirect_to_https_is_seen_with_its_host(status: str) -> None:
    seen = beside(http(status, "Server: x", HOME, body="<html>moved</html>"))
    assert (seen.answered, seen.redirect) == (True, "https://sbc.example.net")


@pytest.mark.parametrize(
    ("fields", "redirect"),
    [
        (("location:HTTPS://SBC.example.net:443/?a=b",), "https://sbc.example.net"),
        (("Location: https://user:secret@other.example.net/x",), "https://other.example.net"),
        (("Location: https://[2001:db8::1]/",), "https://[2001:db8::1]"),
        (("Location: http://sbc.example.net/",), "http://sbc.example.net"),
        (("Location: /login",), "http://127.0.0.1"),
        (("Location: //sbc.example.net/",), "http://sbc.example.net"),
        (("Location: ftp://sbc.example.net/",), "ftp://sbc.example.net"),
        (("Location: https:login",), ""),
        (("Location: https://[::1",), ""),
        (("Location: ",), ""),
        (("X-Location: https://sbc.example.net/",), ""),
        ((), ""),
        ((HOME, "Location: http://sbc.example.net/"), "http://sbc.example.net"),
    ],
)
def test_where_a_redirect_leads(fields: tuple[str, ...], redirect: str) -> None:
    seen = beside(http("302 Found", *fields, body="Location: https://sbc.example.net/"))
    assert (seen.answered, seen.redirect) == (True, redirect)
    assert "secret" not in seen.model_dump_json()


@pytest.mark.parametrize(
    "status", ["200 OK", "204 No Content", "300 Multiple", "400 Bad", "401 x", "404 x", "503 x", "999 x"]
)
def test_any_other_answer_redirects_nowhere_whatever_it_says(status: str) -> None:
    seen = beside(http(status, HOME, body="content"))
    assert (seen.answered, seen.redirect, seen.evidence) == (True, "", f"HTTP/1.1 {status}")


@pytest.mark.parametrize("length", [(), ("Content-Length: 9000",)])
def test_a_redirect_with_the_page_in_its_body_is_seen_to_serve_content(length: tuple[str, ...]) -> None:
    seen = beside(http("302 Found", HOME, *length, body="x" * 9000))
    assert (seen.answered, seen.redirect) == (True, "")
    assert seen.evidence == "HTTP/1.1 302 Found, with content of 4096 bytes or more"
    short = beside(http("302 Found", HOME, "Content-Length: 4000", body="x" * 4000))
    assert short.redirect == "https://sbc.example.net"


def test_a_redirect_of_a_server_that_keeps_the_connection_open_is_not_waited_for() -> None:
    assert plaintext._whole(http("302 Found", HOME, "Content-Length: 0"))
    assert not plaintext._whole(http("302 Found", HOME, "Content-Length: 5", body="1234"))
    assert not plaintext._whole(http("302 Found", HOME, body="1234"))
    assert plaintext._whole(http("200 OK"))
    assert not plaintext._whole(b"HTTP/1.1 200 OK\r\n")


def test_a_server_that_redirects_its_front_page_alone_is_seen_to_answer() -> None:
    seen = beside(http("301 Moved", HOME), http("404 Not Found", body="no"))
    assert (seen.answered, seen.redirect, seen.evidence) == (True, "", "HTTP/1.1 404 Not Found")


def test_an_interim_response_is_no_answer() -> None:
    seen = beside(http("103 Early Hints", "Link: x") + http("301 Moved", HOME))
    assert seen.redirect == "https://sbc.example.net"
    assert beside(http("101 Switching Protocols", "Upgrade: x")).answered is True


def test_an_upgrade_to_tls_is_told_from_other_upgrades() -> None:
    assert beside(http("426 Upgrade Required", "Upgrade: TLS/1.2, HTTP/1.1")).demands_tls
    assert not beside(http("426 Upgrade Required", "Upgrade: websocket")).demands_tls
    assert not beside(http("426 Upgrade Required")).demands_tls
    assert not beside(http("200 OK", "Upgrade: TLS/1.2")).demands_tls


@pytest.mark.parametrize(
    "start", [b"HTTP/1.1 301 Moved\r\n", b"HTTP/1.1 30", b"HTTP/1.1 103 Hints\r\n\r\n", b"hello", b"\x16\x03\x01"]
)
def test_an_answer_that_ends_before_it_says_where_to_go_decides_nothing(start: bytes) -> None:
    assert beside(start, limits=_patient()).answered is None


def test_content_is_content_even_before_its_head_is_whole() -> None:
    seen = beside(b"HTTP/1.1 200 OK\r\nServer: x\r\n", limits=_patient())
    assert (seen.answered, seen.evidence) == (True, "HTTP/1.1 200 OK")


@pytest.mark.parametrize("action", [CLOSE, RESET, SILENCE, HANDSHAKE_FAILURE])
def test_silence_beside_https_is_an_answer_only_of_a_peer_that_is_alive(action: Action) -> None:
    assert beside(action, limits=_patient()).answered is False
    assert beside(action, alive=False, limits=_patient()).answered is None


def test_a_closed_port_beside_https_does_not_answer_even_where_nothing_else_is_known() -> None:
    peer = Peer(target_at(5061, Service.HTTPS), HURRIED)
    with closed_port() as port:
        (seen,) = plaintext_http(peer, frozenset({port}), AT, alive=False)
    assert (seen.transport, seen.port, seen.answered) == ("tcp", port, False)


def test_a_tls_port_may_redirect_plaintext_to_itself() -> None:
    seen = on_own_port(http("301 Moved", HOME), Service.HTTPS)
    assert (seen.answered, seen.redirect) == (True, "https://sbc.example.net")
    assert on_own_port(b"HTTP/1.1 400\r\n\r\n", Service.HTTPS).answered is False


def test_the_default_port_is_left_out_of_the_host() -> None:
    target = target_at(8443, Service.HTTPS)
    assert b"\r\nHost: 127.0.0.1\r\n" in http_get(target, 80)
    assert b"\r\nHost: 127.0.0.1:8080\r\n" in http_get(target, 8080)
    assert b"\r\nHost: 127.0.0.1:8443\r\n" in http_get(target)
