"""A plan promises every rule on every target, and asks the probes for what any rule needs."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.asks import Asks
from auditor.model.target import DeploymentTarget, Perspective, ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.policy.shipped import shipped_policies

load_once = cache(load_policy)


def target(name: str) -> ServerTarget:
    return ServerTarget(name=name, host="192.0.2.1", port=5061, service=Service.SIP, address="192.0.2.1")


@given(st.sampled_from(shipped_policies()), st.lists(st.text("abc", min_size=1, max_size=3), unique=True, max_size=4))
def test_every_rule_that_can_be_asked_is_promised_on_every_target_in_order(policy: str, names: list[str]) -> None:
    loaded = load_once(policy)
    plan = make_plan(loaded, tuple(target(name) for name in names))
    # What only a client or a document shows cannot be asked of a server.
    rules = sorted(s.rule.id for s in loaded.settings if Perspective.SERVER in s.rule.observes.seen_of)
    assert "protocol-not-allowed" in rules
    assert [(check.target.name, check.setting.rule.id) for check in plan.checks] == [
        (name, rule) for name in names for rule in rules
    ]


def test_the_probes_are_asked_for_every_kind_that_a_rule_observes() -> None:
    for name in shipped_policies():
        policy = load_policy(name)
        kinds = {setting.rule.observation_kind for setting in policy.settings}
        assert make_plan(policy, ()).asks.kinds == kinds


def test_the_acg_policy_asks_for_no_more_than_its_rules_need() -> None:
    asks = make_plan(load_policy("acg"), ()).asks
    assert asks.kinds >= {"cipher-suites", "certificate-chain", "client-certificate", "plaintext"}
    assert not asks.kinds & {"groups", "signature-schemes", "weakness"}
    assert asks.weaknesses == frozenset()
    assert not asks.exhaustive
    assert len(asks.allowed_suites[ProtocolVersion.TLS_1_2]) == 8
    assert len(asks.allowed_suites[ProtocolVersion.TLS_1_3]) == 2
    assert asks.plaintext_ports == {5060}


def test_the_strict_policy_asks_for_more() -> None:
    asks = make_plan(load_policy("acg-strict"), ()).asks
    assert {"groups", "signature-schemes", "weakness"} <= asks.kinds
    assert "heartbleed" in asks.weaknesses


@pytest.mark.parametrize("profile", ["cabf", "rfc5280"])
def test_a_rule_that_lints_asks_for_the_chains_and_for_its_profile_alone(profile: str, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    head = "id: own\nversion: '1'\ntitle: Own\nsource: Own\nfail_on: medium\n"
    path.write_text(f"{head}rules:\n  certificate-lint-{profile}: {{}}\n", encoding="utf-8")
    asks = make_plan(load_policy(str(path)), ()).asks
    assert asks.kinds == {"certificate-chain", "lint"}
    assert asks.lint_profiles == {profile}
    assert not make_plan(load_policy("acg"), ()).asks.lint_profiles


def test_thorough_asks_for_an_enumeration() -> None:
    assert make_plan(load_policy("acg"), (), thorough=True).asks.exhaustive


def test_offline_promises_nothing_of_what_has_to_be_connected_to() -> None:
    declared = DeploymentTarget(name="deployment")
    plan = make_plan(load_policy("acg"), (declared, target("sbc")), offline=True)
    assert {check.target for check in plan.checks} == {declared}
    assert (plan.unconnected, plan.unasked) == ((target("sbc"),), ())
    connected = make_plan(load_policy("acg"), (declared, target("sbc")))
    assert (connected.unconnected, connected.unasked) == ((), ())


def test_what_no_rule_of_the_policy_is_about_is_unasked_and_not_unconnected() -> None:
    declared = DeploymentTarget(name="deployment")
    for offline in (False, True):
        plan = make_plan(load_policy("mozilla-modern"), (declared, target("sbc")), offline=offline)
        assert plan.unasked == (declared,)
        assert plan.unconnected == ((target("sbc"),) if offline else ())


def test_a_suite_that_one_of_two_rules_allows_is_allowed() -> None:
    one = Asks(allowed_suites={ProtocolVersion.TLS_1_2: ("a", "b")}, weaknesses=frozenset({"robot"}))
    two = Asks(allowed_suites={ProtocolVersion.TLS_1_2: ("b", "c"), ProtocolVersion.TLS_1_3: ("d",)}, exhaustive=True)
    both = one + two
    assert both.allowed_suites == {ProtocolVersion.TLS_1_2: ("a", "b", "c"), ProtocolVersion.TLS_1_3: ("d",)}
    assert both.exhaustive
    assert both.weaknesses == {"robot"}
