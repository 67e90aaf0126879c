"""What is stapled to a handshake: asked for in the exchanges that are made anyway, and kept as it came."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from auditor.evaluate import evaluate
from auditor.lab.lab_endpoint import plan_endpoint
from auditor.lab.pki import Pki
from auditor.lab.session import session_maker
from auditor.lab.settings import ClientCertificate, ServerSettings
from auditor.model.asks import Asks
from auditor.model.finding import Finding, Outcome, reason_text
from auditor.model.observation import CertificateChainSeen, ConnectionsUsed, NotObserved, Observation, RevocationSeen
from auditor.model.target import Service
from auditor.model.tls import ProtocolVersion
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.probes.server.endpoint import observe
from testbed.responder import Responder, ocsp_response
from testbed.scripted import RESET, Running, running
from tests.probes.auditing import QUICK, target_at
from tests.probes.conftest import AT

pytestmark = pytest.mark.slow

KINDS = frozenset({"certificate-chain", "cipher-suites", "client-certificate", "revocation"})
STATUS_REQUEST = b"\x00\x05\x00\x05\x01\x00\x00\x00\x00"
"""RFC 6066 section 8: an OCSP response, by no responder in particular, without extensions."""
V = ProtocolVersion


@contextmanager
def stapling(pki: Pki, settings: ServerSettings, *, staple: bool = True, revoked: bool = False) -> Iterator[Running]:
    planned = plan_endpoint(pki, "peer", settings=settings)
    credentials = planned.credentials
    if staple:
        certificate = credentials.identities[0].certificate
        responder = Responder(pki.issuing, AT, (certificate.serial_number,) if revoked else ())
        credentials = replace(credentials, staple=ocsp_response(responder, certificate))
    make = session_maker(planned.settings, credentials)
    with running(lambda _client_hello: make()) as server:
        yield server


def seen_of(server: Running, kinds: frozenset[str] = KINDS) -> list[Observation]:
    return list(observe(target_at(server.port), Asks(kinds=kinds), QUICK, AT))


def https(*versions: V, demand: ClientCertificate = ClientCertificate.NONE) -> ServerSettings:
    return ServerSettings(service=Service.HTTPS, versions=versions or (V.TLS_1_2, V.TLS_1_3), client_certificate=demand)


def of_revocation(seen: list[Observation]) -> list[RevocationSeen]:
    return [found for found in seen if isinstance(found, RevocationSeen)]


def judged(server: Running) -> Finding:
    policy = load_policy("acg-strict")
    only = tuple(setting for setting in policy.settings if setting.rule.id == "certificate-revoked")
    plan = make_plan(replace(policy, settings=only), (target_at(server.port),))
    (finding,) = evaluate(plan, observe(plan.endpoints[0], plan.asks, QUICK, AT), AT, AT).findings
    return finding


@pytest.mark.parametrize("demand", ClientCertificate)
@pytest.mark.parametrize("version", [V.TLS_1_2, V.TLS_1_3])
def test_a_stapled_response_is_judged(pki: Pki, version: V, demand: ClientCertificate) -> None:
    with stapling(pki, https(version, demand=demand)) as server:
        assert judged(server).outcome is Outcome.PASS
    with stapling(pki, https(version, demand=demand), revoked=True) as server:
        found = judged(server)
    assert found.outcome is Outcome.FAIL
    assert "keyCompromise (stapled)" in found.violations[0].observed


def test_a_server_that_staples_nothing_is_not_tested(pki: Pki) -> None:
    with stapling(pki, https(), staple=False) as server:
        found = judged(server)
    assert found.outcome is Outcome.NOT_TESTED
    assert "no OCSP response was stapled" in reason_text(found)
    assert "--fetch-revocation" in reason_text(found)


def test_the_response_is_kept_as_it_came_once_for_all_versions(pki: Pki) -> None:
    with stapling(pki, https()) as server:
        seen = seen_of(server)
    (found,) = of_revocation(seen)
    (chain,) = [other for other in seen if isinstance(other, CertificateChainSeen)]
    (source,) = found.found
    assert (found.certificates, source.form, source.source) == (chain.certificates, "ocsp", "stapled")


def test_it_costs_no_connection_and_changes_nothing_else(pki: Pki) -> None:
    with stapling(pki, https(demand=ClientCertificate.REQUIRED)) as server:
        with_it, asked = seen_of(server), len(server.client_hellos)
        without = seen_of(server, KINDS - {"revocation"})
        assert len(server.client_hellos) == 2 * asked
    assert [other for other in without if not isinstance(other, ConnectionsUsed)] == [
        other for other in with_it if not isinstance(other, ConnectionsUsed | RevocationSeen)
    ]


def test_it_is_asked_for_only_where_the_policy_asks(pki: Pki) -> None:
    with stapling(pki, https()) as server:
        assert not of_revocation(seen_of(server, KINDS - {"revocation"}))
        before = [received for received in server.client_hellos if STATUS_REQUEST in received.raw]
        count = len(server.client_hellos)
        seen_of(server)
        after = [received for received in server.client_hellos[count:] if STATUS_REQUEST in received.raw]
    assert len(after) == len(before) + 2


def test_a_peer_that_resets_every_connection_leaves_it_open() -> None:
    with running(lambda _client_hello: RESET) as server:
        seen = seen_of(server)
    assert [found.wanted for found in seen if isinstance(found, NotObserved) and found.wanted == "revocation"]


def test_a_server_that_resets_whoever_asks_for_a_response_is_not_judged_by_it(pki: Pki) -> None:
    planned = plan_endpoint(pki, "peer", settings=https())
    make = session_maker(planned.settings, planned.credentials)
    with running(
        lambda received: RESET if STATUS_REQUEST in received.raw and received.number in (0, 2) else make()
    ) as server:
        (found,) = of_revocation(seen_of(server))
    assert found.found == ()
    assert "connections without an OCSP request" in found.missing[0].reason
