"""Files that prove: they overrule what was declared, for the worse and for the better, and findings name them."""

from pathlib import Path

import pytest

from auditor.evaluate import evaluate
from auditor.inputs.inventory.declared_deployment import observe_deployment
from auditor.inputs.inventory.read import load_inventory
from auditor.model.deployment import Circuit, Deployment, Proof, Resource, Site
from auditor.model.finding import Finding
from auditor.model.observation import DeploymentSeen
from auditor.model.report import Verdict
from auditor.model.subject import DeclaredSubject, Named, subject_text
from auditor.network.basis import basis, subject_of
from auditor.network.proofs import PROVABLE, provable_subjects
from auditor.network.subjects import CIRCUITS
from auditor.plan import make_plan
from auditor.rules import all_rules
from tests.deployment.estate import SECTION, estate
from tests.deployment.test_faults import AT, BY_DNS, GONE, QUIET, acg

MS = "peerings.1"  # the Microsoft peering in er-1.json, behind the private one
ER1 = ("er-1.json",)
ROUTE = "er-1-routes-primary.json"
BY_ROUTES = ("er-1.json", ROUTE)


def judged(path: Path) -> tuple[Verdict, dict[str, Finding]]:
    inventory = load_inventory(path)
    assert inventory.deployment is not None
    targets, seen = observe_deployment(inventory.deployment, AT, inventory.proofs)
    report = evaluate(make_plan(acg(), targets), seen, AT, AT)
    return report.verdict, {finding.rule: finding for finding in report.findings if finding.rule not in BY_DNS}


def said(path: Path) -> dict[str, str]:
    _, findings = judged(path)
    return {rule: str(finding.outcome) for rule, finding in findings.items() if finding.outcome not in QUIET}


def circuit(path: Path, name: str = "er-1") -> Circuit:
    deployment = load_inventory(path).deployment
    assert deployment is not None
    return next(circuit for circuit in deployment.circuits if circuit.name == name)


def state(path: Path, of: str = "primary") -> str:
    return next(session.state for session in circuit(path).bgp_sessions if session.path == of)


def test_what_is_declared_and_proven_alike_passes_and_says_by_which_file(tmp_path: Path) -> None:
    verdict, findings = judged(estate(tmp_path))
    assert verdict is Verdict.PASS
    assert {rule for rule, finding in findings.items() if finding.outcome not in QUIET} == set()
    assert findings["declaration-contradicted"].outcome == "pass"
    line = findings["asn-not-allowed"].basis[0]
    assert line.startswith(
        "circuits[er-1].asn, circuits[er-1].registry by er-1.json (az network express-route show; SHA-256 "
    )
    rests = " ".join(findings["bgp-session-missing"].basis)
    for name in ("er-1", "er-2"):
        for path in ("primary", "secondary"):
            assert f"circuits[{name}].bgp_sessions[{path}].state by {name}-routes-{path}.json" in rests
    assert findings["gateway-not-allowed"].basis[0].startswith("sites[A].acl by site-a-acl.csv (access list as CSV")
    assert findings["nat-missing"].basis == ("as declared in the inventory",)


