"""Whole exchanges without a client certificate, with real TLS servers of every kind of demand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from auditor.lab.pki import Pki
from auditor.lab.session import LabSession
from auditor.lab.settings import ClientCertificate, ServerSettings
from auditor.model.target import Service
from auditor.model.tls import Alert, ProtocolVersion, suites_by_name, suites_of
from auditor.probes.budget import Limits
from auditor.probes.connection import OutOfBudgetError, Peer
from auditor.probes.serving import Reply
from auditor.probes.tls.attempt import Accepted, NoAnswer, Refused
from auditor.probes.tls.exchange import Exchange, exchange
from testbed.scripted import (
    CLOSE,
    HANDSHAKE_FAILURE,
    RESET,
    SILENCE,
    Action,
    alert,
    running,
    server_hello,
)
from tests.probes.auditing import HURRIED, QUICK, target_at
from tests.probes.conftest import Backend

V = ProtocolVersion
Make = Callable[[ServerSettings], Backend]
BOTH = [V.TLS_1_2, V.TLS_1_3]


@contextmanager
def peer_of(action: Callable[[], Action], service: Service, limits: Limits = QUICK) -> Iterator[Peer]:
    with running(lambda _client_hello: action()) as server:
        yield Peer(target_at(server.port, service), limits)


def exchanged(
    action: Callable[[], Action],
    version: V,
    service: Service = Service.SIP,
    limits: Limits = QUICK,
    *,
    ask: bool = True,
) -> Exchange:
    with peer_of(action, service, limits) as peer:
        return exchange(peer, version, suites_of(version), ask=ask)


def with_demand(demand: ClientCertificate, service: Service = Service.SIP) -> ServerSettings:
    return ServerSettings(service=service, client_certificate=demand, versions=tuple(V)[2:], old_suites="AES128-SHA")


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize("version", BOTH)
def test_no_demand_is_seen_as_none(backend: Make, version: V, service: Service) -> None:
    found = exchanged(backend(with_demand(ClientCertificate.NONE, service)), version, service)
    assert found.requested is False
    assert (found.reading.meaning, found.stage) == ("served", "after-request")
    assert found.authorities == ()


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize("version", BOTH)
def test_an_optional_certificate_is_asked_for_and_not_needed(
    backend: Make, pki: Pki, version: V, service: Service
) -> None:
    found = exchanged(backend(with_demand(ClientCertificate.OPTIONAL, service)), version, service)
    assert found.requested is True
    assert (found.reading.meaning, found.stage) == ("served", "after-request")
    assert found.authorities[0] == pki.root.certificate.subject.public_bytes()
    assert len(set(found.authorities)) == len(found.authorities)


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize(
    ("version", "stage", "evidence"),
    [
        (V.TLS_1_0, "handshake", "alert handshake_failure (40)"),
        (V.TLS_1_1, "handshake", "alert handshake_failure (40)"),
        (V.TLS_1_2, "handshake", "alert handshake_failure (40)"),
        (V.TLS_1_3, "after-handshake", "alert certificate_required (116)"),
    ],
)
def test_a_required_certificate_is_refused_with_the_exact_alert(
    backend: Make, pki: Pki, version: V, stage: str, evidence: str, service: Service
) -> None:
    found = exchanged(backend(with_demand(ClientCertificate.REQUIRED, service)), version, service)
    assert found.requested is True
    assert (found.reading.meaning, found.reading.evidence, found.stage) == ("refused", evidence, stage)
    assert found.authorities[0] == pki.root.certificate.subject.public_bytes()
    assert len(set(found.authorities)) == len(found.authorities)


@pytest.mark.parametrize("version", BOTH)
def test_the_chain_is_the_one_that_was_sent(backend: Make, version: V) -> None:
    found = exchanged(backend(ServerSettings(client_certificate=ClientCertificate.NONE)), version)
    assert isinstance(found.answer, Accepted)
    assert len(found.answer.certificates) == 2


def test_the_suites_are_preferred_in_their_order(backend: Make) -> None:
    settings = ServerSettings(server_preference=False, client_certificate=ClientCertificate.NONE)
    suite = suites_by_name()["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"]
    with peer_of(backend(settings), Service.SIP) as peer:
        answer = exchange(peer, V.TLS_1_2, [suite]).answer
    assert isinstance(answer, Accepted)
    assert answer.suite is suite


def test_without_a_request_nothing_is_concluded(backend: Make) -> None:
    found = exchanged(backend(with_demand(ClientCertificate.OPTIONAL)), V.TLS_1_3, ask=False)
    assert found.reading.meaning == "undetermined"


class _Hushed:
    """Real TLS until the handshake is done; then something else."""

    def __init__(self, session: LabSession, then: str) -> None:
        self._session, self._then, self._turns = session, then, 0
        self.resets = then == "reset"

    def received(self, data: bytes) -> Reply:
        self._turns += 1
        if self._turns == 1:
            return self._session.received(data)
        reply = self._session.received(data)
        if self._turns == 2 and self._then == "silence after the handshake":
            return reply
        return Reply(b"", close=self._then in ("close", "reset"))


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize(("service", "meaning"), [(Service.SIP, "undetermined"), (Service.HTTPS, "refused")])
def test_a_close_without_a_word_is_a_refusal_in_http_alone(
    backend: Make, version: V, service: Service, meaning: str
) -> None:
    maker = backend(with_demand(ClientCertificate.OPTIONAL, service))
    found = exchanged(lambda: _Hushed(maker(), "close"), version, service)
    assert (found.requested, found.reading.meaning) == (True, meaning)
    assert "closed" in found.reading.evidence


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("service", Service)
def test_a_reset_after_the_handshake_decides_nothing(backend: Make, version: V, service: Service) -> None:
    maker = backend(with_demand(ClientCertificate.OPTIONAL, service))
    found = exchanged(lambda: _Hushed(maker(), "reset"), version, service)
    assert (found.requested, found.reading.meaning, found.reading.doubt) == (True, "undetermined", "closed")
    assert "reset" in found.reading.evidence


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("service", Service)
def test_silence_after_the_handshake_decides_nothing(backend: Make, version: V, service: Service) -> None:
    maker = backend(with_demand(ClientCertificate.OPTIONAL, service))
    limits = Limits(connection_seconds=1, settle_seconds=0.02, answer_seconds=0.05)
    found = exchanged(lambda: _Hushed(maker(), "silence after the handshake"), version, service, limits)
    assert (found.requested, found.reading.meaning) == (True, "undetermined")


class _Stumbling:
    """Real TLS with an optional certificate, until it is asked something; then a fatal alert in place of an answer."""

    def __init__(self, session: LabSession, description: int) -> None:
        self._session, self._description, self._turns = session, description, 0

    def received(self, data: bytes) -> Reply:
        self._turns += 1
        if self._turns == 1:
            return self._session.received(data)
        return Reply(alert(self._description), close=True)


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize(
    ("description", "meaning"),
    [
        (Alert.internal_error, "undetermined"),
        (Alert.bad_record_mac, "undetermined"),
        (Alert.user_canceled, "undetermined"),
        (Alert.handshake_failure, "refused"),
        (Alert.bad_certificate, "refused"),
        (Alert.decode_error, "refused"),
    ],
)
def test_an_alert_of_a_peer_in_trouble_is_no_refusal_of_a_client_certificate(
    backend: Make, description: Alert, meaning: str, service: Service
) -> None:
    maker = backend(with_demand(ClientCertificate.OPTIONAL, service))
    found = exchanged(lambda: _Stumbling(maker(), description), V.TLS_1_2, service)
    assert (found.requested, found.reading.meaning) == (True, meaning)
    assert found.reading.evidence.startswith("alert ")


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("answer", [HANDSHAKE_FAILURE, alert(Alert.protocol_version), CLOSE])
def test_no_handshake_is_no_refusal_of_a_client_certificate(answer: Action, version: V, service: Service) -> None:
    found = exchanged(lambda: answer, version, service)
    assert isinstance(found.answer, Refused)
    assert found.requested is None
    assert found.reading.meaning == "undetermined"


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("answer", [RESET, SILENCE, b"SSH-2.0-x\r\n", b"\x16\x03\x03\x00\x04\x02\x00\x00\x99"])
def test_no_answer_is_no_refusal_of_a_client_certificate(answer: Action, version: V, service: Service) -> None:
    found = exchanged(lambda: answer, version, service, HURRIED)
    assert isinstance(found.answer, NoAnswer)
    assert (found.requested, found.reading.meaning) == (None, "undetermined")


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize("more", [b"", HANDSHAKE_FAILURE])
def test_a_handshake_that_breaks_off_in_tls13_says_nothing_of_a_request(more: bytes, service: Service) -> None:
    found = exchanged(lambda: server_hello(0x0304, 0x1301)[:-4] + more, V.TLS_1_3, service, HURRIED)
    assert found.requested is None
    assert found.reading.meaning == "undetermined"


def test_a_short_client_hello_offers_one_curve() -> None:
    with running(lambda _client_hello: CLOSE) as server:
        peer = Peer(target_at(server.port), QUICK)
        exchange(peer, V.TLS_1_3, suites_of(V.TLS_1_3))
        exchange(peer, V.TLS_1_3, suites_of(V.TLS_1_3), form="small")
        long, short = server.client_hellos
    assert len(short.raw) < len(long.raw) - 1000
    assert b"\x00\x0a\x00\x04\x00\x02\x00\x17" in short.raw


def test_a_budget_that_is_used_up_is_said(backend: Make) -> None:
    with peer_of(backend(ServerSettings()), Service.SIP, Limits(connections=1, settle_seconds=0.02)) as peer:
        exchange(peer, V.TLS_1_3, suites_of(V.TLS_1_3))
        with pytest.raises(OutOfBudgetError, match="the limit of 1 connections for this target is reached"):
            exchange(peer, V.TLS_1_3, suites_of(V.TLS_1_3))
