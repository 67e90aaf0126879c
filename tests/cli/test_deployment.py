"""The deployment of an inventory on the command line: offline, with DNS, and everything that is wrong with it."""

import json
from pathlib import Path

import pytest

from testbed.process import closed_port
from tests.cli.conftest import Auditor
from tests.deployment.test_faults import INVENTORIES
from tests.inputs.certificates.test_declared_roots import ROOT, pem

HEAD = "operator: x\n"
TANGLED = """\
deployment: {}
sites: [{name: A}, {name: A}]
links: [{site: B, region: one, circuit: c}]
cross_connects: [{sites: [A, C]}]
"""


@pytest.fixture
def root_file(tmp_path: Path) -> Path:
    path = tmp_path / "root.pem"
    path.write_bytes(pem(ROOT))
    return path


def lab() -> str:
    """The golden deployment of a lab, confirmed on the day before the tests' clock."""
    return (INVENTORIES / "lab.yaml").read_text(encoding="utf-8").replace("2026-01-15", "2040-02-29")


def outcomes(out: str) -> dict[tuple[str, str], str]:
    return {(found["target"], found["rule"]): found["outcome"] for found in json.loads(out)["findings"]}


def test_offline_judges_what_is_declared_and_nothing_else(auditor: Auditor, tmp_path: Path) -> None:
    text = lab()
    path = tmp_path / "inventory.yaml"
    path.write_text(text + "endpoints:\n  - {name: sbc, address: '193.5.122.1:5061'}\n", encoding="utf-8")
    done = auditor("audit", "-i", path, "--offline", "--json")
    found = outcomes(done.out)
    assert found["deployment", "address-missing"] == "pass"
    assert found["deployment", "region-name-unresolved"] == "not-tested"
    owed = {target for target, _ in found} - {"deployment"}
    assert owed == {"site lab: SIP client", "HTTPS server", "HTTPS client", "session descriptions"}
    assert {outcome for (target, _), outcome in found.items() if target in owed} == {"not-tested"}
    assert "1 endpoint was not audited, because --offline was used: sbc." in done.out
    assert done.code == 0


def test_a_policy_that_asks_nothing_about_a_deployment_says_so(auditor: Auditor) -> None:
    done = auditor("audit", "-i", INVENTORIES / "lab.yaml", "--offline", "-p", "mozilla-modern")
    assert done.code == 3
    assert "The policy mozilla-modern has no rule for deployment." in done.out
    assert "not audited" not in done.out


