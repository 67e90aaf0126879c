"""Endpoints joined with the declaration, from inventory and command line to the finding; nothing is connected."""

import json
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

import auditor
from auditor import pipeline
from auditor.errors import InputErrors
from auditor.inputs.targets import listed_endpoints
from auditor.model.observation import DeploymentSeen
from auditor.model.target import ServerTarget, Service
from auditor.network.addresses import Range
from auditor.network.endpoints import Spans
from testbed.resolver import asks, reply, resolver
from tests.deployment.test_faults import AT, acg, golden

RULES = ("endpoint-address-undeclared", "endpoint-missing")
A = {"name": "a", "address": "sbc-a.example.net:5061", "site": "A"}
B = {"name": "b", "address": "193.5.123.1:5061", "site": "B"}
OFFLINE = auditor.CollectSettings(offline=True)


def written(folder: Path, data: dict[str, Any]) -> Path:
    path = folder / "inventory.yaml"
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    return path


def outcomes(folder: Path, endpoints: list[dict[str, str]], targets: tuple[str, ...] = ()) -> dict[str, str]:
    inventory = auditor.load_inventory(
        written(folder, {**golden("maps"), **({"endpoints": endpoints} if endpoints else {})})
    )
    report = auditor.audit(targets, acg(), inventory=inventory, settings=OFFLINE, at=AT)
    return {found.rule: str(found.outcome) for found in report.findings if found.rule in RULES}


def both(undeclared: str, missing: str) -> dict[str, str]:
    return dict(zip(RULES, (undeclared, missing), strict=True))


