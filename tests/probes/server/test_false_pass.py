"""Peers made so that a careless audit would take silence, luck or a broken answer for compliance."""

from collections.abc import Callable

import pytest

from auditor.lab.settings import SUITES_TLS12, SUITES_TLS13, ServerSettings
from auditor.model.finding import Outcome, reason_text
from auditor.model.report import Verdict
from auditor.model.subject import subject_text
from auditor.model.target import Service
from auditor.model.tls import Alert, ProtocolVersion, suites_of
from auditor.probes.budget import Limits
from testbed.scripted import CLOSE, HANDSHAKE_FAILURE, RESET, SILENCE, Action, ReceivedClientHello, alert, server_hello
from tests.probes.auditing import HURRIED, QUICK, SUITES, Audited, audit
from tests.probes.conftest import Backend

V = ProtocolVersion
CHACHA = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
CHACHA_TLS13 = "TLS_CHACHA20_POLY1305_SHA256"
Make = Callable[[ServerSettings], Backend]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_pauses")]


def http(**settings: object) -> ServerSettings:
    return ServerSettings(service=Service.HTTPS, **settings)  # type: ignore[arg-type]  # the tests name real fields


@pytest.fixture
def strict(backend: Make) -> Backend:
    """What the policy asks for."""
    return backend(http())


@pytest.fixture
def weak(backend: Make) -> Backend:
    """TLS 1.1, and ChaCha20 in TLS 1.2 and 1.3."""
    return backend(
        http(
            versions=(V.TLS_1_1, V.TLS_1_2, V.TLS_1_3),
            old_suites="ECDHE-RSA-AES128-SHA",
            suites=f"{SUITES_TLS12}:ECDHE-RSA-CHACHA20-POLY1305",
            tls13_suites=f"{SUITES_TLS13}:{CHACHA_TLS13}",
        )
    )


def refused_nothing_it_accepts(audited: Audited) -> bool:
    """Whether no refusal was recorded for what the weak backend accepts."""
    return (
        CHACHA not in audited.refused(V.TLS_1_2)
        and CHACHA_TLS13 not in audited.refused(V.TLS_1_3)
        and "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA" not in audited.refused(V.TLS_1_1)
    )


def test_a_compliant_peer_is_fully_determined(strict: Backend) -> None:
    audited = audit(lambda _client_hello: strict())
    for version in V:
        assert not audited.suites(version).undetermined
        everything = {suite.name for suite in suites_of(version)}
        assert audited.accepted(version) | set(audited.suites(version).refused) == everything
    assert audited.suites(V.TLS_1_3).spoken
    assert audited.suites(V.TLS_1_0).spoken is False


