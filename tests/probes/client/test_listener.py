"""The auditor as the gateway: what clients do is noted as it is, and no client holds it or fills its memory."""

import gc
import socket
import ssl
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from OpenSSL import SSL

from auditor.minting.server_certificates import ServerCertificateCase
from auditor.model.observation import (
    CertificateChainSeen,
    ClientCertificatePresentedSeen,
    ClientHelloSeen,
    NotAttempted,
    NotObserved,
    SdpSeen,
    ServerCertificateCaseSeen,
)
from auditor.model.target import Perspective, Service
from auditor.model.tls import ProtocolVersion
from auditor.probes.client import client_cases as client_series
from auditor.probes.client import client_connection as client_session
from auditor.probes.client import listener_state
from auditor.probes.client.client_cases import ConnectionEnd
from auditor.probes.serving import Bounds
from auditor.probes.tls.client_hello import ClientHello
from tests.probes.callers import NAME, OPTIONS, Heard, certificates, client_pem, context, hearing, say
from tests.probes.tls.test_client_hello import CURL, from_ssl

pytestmark = pytest.mark.slow

INVITE = (
    b"INVITE sip:gateway.example.net SIP/2.0\r\nVia: SIP/2.0/TLS sbc.example.net;branch=z9hG4bK2\r\n"
    b"From: <sip:sbc.example.net>;tag=1\r\nTo: <sip:gateway.example.net>\r\nCall-ID: 2\r\nCSeq: 1 INVITE\r\n"
    b"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s"
)
KEY = b"WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
SDP = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 49170 RTP/SAVP 0\r\n"
    b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + KEY + b"\r\n"
)


def answers(heard: Heard) -> None:
    """It still serves a client that is in order."""
    assert say(heard, OPTIONS).startswith(b"SIP/2.0 200 OK\r\n")


def test_a_client_is_shown_one_case_after_the_other_and_then_all_again() -> None:
    with hearing() as heard:
        met = []
        for _ in range(9):
            assert say(heard, OPTIONS).startswith(b"SIP/2.0 200 OK\r\n")
            event = heard.next()
            assert event.attempt is not None
            assert event.attempt.end is ConnectionEnd.SPOKE
            met.append(event.attempt.case)
    usual = [case for case in ServerCertificateCase if case is not ServerCertificateCase.OLD_VERSION]
    assert met == [*usual, ServerCertificateCase.GOOD]


def test_two_addresses_go_through_the_cases_apart() -> None:
    with hearing([ServerCertificateCase.GOOD, ServerCertificateCase.SELF_SIGNED]) as heard:
        say(heard, OPTIONS)
        with (
            socket.create_connection(("127.0.0.1", heard.port), 5, ("127.0.0.9", 0)) as raw,
            context().wrap_socket(raw, server_hostname=NAME) as connection,
        ):
            connection.sendall(OPTIONS)
            connection.recv(100)
        cases = {(event.address, event.attempt.case) for event in (heard.next(), heard.next()) if event.attempt}
    assert cases == {("127.0.0.1", ServerCertificateCase.GOOD), ("127.0.0.9", ServerCertificateCase.GOOD)}
    targets, _ = heard.seen("sbc.example.net")
    assert {target.name for target in targets} == {"sbc.example.net@127.0.0.1", "sbc.example.net@127.0.0.9"}