CONTRADICTED = {"declaration-contradicted": "warn"}
DOWN = {"bgp-session-missing": "fail", **CONTRADICTED}
OPEN = {"bgp-session-missing": "inconclusive", **CONTRADICTED}
# Title -> files that are named, changes in them, what is said.
FAULTS: dict[str, tuple[tuple[str, ...], dict[str, dict[str, object]], dict[str, str]]] = {
    "a reserved AS number": (ER1, {"er-1.json": {f"{MS}.peerASN": 65515}}, {"asn-not-allowed": "fail", **CONTRADICTED}),
    "no registry": (
        ER1, {"er-1.json": {f"{MS}.microsoftPeeringConfig.routingRegistryName": "NONE"}},
        {"asn-not-allowed": "inconclusive", **CONTRADICTED},
    ),
    "a registry that Microsoft does not ask": (
        ER1, {"er-1.json": {f"{MS}.microsoftPeeringConfig.routingRegistryName": "LEVEL3"}},
        {"asn-not-allowed": "inconclusive", **CONTRADICTED},
    ),
    "private prefixes": (
        ER1, {"er-1.json": {f"{MS}.microsoftPeeringConfig.advertisedPublicPrefixes": ["10.0.0.0/8"]}},
        {"prefix-not-public": "fail", "address-not-advertised": "fail", **CONTRADICTED},
    ),
    "prefixes that are not validated": (
        ER1, {"er-1.json": {f"{MS}.microsoftPeeringConfig.advertisedPublicPrefixesState": "ValidationNeeded"}},
        {"advertised-prefixes-not-accepted": "fail", **CONTRADICTED},
    ),
    "prefixes that are not configured": (
        ER1, {"er-1.json": {f"{MS}.microsoftPeeringConfig.advertisedPublicPrefixesState": "NotConfigured"}},
        {"advertised-prefixes-not-accepted": "fail", **CONTRADICTED},
    ),
    "prefixes of IPv6 that are not validated": (
        ER1, {"er-1.json": {f"{MS}.ipv6PeeringConfig": {"state": "Enabled", "microsoftPeeringConfig": {
            "advertisedPublicPrefixes": ["2a02:100::/32"], "advertisedPublicPrefixesState": "ValidationNeeded"}}}},
        {"advertised-prefixes-not-accepted": "fail", **CONTRADICTED},
    ),
    "a /29 for one session": (
        ER1, {"er-1.json": {f"{MS}.primaryPeerAddressPrefix": "193.5.127.0/29"}},
        {"peering-prefix-invalid": "fail", **CONTRADICTED},
    ),
    "one place for both circuits": (
        ER1, {"er-1.json": {"serviceProviderProperties.peeringLocation": "Geneva"}},
        {"circuit-redundancy-missing": "warn", **CONTRADICTED},
    ),
    "a filter without voice": (
        ("er-1.json", "route-filter.json", "er-2-rest.json"),
        {"route-filter.json": {"rules.0.communities": ["12076:5010"]}},
        {"route-filter-community-missing": "fail", **CONTRADICTED},
    ),
    "a filter that denies": (
        ("er-1.json", "route-filter.json", "er-2-rest.json"), {"route-filter.json": {"rules.0.access": "Deny"}},
        {"route-filter-community-missing": "fail", **CONTRADICTED},
    ),
    "no filter at all": (
        ER1, {"er-1.json": {f"{MS}.routeFilter": GONE}}, {"route-filter-community-missing": "fail", **CONTRADICTED},
    ),
    "no Microsoft peering": (ER1, {"er-1.json": {MS: GONE}}, DOWN),
    "a Microsoft peering that is disabled": (ER1, {"er-1.json": {f"{MS}.state": "Disabled"}}, DOWN),
    "a circuit nobody has provisioned": (
        ER1, {"er-1.json": {"serviceProviderProvisioningState": "NotProvisioned"}}, DOWN,
    ),
    "a circuit that is not enabled": (ER1, {"er-1.json": {"circuitProvisioningState": "Disabled"}}, DOWN),
    "an empty route table": ((ROUTE,), {ROUTE: {"value": []}}, DOWN),
    "no operator's router in the ARP table": (
        ("er-1-arp-primary.json",), {"er-1-arp-primary.json": {"value.0": GONE}}, DOWN,
    ),
    "an operator's router that does not answer": (
        ("er-1-arp-primary.json",), {"er-1-arp-primary.json": {"value.0.macAddress": "Incomplete"}}, DOWN,
    ),
    "routes of Microsoft alone": ((ROUTE,), {ROUTE: {"value.0": GONE}}, OPEN),
    "the route of the other router": ((ROUTE,), {ROUTE: {"value.0.nextHop": "193.5.126.5"}}, OPEN),
    "a route of another neighbour": ((ROUTE,), {ROUTE: {"value.0.path": "65001 3303"}}, OPEN),
    "a route that Microsoft's own address announces": ((ROUTE,), {ROUTE: {"value.0.nextHop": "193.5.126.2"}}, OPEN),
    "a route without an address": ((ROUTE,), {ROUTE: {"value.0.nextHop": "on-link"}}, OPEN),
    "a route of nobody": ((ROUTE,), {ROUTE: {"value.0.nextHop": "", "value.0.path": None}}, OPEN),
}  # fmt: skip


