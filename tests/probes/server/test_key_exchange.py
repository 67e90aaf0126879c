"""Groups and weak signatures: asked one by one, refused only where the peer still accepts something else."""

from collections.abc import Callable

import pytest

from auditor.lab.settings import ClientCertificate, ServerSettings
from auditor.model.asks import Asks
from auditor.model.finding import Outcome
from auditor.model.target import Service
from auditor.model.tls import ProtocolVersion, suites_by_name
from auditor.probes.connection import Peer
from auditor.probes.server.cipher_suites import VersionResult
from auditor.probes.server.key_exchange import groups, weak_signatures
from auditor.probes.tls.client_setup import groups_of
from auditor.probes.tls.controls import Controls
from testbed.scripted import CLOSE, RESET, Action, ReceivedClientHello, alert
from tests.probes.auditing import QUICK, audit, target_at
from tests.probes.conftest import AT, Backend

V = ProtocolVersion
Make = Callable[[ServerSettings], Backend]
KINDS = frozenset({"cipher-suites", "groups", "signature-schemes"})
pytestmark = pytest.mark.usefixtures("no_pauses")


@pytest.fixture
def plain(backend: Make) -> Backend:
    return backend(ServerSettings(service=Service.HTTPS, client_certificate=ClientCertificate.NONE))


def test_every_group_is_either_accepted_or_refused(plain: Backend) -> None:
    found = audit(lambda _client_hello: plain(), policy="mozilla-intermediate", only=KINDS).groups
    for version in (V.TLS_1_2, V.TLS_1_3):
        assert set(found[version].accepted) | set(found[version].refused) == set(groups_of(version))
        assert not found[version].undetermined
        assert {"x25519", "secp256r1"} <= set(found[version].accepted)


@pytest.mark.parametrize("answer", [CLOSE, RESET, alert(80), alert(50)])
def test_a_peer_that_stops_answering_leaves_its_groups_open(plain: Backend, answer: Action) -> None:
    whole = audit(lambda _client_hello: plain(), policy="mozilla-intermediate", only=KINDS)
    for after in range(len(whole.client_hellos) - 8, len(whole.client_hellos)):
        cut = audit(
            lambda client_hello, after=after: plain() if client_hello.number < after else answer,  # type: ignore[misc]  # bound now
            policy="mozilla-intermediate",
            only=KINDS,
        )
        assert cut.finding("group-not-allowed").outcome is not Outcome.PASS


def test_groups_are_open_where_the_suites_that_use_them_are() -> None:
    result = VersionResult(V.TLS_1_2)
    result.accepted[suites_by_name()["TLS_RSA_WITH_AES_128_CBC_SHA"]] = None  # type: ignore[assignment]  # only the key counts
    controls = Controls(Peer(target_at(1), QUICK))
    assert groups(controls, result, AT).refused == groups_of(V.TLS_1_2)
    result.undetermined[suites_by_name()["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]] = "the peer reset the connection"
    seen = groups(controls, result, AT)
    assert not seen.refused
    assert {doubt.reason for doubt in seen.undetermined} == {"the peer reset the connection"}


def test_signatures_cannot_be_seen_without_a_suite_that_has_them() -> None:
    controls = Controls(Peer(target_at(1), QUICK))
    seen = weak_signatures(controls, VersionResult(V.TLS_1_2), AT)
    assert {doubt.subject for doubt in seen.undetermined} == {"rsa_sha1", "dsa_sha1", "ecdsa_sha1"}


@pytest.mark.parametrize(("level", "weak"), [(0, True), (2, False)])
def test_a_sha1_signature_is_found(backend: Make, level: int, *, weak: bool) -> None:
    settings = ServerSettings(
        service=Service.HTTPS, client_certificate=ClientCertificate.NONE, security_level=level, versions=(V.TLS_1_2,)
    )
    maker = backend(settings)
    audited = audit(lambda _client_hello: maker(), policy="acg-strict", only=KINDS)
    (seen,) = [found for found in audited.seen if found.kind == "signature-schemes"]
    assert bool(seen.accepted) is weak
    assert not seen.undetermined


@pytest.mark.parametrize("answer", [CLOSE, RESET])
def test_a_signature_question_without_an_answer_stays_open(plain: Backend, answer: Action) -> None:
    def script(client_hello: ReceivedClientHello) -> Action:
        sha1_only = b"\x00\x0d\x00\x08\x00\x06\x02\x01\x02\x03\x02\x02" in client_hello.raw
        asked.append(sha1_only)
        return answer if any(asked) else plain()

    asked: list[bool] = []
    audited = audit(script, policy="acg-strict", only=KINDS)
    assert any(asked)
    assert audited.finding("signature-scheme-weak").outcome is Outcome.INCONCLUSIVE


def test_asks_for_groups_of_two_rules_are_added() -> None:
    assert (Asks(groups=("x25519",)) + Asks(groups=("x448", "x25519"))).groups == ("x25519", "x448")


def test_a_finite_field_group_is_found_in_tls_1_3(plain: Backend, tmp_path_policy: Callable[[str], str]) -> None:
    """OpenSSL accepts ffdhe2048 in TLS 1.3 unless it is told otherwise; this policy does not allow it."""
    policy = tmp_path_policy("group-not-allowed: {allowed: [x25519, x448, secp256r1, secp384r1, secp521r1]}")
    audited = audit(lambda _client_hello: plain(), policy=policy)
    assert audited.finding("group-not-allowed").outcome is Outcome.FAIL
    assert "ffdhe2048" in audited.groups[V.TLS_1_3].accepted
