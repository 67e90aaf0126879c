"""Deployments that comply, and each with one fault: the rule that should find it does, and no other says anything."""

import copy
import json
import time
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.evaluate import evaluate
from auditor.inputs.documents.yaml import read_yaml
from auditor.inputs.inventory.declared_deployment import BY_DNS as DNS_KINDS
from auditor.inputs.inventory.declared_deployment import observe_deployment
from auditor.inputs.inventory.read import load_inventory
from auditor.model.deployment import DeclaredEndpoint, Deployment
from auditor.model.finding import Finding, Outcome
from auditor.model.policy import Policy
from auditor.model.report import Verdict
from auditor.network.addresses import is_range, parse_range
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.rules import all_rules

INVENTORIES = Path(__file__).parent / "inventories"
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
GOLDEN = ("maps", "expressroute", "lab")
RULES = {rule.id for rule in all_rules().values() if rule.observation_kind == "deployment"}
BY_DNS = {rule.id for rule in all_rules().values() if rule.observation_kind in DNS_KINDS}
GONE = object()
QUIET = {Outcome.PASS, Outcome.NOT_APPLICABLE}


@cache
def acg() -> Policy:
    """The shipped policy with a list of ExpressRoute partners, so a declared partner is proven."""
    return load_policy(str(Path(__file__).parent / "acg-with-partners.yaml"))


def golden(name: str) -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(INVENTORIES / f"{name}.yaml").data
    return copy.deepcopy(data)


def judged(path: Path) -> tuple[Verdict, dict[str, Finding]]:
    declared = load_inventory(path).deployment
    assert declared is not None
    return judge(declared)


def endpoints_of(declared: Deployment) -> tuple[DeclaredEndpoint, ...]:
    """An endpoint at each address or name of items 2 and 5: at the first address of a range."""
    found = []
    for site in declared.sites:
        for item in site.signaling_destination:
            address = str(ip_address(parse_range(item).first)) if is_range(item) else None
            host = address or item
            addresses = (address,) if address else ()
            one = DeclaredEndpoint(name=f"{site.name} {item}", host=host, addresses=addresses, port=5061,
                                   service="sip", site=site.name)  # fmt: skip
            found.append(one)
    return tuple(found)


def judge(declared: Deployment) -> tuple[Verdict, dict[str, Finding]]:
    targets, seen = observe_deployment(declared, AT, endpoints=endpoints_of(declared))
    report = evaluate(make_plan(acg(), targets), seen, AT, AT)
    findings = {finding.rule: finding for finding in report.findings}
    assert {findings.pop(rule).outcome for rule in BY_DNS} == {Outcome.NOT_TESTED}
    return report.verdict, findings


@pytest.mark.parametrize("name", GOLDEN)
def test_a_deployment_that_complies_passes_and_leaves_nothing_open(name: str) -> None:
    verdict, findings = judged(INVENTORIES / f"{name}.yaml")
    assert {rule: finding for rule, finding in findings.items() if finding.outcome not in QUIET} == {}
    assert set(findings) == RULES
    assert verdict is Verdict.PASS


def test_a_declared_partner_is_no_pass_without_a_list(tmp_path: Path) -> None:
    file = tmp_path / "inventory.yaml"
    file.write_text(json.dumps(golden("expressroute")), encoding="utf-8")
    declared = load_inventory(file).deployment
    assert declared is not None
    targets, seen = observe_deployment(declared, AT)
    report = evaluate(make_plan(load_policy("acg"), targets), seen, AT, AT)
    (found,) = [finding for finding in report.findings if finding.rule == "circuit-provider-undeclared"]
    assert found.outcome is Outcome.WARN
    assert all(warning.unproven for warning in found.warnings)
    assert [warning.observed for warning in found.warnings] == [
        "declared: Example Carrier at Zurich", "declared: Example Carrier at Geneva",
    ]  # fmt: skip


def put(data: Any, path: str, value: object) -> None:
    """Change what stands at ``sites.0.media``; GONE takes it away."""
    *way, last = (int(word) if word.isdigit() else word for word in path.split("."))
    for word in way:
        data = data[word]
    if value is GONE:
        del data[last]
    else:
        data[last] = value