# Title -> endpoints, targets of the command line, what the two rules say.
CASES: dict[str, tuple[list[dict[str, str]], tuple[str, ...], dict[str, str]]] = {
    "one at each site": ([A, B], (), both("pass", "pass")),
    "none at all": ([], (), both("not-tested", "not-tested")),
    "none at the second site": ([A], (), both("pass", "not-tested")),
    "one of the second site on the command line": ([A], ("193.5.123.1:5061",), both("pass", "pass")),
    "both on the command line": ([], ("SBC-A.example.net.:5061", "sips://193.5.123.1"), both("pass", "pass")),
    "a stranger on the command line": ([A, B], ("sips://193.5.9.9:5061",), both("inconclusive", "pass")),
    "the second site at the first one's name": (
        [A, {**B, "address": "sbc-a.example.net:5062", "service": "sip"}], (), both("fail", "inconclusive"),
    ),
    "at another address": ([A, {**B, "address": "193.5.123.2:5061"}], (), both("fail", "not-tested")),
    "at a name that nobody looked up": (
        [A, {**B, "address": "b.example.net:5061"}], (), both("inconclusive", "inconclusive"),
    ),
    "by address, with the name as server name": (
        [{**A, "address": "193.5.122.1:5061", "server_name": "SBC-A.example.net."}, B], (), both("pass", "pass"),
    ),
    "by address alone": ([{**A, "address": "193.5.122.1:5061"}, B], (), both("inconclusive", "inconclusive")),
    "on a port that is taken for HTTPS": ([A, {**B, "address": "193.5.123.1:5071"}], (), both("pass", "warn")),
    "HTTPS at no site": (
        [A, B, {"name": "api", "address": "api.example.net:443"}], (), both("warn", "pass"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", CASES)
def test_endpoints_are_joined_with_items_2_and_5(title: str, tmp_path: Path) -> None:
    endpoints, targets, expected = CASES[title]
    assert outcomes(tmp_path, endpoints, targets) == expected


def test_an_endpoint_is_listed_once_with_all_its_addresses(tmp_path: Path) -> None:
    def target(name: str, address: str | None) -> ServerTarget:
        return ServerTarget(name=name, host="a.example.net", port=5061, service=Service.SIP, address=address)

    (one,) = listed_endpoints([target("a@193.5.122.1", "193.5.122.1"), target("a@193.5.122.2", "193.5.122.2")])
    assert (one.name, one.addresses) == ("a", ("193.5.122.1", "193.5.122.2"))
    (alone,) = listed_endpoints([target("a@193.5.122.1", "193.5.122.1")])
    assert alone.name == "a@193.5.122.1"
    (lost,) = listed_endpoints([target("a", None)])
    assert lost.addresses == ()
    inventory = auditor.load_inventory(written(tmp_path, {**golden("maps"), "endpoints": [A, B]}))
    seen = auditor.collect_observations((), acg(), inventory=inventory, settings=OFFLINE, at=AT).seen
    (found,) = (one for one in seen if isinstance(one, DeploymentSeen))
    assert [(one.name, one.addresses) for one in found.endpoints or ()] == [("a", ()), ("b", ("193.5.123.1",))]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=12), st.integers(0, 40))
def test_every_range_that_holds_an_address_is_found(bounds: list[tuple[int, int]], wanted: int) -> None:
    spans = [(Range(4, min(pair), max(pair)), number) for number, pair in enumerate(bounds)]
    expected = {number for span, number in spans if span.first <= wanted <= span.last}
    found = list(Spans([*spans, (Range(6, 0, 100), -1)]).holding(str(IPv4Address(wanted))))
    assert sorted(found) == sorted(expected)


def test_a_hundred_endpoints_elsewhere_are_named_and_the_others_counted(tmp_path: Path) -> None:
    sites = {**golden("lab"), "endpoints": [
        *({"name": f"v{n}", "address": f"193.6.{n}.1:5061"} for n in range(150)),
        *({"name": f"d{n}", "address": f"d{n}.example.net:5061"} for n in range(150)),
        *({"name": f"h{n}", "address": f"d{n}.example.net:443"} for n in range(150)),
    ]}  # fmt: skip
    inventory = auditor.load_inventory(written(tmp_path, sites))
    report = auditor.audit((), acg(), inventory=inventory, settings=OFFLINE, at=AT)
    (found,) = (one for one in report.findings if one.rule == RULES[0])
    assert (len(found.violations), len(found.doubts), len(found.warnings)) == (101, 101, 101)
    assert found.violations[-1].observed == "50 more endpoints elsewhere"
    assert found.warnings[-1].observed == "50 more endpoints without one"
    assert found.doubts[-1].reason == "where 50 more endpoints stand is open"


NO_SITES = {key: value for key, value in golden("maps").items() if key not in ("sites", "links", "cross_connects")}
R1 = "r1.example-7f3a.commsgw.azure.com"
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a site where none is declared": (
        {**NO_SITES, "endpoints": [A]}, 'there is no entry of sites called "A": the inventory declares no sites',
    ),
    "a site that is not among those declared": (
        {**golden("maps"), "endpoints": [{**A, "site": "C"}]}, 'there is no entry of sites called "C"',
    ),
    "the gateway's name as server name": (
        {**golden("maps"), "endpoints": [{**A, "server_name": "R1.example-7f3a.commsgw.azure.com."}]},
        'endpoint "a": server_name "R1.example-7f3a.commsgw.azure.com." is a name of the gateway',
    ),
    "a name below the base domain": (
        {**golden("maps"), "endpoints": [{**B, "server_name": "x.example-7f3a.commsgw.azure.com"}]},
        'endpoint "b": server_name "x.example-7f3a.commsgw.azure.com" is a name of the gateway',
    ),
    "a name of another gateway": (
        {**golden("maps"), "endpoints": [{**A, "server_name": "r1.other.commsgw.azure.com"}]},
        "is a name of the gateway",
    ),
    "the gateway's name as client name": (
        {**golden("maps"), "endpoints": [{**A, "client_name": R1}]}, f'endpoint "a": client_name "{R1}" is a name',
    ),
    "the gateway as an endpoint of a site": (
        {**golden("maps"), "endpoints": [{**A, "address": f"{R1}:443"}]},
        f'endpoint "a": "{R1}" is a name of the gateway',
    ),
    "the gateway as a SIP endpoint": (
        {**golden("maps"), "endpoints": [{"name": "a", "address": f"{R1}:5061"}]}, "name it as TARGET",
    ),
    "a hostname that is not below the base domain": (
        {**golden("maps"), "regions": [{"name": "one", "hostname": "gw.example.org"}, golden("maps")["regions"][1]],
         "endpoints": [{**A, "server_name": "gw.example.org"}]},
        'server_name "gw.example.org" is a name of the gateway',
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", WRONG)
def test_an_endpoint_that_contradicts_the_deployment_is_an_error_with_its_place(title: str, tmp_path: Path) -> None:
    data, message = WRONG[title]
    with pytest.raises(InputErrors) as wrong:
        auditor.load_inventory(written(tmp_path, data))
    (error,) = wrong.value.errors
    assert message in str(error)
    assert error.line > 1
    assert error.column > 1


RIGHT: dict[str, dict[str, Any]] = {
    "the Provisioning API of no site": {
        **golden("maps"), "endpoints": [{"name": "api", "address": "provapi.example-7f3a.commsgw.azure.com:443"}],
    },
    "a label without a deployment": {"operator": "x", "endpoints": [A]},
    "the gateway without a deployment": {"operator": "x", "endpoints": [{"name": "a", "address": f"{R1}:5061"}]},
    "a name that ends alike": {**golden("maps"), "endpoints": [{**A, "server_name": "xcommsgw.azure.com"}]},
}  # fmt: skip


@pytest.mark.parametrize("title", RIGHT)
def test_an_endpoint_that_contradicts_nothing_is_read(title: str, tmp_path: Path) -> None:
    assert auditor.load_inventory(written(tmp_path, RIGHT[title])).endpoints


MALFORMED: list[dict[str, Any]] = [
    {"deployment": 5, "regions": 5, "endpoints": 5},
    {"deployment": {"base_domain": 5}, "regions": [5, {"hostname": 5}], "endpoints": [5, {"name": 5, "address": 5}]},
    {"deployment": {"base_domain": " "}, "endpoints": [{"address": "x", "server_name": "192.0.2.1", "site": 5}]},
    {"deployment": {}, "endpoints": [{"name": "a", "address": "a:1", "service": "sips", "site": "A"}]},
]


@pytest.mark.parametrize("data", MALFORMED)
def test_a_malformed_inventory_is_an_input_error(data: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputErrors):
        auditor.load_inventory(written(tmp_path, data))


@pytest.mark.slow
def test_an_endpoint_by_address_is_placed_by_what_dns_says_of_the_name_and_the_file_keeps_it(tmp_path: Path) -> None:
    def answer(query: dns.message.Message) -> bytes:
        name, kind = asks(query)
        return reply(query, f"{name} A 127.0.0.1") if kind == "A" else reply(query)

    data = {**golden("maps"), "endpoints": [{"name": "a", "address": "127.0.0.1:9", "service": "sip", "site": "A"}]}
    inventory, kept = auditor.load_inventory(written(tmp_path, data)), tmp_path / "seen.jsonl"
    with resolver(answer) as port:
        settings = auditor.CollectSettings(dns=auditor.Dns(f"127.0.0.1:{port}"))
        seen = auditor.collect_observations((), acg(), inventory=inventory, settings=settings, at=AT)
    pipeline.write_observations(kept, seen)
    assert pipeline.read_observations(kept).seen == seen.seen
    report = auditor.evaluate_observations(pipeline.read_observations(kept), acg(), generated_at=AT)
    found = {one.rule: str(one.outcome) for one in report.findings if one.target == "deployment"}
    assert {rule: found[rule] for rule in RULES} == both("pass", "not-tested")
    assert (found["site-name-unresolved"], found["site-address-unexpected"]) == ("pass", "fail")
