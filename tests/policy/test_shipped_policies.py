"""The policies that ship, each as it is in effect, and what their sources ask for."""

from pathlib import Path
from typing import Any

import pytest

from auditor.model.policy import Policy
from auditor.model.severity import Severity
from auditor.model.target import Perspective, ServerTarget, Service
from auditor.model.tls import suites_by_name
from auditor.plan import make_plan
from auditor.policy.effective import policy_yaml
from auditor.policy.read import load_policy
from auditor.policy.shipped import shipped_policies
from auditor.rules import all_rules

SNAPSHOTS = Path(__file__).parent / "snapshots"
EXTRA_CONNECTIONS = {"known-weakness", "group-not-allowed", "signature-scheme-weak"}
LINT = {"certificate-lint-rfc5280", "certificate-lint-cabf"}
TLS_1_2 = {
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
}


def params(policy: Policy, rule_id: str) -> dict[str, Any]:
    (found,) = [setting.params for setting in policy.settings if setting.rule.id == rule_id]
    return found.model_dump(mode="json", by_alias=True, exclude_none=True)


def severities(policy: Policy) -> dict[str, Severity]:
    return {setting.rule.id: setting.severity for setting in policy.settings}


@pytest.mark.parametrize("name", shipped_policies())
def test_a_policy_in_effect_is_as_it_was_reviewed(name: str) -> None:
    # After a change that is meant: auditor policy show NAME > tests/policy/snapshots/NAME.yaml, and review the diff.
    assert policy_yaml(load_policy(name)) == (SNAPSHOTS / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", shipped_policies())
def test_a_snapshot_is_a_policy_that_demands_the_same(name: str) -> None:
    assert load_policy(str(SNAPSHOTS / f"{name}.yaml")).sha256 == load_policy(name).sha256


def test_every_policy_has_a_snapshot_and_no_snapshot_is_left_over() -> None:
    assert {path.stem for path in SNAPSHOTS.iterdir()} == set(shipped_policies())
    assert set(shipped_policies()) == {
        "acg",
        "acg-gateway",
        "acg-strict",
        "mozilla-intermediate",
        "mozilla-modern",
        "rfc9325",
        "teams-direct-routing",
    }


def test_acg_allows_the_suites_of_its_source_and_no_others() -> None:
    policy = load_policy("acg")
    expected = {"TLSv1.2": TLS_1_2, "TLSv1.3": {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"}}
    for rule_id in ("cipher-suite-not-allowed", "cipher-suite-none-usable"):
        assert {version: set(suites) for version, suites in params(policy, rule_id).items()} == expected


def test_acg_demands_mutual_tls_and_every_rule_about_certificates_but_opens_no_extra_connections() -> None:
    demanded = severities(load_policy("acg"))
    about_certificates = {rule for rule in all_rules() if rule.startswith("certificate-")}
    # ACG's documents ask nobody to look at revocation, and pkilint is an extra.
    assert about_certificates - LINT - {"certificate-revoked"} <= set(demanded)
    assert not {*LINT, "certificate-revoked"} & set(demanded)
    assert demanded["client-certificate-not-required"] is Severity.CRITICAL
    assert demanded["client-certificate-not-requested"] is Severity.CRITICAL
    assert not EXTRA_CONNECTIONS & set(demanded)


def test_acg_accepts_its_two_roots_and_the_declared_ones_in_every_rule_about_roots() -> None:
    policy = load_policy("acg")
    about_roots = [rule for rule in severities(policy) if "declared_roots" in params(policy, rule)]
    assert len(about_roots) == 6
    for rule in about_roots:
        assert params(policy, rule)["declared_roots"] is True
        assert params(policy, rule)["roots"] == ["digicert-global-root-g2", "baltimore-cybertrust-root"]


def test_acg_gateway_presents_nothing_to_a_service_of_somebody_else_and_asks_no_other_port() -> None:
    target = ServerTarget(name="gateway", host="gateway.example.net", port=5061, service=Service.SIP)
    policy = load_policy("acg-gateway")
    asks = make_plan(policy, (target,)).asks
    assert not asks.kinds & {"client-certificate-case", "root-trust", "plaintext", "weakness", "sdp", "revocation"}
    assert not any((asks.forged_roots, asks.trust_roots, asks.plaintext_ports, asks.plaintext_http_ports))
    assert all(Perspective.SERVER in setting.rule.observes.seen_of for setting in policy.settings)


def test_acg_gateway_accepts_the_one_root_of_the_gateway_and_the_suites_of_acg() -> None:
    gateway, acg = load_policy("acg-gateway"), load_policy("acg")
    about_roots = [params(gateway, rule) for rule in severities(gateway) if "roots" in params(gateway, rule)]
    accepted = {"roots": ["digicert-global-root-g2"], "declared_roots": False, "public_roots": False}
    assert about_roots == [accepted] * 4
    for rule in ("cipher-suite-not-allowed", "cipher-suite-none-usable", "protocol-not-allowed"):
        assert params(gateway, rule) == params(acg, rule)


SEVEN_ROOTS = {
    "digicert-global-root-ca",
    "digicert-global-root-g2",
    "digicert-global-root-g3",
    "digicert-tls-ecc-p384-root-g5",
    "digicert-tls-rsa4096-root-g5",
    "microsoft-ecc-root-certificate-authority-2017",
    "microsoft-rsa-root-certificate-authority-2017",
}


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("acg", ("advised-root-not-trusted", "trust-store-root-advised")),
        ("teams-direct-routing", ("required-root-not-trusted", "trust-store-root-missing")),
    ],
)
def test_the_seven_roots_of_teams_are_asked_for_and_are_advice(name: str, rules: tuple[str, ...]) -> None:
    policy = load_policy(name)
    for rule in rules:
        assert set(params(policy, rule)["roots"]) == SEVEN_ROOTS
        assert severities(policy)[rule].rank < policy.fail_on.rank


def test_acg_strict_allows_no_cbc_and_looks_further() -> None:
    policy = load_policy("acg-strict")
    allowed = params(policy, "cipher-suite-not-allowed")
    assert set(allowed["TLSv1.2"]) == {name for name in TLS_1_2 if not suites_by_name()[name].cbc}
    assert set(severities(policy)) >= EXTRA_CONNECTIONS
    assert severities(policy)["certificate-wildcard"] is Severity.HIGH
    assert dict(policy.disabled)["cbc-without-encrypt-then-mac"]


@pytest.mark.parametrize("name", ["teams-direct-routing", "mozilla-intermediate", "mozilla-modern", "rfc9325"])
def test_a_policy_that_is_not_about_mutual_tls_does_not_ask_for_it(name: str) -> None:
    assert not {rule for rule in severities(load_policy(name)) if rule.startswith("client-certificate")}


def test_teams_direct_routing_accepts_the_roots_of_microsofts_program_and_declared_ones() -> None:
    policy = load_policy("teams-direct-routing")
    about_roots = [params(policy, rule) for rule in severities(policy) if "public_roots" in params(policy, rule)]
    accepted = {"roots": [], "declared_roots": True, "public_roots": False, "root_programs": ["microsoft"]}
    assert about_roots == [accepted] * 4
    assert severities(policy)["certificate-root-not-allowed"] is Severity.CRITICAL


@pytest.mark.parametrize("name", ["mozilla-intermediate", "mozilla-modern", "rfc9325"])
def test_a_policy_without_a_list_of_roots_accepts_public_and_declared_ones(name: str) -> None:
    policy = load_policy(name)
    about_roots = [params(policy, rule) for rule in severities(policy) if "public_roots" in params(policy, rule)]
    assert about_roots == [{"roots": [], "declared_roots": True, "public_roots": True}] * 4


@pytest.mark.parametrize("name", shipped_policies())
def test_no_policy_allows_a_suite_without_forward_secrecy_or_authentication(name: str) -> None:
    for suites in params(load_policy(name), "cipher-suite-not-allowed").values():
        for suite in map(suites_by_name().__getitem__, suites):
            assert suite.ephemeral
            assert not suite.anonymous


def test_what_teams_direct_routing_is_only_said_to_ask_for_is_a_warning() -> None:
    policy = load_policy("teams-direct-routing")
    assert severities(policy)["cipher-suite-not-allowed"].rank < policy.fail_on.rank
    assert severities(policy)["cipher-suite-none-usable"].rank >= policy.fail_on.rank