@pytest.mark.parametrize("title", FAULTS)
def test_a_fault_in_evidence_is_found_by_its_rule_whatever_is_declared(title: str, tmp_path: Path) -> None:
    files, changes, expected = FAULTS[title]
    assert said(estate(tmp_path, changes, files=files)) == expected


ACL_FAULTS = {
    "one region is not let in": "action,source,protocol,ports\nallow,52.120.10.0/28,any,5061-65535\n",
    "anybody is let in": "action,source,protocol,ports\nallow,any,any,5061-65535\n",
    "a denial in front": "action,source,protocol,ports\ndeny,52.120.10.3,any,any\nallow,52.120.0.0/15,any,5061-65535\n",
    "nothing is enabled": "action,source,protocol,ports,enabled\nallow,52.120.0.0/15,any,5061-65535,false\n",
    "for other protocols alone": "action,source,protocol,ports\nallow,52.120.0.0/15,icmp,any\n",
    "without TLS as well": "action,source,protocol,ports\nallow,52.120.0.0/15,any,5060-65535\n",
    "for another address": (
        "action,source,protocol,ports,destination\n"
        "allow,52.120.0.0/15,tcp,5061,any\nallow,52.120.0.0/15,udp,any,193.5.199.1\n"
    ),
}


@pytest.mark.parametrize("title", ACL_FAULTS)
def test_a_fault_in_an_access_list_is_found_whatever_is_declared(title: str, tmp_path: Path) -> None:
    path = estate(tmp_path, files=["site-a-acl.csv"], texts={"site-a-acl.csv": ACL_FAULTS[title]})
    assert said(path) == {"gateway-not-allowed": "fail", **CONTRADICTED}


def test_a_community_that_one_rule_denies_is_not_let_through(tmp_path: Path) -> None:
    rules = [
        {"access": access, "communities": ["12076:5250"], "routeFilterRuleType": "Community"}
        for access in ("Allow", "Deny")
    ]
    path = estate(tmp_path, {"route-filter.json": {"rules": rules}})
    assert said(path) == {"route-filter-community-missing": "fail", **CONTRADICTED}


# Title -> what is declared wrongly.
MENDED: dict[str, dict[str, object]] = {
    "another AS number": {"circuits.0.asn": 65515},
    "no AS number": {"circuits.0.asn": GONE},
    "another registry": {"circuits.0.registry": "ARIN"},
    "private prefixes": {"circuits.0.advertised_prefixes": ["10.0.0.0/8"]},
    "prefixes that are not accepted": {"circuits.0.advertised_prefixes_state": "ValidationNeeded"},
    "a session that is down": {"circuits.0.bgp_sessions.1.state": "down"},
    "a session nobody knows of": {"circuits.0.bgp_sessions.1": GONE},
    "no session": {"circuits.0.bgp_sessions": GONE},
    "another prefix": {"circuits.0.bgp_sessions.0.prefix": "193.5.126.8/30"},
    "another subscription": {"circuits.0.subscription_id": "11111111-6d3b-4f0e-9a51-0f5f6c3c7a10"},
    "not a resource id": {"circuits.0.resource_id": GONE},
    "no provider": {"circuits.0.provider": GONE},
    "one place": {"circuits.0.peering_location": "Geneva"},
    "another filter": {"circuits.0.route_filter_communities": ["12076:5010"]},
    "an open access list": {"sites.0.acl": [{"source": "any"}]},
    "no access list": {"sites.0.acl": GONE},
}


@pytest.mark.parametrize("title", MENDED)
def test_evidence_mends_a_wrong_declaration_with_a_warning_and_a_gap_without(title: str, tmp_path: Path) -> None:
    changes = MENDED[title]
    path = estate(tmp_path, declared=changes)
    verdict, _ = judged(path)
    assert said(path) == ({} if GONE in changes.values() else CONTRADICTED)
    assert verdict is Verdict.PASS


