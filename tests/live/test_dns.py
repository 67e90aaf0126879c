"""Names of a deployment, looked up at dnsmasq; and a resolver that lies, loops, is silent or says too much."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import dns.message
import dns.rcode
import dns.rrset
import pytest

from auditor.evaluate import evaluate
from auditor.inputs.inventory.declared_deployment import observe_deployment
from auditor.inputs.inventory.read import load_inventory
from auditor.model.finding import Outcome
from auditor.model.observation import DnsSeen, LookedUpName, SiteNamesSeen
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.probes import dns as probe
from auditor.probes.dns import look_up, look_up_sites, resolver_at
from testbed.resolver import Answer, asks, reply, resolver
from testbed.servers.dnsmasq import dnsmasq
from tests.deployment.test_faults import AT, INVENTORIES

pytestmark = pytest.mark.slow

ONE, TWO, BASE = "r1.example-7f3a", "r2.example-7f3a", "commsgw.azure.com"
RULES = {
    "region-name-unresolved",
    "region-address-unexpected",
    "region-srv-missing",
    "provisioning-name-unresolved",
    "caa-missing",
    "site-name-unresolved",
    "site-address-unexpected",
}
ZONE = f"""\
no-daemon
no-resolv
no-hosts
local=/azure.com/
local=/example.net/
srv-host=_sip._tls.{ONE}.{BASE},peer1.{ONE}.{BASE},5061,1,50
srv-host=_sip._tls.{TWO}.{BASE},{TWO}.{BASE},5061,1,50
host-record=peer1.{ONE}.{BASE},52.120.10.4,60
host-record={TWO}.{BASE},52.120.20.9,60
cname=provapi.example-7f3a.{BASE},peer1.{ONE}.{BASE},60
caa-record=example.net,0,issue,digicert.com
cname=sbc-a.example.net,trunk.example.net,60
host-record=trunk.example.net,193.5.122.1,60
srv-host=_sips._tcp.sbc-a.example.net,peer.example.net,5061,1,50
host-record=peer.example.net,193.5.122.2,60
"""


def asked(port: int) -> tuple[list[DnsSeen | SiteNamesSeen], dict[str, Outcome]]:
    """What the resolver at that port says of the compliant deployment, and what the rules about names make of it."""
    declared = load_inventory(INVENTORIES / "maps.yaml").deployment
    assert declared is not None
    targets, _ = observe_deployment(declared, AT)
    resolver = resolver_at("127.0.0.1", port)
    name = targets[0].name
    seen: list[DnsSeen | SiteNamesSeen] = [*look_up(name, AT, declared, ["sbc-a.example.net"], resolver)]
    seen.append(look_up_sites(name, AT, declared, resolver))
    report = evaluate(make_plan(load_policy("acg"), targets), seen, AT, AT)
    return seen, {finding.rule: finding.outcome for finding in report.findings if finding.rule in RULES}


def answers(seen: Iterable[DnsSeen | SiteNamesSeen]) -> Iterator[DnsSeen | LookedUpName]:
    """What the resolver said of each name."""
    for found in seen:
        yield from found.names if isinstance(found, SiteNamesSeen) else (found,)


@pytest.mark.live
def test_names_as_they_should_be_pass(tmp_path: Path) -> None:
    with dnsmasq(ZONE, tmp_path) as port:
        seen, outcomes = asked(port)
    assert outcomes == dict.fromkeys(RULES, Outcome.PASS), seen
    assert not any(found.missing for found in answers(seen))
    (found,) = (found for found in answers(seen) if isinstance(found, LookedUpName))
    assert {(one.type, one.name, one.host or one.value) for one in found.records} == {
        ("CNAME", "sbc-a.example.net", "trunk.example.net"),
        ("A", "sbc-a.example.net", "193.5.122.1"),
        ("SRV", "_sips._tcp.sbc-a.example.net", "peer.example.net"),
        ("A", "peer.example.net", "193.5.122.2"),
    }


@pytest.mark.live
@pytest.mark.parametrize(
    ("old", "new", "rule", "outcome"),
    [
        ("52.120.20.9", "20.1.1.9", "region-address-unexpected", Outcome.WARN),
        (",52.120.20.9,60", ",2603::9,60", "region-name-unresolved", Outcome.FAIL),
        (f"srv-host=_sip._tls.{TWO}.{BASE}", f"srv-host=_sip._tcp.{TWO}.{BASE}", "region-srv-missing", Outcome.FAIL),
        ("cname=provapi.", "cname=other.", "provisioning-name-unresolved", Outcome.FAIL),
        ("caa-record=example.net", "caa-record=example.org", "caa-missing", Outcome.WARN),
        ("host-record=trunk.example.net", "host-record=other.example.net", "site-name-unresolved", Outcome.WARN),
        ("trunk.example.net,193.5.122.1,60", "trunk.example.net,2603::9,60", "site-name-unresolved", Outcome.WARN),
        ("peer.example.net,193.5.122.2,60", "peer.example.net,2603::9,60", "site-name-unresolved", Outcome.FAIL),
        ("peer.example.net,193.5.122.2,60", "other.example.net,193.5.122.2,60", "site-name-unresolved", Outcome.FAIL),
        ("trunk.example.net,193.5.122.1,60", "trunk.example.net,10.0.0.1,60", "site-address-unexpected", Outcome.FAIL),
        ("peer.example.net,193.5.122.2,60", "peer.example.net,100.64.0.1,60", "site-address-unexpected", Outcome.FAIL),
        ("trunk.example.net,193.5.122.1", "trunk.example.net,193.5.123.1", "site-address-unexpected", Outcome.FAIL),
        ("trunk.example.net,193.5.122.1", "trunk.example.net,52.120.10.4", "site-address-unexpected", Outcome.FAIL),
        (
            "cname=sbc-a.example.net,trunk.example.net,60", f"cname=sbc-a.example.net,peer1.{ONE}.{BASE},60",
            "site-address-unexpected", Outcome.FAIL,
        ),
    ],
)  # fmt: skip
def test_a_fault_in_the_zone_is_found(tmp_path: Path, old: str, new: str, rule: str, outcome: Outcome) -> None:
    assert old in ZONE
    with dnsmasq(ZONE.replace(old, new), tmp_path) as port:
        _, outcomes = asked(port)
    assert outcomes[rule] is outcome


def loop(query: dns.message.Message) -> bytes:
    name, _ = asks(query)
    return reply(query, f"{name} CNAME x{name[-40:]}")


def thousand(query: dns.message.Message) -> bytes:
    name, kind = asks(query)
    if kind != "A":
        return reply(query)
    made = dns.message.make_response(query)
    made.answer.append(dns.rrset.from_text(name, 60, "IN", "A", *(f"10.0.{n // 250}.{n % 250}" for n in range(1000))))
    return made.to_wire(max_size=65535)


OTHER = dns.message.make_query("other.example.", "A")
HOSTILE: dict[str, Answer] = {
    "silence": lambda _query: None,
    "failure": lambda query: reply(query, rcode=dns.rcode.SERVFAIL),
    "a refusal": lambda query: reply(query, rcode=dns.rcode.REFUSED),
    "garbage": lambda query: query.id.to_bytes(2, "big") + b"\xff" * 40,
    "the answer to another question": lambda _query: reply(OTHER, "other.example. A 52.120.10.4"),
    "a loop of aliases": loop,
}  # fmt: skip


@pytest.mark.live
def test_a_name_that_is_an_alias_of_nothing_says_where_it_leads(tmp_path: Path) -> None:
    zone = ZONE.replace("srv-host=_sips._tcp.sbc-a", "srv-host=_sips._tcp.other")
    with dnsmasq(zone.replace("host-record=trunk", "host-record=other"), tmp_path) as port:
        seen, outcomes = asked(port)
    assert outcomes["site-name-unresolved"] is Outcome.FAIL
    (found,) = (found for found in answers(seen) if isinstance(found, LookedUpName))
    assert [(one.type, one.host) for one in found.records] == [("CNAME", "trunk.example.net")]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_resolver_that_does_not_answer_leaves_everything_open(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "SECONDS", 0.05)
    with resolver(HOSTILE[name]) as port:
        seen, outcomes = asked(port)
    assert set(outcomes.values()) <= {Outcome.INCONCLUSIVE}
    assert all(found.missing for found in answers(seen))


def test_a_thousand_records_are_cut_off() -> None:
    with resolver(thousand) as port:
        seen, outcomes = asked(port)
    assert max(len(found.records) for found in answers(seen)) <= 2 * probe.MOST_RECORDS
    assert all(
        any("further records were not examined" in gap.reason for gap in found.missing)
        for found in answers(seen)
        if found.records
    )
    assert outcomes["region-address-unexpected"] is Outcome.INCONCLUSIVE  # others of them were not looked at


def test_a_resolver_that_knows_nothing_is_believed() -> None:
    with resolver(lambda query: reply(query, rcode=dns.rcode.NXDOMAIN)) as port:
        _, outcomes = asked(port)
    assert outcomes["region-name-unresolved"] is Outcome.FAIL
    assert outcomes["provisioning-name-unresolved"] is Outcome.FAIL
    assert outcomes["site-name-unresolved"] is Outcome.FAIL
    assert outcomes["site-address-unexpected"] is Outcome.INCONCLUSIVE


def test_what_a_resolver_says_is_shown_as_text() -> None:
    def lie(query: dns.message.Message) -> bytes:
        name, kind = asks(query)
        return reply(query, f'{name} CAA 0 issue "\\027[2J"') if kind == "CAA" else reply(query)

    with resolver(lie) as port:
        seen, _ = asked(port)
    values: list[Any] = [record.value for found in answers(seen) for record in found.records]
    assert values
    assert all(value.isprintable() for value in values)