DIRECT = {"connection_type": "public_internet", "reason": "No MAPS Voice here"}
# Title -> golden, changes, the rules that say something and how.
FAULTS: dict[str, tuple[str, dict[str, object], dict[str, str]]] = {
    "Operator Connect over a VPN in production": (
        "maps",
        {
            "links.0": {"site": "A", "region": "one", **DIRECT, "connection_type": "vnet_injection", "over": "vpn"},
        },
        {"connection-type-unsupported": "fail", "circuit-redundancy-missing": "fail"},
    ),
    "no type of connection": ("lab", {"links.0.connection_type": GONE}, {
        "connection-type-unsupported": "fail", "connection-type-not-recommended": "inconclusive",
        "bfd-missing": "inconclusive", "address-not-advertised": "inconclusive",
    }),
    "Operator Connect over the Internet in production": (
        "maps",
        {"links.0": {"site": "A", "region": "one", **DIRECT}},
        {"connection-type-unsupported": "fail", "connection-type-not-recommended": "warn"},
    ),
    "Direct Routing over the Internet in production": (
        "expressroute",
        {"links.0": {"site": "A", "region": "one", **DIRECT}},
        {"connection-type-not-recommended": "warn"},
    ),
    "another connection without a reason": (
        "expressroute", {"links.0.reason": GONE}, {"connection-type-not-recommended": "warn"},
    ),
    "no service": ("lab", {"deployment.services": GONE}, {
        "connection-type-unsupported": "inconclusive", "zoom-address-invalid": "inconclusive",
    }),
    "a leg of the mesh is missing": ("maps", {"links.1": GONE}, {"region-site-link-missing": "fail"}),
    "a region without a link": (
        "maps", {"links.3": GONE, "links.1": GONE},
        {"region-without-link": "fail", "region-site-link-missing": "fail"},
    ),
    "two sites in one place": ("maps", {"sites.1.location": "zurich"}, {"site-redundancy-missing": "fail"}),
    "a site nobody knows where": ("maps", {"sites.1.location": GONE}, {"site-redundancy-missing": "inconclusive"}),
    "one site": (
        "maps", {"sites.1": GONE, "links.3": GONE, "links.2": GONE, "cross_connects": GONE},
        {
            "site-redundancy-missing": "fail", "address-missing": "fail", "cross-connect-missing": "fail",
            "region-site-link-missing": "fail",
        },
    ),
    "no cross-connect": ("maps", {"cross_connects": GONE}, {"cross-connect-missing": "fail"}),
    "regions of two geographies": ("maps", {"regions.1.azure_region": "East US"}, {"region-pair-invalid": "fail"}),
    "one region twice": ("maps", {"regions.1.azure_region": "West Europe"}, {"region-pair-invalid": "fail"}),
    "a region of nowhere": ("maps", {"regions.1.azure_region": GONE}, {"region-pair-invalid": "inconclusive"}),
    "a lab without a link": (
        "lab", {"links": []},
        {
            "lab-deployment-invalid": "fail", "region-without-link": "fail", "connection-type-unsupported": "fail",
            "connection-type-not-recommended": "inconclusive", "bfd-missing": "inconclusive",
            "address-not-advertised": "inconclusive",
        },
    ),
    "the remote region first": (
        "maps",
        {"sites.0.routes": [{"region": "two", "priority": 1}, {"region": "one", "priority": 2}]},
        {"route-not-local-first": "fail"},
    ),
    "both regions alike": (
        "maps",
        {"sites.0.routes": [{"region": "two", "priority": 1}, {"region": "one", "priority": 1}]},
        {"route-not-local-first": "fail"},
    ),
    "both sites in one region": (
        "maps",
        {
            "sites.1.local_region": "one",
            "sites.1.routes": [{"region": "one", "priority": 1}, {"region": "two", "priority": 2}],
        },
        {"route-not-local-first": "fail"},
    ),
    "routes that are not declared": ("lab", {"sites.0.routes": GONE}, {"route-not-local-first": "inconclusive"}),
    "no failover": ("maps", {"sites.0.routes.1": GONE}, {"route-failover-missing": "fail"}),
    "the other region before a second peer of the local one": (
        "maps",
        {"sites.0.routes": [
            {"region": "one", "priority": 1}, {"region": "two", "priority": 2}, {"region": "one", "priority": 3},
        ]},
        {"route-failover-missing": "fail"},
    ),
    "hunting after busy here": ("maps", {"sites.0.retry_on": [408, 486, 503, 504]}, {"route-failover-missing": "fail"}),
    "no OPTIONS": ("maps", {"sites.0.options_interval_seconds": GONE}, {"route-failover-missing": "inconclusive"}),
    "OPTIONS every ten minutes": (
        "maps", {"sites.0.options_interval_seconds": 600}, {"route-failover-missing": "fail"},
    ),
    "another base domain": ("lab", {"deployment.base_domain": "voice.example.net"}, {
        "base-domain-invalid": "fail", "region-hostname-invalid": "fail",
    }),
    "no base domain": ("lab", {"deployment.base_domain": GONE}, {
        "base-domain-invalid": "fail", "region-hostname-invalid": "inconclusive",
    }),
    "a name that faces Teams": (
        "maps", {"regions.0.hostname": "1-r1.example-7f3a.commsgw.azure.com"}, {"region-hostname-invalid": "fail"},
    ),
    "the name that Zoom was given": (
        "maps", {"regions.1.service_facing": ["r1.example-7f3a.commsgw.azure.com"]},
        {"region-hostname-invalid": "fail"},
    ),
    "the range that Zoom was given": (
        "maps", {"regions.1.service_facing": ["52.120.20.0/28"]}, {"gateway-range-invalid": "warn"},
    ),
    "one name for two regions": (
        "maps", {"regions.1.hostname": "r1.example-7f3a.commsgw.azure.com"}, {"region-hostname-invalid": "fail"},
    ),
    "a region without a name": ("maps", {"regions.1.hostname": GONE}, {"region-hostname-invalid": "fail"}),
    "no source of signaling": ("lab", {"sites.0.signaling_source": GONE}, {"address-missing": "fail"}),
    "no media": ("lab", {"sites.0.media": []}, {"address-missing": "fail"}),
    "private addresses": ("lab", {"sites.0.media": ["10.1.2.3"]}, {"address-not-public": "fail"}),
    "shared addresses": ("lab", {"sites.0.media": ["100.64.0.1"]}, {"address-not-public": "fail"}),
    "addresses of the documentation": ("lab", {"sites.0.media": ["203.0.113.0/28"]}, {"address-not-public": "fail"}),
    "an address of IPv6": ("lab", {"sites.0.media": ["2a01:111::1"]}, {"address-not-ipv4": "fail"}),
    "an address of both sites": ("maps", {"sites.1.media": ["193.5.122.9"]}, {"address-overlap": "fail"}),
    "an address of the gateway": ("lab", {"sites.0.media": ["52.120.10.3"]}, {"address-overlap": "fail"}),
    "a part of the gateway's range": ("lab", {"regions.0.media_ranges": ["52.120.10.0/29"]}, {
        "gateway-range-invalid": "warn",
    }),
    "a gateway that has half of the Internet": ("lab", {"regions.0.media_ranges": ["32.0.0.0-49.255.255.255"]}, {
        "gateway-range-invalid": "fail", "gateway-not-allowed": "fail",
    }),
    "ranges that came from nobody": ("lab", {"regions.0.ranges_from": GONE}, {"gateway-range-invalid": "warn"}),
    "an address that MAPS Voice does not carry": (
        "maps", {"sites.1.media": ["185.40.4.0/29"]}, {"address-not-advertised": "fail"},
    ),
    "an address that only the peering of another place carries": (
        "maps", {"maps.1.address_ranges": ["193.5.122.0/24"]}, {"address-not-advertised": "fail"},
    ),
    "an address that the circuit does not carry": (
        "expressroute", {"circuits.1.advertised_prefixes": ["193.5.122.0/24"]}, {"address-not-advertised": "fail"},
    ),
    "a NAT pool that the circuit does not carry": (
        "expressroute", {"sites.1.nat.pool": ["185.40.4.0/28"]}, {"address-not-advertised": "fail"},
    ),
    "a circuit that advertises nothing that is declared": (
        "expressroute", {"circuits.1.advertised_prefixes": GONE},
        {
            "address-not-advertised": "inconclusive", "prefix-not-public": "inconclusive",
            "advertised-prefixes-excessive": "inconclusive", "prefix-advertised-twice": "inconclusive",
        },
    ),
    "one NAT pool for two sites": (
        "expressroute", {"sites.0.nat": {"pool": ["193.5.123.16/28"], "managed_by": "operator"}},
        {"address-overlap": "fail"},
    ),
    "a NAT pool of shared addresses over MAPS Voice": (
        "maps", {"sites.0.nat": {"pool": ["100.64.3.0/28"], "managed_by": "operator"}}, {"nat-missing": "fail"},
    ),
    "provisioning from a private network": (
        "maps", {"deployment.provisioning.source_ranges": ["10.1.2.3"]}, {"provisioning-not-https": "fail"},
    ),
    "media are not let in": ("maps", {"sites.0.acl.3": GONE}, {"gateway-not-allowed": "fail"}),
    "one region is let in at one site": ("maps", {"sites.1.acl.2": GONE}, {"gateway-not-allowed": "fail"}),
    "anybody is let in": ("lab", {"sites.0.acl": [{"source": "any"}]}, {"gateway-not-allowed": "fail"}),
    "SIP without TLS is let in": (
        "lab", {"sites.0.acl.0": {"source": "52.120.10.0/28", "protocol": "tcp", "ports": "5060-5061"}},
        {"gateway-not-allowed": "fail"},
    ),
    "something is denied before": (
        "lab", {"sites.0.acl.0": {"action": "deny", "source": "52.120.10.4", "protocol": "tcp", "ports": "any"}},
        {"gateway-not-allowed": "fail"},
    ),
    "the Internet is let in by 256 entries": (
        "lab", {"sites.0.acl": [
            *({"source": f"{n}.0.0.0/8", "protocol": "tcp", "ports": "5061"} for n in range(256)),
            {"source": "52.120.10.0/28", "protocol": "udp", "ports": "16384-23983"},
        ]},
        {"gateway-not-allowed": "fail"},
    ),
    "another source that nobody has confirmed": (
        "maps", {"sites.0.acl.3": {"source": "52.120.20.0/27", "protocol": "udp", "ports": "16384-23983"}},
        {"gateway-not-allowed": "warn"},
    ),
    "an entry behind a denial of everything": (
        "lab", {"sites.0.acl": [
            {"source": "52.120.10.0/28", "protocol": "tcp", "ports": "5061"},
            {"source": "52.120.10.0/28", "protocol": "udp", "ports": "16384-23983"},
            {"action": "deny", "source": "any"}, {"source": "any"},
        ]},
        {"access-list-entry-dead": "warn"},
    ),
    "no access list": ("lab", {"sites.0.acl": GONE}, {"gateway-not-allowed": "inconclusive"}),
    "addresses of Microsoft": ("lab", {"regions.0.service_side": ["52.112.0.0/14"]}, {"address-superfluous": "warn"}),
    "no confirmation": ("maps", {"attestations.0": GONE}, {"attestation-missing": "fail"}),
    "no confirmation of what is advised": ("maps", {"attestations.1": GONE}, {"attestation-missing": "warn"}),
    "a lab without a confirmation": ("lab", {"attestations": []}, {"attestation-missing": "fail"}),
    "Zoom was not given its addresses": ("expressroute", {"attestations.4": GONE}, {"attestation-missing": "fail"}),
    "addresses towards Zoom that are not declared": (
        "expressroute", {"regions.1.service_media": GONE}, {"zoom-address-invalid": "fail"},
    ),
    "items 14 to 19 in one list": (
        "expressroute",
        {
            "regions.0.service_facing": ["52.120.30.0/28"], "regions.0.service_media": GONE,
            "regions.0.service_signaling_source": GONE, "regions.0.service_signaling_destination": GONE,
        },
        {"zoom-address-invalid": "inconclusive"},
    ),
    "video as anything": ("expressroute", {"qos.video": 0}, {"dscp-not-as-required": "fail"}),
    "video that is not declared": ("expressroute", {"qos.video": GONE}, {"dscp-not-as-required": "warn"}),
    "nobody knows of a queue for voice": ("expressroute", {"attestations.1": GONE}, {"attestation-missing": "warn"}),
    "a confirmation of tomorrow": ("maps", {"attestations.0.date": "2026-11-21"}, {"attestation-missing": "fail"}),
    "an old confirmation": ("maps", {"attestations.0.date": "2023-11-21"}, {"attestation-missing": "fail"}),
    "SIP over TCP": ("lab", {"sites.0.sip_transport": "tcp"}, {"sip-transport-not-tls": "fail"}),
    "a transport nobody knows": ("lab", {"sites.0.sip_transport": GONE}, {"sip-transport-not-tls": "inconclusive"}),
    "the Mobile Control Point over TCP": (
        "maps", {"deployment.mobile_control_point_transport": "tcp"}, {"sip-transport-not-tls": "fail"},
    ),
    "provisioning over http": (
        "maps", {"deployment.provisioning.url": "http://provapi.example-7f3a.commsgw.azure.com/"},
        {"provisioning-not-https": "fail"},
    ),
    "provisioning from anywhere": (
        "maps", {"deployment.provisioning.source_ranges": []}, {"provisioning-not-https": "warn"},
    ),
    "emergency calls to the gateway": (
        "lab", {"deployment.dial_plan.emergency_calls_to_gateway": True}, {"dial-plan-invalid": "fail"},
    ),
    "local numbers": ("lab", {"deployment.dial_plan.e164": False}, {"dial-plan-invalid": "fail"}),
    "no dial plan": ("lab", {"deployment.dial_plan": GONE}, {"dial-plan-invalid": "inconclusive"}),
    "renewal by hand": ("lab", {"deployment.certificate_renewal": "manual"}, {"renewal-not-automated": "warn"}),
    "no BFD": ("maps", {"links.0.bfd_interval_ms": GONE}, {"bfd-missing": "fail"}),
    "slow BFD without a reason": ("maps", {"links.3.bfd_reason": GONE}, {"bfd-missing": "fail"}),
    "a circuit of nobody": (
        "expressroute", {"circuits.0.subscription_id": GONE}, {"circuit-subscription-invalid": "fail"},
    ),
    "a circuit of another subscription": (
        "expressroute", {"circuits.0.subscription_id": "11111111-6d3b-4f0e-9a51-0f5f6c3c7a10"},
        {"circuit-subscription-invalid": "fail"},
    ),
    "a gateway in the place of a circuit": (
        "expressroute",
        {"circuits.0.resource_id": (
            "/subscriptions/8d1f3d2e-6d3b-4f0e-9a51-0f5f6c3c7a10/resourceGroups/voice"
            "/providers/Microsoft.Network/virtualNetworkGateways/er-1"
        )},
        {"circuit-subscription-invalid": "fail"},
    ),
    "a provider that is no partner": (
        "expressroute", {"circuits.0.provider_is_partner": False}, {"circuit-provider-undeclared": "fail"},
    ),
    "a partner at another location": (
        "expressroute", {"circuits.0.peering_location": "Berne"}, {"circuit-provider-undeclared": "warn"},
    ),
    "no connectivity model": (
        "expressroute", {"circuits.0.connectivity_model": GONE}, {"circuit-provider-undeclared": "warn"},
    ),
    "one BGP session": ("expressroute", {"circuits.0.bgp_sessions.1": GONE}, {"bgp-session-missing": "fail"}),
    "a BGP session that is down": (
        "expressroute", {"circuits.0.bgp_sessions.1.state": "down"}, {"bgp-session-missing": "fail"},
    ),
    "two circuits in one place": ("expressroute", {"circuits.1.peering_location": "Zurich"}, {
        "circuit-redundancy-missing": "warn",
    }),
    "two circuits, and every link over one of them": (
        "expressroute", {"links.2.circuit": "er-1", "links.3.circuit": "er-1"}, {"circuit-redundancy-missing": "warn"},
    ),
    "a link that does not say which circuit it runs over": (
        "expressroute", {"links.2.circuit": "er-1", "links.3.circuit": GONE},
        {"circuit-redundancy-missing": "inconclusive"},
    ),
    "a private prefix": (
        "expressroute", {"circuits.0.advertised_prefixes": ["10.0.0.0/8"]},
        {"prefix-not-public": "fail", "address-not-advertised": "fail"},
    ),
    "a default route": ("expressroute", {"circuits.0.advertised_prefixes": ["0.0.0.0/0"]}, {
        "prefix-not-public": "fail", "prefix-advertised-twice": "fail",
    }),
    "a peering of eight addresses": (
        "expressroute", {"circuits.0.bgp_sessions.0.prefix": "193.5.127.0/29"}, {"peering-prefix-invalid": "fail"},
    ),
    "one prefix for two sessions": (
        "expressroute", {"circuits.0.bgp_sessions.0.prefix": "193.5.126.8/30"}, {"peering-prefix-invalid": "fail"},
    ),
    "too many prefixes": (
        "expressroute",
        {"circuits.0.advertised_prefixes": [f"193.{5 + number // 250}.{number % 250}.0/24" for number in range(201)],
         "circuits.0.internet_prefixes": []},
        {"advertised-prefixes-excessive": "fail"},
    ),
    "a reserved AS number": ("expressroute", {"circuits.0.asn": 65515}, {"asn-not-allowed": "fail"}),
    "a private AS number": ("expressroute", {"circuits.0.asn": 64600}, {"asn-not-allowed": "warn"}),
    "a prefix on the Internet as well": (
        "expressroute", {"circuits.0.internet_prefixes": ["193.5.122.0/24"]}, {"prefix-advertised-twice": "fail"},
    ),
    "the NAT pool on the Internet": (
        "expressroute", {"circuits.0.internet_prefixes": ["193.5.120.0/21"]}, {"prefix-advertised-twice": "fail"},
    ),
    "prefixes that Microsoft has not accepted": (
        "expressroute", {"circuits.0.advertised_prefixes_state": "ValidationNeeded"},
        {"advertised-prefixes-not-accepted": "fail"},
    ),
    "prefixes of which Microsoft says nothing": (
        "expressroute", {"circuits.0.advertised_prefixes_state": GONE},
        {"advertised-prefixes-not-accepted": "not-tested"},
    ),
    "a session nobody knows of": (
        "expressroute", {"circuits.0.bgp_sessions.1.state": GONE}, {"bgp-session-missing": "inconclusive"},
    ),
    "a route filter without voice": (
        "expressroute", {"circuits.0.route_filter_communities": ["12076:5010"]},
        {"route-filter-community-missing": "fail"},
    ),
    "no NAT": ("expressroute", {"sites.1.nat": GONE}, {"nat-missing": "fail"}),
    "a private pool": ("expressroute", {"sites.1.nat.pool": ["10.9.0.0/28"]}, {"nat-missing": "fail"}),
    "voice without a queue": ("expressroute", {"qos.voice": 0}, {"dscp-not-as-required": "fail"}),
    "signaling that is rewritten": ("expressroute", {"qos.signaling": 24}, {"dscp-not-as-required": "warn"}),
    "no marking": ("expressroute", {"qos": GONE}, {"dscp-not-as-required": "inconclusive"}),
    "both interconnects on one router": ("maps", {"maps.0.connections.1.router": "edge-1"}, {
        "maps-requirement-unmet": "fail",
    }),
    "unequal interconnects": (
        "maps", {"maps.0.connections.1.bandwidth_mbps": 1000}, {"maps-requirement-unmet": "fail"},
    ),
    "interconnects in one place": ("maps", {"maps.1": GONE}, {"maps-requirement-unmet": "warn"}),
    "less bandwidth at the second place": (
        "maps", {"maps.1.connections.0.bandwidth_mbps": 1000, "maps.1.connections.1.bandwidth_mbps": 1000},
        {"maps-requirement-unmet": "warn"},
    ),
    "a stateful firewall": ("maps", {"maps.0.stateful_firewall": True}, {"maps-requirement-unmet": "fail"}),
    "a long AS path": ("maps", {"maps.0.as_path_length": 4}, {"maps-requirement-unmet": "fail"}),
    "no community": ("maps", {"maps.0.communities": GONE}, {"maps-requirement-unmet": "fail"}),
    "MAPS of nobody": ("maps", {"maps": GONE}, {
        "maps-requirement-unmet": "inconclusive", "address-not-advertised": "inconclusive",
    }),
}  # fmt: skip