def test_a_finding_that_fails_says_in_every_text_what_it_rests_on(auditor: Auditor, tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    text = lab()
    path.write_text(text.replace("sip_transport: tls", "sip_transport: udp"), encoding="utf-8")
    reports = [tmp_path / "r.html", tmp_path / "r.md", tmp_path / "r.json"]
    done = auditor("audit", "-i", path, "--offline", *(word for report in reports for word in ("--report", report)))
    for shown in (done.out, *(report.read_text(encoding="utf-8") for report in reports)):
        assert "as declared in the inventory" in shown


def test_offline_with_endpoints_alone_is_no_pass(auditor: Auditor, tmp_path: Path) -> None:
    done = auditor("audit", "sbc.invalid:5061", "--offline", "--report", tmp_path / "r.html")
    assert done.code == 3
    said = "1 endpoint was not audited, because --offline was used: sbc.invalid:5061."
    assert said in done.out
    assert said in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_fault_in_the_deployment_fails_the_audit_and_points_at_the_inventory(
    auditor: Auditor, tmp_path: Path
) -> None:
    text = lab()
    path = tmp_path / "inventory.yaml"
    path.write_text(text.replace("sip_transport: tls", "sip_transport: udp"), encoding="utf-8")
    done = auditor("audit", "-i", path, "--offline", "--report", tmp_path / "r.sarif", "--report", tmp_path / "r.html")
    assert done.code == 1
    assert "sip-transport-not-tls" in done.out
    (run,) = json.loads((tmp_path / "r.sarif").read_text(encoding="utf-8"))["runs"]
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == path.as_uri()


def test_what_was_declared_is_collected_and_judged_later(auditor: Auditor, tmp_path: Path) -> None:
    seen = tmp_path / "seen.jsonl"
    assert auditor("collect", "-i", INVENTORIES / "lab.yaml", "-o", seen).code == 0
    done = auditor("evaluate", seen, "--json")
    assert outcomes(done.out)["deployment", "address-missing"] == "pass"


WRONG: dict[str, tuple[str, list[str]]] = {
    "neither endpoints nor a deployment": (HEAD, ['1:1: the file lacks the key "endpoints"']),
    "a wrong type": (f"{HEAD}deployment: {{sku: 5}}\n", ["2:19: sku must be text, not the number 5"]),
    "an unknown sku": (f"{HEAD}deployment: {{sku: big}}\n", ['2:19: sku cannot be "big"; it is one of standard, lab']),
    "host bits": (
        f"{HEAD}deployment: {{}}\nsites: [{{name: A, media: [193.5.122.1/29]}}]\n",
        ['3:27: media "193.5.122.1/29": it has host bits set; the network is 193.5.122.0/29'],
    ),
    "a reversed range": (
        f"{HEAD}deployment: {{}}\nsites: [{{name: A, media: [193.5.122.9-193.5.122.1]}}]\n",
        ['3:27: media "193.5.122.9-193.5.122.1": its first address is higher than its last'],
    ),
    "ranges that overlap": (
        f"{HEAD}deployment: {{}}\nsites: [{{name: A, media: [193.5.122.0/29, 193.5.122.7]}}]\n",
        ['3:43: media "193.5.122.7" overlaps the earlier "193.5.122.0/29"'],
    ),
    "a peering that is no network": (
        f"{HEAD}deployment: {{}}\ncircuits: [{{name: c, bgp_sessions: [{{path: primary, prefix: 193.5.126.1/30}}]}}]\n",
        ['3:61: prefix "193.5.126.1/30": it has host bits set'],
    ),
    "a route that is no network": (
        f"{HEAD}deployment: {{}}\ncircuits: [{{name: c, advertised_prefixes: [193.5.122.0-193.5.124.9]}}]\n",
        ['3:44: advertised_prefixes "193.5.122.0-193.5.124.9": a route is one network, such as 198.51.100.0/24'],
    ),
    "a name that is not qualified": (
        f"{HEAD}deployment: {{}}\nsites: [{{name: A, signaling_destination: [localhost]}}]\n",
        ['3:43: signaling_destination "localhost": this name has no domain'],
    ),
    "an empty text": (
        f"{HEAD}deployment: {{}}\nattestations: [{{statement: s, by: '  ', date: 2026-01-01}}]\n",
        ["3:35: by is empty"],
    ),
    "an empty text in a list": (
        f"{HEAD}deployment: {{}}\nmaps: [{{location: a, communities: ['']}}]\n", ["3:36: communities is empty"],
    ),
    "a deployment without its head": (
        f"{HEAD}endpoints: [{{name: a, address: 'a:1'}}]\ncircuits: []\nregions: []\n",
        ['3:11: circuits requires a section "deployment"', "4:10: regions requires"],
    ),
    "an unknown region": (
        f"{HEAD}deployment: {{}}\nregions: [{{name: one, azure_region: West Europa}}]\n",
        ['3:37: azure_region "West Europa": not an Azure region; did you mean "West Europe"?'],
    ),
    "dangling references and repeated names, all in one go": (
        HEAD + TANGLED,
        [
            '3:27: two entries of sites are called "A"',
            '4:16: there is no entry of sites called "B"',
            '4:27: there is no entry of regions called "one"',
            '4:41: there is no entry of circuits called "c"',
            '5:30: there is no entry of sites called "C"',
        ],
    ),
    "ports from behind": (
        f"{HEAD}deployment: {{}}\nsites: [{{name: A, acl: [{{source: any, ports: 20-10}}]}}]\n",
        ['3:46: ports "20-10": ports must be from 1 to 65535, the lower one first'],
    ),
    "ports of media from behind": (
        f"{HEAD}deployment: {{}}\nsites: [{{name: A, media_ports: 20-10}}]\n",
        ['3:32: media_ports "20-10": ports must be from 1 to 65535, the lower one first'],
    ),
    "an endpoint by the deployment's name": (
        f"{HEAD}deployment: {{}}\nendpoints: [{{name: deployment, address: 'a:1'}}]\n",
        ['no endpoint can be called "deployment"'],
    ),
    "an attestation by nobody": (
        f"{HEAD}deployment: {{}}\nattestations: [{{statement: s, by: n/a, date: 2026-01-01}}]\n",
        ['3:35: by "n/a" names nobody; name the person or the role that confirmed the statement'],
    ),
    "an attestation with a digest that is none": (
        f"{HEAD}deployment: {{}}\nattestations: [{{statement: s, by: me and Ann, date: 2026-01-01, sha256: abc}}]\n",
        ['3:73: sha256 cannot be "abc": SHA-256 of the document'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_at_its_place(auditor: Auditor, tmp_path: Path, name: str) -> None:
    text, messages = WRONG[name]
    path = tmp_path / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    done = auditor("audit", "-i", path, "--offline")
    assert (done.code, done.out) == (2, "")
    for message in messages:
        assert message in done.err
    assert len(done.err.splitlines()) == len(messages)


RIGHT = {
    "a route and a more specific one":
        "circuits: [{name: c, advertised_prefixes: [193.5.122.0/23, 193.5.122.0/24], internet_prefixes: [193.0.0.0/8, "
        "193.5.0.0/16]}]",
    "a name that begins with a digit":
        "regions: [{name: one, service_facing: [1-r1.example-7f3a.commsgw.azure.com, 52.120.10.4-52.120.10.9]}]",
    "a host that begins with a digit": "sites: [{name: A, signaling_destination: [3sbc.example.net]}]",
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_what_may_be_declared_is_read(auditor: Auditor, tmp_path: Path, name: str) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(f"{HEAD}deployment: {{}}\n{RIGHT[name]}\n", encoding="utf-8")
    done = auditor("audit", "-i", path, "--offline")
    assert (done.code, done.err) == (1, "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--resolver", "192.0.2.53"), "--resolver requires --dns"),
        (("--dns", "--offline"), "--dns needs the network, but --offline forbids it"),
        (("--dns", "--resolver", "dns.example.net"), "is not an IP address"),
        (("--dns", "--resolver", "192.0.2.53:99999"), "is not an IP address"),
    ],
)
def test_options_about_dns_that_cannot_be_are_refused(auditor: Auditor, words: tuple[str, ...], message: str) -> None:
    done = auditor("audit", "-i", INVENTORIES / "lab.yaml", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_dns_without_a_deployment_is_refused(auditor: Auditor) -> None:
    done = auditor("audit", "127.0.0.1:1", "--dns")
    assert done.code == 2
    assert "no inventory (-i) declares one" in done.err


def test_options_that_cannot_be_are_refused_before_anything_is_connected_to(auditor: Auditor) -> None:
    done = auditor("audit", "127.0.0.1:1", "--dns")
    assert "1/1" not in done.err


def test_a_root_of_tomorrow_ends_every_command(auditor: Auditor, tmp_path: Path, root_file: Path) -> None:
    path = tmp_path / "inventory.yaml"
    seen = tmp_path / "seen.jsonl"
    path.write_text(f"{lab()}roots: [{{file: '{root_file}', sent: 2040-03-02}}]\n", encoding="utf-8")
    for words in (("audit", "--offline"), ("collect", "-o", seen), ("certificate", root_file)):
        done = auditor(*words, "-i", path)
        assert done.code == 2
        assert "sent 2040-03-02 is in the future" in done.err
    path.write_text(f"{lab()}roots: [{{file: '{root_file}', sent: 2040-03-01}}]\n", encoding="utf-8")
    done = auditor("audit", "--offline", "-i", path, "--json")
    assert any("on 2040-03-01" in note for note in json.loads(done.out)["notes"])
    assert auditor("certificate", root_file, "-i", path).code != 2
    assert auditor("collect", "-i", path, "-o", seen).code == 0
    later = auditor("evaluate", seen, "--root", root_file, "--json")
    assert any("on 2040-03-01" in note for note in json.loads(later.out)["notes"])


@pytest.mark.slow
def test_names_are_looked_up_while_collecting_too(auditor: Auditor, tmp_path: Path) -> None:
    seen = tmp_path / "seen.jsonl"
    done = auditor("collect", "-i", INVENTORIES / "lab.yaml", "--resolver", "127.0.0.1", "-o", seen)
    assert (done.code, "--resolver requires --dns" in done.err) == (2, True)
    with closed_port() as port:
        done = auditor(
            "collect", "-i", INVENTORIES / "lab.yaml", "--dns", "--resolver", f"127.0.0.1:{port}", "-o", seen
        )
    assert done.code == 0
    report = json.loads(auditor("evaluate", seen, "--json").out)
    outcomes = {found["rule"]: found["outcome"] for found in report["findings"]}
    assert outcomes["region-name-unresolved"] == "inconclusive"
