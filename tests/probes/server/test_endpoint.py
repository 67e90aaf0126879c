"""Whole interviews: of the lab's endpoints, of nothing at all, and with an exhaustive enumeration beside them."""

from collections.abc import Callable

import pytest

from auditor.evaluate import evaluate
from auditor.lab import Lab
from auditor.lab.settings import SUITES_TLS13, ServerSettings
from auditor.model.asks import Asks
from auditor.model.finding import Outcome, reason_text
from auditor.model.observation import CertificateChainSeen, ConnectionsUsed, NotObserved, Observation
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion, suites_of
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.probes.server import sslyze_commands as scan_commands
from auditor.probes.server.endpoint import observe
from testbed.scripted import running
from tests.probes.auditing import QUICK, Audited, audit, target_at
from tests.probes.conftest import AT, Backend

V = ProtocolVersion
Make = Callable[[ServerSettings], Backend]
TWO_SUITES = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256"


def lab_target(lab: Lab, name: str) -> ServerTarget:
    (endpoint,) = [endpoint for endpoint in lab.endpoints if endpoint.name == name]
    return ServerTarget(
        name=endpoint.name,
        host=endpoint.host,
        port=endpoint.port,
        service=endpoint.service,
        address=endpoint.host,
        server_name=endpoint.server_name,
    )


def observed(lab: Lab, name: str) -> Audited:
    target = lab_target(lab, name)
    # Not port 5060 of this machine, which is none of the lab's.
    asks = make_plan(load_policy("acg"), (target,)).asks.model_copy(update={"plaintext_ports": frozenset()})
    plan = make_plan(load_policy("acg"), (target,))
    seen = tuple(observe(target, asks, QUICK, AT))
    return Audited(seen, evaluate(plan, seen, AT, AT), ())


def test_an_endpoint_with_two_suites_a_version_takes_at_most_14_connections_beside_the_one_without_tls(
    backend: Make,
) -> None:
    maker = backend(ServerSettings(service=Service.HTTPS, suites=TWO_SUITES, tls13_suites=SUITES_TLS13))
    audited = audit(
        lambda _hello: maker(), only=frozenset({"cipher-suites", "certificate-chain", "client-certificate"})
    )
    assert audited.connections <= 14
    assert all(not audited.suites(version).undetermined for version in V)


def test_the_lab_s_two_certificates_are_both_seen(lab: Lab) -> None:
    audited = observed(lab, "sip-two-certificates")
    chains = [seen for seen in audited.seen if isinstance(seen, CertificateChainSeen)]
    assert len({chain.certificates[0] for chain in chains}) == 2
    assert all(set(chain.versions) == {V.TLS_1_2, V.TLS_1_3} for chain in chains)


@pytest.mark.parametrize("name", ["sip-compliant", "sip-ipv6"])
def test_a_compliant_endpoint_of_the_lab_takes_at_most_14_connections(lab: Lab, name: str) -> None:
    if name not in {endpoint.name for endpoint in lab.endpoints}:
        pytest.skip("this machine has no IPv6")
    kinds = frozenset({"cipher-suites", "certificate-chain", "client-certificate"})
    asks = make_plan(load_policy("acg"), ()).asks.model_copy(update={"kinds": kinds})
    *_, used = observe(lab_target(lab, name), asks, QUICK, AT)
    assert isinstance(used, ConnectionsUsed)
    assert used.count <= 14


@pytest.mark.parametrize("name", ["sip-compliant", "https-compliant", "sip-ipv6"])
def test_a_compliant_endpoint_leaves_nothing_open(lab: Lab, name: str) -> None:
    if name not in {endpoint.name for endpoint in lab.endpoints}:
        pytest.skip("this machine has no IPv6")
    audited = observed(lab, name)
    assert not audited.missing
    for version in V:
        assert not audited.suites(version).undetermined
        assert audited.suites(version).spoken is (version in (V.TLS_1_2, V.TLS_1_3))
    for version in (V.TLS_1_2, V.TLS_1_3):
        assert audited.client_certificate(version).without == "refused"


def test_every_kind_that_was_asked_for_is_answered_or_missing(lab: Lab) -> None:
    for name in ("sip-compliant", "sip-plaintext"):
        audited = observed(lab, name)
        asked = {"cipher-suites", "certificate-chain", "client-certificate", "plaintext"}
        assert {seen.kind for seen in audited.seen} | set(audited.missing) >= asked, name


def test_the_observations_bear_the_name_and_the_one_clock_reading(lab: Lab) -> None:
    audited = observed(lab, "sip-compliant")
    assert {(seen.target, seen.at) for seen in audited.seen} == {("sip-compliant", AT)}
    (used,) = [seen for seen in audited.seen if isinstance(seen, ConnectionsUsed)]
    assert used.count > 5


@pytest.mark.parametrize("why", [None, "the name sbc.invalid does not resolve"])
def test_a_target_without_an_address_is_missing_in_every_kind(why: str | None) -> None:
    asks = make_plan(load_policy("acg-strict"), ()).asks
    target = target_at(5061, Service.SIP).model_copy(update={"address": None, "unresolved": why})
    seen = list(observe(target, asks, QUICK, AT))
    assert all(isinstance(found, NotObserved) for found in seen)
    assert {found.wanted for found in seen if isinstance(found, NotObserved)} == asks.kinds
    assert {found.reason for found in seen if isinstance(found, NotObserved)} == {why or "it has no address"}


def test_nothing_is_asked_that_nobody_wants(lab: Lab) -> None:
    seen: list[Observation] = list(observe(lab_target(lab, "sip-compliant"), Asks(), QUICK, AT))
    assert {found.kind for found in seen} == {"connections"}


def _thorough(backend: Make, monkeypatch: pytest.MonkeyPatch, found: object) -> Audited:
    maker = backend(ServerSettings(service=Service.HTTPS, suites=TWO_SUITES))
    monkeypatch.setattr(scan_commands, "exhaustive_suites", lambda _peer: found)
    with running(lambda _hello: maker()) as server:
        target = target_at(server.port)
        plan = make_plan(load_policy("acg"), (target,), thorough=True)
        seen = tuple(observe(target, plan.asks, QUICK, AT))
        return Audited(seen, evaluate(plan, seen, AT, AT), ())


SOUND = {
    **dict.fromkeys(V, ()),
    V.TLS_1_2: ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    V.TLS_1_3: ("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"),
}


def test_an_enumeration_that_agrees_adds_no_doubt(backend: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    audited = _thorough(backend, monkeypatch, SOUND)
    assert audited.finding("cipher-suite-not-allowed").outcome is Outcome.PASS
    assert set(audited.suites(V.TLS_1_2).exhaustive or ()) == audited.accepted(V.TLS_1_2)


def test_an_enumeration_that_disagrees_is_a_doubt_with_both_lists(
    backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = suites_of(V.TLS_1_0)[0].name
    audited = _thorough(backend, monkeypatch, {**SOUND, V.TLS_1_0: (other,)})
    assert audited.suites(V.TLS_1_0).spoken is None
    finding = audited.finding("protocol-not-allowed")
    assert finding.outcome is Outcome.INCONCLUSIVE
    assert f"elimination: none; exhaustive enumeration: {other}" in reason_text(finding)


def test_an_enumeration_that_failed_is_a_doubt(backend: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    audited = _thorough(backend, monkeypatch, "sslyze failed (exit code 1)")
    assert audited.finding("cipher-suite-not-allowed").outcome is Outcome.INCONCLUSIVE
    assert "sslyze failed" in reason_text(audited.finding("cipher-suite-not-allowed"))
