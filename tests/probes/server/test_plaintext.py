"""Loopback services that answer without TLS, close, reset, say something else, or say nothing."""

import socket
from dataclasses import replace

import pytest

from auditor.model.observation import PlaintextSeen
from auditor.model.target import Service
from auditor.probes.budget import Limits
from auditor.probes.connection import OutOfBudgetError, Peer
from auditor.probes.server import plaintext
from auditor.probes.server.plaintext import plaintext_on_own_port, plaintext_sip
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
        assert plaintext._over_udp(peer, port, alive=True)[0] is None


def test_tcp_silence_is_no_answer_when_the_time_ran_out_meanwhile() -> None:
    limits = replace(HURRIED, target_seconds=0.05, connection_seconds=5, answer_seconds=5)
    assert on_own_port(SILENCE, Service.SIP, limits=limits).answered is None
    assert on_own_port(SILENCE, Service.HTTPS, limits=limits).answered is None


def test_each_port_is_asked_over_tcp_and_udp_in_order() -> None:
    peer = Peer(target_at(5061, Service.SIP), HURRIED)
    with closed_port() as port:
        seen = plaintext_sip(peer, frozenset({port, port - 1}), AT, alive=True)
    assert [(s.port, s.transport) for s in seen] == [(p, t) for p in (port - 1, port) for t in ("tcp", "udp")]
