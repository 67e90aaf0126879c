"""Exports of Azure: each kind is told by its content, both spellings of it are one, and no key of it is kept."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from auditor.errors import InputErrors
from auditor.inputs.azure.export_format import ARP, CIRCUIT, EMPTY, FILTER, PEERING, ROUTES, flattened, kind_of
from auditor.inputs.azure.exports import Export, export_of
from auditor.inputs.documents.json_document import parse_json
from auditor.model.deployment import Circuit, Path
from auditor.model.subject import subject_text
from auditor.network.proofs import EvidenceSource
from tests.deployment.estate import CANARIES, EVIDENCE
from tests.deployment.test_faults import GONE, put

SOURCE = EvidenceSource("f.json", "", "ab" * 32, 0)
ER_1 = Circuit(name="er-1")


def data_of(name: str) -> Any:
    return json.loads((EVIDENCE / name).read_text(encoding="utf-8"))


def read(data: object, circuit: Circuit = ER_1, path: Path | None = None, *, private: bool = False) -> Export:
    content = data if isinstance(data, bytes) else json.dumps(data, indent=1).encode()
    document = flattened(parse_json(content, "f.json"))
    return export_of(document, kind_of(document), circuit, path, SOURCE, private=private)


def facts(export: Export) -> dict[str, object]:
    """Each value by the text of its subject, without the circuit."""
    return {subject_text(fact.subject.named()).removeprefix("circuits."): fact.value for fact in export.facts}


def errors_of(data: object, circuit: Circuit = ER_1, path: Path | None = None) -> list[str]:
    with pytest.raises(InputErrors) as raised:
        read(data, circuit, path)
    return [str(error) for error in raised.value.errors]


def changed(name: str, path: str, value: object) -> Any:
    data = data_of(name)
    put(data, path, value)
    return data


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("er-1.json", CIRCUIT), ("er-2-rest.json", CIRCUIT), ("circuits.json", CIRCUIT), ("er-1-peering.json", PEERING),
        ("er-1-peerings.json", PEERING), ("er-1-routes-primary.json", ROUTES), ("er-1-arp-primary.json", ARP),
        ("route-filter.json", FILTER),
    ],
)  # fmt: skip
def test_a_kind_is_told_by_its_content(name: str, kind: str) -> None:
    assert kind_of(flattened(parse_json((EVIDENCE / name).read_bytes(), name))) == kind


PROVEN = {
    "resource_id": data_of("er-1.json")["id"],
    "subscription_id": "8d1f3d2e-6d3b-4f0e-9a51-0f5f6c3c7a10",
    "provider": "Example Carrier",
    "peering_location": "Zurich",
    "asn": 3303,
    "registry": "RIPE",
    "bgp_sessions[primary].prefix": "193.5.126.0/30",
    "bgp_sessions[secondary].prefix": "193.5.126.4/30",
    "advertised_prefixes": ("193.5.122.0/23",),
    "advertised_prefixes_state": "Configured",
}


def test_a_circuit_proves_what_microsoft_has_on_file_and_no_session() -> None:
    export = read(data_of("er-1.json"))
    assert facts(export) == PROVEN
    assert (export.attached or "").endswith("/routefilters/voice")
    assert {fact.source.kind for fact in export.facts} == {"az network express-route show"}


def test_a_peering_proves_the_same_but_provider_and_place() -> None:
    expected = {part: value for part, value in PROVEN.items() if part not in ("provider", "peering_location")}
    for name, kind in (("er-1-peering.json", "peering show"), ("er-1-peerings.json", "peering list")):
        export = read(data_of(name))
        assert facts(export) == expected
        assert {fact.source.kind for fact in export.facts} == {f"az network express-route {kind}"}


def test_the_form_of_the_rest_api_says_the_same_as_that_of_az() -> None:
    rest, az = data_of("er-2-rest.json"), data_of("circuits.json")[1]
    circuit = Circuit(name="er-2")
    assert facts(read(rest, circuit)) == facts(read(az, circuit))
    assert facts(read({"value": [rest]}, circuit)) == facts(read([az], circuit))


def test_one_of_several_circuits_goes_by_its_id_or_its_name() -> None:
    several = data_of("circuits.json")
    assert facts(read(several)) == PROVEN
    by_id = Circuit(name="anything", resource_id=several[0]["id"].upper())
    assert facts(read(several, by_id)) == PROVEN
    (message,) = errors_of(several, Circuit(name="er-3"))
    assert message.startswith(
        'f.json:20:9: this is not the circuit "er-3"; declare its resource_id, but "/subscriptions'
    )


def test_a_single_circuit_need_not_have_the_name_that_the_inventory_gives_it() -> None:
    assert facts(read(data_of("er-1.json"), Circuit(name="Zurich"))) == PROVEN


@pytest.mark.parametrize("name", ["er-1.json", "circuits.json", "er-1-peering.json", "er-1-peerings.json"])
def test_the_export_of_another_circuit_is_an_error(name: str) -> None:
    other = Circuit(name="er-1", resource_id="/subscriptions/x/expressRouteCircuits/er-9")
    (message,) = errors_of(data_of(name), other)
    assert (
        'this is not the circuit "er-1", whose resource_id is "/subscriptions/x/expressRouteCircuits/er-9"' in message
    )


@pytest.mark.parametrize("spelling", ["peerASN", "peerAsn"])
def test_older_releases_of_az_write_peer_asn_otherwise(spelling: str) -> None:
    data = data_of("er-1-peering.json")
    data[spelling] = data.pop("peerASN")
    assert facts(read(data))["asn"] == 3303


def test_null_is_nothing() -> None:
    data = changed("er-1-peering.json", "peerASN", None)
    assert "asn" not in facts(read(data))


def test_what_an_export_leaves_out_it_does_not_prove() -> None:
    data = data_of("er-1.json")
    del data["serviceProviderProperties"]
    del data["peerings"][1]["microsoftPeeringConfig"]
    data["peerings"][1]["secondaryPeerAddressPrefix"] = None
    left = ("resource_id", "subscription_id", "asn", "bgp_sessions[primary].prefix")
    assert facts(read(data)) == {part: PROVEN[part] for part in left}
    data = changed("er-1.json", "peerings.1.microsoftPeeringConfig", {"advertisedPublicPrefixesState": "Configured"})
    found = facts(read(data))
    assert found["advertised_prefixes_state"] == "Configured"
    assert not {"registry", "advertised_prefixes"} & set(found)


def test_without_a_filter_nothing_is_announced_but_on_peerings_of_before() -> None:
    data = changed("er-1-peering.json", "routeFilter", None)
    assert facts(read(data))["route_filter_communities"] == ()
    data["microsoftPeeringConfig"]["legacyMode"] = 1
    assert "route_filter_communities" not in facts(read(data))
    del data["microsoftPeeringConfig"]["legacyMode"]
    assert "route_filter_communities" not in facts(read(data))


def test_prefixes_of_ipv6_count_where_that_is_enabled() -> None:
    six = {
        "state": "Enabled",
        "microsoftPeeringConfig": {
            "advertisedPublicPrefixes": ["2a02:100::/32"],
            "advertisedPublicPrefixesState": "Configuring",
        },
    }
    found = facts(read(changed("er-1-peering.json", "ipv6PeeringConfig", six)))
    assert found["advertised_prefixes"] == ("193.5.122.0/23", "2a02:100::/32")
    assert found["advertised_prefixes_state"] == "Configuring"
    six["state"] = "Disabled"
    found = facts(read(changed("er-1-peering.json", "ipv6PeeringConfig", six)))
    assert found["advertised_prefixes"] == ("193.5.122.0/23",)


def test_without_a_microsoft_peering_both_sessions_are_down() -> None:
    data = data_of("er-1-peerings.json")[:1]
    assert facts(read(data)) == {"bgp_sessions[primary].state": "down", "bgp_sessions[secondary].state": "down"}


def test_private_peering_is_read_where_it_alone_is_in_use() -> None:
    sessions = {
        "asn": 65020,
        "bgp_sessions[primary].prefix": "192.168.17.16/30",
        "bgp_sessions[secondary].prefix": "192.168.17.20/30",
    }
    ids = {"resource_id", "subscription_id"}
    found = facts(read(data_of("er-1-peerings.json"), private=True))
    assert {name: value for name, value in found.items() if name not in ids} == sessions
    disabled = changed("er-1-peerings.json", "0.state", "Disabled")
    assert facts(read(disabled, private=True))["bgp_sessions[primary].state"] == "down"
    with pytest.raises(InputErrors, match="this is the MicrosoftPeering; the AzurePrivatePeering is required"):
        read(data_of("er-1-peering.json"), private=True)


def test_a_port_of_ones_own_proves_the_model() -> None:
    data = changed("er-1.json", "serviceProviderProperties", None)
    port = data["id"].replace("expressRouteCircuits/er-1", "expressRoutePorts/p")
    found = facts(read({**data, "expressRoutePort": {"id": port}}))
    assert found["connectivity_model"] == "expressroute_direct"
    assert "provider" not in found
    assert "connectivity_model" not in facts(read(data))
    (message,) = errors_of({**data, "expressRoutePort": {"id": "p"}})
    assert "it is not a resource id of an ExpressRoute Direct port" in message


@pytest.mark.parametrize("empty", [[], {"value": []}, {"value": [], "nextLink": None}])
def test_an_empty_table_is_of_no_kind_and_proves_that_the_session_is_down(empty: object) -> None:
    document = flattened(parse_json(json.dumps(empty).encode(), "f.json"))
    assert kind_of(document) == EMPTY
    assert facts(read(empty, path="primary")) == {"bgp_sessions[primary].state": "down"}


def test_a_table_may_come_without_what_is_around_it() -> None:
    (table,) = read(data_of("er-1-routes-primary.json")["value"], path="secondary").tables
    assert table.path == "secondary"
    assert [(route.next_hop, route.neighbour) for route in table.routes] == [
        ("193.5.126.1", "3303"), ("10.3.129.20", "8075"), ("10.3.129.21", "8075"),
    ]  # fmt: skip


@pytest.mark.parametrize("mac", ["e8ed.f335.4ca9", "e8:ed:f3:35:4c:a9", "E8-ED-F3-35-4C-A9"])
def test_a_neighbour_of_layer_2_proves_nothing(mac: str) -> None:
    assert facts(read(changed("er-1-arp-primary.json", "value.0.macAddress", mac), path="primary")) == {}


@pytest.mark.parametrize("mac", ["Incomplete", "", None, "e8ed.f335"])
def test_a_neighbour_that_does_not_answer_proves_that_the_session_is_down(mac: str | None) -> None:
    found = facts(read(changed("er-1-arp-primary.json", "value.0.macAddress", mac), path="primary"))
    assert found == {"bgp_sessions[primary].state": "down"}


LOOKS: dict[str, tuple[object, str]] = {
    "text": ("a secret", "something other than an Azure export"),
    "a number": (5, "something other than an Azure export"),
    "an error": ({"error": {"code": "ResourceNotFound"}}, "an error response from Azure"),
    "a summary": ({"value": [{"neighbor": "x", "statePfxRcd": "50"}]}, "list-route-tables-summary"),
    "PowerShell": ({"ServiceProviderProvisioningState": "Provisioned"}, "the output of PowerShell"),
    "another resource": ({"type": "Microsoft.Network/virtualNetworks"}, 'the type "Microsoft.Network/virtualNetworks'),
    "anything": ({"serviceKey": "a secret", "x": 1}, 'a mapping with the keys "serviceKey", "x"; accepted are'),
    "nothing": ({}, "an empty mapping"),
    "several filters": ([data_of("route-filter.json")], "a list of az network route-filter show"),
    "a mixture": ([data_of("er-1.json"), data_of("er-1-peering.json")], "a list of different kinds of resource"),
}  # fmt: skip


@pytest.mark.parametrize("title", LOOKS)
def test_what_is_not_accepted_is_named_by_what_it_looks_like(title: str) -> None:
    data, words = LOOKS[title]
    (message,) = errors_of(data)
    assert words in message
    assert "accepted are the JSON of az network express-route show" in message
    assert "a secret" not in message


ER, PE, RF = "er-1.json", "er-1-peering.json", "route-filter.json"
RT, AT = "er-1-routes-primary.json", "er-1-arp-primary.json"
MS = "peerings.1."
# Title -> file, path to what is changed, its value, the path that is named, what is said.
WRONG: dict[str, tuple[str, str, object, Path | None, str]] = {
    "a number as text": (ER, MS + "peerASN", "3303", None, "peerASN must be a whole number, not the text"),
    "a number that is true": (ER, MS + "peerASN", True, None, "peerASN must be a whole number, not true"),
    "AS 0": (ER, MS + "peerASN", 0, None, "peerASN must be at least 1, not 0"),
    "a long AS number": (ER, MS + "peerASN", 2**32, None, "peerASN must be at most 4294967295"),
    "an unknown state": (
        ER, "serviceProviderProvisioningState", "Done", None,
        'serviceProviderProvisioningState cannot be "Done"; it is one of NotProvisioned, Provisioning, Provis',
    ),
    "no state": (ER, "serviceProviderProvisioningState", GONE, None, 'lacks the key "serviceProviderProvision'),
    "no peerings": (ER, "peerings", None, None, 'the file lacks the key "peerings"'),
    "peerings that are no list": (ER, "peerings", {}, None, "peerings must be a list, not a mapping"),
    "no state of a peering": (ER, MS + "state", GONE, None, 'lacks the key "state"'),
    "an unknown peering": (ER, MS + "peeringType", "Microsoft", None, 'peeringType cannot be "Microsoft"'),
    "an unknown state of prefixes": (
        ER, MS + "microsoftPeeringConfig.advertisedPublicPrefixesState", "Fine", None, 'State cannot be "Fine"',
    ),
    "prefixes that are none": (
        ER, MS + "microsoftPeeringConfig.advertisedPublicPrefixes", ["193.5.122.0/23", "x"], None,
        'advertisedPublicPrefixes "x": not an IP address',
    ),
    "host bits": (
        ER, MS + "primaryPeerAddressPrefix", "193.5.126.1/30", None,
        'primaryPeerAddressPrefix "193.5.126.1/30": it has host bits set',
    ),
    "an id that is none": (ER, "id", "er-1", None, 'id cannot be "er-1": it is not a resource id of an ExpressRoute'),
    "an id of another kind": (ER, MS + "id", data_of("er-1.json")["id"], None, "not a resource id of a peering"),
    "a filter that is none": (ER, MS + "routeFilter.id", "x", None, "it is not a resource id of a route filter"),
    "a circuit in change": (
        ER, "provisioningState", "Updating", None,
        'provisioningState is "Updating", so it may not show the settings in force',
    ),
    "a peering that failed": (ER, MS + "provisioningState", "Failed", None, 'provisioningState is "Failed"'),
    "two Microsoft peerings": (ER, "peerings.0.peeringType", "MicrosoftPeering", None, "there are two peer"),
    "hidden characters": (
        ER, "serviceProviderProperties.serviceProviderName", "A\u202eB", None,
        "serviceProviderName: the hidden character U+202E is not accepted",
    ),
    "two lines": (ER, "serviceProviderProperties.peeringLocation", "A\nB", None, "must be a single line"),
    "the private peering": (
        PE, "peeringType", "AzurePrivatePeering", None, "this is the AzurePrivatePeering; the MicrosoftPeering",
    ),
    "a rule in change": (RF, "rules.0.provisioningState", "Deleting", None, 'State is "Deleting"'),
    "another rule": (RF, "rules.0.routeFilterRuleType", "Prefix", None, 'Type cannot be "Prefix"'),
    "no access": (RF, "rules.0.access", GONE, None, 'lacks the key "access"'),
    "a community that is none": (RF, "rules.0.communities", ["voice"], None, "a community is two numbers"),
    "a next hop that is no text": (RT, "value.1.nextHop", 5, "primary", "nextHop must be text"),
    "no next hop": (RT, "value.2.nextHop", GONE, "primary", 'lacks the key "nextHop"'),
    "one page": (RT, "nextLink", "https://x", "primary", "this is one page of several (nextLink)"),
    "another interface": (AT, "value.0.interface", "Vlan300", "primary", "one of On-Prem, Microsoft"),
}  # fmt: skip


@pytest.mark.parametrize("title", WRONG)
def test_what_is_wrong_is_said_in_one_sentence_at_its_place(title: str) -> None:
    name, path, value, of, words = WRONG[title]
    (message,) = errors_of(changed(name, path, value), path=of)
    assert words in message
    assert message.startswith("f.json:")
    assert not any(canary in message for canary in CANARIES)


def test_a_key_within_properties_and_around_them_is_there_twice() -> None:
    (message,) = errors_of(changed("er-2-rest.json", "serviceKey", "x"), Circuit(name="er-2"))
    assert message.endswith('"serviceKey" appears twice, once within properties or in another spelling')
    (message,) = errors_of(changed("er-1-peering.json", "peerAsn", 5))
    assert message.endswith('"peerAsn" appears twice, once within properties or in another spelling')


SPOILT = [lambda text: text.replace("3303", '"x"'), lambda text: text[:-30], lambda text: text + "x"]


@pytest.mark.parametrize("spoil", SPOILT)
def test_no_key_is_kept_or_repeated(spoil: Callable[[str], str]) -> None:
    for name in ("er-1.json", "er-2-rest.json", "er-1-peering.json"):
        text = (EVIDENCE / name).read_text(encoding="utf-8")
        assert any(canary in text for canary in CANARIES)
        circuit = Circuit(name=name[:4])
        assert not any(canary in repr(read(text.encode(), circuit)) for canary in CANARIES)
        assert not any(canary in message for message in errors_of(spoil(text).encode(), circuit) for canary in CANARIES)
