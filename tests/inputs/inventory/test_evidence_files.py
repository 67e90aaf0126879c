"""The section ``evidence``: what is named, what contradicts, and where it is said."""

import json
from pathlib import Path

import pytest

from auditor.errors import InputErrors
from auditor.inputs.inventory.access_list import COLUMNS
from auditor.inputs.inventory.evidence_files import EvidenceFile
from auditor.inputs.inventory.normalised import normalised
from auditor.inputs.inventory.read import load_inventory
from auditor.network.proofs import session_state
from auditor.network.subjects import CIRCUITS
from tests.deployment.estate import EVIDENCE, estate
from tests.deployment.test_faults import GONE

HEAD = """\
operator: x
deployment: {}
circuits: [{name: er-1}]
sites: [{name: A}]
"""


def errors_of(path: Path) -> list[str]:
    with pytest.raises(InputErrors) as raised:
        load_inventory(path)
    return [str(error).replace(f"{path.parent}/", "") for error in raised.value.errors]


def written(folder: Path, text: str) -> Path:
    path = folder / "i.yaml"
    path.write_text(text, encoding="utf-8")
    return path


SECTIONS: dict[str, tuple[str, list[str]]] = {
    "no list": ("evidence: er-1.json", ['5:11: evidence must be a list, not the text "er-1.json"']),
    "no file": ("evidence: [{circuit: er-1}]", ['5:12: entry 1 of evidence lacks the key "file"']),
    "an unknown key": (
        "evidence: [{file: x, circuit: er-1, paht: primary}]",
        ['5:37: unknown key "paht" in entry 1 of evidence; did you mean "path"?'],
    ),
    "an unknown path": (
        "evidence: [{file: x, circuit: er-1, path: both}]",
        ['5:43: path cannot be "both"; it is one of primary, secondary'],
    ),
    "neither circuit nor site": (
        "evidence: [{file: x}]", ["5:12: evidence names either a circuit or a site"],
    ),
    "circuit and site": (
        "evidence: [{file: x, circuit: er-1, site: A}]",
        ["5:12: evidence names either a circuit or a site"],
    ),
    "the path of a site": ("evidence: [{file: x, site: A, path: primary}]", ["5:37: path requires a circuit"]),
    "a circuit and a site that are not there": (
        "evidence: [{file: x, circuit: er-2}, {file: x, site: B}]",
        [
            '5:31: there is no entry of circuits called "er-2"; did you mean "er-1"?',
            '5:54: there is no entry of sites called "B"',
        ],
    ),
    "files that are not there": (
        "evidence: [{file: none.json, circuit: er-1}, {file: ., site: A}]",
        [
            "5:19: none.json: the file cannot be read: No such file or directory",
            "5:53: .: the file cannot be read: Is a directory",
        ],
    ),
    "entries that are no mappings": ("evidence: [x]", ["5:12: entry 1 of evidence must be a mapping (key: value), no"]),
}  # fmt: skip


@pytest.mark.parametrize("title", SECTIONS)
def test_what_is_wrong_with_the_section_is_said_at_its_place(title: str, tmp_path: Path) -> None:
    section, messages = SECTIONS[title]
    found = errors_of(written(tmp_path, f"{HEAD}{section}\n"))
    assert len(found) == len(messages)
    for message, wanted in zip(found, messages, strict=True):
        assert message.replace(f"{tmp_path}: ", ".: ").startswith(f"i.yaml:{wanted}"), message


def test_evidence_needs_a_deployment(tmp_path: Path) -> None:
    text = "operator: x\nendpoints: [{name: a, address: 'a:1'}]\nevidence: [{file: x, circuit: c}]\n"
    assert errors_of(written(tmp_path, text))[0] == ("i.yaml:3:1: evidence requires a declared deployment")


def named(folder: Path, *entries: dict[str, str]) -> list[str]:
    return errors_of(estate(folder, declared={"evidence": list(entries)}))


