"""Connections: bounded in time, in bytes and in number, and one sentence where there is none."""

import socket
import time

import pytest

from auditor.probes.budget import Limits
from auditor.probes.connection import OutOfBudgetError, Peer, Wire, _why_no_connection
from testbed.peers import serving, stay_silent
from testbed.process import closed_port
from tests.probes.auditing import QUICK, target_at


def wires(deadline: float = 5.0, octets: int = 1000) -> tuple[Wire, socket.socket]:
    ours, theirs = socket.socketpair()
    return Wire(ours, time.monotonic() + deadline, octets), theirs


def test_what_is_sent_and_received_is_kept() -> None:
    wire, theirs = wires()
    with theirs:
        wire.send(b"hello")
        theirs.sendall(b"world")
        assert wire.recv() == b"world"
        assert (bytes(wire.sent), bytes(wire.received), wire.ended) == (b"hello", b"world", None)
    wire.close()


def test_a_close_is_told_from_a_reset_and_from_time_running_out() -> None:
    wire, theirs = wires()
    theirs.close()
    assert (wire.recv(), wire.ended) == (b"", "closed")
    wire.close()
    wire, theirs = wires(deadline=0.01)
    with theirs:
        assert (wire.recv(), wire.ended) == (b"", "timeout")
        assert wire.recv() == b""
    wire.close()


def test_waiting_until_a_moment_does_not_end_the_wire() -> None:
    wire, theirs = wires()
    with theirs:
        assert (wire.recv(until=time.monotonic()), wire.ended) == (b"", None)
    wire.close()


def test_more_bytes_than_allowed_end_the_wire() -> None:
    wire, theirs = wires(octets=10)
    with theirs:
        theirs.sendall(b"x" * 11)
        assert len(wire.recv()) == 11
        assert wire.ended == "too much"
        assert wire.recv() == b""
    wire.close()


def test_a_peer_that_reads_nothing_cannot_hold_us() -> None:
    wire, theirs = wires(deadline=0.05)
    with theirs:
        wire.send(b"x" * 50_000_000)
        assert wire.ended == "timeout"
    wire.close()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (TimeoutError(), "no TCP connection within 4 s"),
        (ConnectionRefusedError(111, ""), "the TCP connection was refused"),
        (ConnectionResetError(104, ""), "the TCP connection was reset"),
        (OSError(113, ""), "the address is unreachable"),
        (OSError(24, ""), "no TCP connection (EMFILE)"),
        (OSError("no number"), "no TCP connection (OSError)"),
    ],
)
def test_each_failure_to_connect_has_its_sentence(error: OSError, sentence: str) -> None:
    assert _why_no_connection(error, 4) == sentence


def test_a_peer_needs_an_address() -> None:
    with pytest.raises(ValueError, match="has no address to connect to"):
        Peer(target_at(1).model_copy(update={"address": None}), QUICK)


def test_attempts_count_against_the_budget_whether_they_succeed_or_not() -> None:
    with closed_port() as port:
        peer = Peer(target_at(port), Limits(connections=2))
        assert [peer.connect() for _ in range(2)] == ["the TCP connection was refused"] * 2
    assert (peer.attempts, peer.connections) == (2, 0)
    with pytest.raises(OutOfBudgetError, match="the limit of 2 connections"):
        peer.connect()


def test_a_slow_peer_gets_more_time_up_to_four_times_as_much() -> None:
    peer = Peer(target_at(1), Limits(target_seconds=10))
    peer.answered_in(0.1)
    assert peer.deadline - peer.started == 10
    peer.answered_in(0.6)
    assert peer.deadline - peer.started == pytest.approx(15)
    peer.answered_in(100)
    assert peer.deadline - peer.started == pytest.approx(40)


def test_no_connection_is_made_when_the_time_is_used_up() -> None:
    peer = Peer(target_at(1), Limits(target_seconds=10))
    peer.deadline = peer.started
    with pytest.raises(OutOfBudgetError, match="the time limit for this target"):
        peer.connect()


def test_the_rate_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with serving(stay_silent, "127.0.0.1") as port:
        peer = Peer(target_at(port), Limits(connections_per_second=0.5))
        for _ in range(2):
            wire = peer.connect()
            assert isinstance(wire, Wire)
            wire.close()
    assert slept == [pytest.approx(2, abs=0.5)]
