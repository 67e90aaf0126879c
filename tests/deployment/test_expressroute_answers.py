"""The answers to the requirements on ExpressRoute: each follows what is declared and proven, not only the findings."""

from pathlib import Path
from typing import Any

import pytest

from auditor.evaluate import evaluate
from auditor.inputs.inventory.declared_deployment import observe_deployment
from auditor.inputs.inventory.read import load_inventory
from auditor.plan import make_plan
from tests.deployment.estate import estate
from tests.deployment.test_faults import AT, GONE, acg, endpoints_of

INJECTED = {"connection_type": "vnet_injection", "over": "expressroute_private"}


def links(**fields: str) -> list[dict[str, str]]:
    return [{"site": site, "region": region, **fields} for site in "AB" for region in ("one", "two")]


def sessions(*prefixes: str) -> list[dict[str, str]]:
    paths = ("primary", "secondary")
    return [{"path": path, "prefix": one, "state": "established"} for path, one in zip(paths, prefixes, strict=False)]


PRIVATE = {
    "deployment.vnet_injection": True,
    "links": [{**one, "circuit": "er-1" if one["site"] == "A" else "er-2"} for one in links(**INJECTED)],
    "circuits.0.bgp_sessions": sessions("192.168.17.16/30", "192.168.17.20/30"),
    "circuits.0.asn": 65020,
    "circuits.1.bgp_sessions": sessions("10.0.1.0/30", "10.0.1.4/30"),
}
DIRECT = {"circuits.0.connectivity_model": "expressroute_direct"}
# Title -> what is declared, files of evidence, the answers.
CASES: dict[str, tuple[dict[str, Any], tuple[str, ...], dict[str, str]]] = {
    "what complies": ({}, (), {"ER-04": "met", "ER-06": "met", "ER-07": "met", "ER-10": "met", "ER-11": "confirmed"}),
    "no video": ({"qos.video": "unused"}, (), {"ER-11": "confirmed", "DER-ER-07": "met"}),
    "signaling that is not declared": ({"qos.signaling": GONE}, (), {"ER-11": "open", "DER-ER-07": "open"}),
    "text in the queue of voice": ({"qos.others": [46]}, (), {"ER-11": "not-met", "DER-ER-07": "not-met"}),
    "a partner at another location": ({"circuits.0.peering_location": "Basel"}, (), {"ER-04": "open"}),
    "a port of one's own that nothing shows": (DIRECT, (), {"ER-04": "open", "ER-05": "met"}),
    "a peering, which shows no port": (DIRECT, ("er-1-peerings.json",), {"ER-04": "open"}),
    "a provider in place of the port": (DIRECT, ("er-1.json",), {"ER-04": "met", "ER-05": "not-met"}),
    "one BGP session on private peering": (
        {**PRIVATE, "circuits.0.bgp_sessions": sessions("10.0.0.0/30")}, (),
        {"ER-06": "not-met", "ER-09": "not-applicable"},
    ),
    "private peering": (PRIVATE, (), {"ER-06": "met", "ER-07": "met", "DER-ER-02": "not-applicable"}),
    "private peering that an export shows": (PRIVATE, ("er-1.json",), {"ER-06": "met", "ER-07": "met"}),
    "private peering, and no circuit": (
        {"deployment.vnet_injection": True, "links": links(**INJECTED), "circuits": []}, (),
        {"ER-02": "open", "ER-04": "open", "ER-06": "open", "ER-07": "open", "ER-12": "confirmed"},
    ),
    "an injected network by an unknown carrier": (
        {"deployment.vnet_injection": True, "links": links(connection_type="vnet_injection"), "circuits": []}, (),
        {"ER-02": "open", "ER-06": "open", "ER-07": "open"},
    ),
    "a VPN": (
        {"deployment.vnet_injection": True, "links": links(**{**INJECTED, "over": "vpn"}), "circuits": []}, (),
        {"ER-02": "not-applicable", "ER-03": "not-applicable", "ER-07": "not-applicable"},
    ),
    "circuits that no link uses": ({"links": links(connection_type="public_internet")}, (), {"ER-07": "not-met"}),
    "a private item without NAT": (
        {"sites.0.signaling_source": ["10.1.0.0/29"]}, (), {"ER-09": "not-met", "ER-10": "not-met"},
    ),
    "nobody manages BGP": ({"circuits.0.bgp_managed_by": "tbd"}, (), {"ER-08": "not-met"}),
    "only Zoom, whatever the connections": (
        {"deployment.services": ["zoom_phone_cloud_peering"], "circuits": [], "links": links()}, (),
        {"ER-01": "not-applicable", "ER-03": "not-applicable", "ER-13": "not-applicable", "ER-02": "open"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", CASES)
def test_a_requirement_has_the_answer_that_the_declaration_gives(title: str, tmp_path: Path) -> None:
    declared, files, expected = CASES[title]
    inventory = load_inventory(estate(tmp_path, declared=declared, files=files))
    assert inventory.deployment is not None
    endpoints = endpoints_of(inventory.deployment)
    targets, seen = observe_deployment(inventory.deployment, AT, inventory.proofs, endpoints=endpoints)
    report = evaluate(make_plan(acg(), targets, declared=inventory.deployment), seen, AT, AT)
    answers = {one.id: one.answer.value for one in report.requirements if one.id in expected}
    assert answers == expected