def test_the_warning_says_what_is_proven_what_was_declared_and_by_which_file(tmp_path: Path) -> None:
    _, findings = judged(estate(tmp_path, declared={"circuits.0.asn": 65515, "sites.0.acl.0.ports": "any"}))
    lines = [(subject_text(v.subject), v.expected, v.observed) for v in findings["declaration-contradicted"].violations]
    assert lines == [
        ("circuits[er-1].asn", "3303, as in er-1.json", "65515, as declared"),
        (
            "sites[A].acl",
            "5 entries, number 1: allow tcp 5061 from 52.120.10.0/28 to any, as in site-a-acl.csv",
            "4 entries, number 1: allow tcp any from 52.120.10.0/28 to any, as declared",
        ),
    ]


def test_long_lists_are_told_in_short(tmp_path: Path) -> None:
    many = [f"193.{number}.0.0/16" for number in range(20, 40)]
    path = estate(tmp_path, {"er-1.json": {f"{MS}.microsoftPeeringConfig.advertisedPublicPrefixes": many}}, files=ER1)
    (proof,) = [p for p in load_inventory(path).proofs if p.subject == CIRCUITS.named("er-1").at("advertised_prefixes")]
    assert (proof.proven or "").endswith("193.24.0.0/16 and 15 more")
    assert proof.declared == "193.5.122.0/23"


def test_case_order_and_spelling_are_no_contradiction(tmp_path: Path) -> None:
    declared: dict[str, object] = {
        "circuits.0.provider": "EXAMPLE CARRIER",
        "circuits.0.peering_location": "zurich",
        "circuits.0.subscription_id": "8D1F3D2E-6D3B-4F0E-9A51-0F5F6C3C7A10",
        "circuits.0.advertised_prefixes": ["193.5.122.0-193.5.123.255"],
        "sites.0.acl.0.source": "52.120.10.0-52.120.10.15",
    }
    assert said(estate(tmp_path, declared=declared)) == {}


def test_a_circuit_in_good_order_does_not_prove_that_its_sessions_are_established(tmp_path: Path) -> None:
    path = estate(tmp_path, files=ER1, declared={"circuits.0.bgp_sessions": GONE})
    assert state(path) == "unknown"
    assert said(path) == {"bgp-session-missing": "inconclusive"}


def test_an_arp_table_with_the_operators_router_proves_nothing(tmp_path: Path) -> None:
    path = estate(tmp_path, files=["er-1-arp-primary.json"], declared={"circuits.0.bgp_sessions.0.state": "unknown"})
    assert load_inventory(path).proofs == ()
    assert said(path) == {"bgp-session-missing": "inconclusive"}


WHOLE = {"circuits.0.bgp_sessions.0.prefix": "193.5.126.0/29", "circuits.0.bgp_sessions.1.prefix": "193.5.126.0/29"}


def test_the_halves_of_a_subnet_of_both_sessions_are_no_contradiction(tmp_path: Path) -> None:
    assert said(estate(tmp_path, declared=dict(WHOLE))) == {}


def test_an_export_may_name_one_subnet_for_both_sessions(tmp_path: Path) -> None:
    changes = {"er-1.json": {f"{MS}.{end}PeerAddressPrefix": "193.5.126.0/29" for end in ("primary", "secondary")}}
    assert said(estate(tmp_path, changes, files=ER1)) == {}


@pytest.mark.parametrize(("hop", "expected"), [("193.5.126.5", "established"), ("193.5.126.1", "unknown")])
def test_in_a_subnet_of_both_sessions_each_router_has_the_first_address_of_its_half(
    hop: str, expected: str, tmp_path: Path
) -> None:
    route = ROUTE.replace("primary", "secondary")
    path = estate(tmp_path, {route: {"value.0.nextHop": hop}}, files=[route], declared=dict(WHOLE))
    inventory = load_inventory(path).deployment
    assert inventory
    assert inventory.circuits[0].bgp_sessions[1].state == expected


