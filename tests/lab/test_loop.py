"""Nothing a client does keeps the lab from answering the next one, and nothing is left behind at its end."""

import contextlib
import gc
import socket
import struct
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.lab import Lab, loop, start
from auditor.lab.loop import LabListener, listen, serving
from auditor.model.target import Service
from auditor.probes.serving import Reply
from tests.lab.client import STATUS, connect, context, endpoint, handshake, status_line
from tests.lab.conftest import AT
from tests.lab.test_protocols import V12, V13

pytestmark = pytest.mark.slow

HELLO_HEAD = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


def assert_answers(lab: Lab, name: str = "sip-compliant") -> None:
    target = endpoint(lab, name)
    for version in (V12, V13):
        assert status_line(target, context(version, lab)) == STATUS[target.service]


def reset(connection: socket.socket) -> None:
    """Close so that the peer meets a reset in place of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_thousand_abandoned_connections_leave_it_answering(lab: Lab) -> None:
    target = endpoint(lab, "sip-compliant")
    for number in range(1000):
        connection = connect(target)
        if number % 3:
            connection.sendall(HELLO_HEAD)
        if number % 2:
            reset(connection)
        else:
            connection.close()
    assert_answers(lab)


def test_more_connections_than_there_is_room_for_push_out_the_oldest(lab: Lab) -> None:
    target = endpoint(lab, "sip-compliant")
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connect(target)) for _ in range(loop.MOST_CONNECTIONS + 50)]
        for connection in held[1::2]:
            with contextlib.suppress(OSError):  # it may have been pushed out already
                connection.sendall(HELLO_HEAD)
        assert_answers(lab)
        assert_answers(lab, "https-compliant")
        with contextlib.suppress(ConnectionResetError):
            assert held[0].recv(1) == b""


def test_a_client_that_goes_away_in_the_middle_of_the_handshake_harms_nobody(lab: Lab) -> None:
    for name in ("sip-compliant", "sip-plaintext-too", "https-compliant"):
        for sent in (b"", HELLO_HEAD, HELLO_HEAD + bytes(508), b"\x16", b"\x80\x2e\x01\x00\x02"):
            connection = connect(endpoint(lab, name))
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            connection.close()
        assert_answers(lab, name)


def test_bytes_without_end_are_cut_off(lab: Lab) -> None:
    with connect(endpoint(lab, "sip-silent")) as connection, pytest.raises(OSError, match=r"reset|pipe"):
        connection.sendall(bytes(64_000_000))
    assert_answers(lab)


@settings(max_examples=60, deadline=None)
@given(garbage=st.binary(min_size=1, max_size=300), as_record=st.booleans())
def test_garbage_is_answered_with_an_alert_or_an_end_and_the_lab_goes_on(
    lab: Lab,
    garbage: bytes,
    as_record: bool,  # noqa: FBT001 - hypothesis draws it
) -> None:
    head = b"\x16\x03\x01" + len(garbage).to_bytes(2, "big") if as_record else b""
    with connect(endpoint(lab, "sip-compliant")) as connection:
        connection.sendall(head + garbage)
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(100)[:1] in {b"", b"\x15"}
    assert status_line(endpoint(lab, "sip-compliant"), context(V13, lab)) == STATUS[Service.SIP]


class Echo:
    def received(self, data: bytes) -> Reply:
        return Reply(data, close=False)


def test_a_connection_ends_when_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "LIFETIME", 0.05)
    listening = listen("127.0.0.1")
    with serving((LabListener(listening, Echo),)), socket.create_connection(listening.getsockname(), 5) as connection:
        assert connection.recv(1) == b""


def test_a_long_answer_to_a_slow_reader_arrives_whole() -> None:
    class Talkative:
        def received(self, data: bytes) -> Reply:
            return Reply(data * 4_000_000, close=True)

    listening = listen("127.0.0.1")
    with (
        serving((LabListener(listening, Talkative),)),
        socket.create_connection(listening.getsockname(), 5) as connection,
    ):
        connection.sendall(b"x")
        total = 0
        while data := connection.recv(1_000_000):
            total += len(data)
    assert total == 4_000_000


def test_bytes_that_arrive_after_the_last_word_do_not_reset_it() -> None:
    class Curt:
        def received(self, data: bytes) -> Reply:  # noqa: ARG002 - whatever it is told
            return Reply(b"no", close=True)

    listening = listen("127.0.0.1")
    with serving((LabListener(listening, Curt),)), socket.create_connection(listening.getsockname(), 5) as connection:
        for _ in range(20):
            connection.sendall(b"x" * 100)
        assert connection.recv(10) == b"no"
        assert connection.recv(10) == b""


def test_the_end_leaves_no_thread_no_socket_and_no_file() -> None:
    before = set(threading.enumerate())
    with start(AT) as lab:
        target = endpoint(lab, "sip-compliant")
        half_open = connect(target)
        established = handshake(target, context(V13, lab))
        assert set(threading.enumerate()) - before
    with half_open, established:
        assert set(threading.enumerate()) == before
        assert not lab.directory.exists()
        for running in lab.endpoints:
            with pytest.raises(ConnectionRefusedError):
                connect(running)
    gc.collect()  # a socket left open would warn here, and warnings are errors


def test_an_error_inside_the_context_ends_the_lab_as_well() -> None:
    before = set(threading.enumerate())
    with pytest.raises(KeyError), start(AT) as lab:
        raise KeyError
    assert set(threading.enumerate()) == before
    assert not lab.directory.exists()