def test_what_is_seen_of_a_client_that_verifies_nothing(tmp_path: Path) -> None:
    with hearing([ServerCertificateCase.GOOD, ServerCertificateCase.FORGED_ISSUER]) as heard:
        for _ in range(2):
            say(heard, OPTIONS, context(certificate=client_pem(tmp_path)))
            heard.next()
    (target,), seen = heard.seen("sbc.example.net")
    assert target.perspective == Perspective.CLIENT
    assert (target.name, target.address, target.service) == ("sbc.example.net", "127.0.0.1", Service.SIP)
    hello = next(found for found in seen if isinstance(found, ClientHelloSeen))
    assert hello.server_name == NAME
    cases = {found.case: found for found in seen if isinstance(found, ServerCertificateCaseSeen)}
    assert cases["impostor-root"].treatment == "continued"
    assert cases["impostor-root"].spoke
    assert cases["impostor-root"].evidence == "SIP OPTIONS arrived"
    assert cases["impostor-root"].version is ProtocolVersion.TLS_1_3
    chain = next(found for found in seen if isinstance(found, CertificateChainSeen))
    assert chain.role == "client"
    assert len(chain.certificates) == 2, "the client's own certificate first, then what it sent with it"
    assert next(found for found in seen if isinstance(found, ClientCertificatePresentedSeen)).presented
    assert {found.wanted for found in seen if isinstance(found, NotAttempted)} == {"revocation", "root-trust", "sdp"}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_without_a_certificate_is_seen_to_have_none(version: ssl.TLSVersion) -> None:
    tls = context()
    tls.minimum_version = tls.maximum_version = version
    with hearing([ServerCertificateCase.GOOD]) as heard:
        say(heard, OPTIONS, tls)
    _, seen = heard.seen()
    assert [found.presented for found in seen if isinstance(found, ClientCertificatePresentedSeen)] == [False]
    assert not [found for found in seen if isinstance(found, CertificateChainSeen)]
    assert "certificate-chain" in {found.wanted for found in seen if isinstance(found, NotObserved)}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_that_refuses_is_seen_to_refuse_with_its_alert(version: ssl.TLSVersion) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.minimum_version = tls.maximum_version = version
    with hearing([ServerCertificateCase.SELF_SIGNED]) as heard, pytest.raises(ssl.SSLCertVerificationError):
        say(heard, OPTIONS, tls)
    _, seen = heard.seen()
    case = next(found for found in seen if isinstance(found, ServerCertificateCaseSeen))
    assert case.treatment == "aborted"
    assert case.evidence.startswith("alert ")
    assert case.version == {771: "TLSv1.2", 772: "TLSv1.3"}[version]


def test_a_client_that_stays_silent_has_gone_on() -> None:
    with hearing([ServerCertificateCase.UNRELATED_CA], hold=0.05) as heard, heard.connect() as raw:
        with context().wrap_socket(raw, server_hostname=NAME) as connection:
            assert connection.recv(10) == b""
        attempt = heard.next().attempt
    assert attempt is not None
    assert attempt.end is ConnectionEnd.HELD


def test_no_header_and_no_key_of_what_a_client_says_is_kept() -> None:
    with hearing([ServerCertificateCase.GOOD]) as heard:
        say(heard, OPTIONS)
        assert say(heard, INVITE % (len(SDP), SDP)).startswith(b"SIP/2.0 488 ")
    targets, seen = heard.seen()
    text = "".join(observation.model_dump_json() for observation in seen) + repr(heard.state.clients) + repr(targets)
    for secret in ("verysecret", "trunk", KEY.decode(), "192.0.2.1"):
        assert secret not in text
    sdp = next(found for found in seen if isinstance(found, SdpSeen))
    assert (sdp.role, sdp.transport, sdp.target) == ("offer", "tls", "127.0.0.1")
    assert sdp.media[0].cryptos[0].suite == "AES_CM_128_HMAC_SHA1_80"


def test_a_description_that_cannot_be_read_leaves_srtp_open() -> None:
    with hearing([ServerCertificateCase.GOOD]) as heard:
        say(heard, INVITE % (len(SDP), SDP))
        say(heard, INVITE % (4, b"\x00\x01\x02\x03"))
    _targets, seen = heard.seen()
    assert [found.wanted for found in seen if isinstance(found, NotObserved)].count("sdp") == 1