def test_a_weak_peer_shows_every_weakness(weak: Backend) -> None:
    audited = audit(lambda _client_hello: weak())
    assert CHACHA in audited.accepted(V.TLS_1_2)
    assert CHACHA_TLS13 in audited.accepted(V.TLS_1_3)
    assert audited.accepted(V.TLS_1_1) == {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"}
    assert audited.report.verdict is Verdict.FAIL


@pytest.mark.parametrize("after", range(16))
@pytest.mark.parametrize("answer", [CLOSE, RESET, HANDSHAKE_FAILURE], ids=["close", "reset", "alert 40"])
def test_a_rate_limiter_never_makes_a_weak_peer_look_strong(weak: Backend, after: int, answer: Action) -> None:
    audited = audit(lambda received: weak() if received.number < after else answer)
    assert refused_nothing_it_accepts(audited)
    assert audited.report.verdict is not Verdict.PASS
    assert not audited.passed & {"cipher-suite-not-allowed", "protocol-not-allowed"}


@pytest.mark.parametrize("after", [1, 2, 5, 9])
@pytest.mark.parametrize("answer", [CLOSE, RESET, HANDSHAKE_FAILURE], ids=["close", "reset", "alert 40"])
def test_behind_a_rate_limiter_silence_without_tls_is_no_answer(strict: Backend, after: int, answer: Action) -> None:
    audited = audit(lambda received: strict() if received.number < after else answer)
    assert audited.finding("plaintext-accepted").outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("answer", [CLOSE, RESET, HANDSHAKE_FAILURE], ids=["close", "reset", "alert 40"])
def test_a_peer_that_turns_away_every_second_connection_is_not_believed(
    weak: Backend, first: int, answer: Action
) -> None:
    audited = audit(lambda received: weak() if received.number % 2 == first else answer)
    assert CHACHA not in audited.suites(V.TLS_1_2).refused
    assert CHACHA_TLS13 not in audited.suites(V.TLS_1_3).refused
    assert "cipher-suite-not-allowed" not in audited.passed


@pytest.mark.parametrize("first", [0, 1])
def test_closing_every_second_connection_does_not_keep_in_step_with_the_repeats(weak: Backend, first: int) -> None:
    audited = audit(lambda received: weak() if received.number % 2 == first else CLOSE)
    assert audited.accepted(V.TLS_1_1)


def test_a_balancer_whose_second_half_lacks_tls13_leaves_tls13_open(backend: Make, weak: Backend) -> None:
    old = backend(http(versions=(V.TLS_1_2,)))
    audited = audit(lambda received: weak() if received.number == 0 else old())
    assert audited.accepted(V.TLS_1_3) == {"TLS_AES_256_GCM_SHA384"}
    assert not audited.suites(V.TLS_1_3).refused
    assert "cipher-suite-not-allowed" not in audited.passed


@pytest.mark.parametrize("version", [V.TLS_1_2, V.TLS_1_3])
def test_a_version_accepted_once_and_then_denied_is_not_called_unspoken(weak: Backend, version: V) -> None:
    def script(received: ReceivedClientHello) -> Action:
        asked = [number for number, earlier in enumerate(seen) if earlier == version.wire]
        seen.append(received.version)
        return alert(Alert.protocol_version) if received.version == version.wire and asked else weak()

    seen: list[int] = []
    audited = audit(script)
    assert audited.suites(version).spoken
    assert not audited.suites(version).refused


@pytest.mark.parametrize("most", [24, 40, 64, 128])
@pytest.mark.parametrize("only_before_tls13", [False, True])
def test_a_peer_that_refuses_many_suites_is_asked_for_few(weak: Backend, most: int, *, only_before_tls13: bool) -> None:
    def script(received: ReceivedClientHello) -> Action:
        concerned = not only_before_tls13 or received.version < V.TLS_1_3.wire
        return HANDSHAKE_FAILURE if concerned and len(received.suites) > most else weak()

    audited = audit(script, only=SUITES)
    assert refused_nothing_it_accepts(audited)
    assert CHACHA in audited.accepted(V.TLS_1_2)
    assert audited.accepted(V.TLS_1_1)


@pytest.mark.parametrize("octets", [200, 256, 384, 511])
def test_a_peer_that_refuses_long_client_hellos_never_gets_a_suite_refused_that_it_accepts(
    weak: Backend, octets: int
) -> None:
    audited = audit(lambda received: HANDSHAKE_FAILURE if len(received.raw) > octets else weak(), only=SUITES)
    assert refused_nothing_it_accepts(audited)


@pytest.mark.parametrize(
    "answer",
    [
        alert(Alert.decode_error),
        alert(Alert.unexpected_message),
        alert(Alert.access_denied),
        alert(Alert.close_notify, 1),
        alert(Alert.handshake_failure)[:6],
        b"\x15",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        server_hello(0x0304, 0x1301)[:20],
        server_hello(0x0303, 0xC013),
        server_hello(0x0304, 0x0A0A),
        server_hello(0x7F17, 0x1301),
        b"\x80\x03\x00\x00\x01",
        RESET,
    ],
)
def test_an_answer_that_is_no_refusal_leaves_every_suite_open(strict: Backend, answer: Action) -> None:
    """The forbidden suites of TLS 1.3 alone are answered so; everything else is compliant."""
    allowed = {0x1301, 0x1302}

    def script(received: ReceivedClientHello) -> Action:
        return answer if received.version == V.TLS_1_3.wire and not allowed & set(received.suites) else strict()

    audited = audit(script, only=SUITES)
    assert {doubt.subject for doubt in audited.suites(V.TLS_1_3).undetermined} >= {CHACHA_TLS13}
    assert audited.finding("cipher-suite-not-allowed").outcome is Outcome.INCONCLUSIVE


def test_a_version_above_the_one_offered_is_no_refusal(strict: Backend) -> None:
    audited = audit(
        lambda received: server_hello(0x0303, 0xC02F) if received.version == V.TLS_1_1.wire else strict(),
        only=SUITES,
    )
    assert audited.suites(V.TLS_1_1).spoken is None
    assert audited.finding("protocol-not-allowed").outcome is Outcome.INCONCLUSIVE


def test_a_lower_version_in_the_answer_is_the_peers_own_no(strict: Backend) -> None:
    audited = audit(
        lambda received: server_hello(0x0300, 0x0035) if received.version == V.TLS_1_1.wire else strict(),
        only=SUITES,
    )
    assert audited.suites(V.TLS_1_1).spoken is False


def test_silence_leaves_every_suite_open(strict: Backend) -> None:
    audited = audit(
        lambda received: SILENCE if received.version == V.TLS_1_0.wire else strict(),
        only=SUITES,
        limits=_impatient(),
    )
    assert audited.suites(V.TLS_1_0).spoken is None
    assert all("no complete answer within" in reason for reason in audited.reasons(V.TLS_1_0))


def _impatient() -> Limits:
    return Limits(connection_seconds=0.3, settle_seconds=0.02, answer_seconds=0.1)


@pytest.mark.parametrize(
    "answer", [HANDSHAKE_FAILURE, CLOSE, RESET, alert(Alert.internal_error), alert(Alert.protocol_version)]
)
def test_a_peer_that_refuses_everything_is_never_compliant(answer: Action) -> None:
    audited = audit(lambda _client_hello: answer)
    assert audited.passed == set()
    assert audited.report.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("answer", [SILENCE, b"\x00\xff" * 40, b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_a_peer_that_speaks_no_tls_is_never_compliant(answer: Action) -> None:
    audited = audit(lambda _client_hello: answer, limits=HURRIED)
    assert audited.passed == set()
    assert audited.report.verdict is Verdict.INCONCLUSIVE
    assert set(audited.missing) >= {"cipher-suites", "certificate-chain", "client-certificate"}


@pytest.mark.parametrize("budget", range(1, 20))
def test_what_the_budget_leaves_out_is_open_and_says_so(weak: Backend, budget: int) -> None:
    audited = audit(lambda _client_hello: weak(), limits=Limits(**{**vars(QUICK), "connections": budget}))
    assert refused_nothing_it_accepts(audited)
    assert audited.connections <= budget
    assert not audited.passed & {"protocol-not-allowed", "cipher-suite-not-allowed", "plaintext-accepted"}
    said = " ".join(f"{reason_text(finding)}" for finding in audited.report.findings)
    assert f"the limit of {budget} connections for this target is reached" in said


@pytest.mark.parametrize("rule", ["client-certificate-not-required", "client-certificate-not-requested"])
@pytest.mark.parametrize("answer", [RESET, alert(Alert.decode_error)])
def test_a_version_that_may_be_spoken_keeps_the_client_certificate_open(
    strict: Backend, rule: str, answer: Action
) -> None:
    audited = audit(lambda received: strict() if received.version == V.TLS_1_3.wire else answer)
    assert audited.client_certificate(V.TLS_1_3).without == "refused"
    assert audited.finding(rule).outcome is Outcome.INCONCLUSIVE
    assert "TLSv1.2" in reason_text(audited.finding(rule))


def test_a_policy_without_suites_still_asks_every_version(weak: Backend, tmp_path_policy: Callable[[str], str]) -> None:
    policy = tmp_path_policy("protocol-not-allowed: {allowed: [TLSv1.2, TLSv1.3]}")
    audited = audit(lambda _client_hello: weak(), policy=policy)
    assert audited.accepted(V.TLS_1_1) == {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"}
    assert audited.suites(V.TLS_1_0).spoken is False
    (finding,) = audited.report.findings
    assert [subject_text(violation.subject) for violation in finding.violations] == ["TLSv1.1"]


def test_a_policy_about_client_certificates_alone_asks_in_every_version(
    backend: Make, tmp_path_policy: Callable[[str], str]
) -> None:
    both = backend(http(versions=(V.TLS_1_1, V.TLS_1_2, V.TLS_1_3), old_suites="ECDHE-RSA-AES128-SHA"))
    audited = audit(lambda _client_hello: both(), policy=tmp_path_policy("client-certificate-not-required: {}"))
    assert audited.client_certificate(V.TLS_1_1).without == "refused"
    assert audited.finding("client-certificate-not-required").outcome is Outcome.PASS


def test_a_suite_list_for_an_old_version_is_asked_for_too(weak: Backend, tmp_path_policy: Callable[[str], str]) -> None:
    policy = tmp_path_policy("cipher-suite-not-allowed: {TLSv1.1: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]}")
    audited = audit(lambda _client_hello: weak(), policy=policy)
    assert not audited.suites(V.TLS_1_1).undetermined
    assert audited.finding("cipher-suite-not-allowed").outcome is Outcome.PASS


def test_the_cap_of_forbidden_suites_is_said(backend: Make) -> None:
    broad = backend(http(suites="ALL:!aNULL", security_level=0))
    limits = Limits(**{**vars(QUICK), "forbidden_suites": 3})
    audited = audit(lambda _client_hello: broad(), limits=limits, only=SUITES)
    seen = audited.suites(V.TLS_1_2)
    assert seen.possibly_more
    assert "not tested, because testing stops after 3 accepted forbidden suites" in audited.reasons(V.TLS_1_2)
    assert len(audited.finding("cipher-suite-not-allowed").violations) >= 3


def test_a_deadline_that_passes_leaves_the_rest_open_and_says_so(strict: Backend) -> None:
    def script(received: ReceivedClientHello) -> Action:
        return strict() if received.number < 3 else SILENCE

    limits = Limits(target_seconds=0.6, connection_seconds=0.5, settle_seconds=0.02, answer_seconds=0.1)
    audited = audit(script, limits=limits)
    assert "protocol-not-allowed" not in audited.passed
    assert "the time limit for this target" in reason_text(audited.finding("protocol-not-allowed"))


def test_a_second_try_that_is_refused_does_not_undo_an_acceptance(weak: Backend) -> None:
    """The first TLS 1.2 exchange is accepted and says nothing of client certificates; the second one is refused."""
    silent_http = weak

    def script(received: ReceivedClientHello) -> Action:
        if received.version != V.TLS_1_2.wire:
            return silent_http()
        first = not any(version == V.TLS_1_2.wire for version in seen)
        seen.append(received.version)
        return server_hello(0x0303, 0xCCA8) if first else alert(Alert.protocol_version)

    seen: list[int] = []
    audited = audit(script)
    assert audited.accepted(V.TLS_1_2) == {CHACHA}
    assert audited.finding("cipher-suite-not-allowed").outcome is Outcome.FAIL


def test_groups_of_a_version_that_was_not_reached_are_missing(strict: Backend) -> None:
    full = audit(lambda _client_hello: strict(), policy="mozilla-intermediate", only=SUITES | {"groups"})
    assert set(full.groups) == {V.TLS_1_2, V.TLS_1_3}
    limits = Limits(**{**vars(QUICK), "connections": full.connections - 2})
    cut = audit(lambda _client_hello: strict(), policy="mozilla-intermediate", limits=limits, only=SUITES | {"groups"})
    assert set(cut.groups) == {V.TLS_1_3}
    assert "TLSv1.2" in cut.missing["groups"]