def test_another_half_is_a_contradiction(tmp_path: Path) -> None:
    declared: dict[str, object] = {**WHOLE, "circuits.0.bgp_sessions.1.prefix": "193.5.126.0/30"}
    assert said(estate(tmp_path, declared=declared)) == CONTRADICTED


@pytest.mark.parametrize("gap", ["asn", "bgp_sessions.0.prefix"])
def test_without_as_number_or_prefix_no_route_can_be_told_to_be_the_peers(gap: str, tmp_path: Path) -> None:
    path = estate(tmp_path, files=[ROUTE], declared={f"circuits.0.{gap}": GONE})
    assert state(path) == "unknown"


def test_prefix_and_as_number_of_one_file_explain_the_routes_of_another(tmp_path: Path) -> None:
    changes: dict[str, dict[str, object]] = {
        "er-1.json": {f"{MS}.peerASN": 3320, f"{MS}.primaryPeerAddressPrefix": "193.5.125.0/30"},
        ROUTE: {"value.0.nextHop": "193.5.125.1*", "value.0.path": "3320 3320 I\n   "},
    }
    path = estate(tmp_path, changes, files=BY_ROUTES)
    assert state(path) == "established"
    assert said(path) == CONTRADICTED


def test_a_session_of_ipv6_is_told_the_same_way(tmp_path: Path) -> None:
    changes: dict[str, dict[str, object]] = {ROUTE: {"value.0.nextHop": "2a02:100::1"}}
    path = estate(tmp_path, changes, files=[ROUTE], declared={"circuits.0.bgp_sessions.0.prefix": "2a02:100::/126"})
    assert state(path) == "established"


def test_every_file_of_the_golden_section_proves_something_or_is_the_arp_table(tmp_path: Path) -> None:
    named = {proof.file for proof in load_inventory(estate(tmp_path)).proofs}
    assert named == {entry["file"] for entry in SECTION} - {"er-1-arp-primary.json", "er-1-peerings.json"}


def test_rules_rest_on_what_can_be_proven_and_on_all_of_it(tmp_path: Path) -> None:
    rests = {part for rule in all_rules().values() for part in rule.rests_on if rule.id != "declaration-contradicted"}
    assert rests == set(PROVABLE)
    for proof in load_inventory(estate(tmp_path)).proofs:
        seen = DeploymentSeen(target="x", at=AT, declared=Deployment(deployment=Resource()), proofs=(proof,))
        assert len(basis([seen], PROVABLE)) == 2, proof.subject


def test_proofs_that_an_older_version_wrote_name_their_subject_as_text_and_are_matched_by_it(tmp_path: Path) -> None:
    inventory = load_inventory(estate(tmp_path))
    assert inventory.deployment is not None
    for proof in inventory.proofs:
        assert isinstance(proof.subject, DeclaredSubject)
        old = Proof.model_validate_json(
            proof.model_copy(update={"subject": subject_text(proof.subject)}).model_dump_json()
        )
        assert old.subject == subject_text(proof.subject)
        assert subject_of(old, inventory.deployment) == subject_of(proof, inventory.deployment) == proof.subject


@pytest.mark.parametrize("name", ["a].asn", "a].bgp_sessions[primary", "[", "a, b and c", " to ", "er-1].registry"])
def test_whatever_a_name_holds_the_text_of_an_old_proof_means_one_thing(name: str) -> None:
    for subject in provable_subjects([name, "a", "er-1"], ["a", name]):
        declared = Deployment(
            deployment=Resource(),
            circuits=tuple(Circuit(name=one) for one in (name, "a", "er-1")),
            sites=tuple(Site(name=one) for one in ("a", name)),
        )
        old = Proof(subject=subject_text(subject), file="f", kind="k", sha256="ab" * 32)
        assert subject_of(old, declared) == subject


def test_an_old_proof_of_something_that_is_not_declared_stays_a_text() -> None:
    old = Proof(subject="circuits[gone].asn", file="f", kind="k", sha256="ab" * 32)
    assert subject_of(old, Deployment(deployment=Resource())) == Named(name="circuits[gone].asn")