@pytest.mark.parametrize("title", FAULTS)
def test_one_fault_is_found_by_its_rule_and_by_no_other(title: str, tmp_path: Path) -> None:
    name, changes, expected = FAULTS[title]
    data = golden(name)
    for path, value in changes.items():
        put(data, path, value)
    file = tmp_path / "inventory.yaml"
    file.write_text(json.dumps(data), encoding="utf-8")
    verdict, findings = judged(file)
    said = {rule: str(finding.outcome) for rule, finding in findings.items() if finding.outcome not in QUIET}
    assert said == expected, {rule: (findings[rule].violations, findings[rule].doubts) for rule in said}
    assert (verdict is Verdict.FAIL) == ("fail" in said.values())


def test_there_is_a_fault_for_every_rule() -> None:
    assert len(FAULTS) >= 40
    found = {rule for _, _, expected in FAULTS.values() for rule in expected}
    # What a declaration is contradicted by is a file: tests/deployment/test_proofs.py; endpoints: test_endpoints.py.
    assert found == RULES - {"declaration-contradicted", "endpoint-address-undeclared", "endpoint-missing"}


def test_nothing_declared_passes_nothing_that_has_to_be_declared() -> None:
    verdict, findings = judge(Deployment.model_validate({"deployment": {}}))
    assert verdict is Verdict.FAIL
    passed = {rule for rule, finding in findings.items() if finding.outcome is Outcome.PASS}
    assert passed == {"address-superfluous"}


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_part_of_a_deployment_gives_one_finding_a_check_whatever_the_order(data: st.DataObject) -> None:
    declared = golden(data.draw(st.sampled_from(GOLDEN)))
    declared = {key: value for key, value in declared.items() if key in Deployment.model_fields}
    for section in sorted(set(declared) - {"deployment"}):
        if data.draw(st.booleans()):
            if isinstance(declared[section], list):
                declared[section] = data.draw(st.permutations(declared[section]))
                if data.draw(st.booleans()):
                    declared[section] = declared[section][1:]
            else:
                del declared[section]
    _, findings = judge(Deployment.model_validate(declared))
    assert set(findings) == RULES
    turned = {k: v[::-1] if isinstance(v, list) else v for k, v in declared.items()}
    _, again = judge(Deployment.model_validate(turned))
    assert {rule: f.outcome for rule, f in findings.items()} == {rule: f.outcome for rule, f in again.items()}
    assert not any("report this as a bug" in doubt.reason for finding in findings.values() for doubt in finding.doubts)


def test_a_thousand_sites_are_judged_within_seconds_and_what_is_missing_is_not_listed_without_end() -> None:
    data = golden("maps")
    site = data["sites"][0]
    data["sites"] = [
        {**site, "name": f"site {n}", "media": [f"11.{n // 250}.{n % 250}.0/29"], "signaling_source": ["193.5.122.1"]}
        for n in range(1000)
    ]
    data |= {"links": [], "cross_connects": [{"sites": ["site 0", "site 1"]}]}
    started = time.monotonic()
    _, findings = judge(Deployment.model_validate({k: v for k, v in data.items() if k in Deployment.model_fields}))
    assert time.monotonic() - started < 20
    assert len(findings["address-overlap"].violations) == 1998  # at both sites of each pair
    missing = findings["cross-connect-missing"].violations
    assert len(missing) == 101
    assert missing[-1].observed == f"none for {1000 * 999 // 2 - 1 - 100} more pairs of sites"
