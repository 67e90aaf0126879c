"""Declarations that cannot all be true are input errors, each at its place; what only looks like one is accepted."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from auditor.errors import InputErrors
from auditor.inputs.inventory.read import load_inventory

HEAD = """operator: Example Operator
deployment: {base_domain: Example-7f3a.commsgw.azure.com}
"""
SITES = """regions:
  - {name: one, hostname: r1.example-7f3a.commsgw.azure.com, signaling_ranges: [52.120.10.0/28]}
  - {name: two, service_facing: [zoom.example.net], service_side: [sip.example.com]}
circuits: [{name: c}]
maps: [{location: Zurich}]
sites:
  - {name: A, signaling_destination: [%s]%s}
  - {name: B, signaling_destination: [%s]%s}
"""
LINK = "links:\n  - {site: A, region: one, %s}\n"
WRONG_TYPE = "uses no circuit; remove circuit or change the type"


def with_sites(one: str = "193.5.122.1", other: str = "193.5.123.1", reasons: Sequence[str] = ("", "")) -> str:
    return HEAD + SITES % (one, reasons[0], other, reasons[1])


def linked(link: str) -> str:
    return with_sites() + LINK % link


OVER = 'does not run over "{}"; only vnet_injection has a carrier (over)'
TWICE = "too; give each site a name of its own, or declare anycast_reason at both"
BROKEN = {
    "MAPS Voice over a VPN": (
        linked("connection_type: maps_voice, over: vpn"),
        ["12:63: a link of type maps_voice " + OVER.format("vpn")],
    ),
    "Microsoft peering over a VPN": (
        linked("connection_type: expressroute_microsoft, circuit: c, over: vpn"),
        ["12:87: a link of type expressroute_microsoft " + OVER.format("vpn")],
    ),
    "Microsoft peering over private peering": (
        linked("over: expressroute_private, connection_type: expressroute_microsoft"),
        ["12:34: a link of type expressroute_microsoft " + OVER.format("expressroute_private")],
    ),
    "the Internet over a VPN": (
        linked("connection_type: public_internet, over: vpn"),
        ["12:68: a link of type public_internet " + OVER.format("vpn")],
    ),
    "MAPS Voice with a circuit": (
        linked("connection_type: maps_voice, circuit: c"), [f"12:66: a link of type maps_voice {WRONG_TYPE}"],
    ),
    "the Internet with a circuit": (
        linked("connection_type: public_internet, circuit: c"), [f"12:71: a link of type public_internet {WRONG_TYPE}"],
    ),
    "a VPN with a circuit": (
        linked("connection_type: vnet_injection, over: vpn, circuit: c"),
        ["12:81: a link over a VPN uses no circuit; remove circuit or change over"],
    ),
    "a circuit with a peering": (
        linked("connection_type: expressroute_microsoft, peering: Zurich"),
        [
            "12:78: a link of type expressroute_microsoft uses no MAPS Voice peering; remove peering or change the type"
        ],
    ),
    "a peering that is not there": (
        linked("connection_type: maps_voice, peering: Zürich"),
        ['12:66: there is no entry of maps called "Zürich"; did you mean "Zurich"?'],
    ),
    "an injected network that there is not": (
        linked("connection_type: vnet_injection").replace("{base", "{vnet_injection: false, base"),
        ["12:45: the link uses vnet_injection, and the deployment declares vnet_injection: false"],
    ),
    "one circuit under two names": (
        HEAD + "circuits:\n  - {name: c, resource_id: /s/X}\n  - {name: d, resource_id: /S/x/}\n",
        ['5:28: "d" has the resource_id of the circuit "c"'],
    ),
    "a cross-connect with itself": (
        with_sites() + "cross_connects:\n  - sites: [A, A]\n",
        ['12:16: a cross-connect joins two sites, not "A" with itself'],
    ),
    "the gateway's own hostname, in another spelling": (
        with_sites("R1.EXAMPLE-7f3a.commsgw.azure.com."),
        ["9:39: the gateway's hostname in the region \"one\""],
    ),
    "the base domain": (
        with_sites(other="example-7f3a.commsgw.azure.com"), ["10:39: the base domain of the gateway"],
    ),
    "the Provisioning API": (
        with_sites("provapi.example-7f3a.commsgw.azure.com"), ["9:39: a name of the gateway, below its base domain"],
    ),
    "a gateway that is not declared": (
        with_sites(other="r9.other.commsgw.azure.com"), ["10:39: a name of a gateway, below commsgw.azure.com"],
    ),
    "a name towards Zoom, and one of a communications service": (
        with_sites("zoom.example.net", "193.5.123.1, sip.example.com"),
        [
            "9:39: the gateway's name towards communications services in the region \"two\"",
            '10:52: a name of a communications service in the region "two"',
        ],
    ),
    "one name for both sites": (
        with_sites("sbc.example.net", "193.5.123.1, SBC.example.net."),
        ['10:52: signaling_destination "SBC.example.net." is a name of the site "A" ' + TWICE],
    ),
    "one name for both sites, and a reason at one": (
        with_sites("sbc.example.net", "sbc.example.net", (", anycast_reason: One name", "")),
        ['10:39: signaling_destination "sbc.example.net" is a name of the site "A" ' + TWICE],
    ),
    "an empty reason": (
        with_sites("sbc.example.net", "sbc.example.net", (", anycast_reason: One name", ", anycast_reason: ' '")),
        ["10:73: anycast_reason is empty"],
    ),
    "a reason that is none": (
        with_sites(reasons=(", anycast_reason: '-'", "")),
        ['9:69: anycast_reason "-": not a reason; say why the sites share an item 2 or 5'],
    ),
    "one range for both regions": (
        HEAD
        + """regions:
  - {name: one, signaling_ranges: [52.120.10.0/28], media_ranges: [52.120.10.0/28]}
  - {name: two, signaling_ranges: [52.120.20.0/28], media_ranges: [52.120.10.0-52.120.10.15]}