def test_a_table_needs_a_path_and_nothing_else_takes_one(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("[]", encoding="utf-8")
    found = named(
        tmp_path,
        {"file": "er-1-routes-primary.json", "circuit": "er-1"},
        {"file": "er-1-arp-primary.json", "circuit": "er-1"},
        {"file": "empty.json", "circuit": "er-1"},
        {"file": "er-1.json", "circuit": "er-1", "path": "primary"},
        {"file": "route-filter.json", "circuit": "er-1", "path": "primary"},
    )
    add = "which does not name its path; add path: primary or path: secondary"
    assert [message.partition(": ")[2] for message in found] == [
        f'"er-1-routes-primary.json" is az network express-route list-route-tables, {add}',
        f'"er-1-arp-primary.json" is az network express-route list-arp-tables, {add}',
        '"empty.json" is an empty list, which does not show what it lists; add its path',
        '"er-1.json" is az network express-route show, which covers both paths; remove path',
        '"route-filter.json" is az network route-filter show, which covers both paths; remove path',
    ]


def test_what_a_file_is_about_decides_how_it_is_read(tmp_path: Path) -> None:
    found = named(tmp_path, {"file": "er-1.json", "site": "A"}, {"file": "site-a-acl.csv", "circuit": "er-1"})
    assert found == [
        "er-1.json:1:1: this looks like JSON; the evidence of a site is an access list as CSV",
        "site-a-acl.csv:1:1: this is not JSON: unknown word",
    ]


def test_everything_that_is_wrong_is_said_in_one_go(tmp_path: Path) -> None:
    texts: dict[str, str | bytes] = {
        "er-1.json": '{"a": 1, "a": 2}',
        "site-a-acl.csv": "nonsense",
        "route-filter.json": b"\xff",
    }
    assert errors_of(estate(tmp_path, texts=texts)) == [
        'er-1.json:1:10: the key "a" appears twice; the first is on line 1',
        "route-filter.json:1:1: the file is not UTF-8 text; save it as UTF-8",
        f'site-a-acl.csv:1:1: unknown column "nonsense"; known are {", ".join(COLUMNS)}',
    ]


def test_two_files_that_do_not_say_the_same_are_both_named(tmp_path: Path) -> None:
    path = estate(tmp_path, {"er-1-peerings.json": {"1.peerASN": 3320}})
    (message,) = errors_of(path)
    assert message.endswith(
        '"er-1-peerings.json" and "er-1.json" do not agree on circuits[er-1].asn; export both again'
    )


def test_a_route_table_does_not_overrule_a_circuit_that_is_not_in_operation(tmp_path: Path) -> None:
    found = errors_of(estate(tmp_path, {"er-1.json": {"serviceProviderProvisioningState": "Deprovisioning"}}))
    assert len(found) == 2
    assert '"er-1-routes-primary.json" and "er-1.json" do not agree on circuits[er-1].bgp_sessions[pr' in found[0]


def test_layer_2_that_is_down_contradicts_a_session_that_is_established(tmp_path: Path) -> None:
    found = errors_of(estate(tmp_path, {"er-1-arp-primary.json": {"value.0": GONE}}))
    assert '"er-1-arp-primary.json" and "er-1-routes-primary.json" do not agree' in found[0]


def test_a_table_that_leaves_it_open_gives_way_to_a_file_that_knows(tmp_path: Path) -> None:
    changes: dict[str, dict[str, object]] = {
        "er-1-routes-primary.json": {"value.0": GONE},
        "er-1-arp-primary.json": {"value.0": GONE},
    }
    inventory = load_inventory(estate(tmp_path, changes))
    (proof,) = [p for p in inventory.proofs if p.subject == session_state("er-1", "primary")]
    assert (proof.file, proof.proven) == ("er-1-arp-primary.json", "down")


def test_two_circuits_cannot_be_one(tmp_path: Path) -> None:
    path = estate(tmp_path, declared={
        "evidence": [{"file": "er-1.json", "circuit": "er-1"}, {"file": "er-1.json", "circuit": "er-2"}],
        "circuits.1.resource_id": GONE,
    })  # fmt: skip
    (message,) = errors_of(path)
    assert message.endswith('the evidence of the circuits "er-1" and "er-2" shows the same circuit')


def test_the_export_of_another_circuit_than_the_declared_one_is_an_error(tmp_path: Path) -> None:
    (message,) = named(tmp_path, {"file": "er-1.json", "circuit": "er-2"})
    assert message.startswith("er-1.json:")
    assert 'this is not the circuit "er-2", whose resource_id is "/subscriptions/' in message


ANOTHER = "/subscriptions/a/resourceGroups/b/providers/Microsoft.Network/routeFilters/c"
FILTERS: dict[str, tuple[tuple[str, ...], dict[str, dict[str, object]], dict[str, object], str]] = {
    "nobody shows that it is attached": (
        ("route-filter.json",), {"route-filter.json": {"peerings": []}}, {},
        'no evidence shows that the route filter of "route-filter.json" is attached to "er-1"; add the output',
    ),
    "the circuit is not known": (
        ("route-filter.json",), {}, {"circuits.0.resource_id": GONE, "circuits.1.resource_id": GONE},
        'no evidence shows that the route filter of "route-filter.json" is attached to "er-1"',
    ),
    "it is attached to another circuit": (
        ("route-filter.json",), {"route-filter.json": {"peerings.0": GONE}}, {},
        'the route filter of "route-filter.json" is attached to other circuits, not to "er-1"',
    ),
    "another one is attached": (
        ("er-1.json", "er-2-rest.json", "route-filter.json"),
        {"route-filter.json": {"id": ANOTHER}}, {},
        '"route-filter.json" is not the route filter that is attached according to "er-1.json"',
    ),
    "none is attached": (
        ("er-1.json", "er-2-rest.json", "route-filter.json"), {"er-1.json": {"peerings.1.routeFilter": None}}, {},
        '"route-filter.json" and "er-1.json" do not agree on circuits[er-1].route_filter_communities',
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", FILTERS)
def test_a_route_filter_says_nothing_of_a_circuit_it_is_not_attached_to(title: str, tmp_path: Path) -> None:
    files, changes, declared, words = FILTERS[title]
    assert words in errors_of(estate(tmp_path, changes, declared=declared, files=files))[0]


def test_a_filter_is_attached_where_the_circuit_says_so(tmp_path: Path) -> None:
    path = estate(tmp_path, {"route-filter.json": {"peerings": []}})
    subjects = {proof.subject for proof in load_inventory(path).proofs}
    assert {CIRCUITS.named(name).at("route_filter_communities") for name in ("er-1", "er-2")} <= subjects


def test_files_stand_beside_the_inventory_or_behind_a_link(tmp_path: Path) -> None:
    path = estate(tmp_path, files=["er-1.json"])
    (tmp_path / "er-1.json").unlink()
    (tmp_path / "er-1.json").symlink_to(EVIDENCE / "er-1.json")
    assert load_inventory(path).evidence == (EvidenceFile("er-1.json", circuit="er-1"),)


def test_a_proof_names_file_kind_and_digest(tmp_path: Path) -> None:
    proof = next(p for p in load_inventory(estate(tmp_path)).proofs if p.subject == CIRCUITS.named("er-1").at("asn"))
    assert (proof.file, proof.kind, proof.proven, proof.declared) == (
        "er-1.json", "az network express-route show", "3303", None,
    )  # fmt: skip
    assert len(proof.sha256) == 64


@pytest.mark.parametrize("declared", [{}, {"circuits.0.asn": 65515, "sites.0.acl": GONE, "circuits.0.registry": GONE}])
def test_what_is_shown_is_read_as_the_same(declared: dict[str, object], tmp_path: Path) -> None:
    changes: dict[str, dict[str, object]] = {
        "er-1-routes-primary.json": {"value.0": GONE},
        "er-1.json": {
            "peerings.1.microsoftPeeringConfig.advertisedPublicPrefixes": ["193.5.122.0/23", "193.5.122.0/24"]
        },
        "er-1-peerings.json": {
            "1.microsoftPeeringConfig.advertisedPublicPrefixes": ["193.5.122.0/24", "193.5.122.0/23"]
        },
    }
    inventory = load_inventory(estate(tmp_path, changes, declared=declared))
    shown = normalised(inventory)
    assert shown["evidence"][2] == {"file": "er-1-routes-primary.json", "circuit": "er-1", "path": "primary"}
    assert shown["circuits"][0]["asn"] == 3303
    again = tmp_path / "again.yaml"
    again.write_text(json.dumps(shown), encoding="utf-8")
    read = load_inventory(again)
    assert normalised(read) == shown
    assert read.deployment
    assert inventory.deployment
    assert read.deployment.circuits == inventory.deployment.circuits
    assert read.deployment.sites[0].acl == inventory.deployment.sites[0].acl
    assert not [proof for proof in read.proofs if proof.declared]


def test_evidence_of_one_circuit_cannot_show_another_that_is_declared(tmp_path: Path) -> None:
    evidence = [{"file": "er-2-rest.json", "circuit": "er-1"}]
    path = estate(tmp_path, declared={"evidence": evidence, "circuits.0.resource_id": GONE})
    (message,) = errors_of(path)
    assert message.endswith('the evidence of the circuit "er-1" shows the circuit "er-2"')