def test_http_is_answered_and_makes_the_client_one_of_https() -> None:
    request = b"POST /calls HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer verysecret\r\nContent-Length: 2\r\n\r\n{}"
    with hearing([ServerCertificateCase.GOOD]) as heard:
        assert say(heard, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").startswith(b"HTTP/1.1 204 ")
        assert say(heard, request).startswith(b"HTTP/1.1 404 ")
    (target,), seen = heard.seen()
    assert target.service is Service.HTTPS
    assert "verysecret" not in "".join(observation.model_dump_json() for observation in seen)


def test_an_old_version_is_tried_on_a_client_whose_client_hello_lists_none() -> None:
    tls = context()
    tls.set_ciphers("ALL:@SECLEVEL=0")
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    with hearing([ServerCertificateCase.GOOD, ServerCertificateCase.OLD_VERSION]) as heard:
        say(heard, OPTIONS, tls)
        with pytest.raises(ssl.SSLError):
            say(heard, OPTIONS, tls)
        assert [heard.next().open_cases for _ in range(2)] == [1, 0]
    hello = next(found for found in heard.seen()[1] if isinstance(found, ClientHelloSeen))
    assert hello.versions == ("TLSv1.2",)
    assert hello.versions_complete


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
def test_a_client_that_takes_an_old_version_is_found_out() -> None:
    tls = context()
    tls.set_ciphers("ALL:@SECLEVEL=0")
    tls.minimum_version, tls.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2
    with hearing([ServerCertificateCase.GOOD, ServerCertificateCase.OLD_VERSION]) as heard:
        say(heard, OPTIONS, tls)
        say(heard, OPTIONS, tls)
    hello = next(found for found in heard.seen()[1] if isinstance(found, ClientHelloSeen))
    assert hello.versions == ("TLSv1.2", "TLSv1.1")


def test_without_anything_a_client_trusts_the_rest_is_not_tested() -> None:
    with hearing(shown=certificates(authority=False)) as heard, suppress(ssl.SSLError):
        say(heard, OPTIONS, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    _, seen = heard.seen()
    assert {found.case for found in seen if isinstance(found, ServerCertificateCaseSeen)} == {
        "self-signed",
        "impostor-root",
        "unrelated-ca",
    }
    assert {found.wanted for found in seen if isinstance(found, NotAttempted)} == {
        "certificate-chain",
        "client-certificate-presented",
        "revocation",
        "root-trust",
        "sdp",
    }


def test_it_is_satisfied_once_as_many_clients_as_expected_are_through() -> None:
    with hearing([ServerCertificateCase.GOOD, ServerCertificateCase.EXPIRED], expect=1) as heard:
        say(heard, OPTIONS)
        heard.next()
        assert not heard.state.satisfied.is_set()
        say(heard, OPTIONS)
        assert heard.state.satisfied.wait(5)


def test_a_certificate_that_was_not_shown_is_undetermined_and_never_refused() -> None:
    with hearing([ServerCertificateCase.GOOD, ServerCertificateCase.SELF_SIGNED]) as heard:
        say(heard, OPTIONS)
    cases = {found.case: found for found in heard.seen()[1] if isinstance(found, ServerCertificateCaseSeen)}
    assert cases["self-signed"].treatment == "undetermined"


def test_bytes_that_are_no_tls_make_no_client() -> None:
    with hearing() as heard:
        with heard.connect() as raw:
            raw.sendall(OPTIONS)
            assert raw.recv(10) == b""
        event = heard.next()
        assert (event.kind, event.reason) == ("not TLS", "the received data is not TLS")
    assert heard.seen() == ((), [])


def test_a_silent_client_and_half_a_client_hello_cost_nobody_anything() -> None:
    with hearing() as heard, heard.connect(), heard.connect() as half:
        half.sendall(CURL[:100])
        answers(heard)


def test_a_client_hello_that_drips_is_cut_off_in_time() -> None:
    with hearing(handshake=0.1) as heard, heard.connect() as raw:
        with suppress(OSError):
            for octet in CURL[:200]:
                raw.sendall(bytes((octet,)))
        assert raw.recv(10) == b""
        answers(heard)


def test_a_handshake_that_stops_halfway_is_cut_off_in_time() -> None:
    with hearing(handshake=0.1) as heard, heard.connect() as raw:
        raw.sendall(CURL)
        while raw.recv(65_536):
            pass
        attempt = heard.next().attempt
        assert attempt is not None
        assert attempt.end is ConnectionEnd.UNDETERMINED
        assert "timed out" in attempt.evidence


def test_a_close_inside_the_handshake_is_no_refusal_on_its_own() -> None:
    with hearing([ServerCertificateCase.SELF_SIGNED]) as heard:
        with heard.connect() as raw:
            raw.sendall(CURL)
            raw.recv(65_536)
        attempt = heard.next().attempt
        assert attempt is not None
        assert attempt.end is ConnectionEnd.BROKEN
    (case,) = (found for found in heard.seen()[1] if isinstance(found, ServerCertificateCaseSeen))
    assert case.treatment == "undetermined"


def test_a_megabyte_is_cut_off() -> None:
    with hearing() as heard:
        with heard.connect() as raw, suppress(OSError):
            raw.sendall(b"\x16\x03\x01\x40\x00" + bytes(1_000_000))
        with suppress(OSError):
            say(heard, b"OPTIONS sip:a SIP/2.0\r\nX: " + b"y" * 1_000_000)
        answers(heard)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_mutated_handshake_leaves_it_answering(data: st.DataObject) -> None:
    octets = bytearray(from_ssl(context(), NAME))
    for _ in range(data.draw(st.integers(0, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    octets += data.draw(st.binary(max_size=100))
    with MUTATED as heard:
        with heard.connect() as raw, suppress(OSError):
            raw.sendall(octets)
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(65_536):
                pass
        answers(heard)


class _Shared:
    """One listener for every example."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._heard: Heard | None = None

    def __enter__(self) -> Heard:
        if self._heard is None:
            self._heard = self._stack.enter_context(hearing())
        return self._heard

    def __exit__(self, *_: object) -> None:
        pass

    def end(self) -> None:
        self._stack.close()


MUTATED = _Shared()


@pytest.fixture(scope="module", autouse=True)
def _end_of_the_shared_listener() -> Iterator[None]:
    yield
    MUTATED.end()


def test_renegotiation_is_refused_and_ends_nothing_else() -> None:
    tls = SSL.Context(SSL.TLS_CLIENT_METHOD)
    tls.set_max_proto_version(SSL.TLS1_2_VERSION)
    with hearing([ServerCertificateCase.GOOD]) as heard, heard.connect() as raw:
        connection = SSL.Connection(tls, raw)
        raw.settimeout(None)
        connection.set_connect_state()
        connection.do_handshake()
        assert connection.renegotiate()
        with pytest.raises(SSL.Error, match="no renegotiation"):
            connection.do_handshake()
        answers(heard)


def test_two_thousand_connections_neither_hold_it_nor_fill_its_memory() -> None:
    hello = from_ssl(context(), NAME)
    with hearing(bounds=Bounds(lifetime=30.0, connections=64)) as heard:
        answers(heard)
        tracemalloc.start()
        with ExitStack() as stack:
            for number in range(2000):
                raw = heard.connect()
                with suppress(OSError):
                    raw.sendall(hello if number % 2 else hello[:99])
                if number % 10:
                    raw.close()
                else:
                    stack.enter_context(raw)
            answers(heard)
            gc.collect()
            exchanged, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        (controls,) = heard.state.clients.values()
        assert len(controls.attempts) <= client_series.MOST_ATTEMPTS * len(ServerCertificateCase)
        assert len(controls.client_hellos) <= client_series.MOST_CLIENT_HELLOS
    assert exchanged < 30_000_000


def test_one_address_with_many_connections_does_not_push_out_another() -> None:
    with hearing(bounds=Bounds(lifetime=30.0, connections=8)) as heard, ExitStack() as stack:
        first = socket.create_connection(("127.0.0.1", heard.port), 5, ("127.0.0.9", 0))
        stack.enter_context(first)
        for _ in range(40):
            stack.enter_context(heard.connect())
        with context().wrap_socket(first, server_hostname=NAME) as connection:
            connection.sendall(OPTIONS)
            assert connection.recv(100).startswith(b"SIP/2.0 200")


def test_more_addresses_than_there_is_room_for_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_state, "MOST_CLIENTS", 0)
    with hearing() as heard:
        with suppress(OSError):
            say(heard, OPTIONS)
        assert heard.next().kind == "turned away"
    assert heard.seen() == ((), [])


def test_client_hellos_that_are_all_different_are_kept_up_to_a_bound() -> None:
    with hearing([ServerCertificateCase.GOOD]) as heard:
        for number in range(client_series.MOST_CLIENT_HELLOS + 5):
            say(heard, OPTIONS, name=f"n{number}.example.net")
    (controls,) = heard.state.clients.values()
    assert len(controls.client_hellos) == client_series.MOST_CLIENT_HELLOS


def test_the_end_leaves_no_thread_and_no_socket() -> None:
    before = set(threading.enumerate())
    with hearing() as heard:
        open_one = heard.connect()
    with open_one:
        assert set(threading.enumerate()) == before
        with pytest.raises(ConnectionRefusedError):
            heard.connect()
    gc.collect()  # a socket left open would warn here, and warnings are errors


@pytest.mark.parametrize(
    "asked",
    [
        "a",
        "_sip.example.net",
        "192.0.2.1",
        "x" * 63 + ".example.net",
        ".".join(["a" * 60] * 4),
        "ü.example",
        "*.a",
        "-",
    ],
)
def test_whatever_name_a_client_asks_for_there_is_a_certificate_to_show(asked: str) -> None:
    shown = certificates()
    state = listener_state.ListenerState(
        listener_state.ListenerSettings(tuple(ServerCertificateCase), shown._at), shown, print
    )
    hello = ClientHello(("TLSv1.3",), versions_listed=True, suites=(), server_name=asked)
    for case in ServerCertificateCase:
        assert state.context(case, state.name_for(hello)) is not None


def test_a_bug_of_ours_costs_one_connection_and_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise RuntimeError

    with hearing([ServerCertificateCase.SELF_SIGNED]) as heard:
        with monkeypatch.context() as patched, suppress(OSError):
            patched.setattr(client_session.ClientConnection, "_keep_chain", fail)
            say(heard, OPTIONS)
            attempt = heard.next().attempt
        answers(heard)
    assert attempt is not None
    assert attempt.end is ConnectionEnd.UNDETERMINED
    assert "RuntimeError" in attempt.evidence