""",
        ['5:68: media_ranges "52.120.10.0-52.120.10.15" overlaps "52.120.10.0/28" of the region "one"; each region'],
    ),
    "a range of one region within that of the other": (
        HEAD
        + """regions:
  - {name: one, signaling_ranges: [52.120.10.9]}
  - {name: two, signaling_ranges: [52.120.0.0/16]}
""",
        ['5:36: signaling_ranges "52.120.0.0/16" overlaps "52.120.10.9" of the region "one"; each region has ranges'],
    ),
}  # fmt: skip
SOUND = {
    "MAPS Voice by its peering": linked("connection_type: maps_voice, peering: Zurich"),
    "a circuit with either peering": (
        linked("connection_type: expressroute_microsoft, circuit: c")
        + "  - {site: A, region: two, connection_type: vnet_injection, over: expressroute_private, circuit: c}\n"
    ),
    "two circuits": HEAD + "circuits: [{name: c, resource_id: x}, {name: d, resource_id: y}, {name: e}, {name: f}]\n",
    "an injected network over a VPN": linked("connection_type: vnet_injection, over: vpn"),
    "a carrier of a link that has no type yet": linked("over: vpn, circuit: c"),
    "a name of its own for each site": with_sites("a.sbc.example.net", "b.sbc.example.net"),
    "one site twice with its own name": with_sites("sbc.example.net, sbc.example.net"),
    "a name that only ends like the gateway's": with_sites("example-7f3a.commsgw.azure.com.example.net"),
    "one name, as anycast at both": with_sites(
        "sbc.example.net", "SBC.example.net", (", anycast_reason: One name", ", anycast_reason: One name")
    ),
    "one range for signaling and media of a region": (
        HEAD + "regions:\n  - {name: one, signaling_ranges: [52.120.10.0/28], media_ranges: [52.120.10.0/28]}\n"
    ),
}


def written(folder: Path, text: str) -> Path:
    path = folder / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("title", BROKEN)
def test_a_contradiction_is_an_error_at_its_place(title: str, tmp_path: Path) -> None:
    text, messages = BROKEN[title]
    with pytest.raises(InputErrors) as caught:
        load_inventory(written(tmp_path, text))
    found = [str(error).removeprefix(f"{tmp_path}/inventory.yaml:") for error in caught.value.errors]
    assert len(found) == len(messages), found
    for error, message in zip(found, messages, strict=True):
        place, _, words = message.partition(": ")
        assert error.startswith(f"{place}: ")
        assert words in error


@pytest.mark.parametrize("title", SOUND)
def test_what_only_looks_like_a_contradiction_is_accepted(title: str, tmp_path: Path) -> None:
    assert load_inventory(written(tmp_path, SOUND[title])).deployment


@pytest.mark.parametrize(
    "section",
    [
        "links: 1", "links: [1, {over: [vpn], connection_type: [x], circuit: {}}]", "cross_connects: [1, {sites: 1}]",
        "regions: {}", "regions: [{hostname: 1, service_facing: [1, {}], signaling_ranges: 1}]", "sites: [[]]",
        "sites: [{name: 1, signaling_destination: [1, [], x..y, '']}, {signaling_destination: {}}]",
        "deployment: 1", "deployment: {base_domain: 1, vnet_injection: x}",
    ],
)  # fmt: skip
def test_a_file_of_another_shape_is_refused(section: str, tmp_path: Path) -> None:
    with pytest.raises(InputErrors):
        load_inventory(written(tmp_path, f"operator: x\n{section}\n"))
