"""What is asked of a resolver, and what its answers are taken for: a gap is never an answer."""

import dns.message
import dns.rcode
import dns.rrset
import pytest

from auditor.model.deployment import Deployment
from auditor.model.finding import Doubt
from auditor.model.observation import DnsSeen, LookedUpName
from auditor.model.rule import Evidence
from auditor.model.target import DeploymentTarget
from auditor.probes.dns import look_up, look_up_sites, resolver_at
from auditor.rules import all_rules
from testbed.resolver import Answer, asks, reply, resolver
from tests.deployment.test_faults import AT

pytestmark = pytest.mark.slow

NAME = "r1.example-7f3a.commsgw.azure.com"
DECLARED = Deployment.model_validate({"deployment": {}, "regions": [{"name": "one", "hostname": NAME}]})


def seen_of(answer: Answer) -> DnsSeen:
    with resolver(answer) as port:
        (seen,) = look_up("deployment", AT, DECLARED, (), resolver_at("127.0.0.1", port))
    return seen


def test_every_target_of_an_srv_record_is_looked_up_or_named_as_a_gap() -> None:
    hosts = [f"peer{number}.example.net" for number in range(12)]

    def many(query: dns.message.Message) -> bytes:
        name, kind = asks(query)
        if kind == "SRV":
            return reply(query, *(f"{name} SRV 1 1 5061 {host}." for host in hosts))
        return reply(query, f"{name} A 52.120.10.4") if kind == "A" else reply(query)

    seen = seen_of(many)
    known = {record.name for record in seen.records if record.type == "A"}
    assert known
    assert {*hosts, NAME} <= known | {gap.subject.removesuffix(" A") for gap in seen.missing}


def test_a_target_that_is_the_root_leads_nowhere() -> None:
    def gone(query: dns.message.Message) -> bytes:
        name, kind = asks(query)
        return reply(query, f"{name} SRV 0 0 0 .") if kind == "SRV" else reply(query)

    seen = seen_of(gone)
    assert {record.host for record in seen.records if record.type == "SRV"} == {"."}
    assert not [gap for gap in seen.missing if gap.subject.startswith(". ")]


def test_an_alias_of_another_name_is_not_followed() -> None:
    def astray(query: dns.message.Message) -> bytes:
        name, kind = asks(query)
        if name == "elsewhere.example.net.":
            return reply(query, f"{name} A 52.120.10.4") if kind == "A" else reply(query)
        return reply(query, "other.example.net. CNAME elsewhere.example.net.")

    assert seen_of(astray).records == ()


def test_a_record_of_the_domain_above_is_not_taken_for_that_of_a_name_nobody_told_of() -> None:
    def above(query: dns.message.Message) -> bytes:
        name, kind = asks(query)
        if name == "example.net." and kind == "CAA":
            return reply(query, 'example.net. CAA 0 issue "ca.example"')
        return reply(query, rcode=dns.rcode.SERVFAIL)

    with resolver(above) as port:
        found = look_up("deployment", AT, Deployment.model_validate({"deployment": {}}), ("sbc.example.net",),
                        resolver_at("127.0.0.1", port))  # fmt: skip
        (seen,) = found
    assert [gap.subject for gap in seen.missing] == ["sbc.example.net CAA"]
    rule = all_rules()["caa-missing"]
    target = DeploymentTarget(name="deployment")
    remarks = list(rule.check(Evidence(target, AT, (seen,)), rule.params()))
    assert [type(remark) for remark in remarks] == [Doubt]


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_a_failure_is_a_gap(rcode: dns.rcode.Rcode) -> None:
    seen = seen_of(lambda query: reply(query, rcode=rcode))
    assert seen.records == ()
    assert len(seen.missing) == 4


@pytest.mark.parametrize("rcode", [dns.rcode.NXDOMAIN, dns.rcode.NOERROR])
def test_that_there_is_nothing_is_an_answer(rcode: dns.rcode.Rcode) -> None:
    seen = seen_of(lambda query: reply(query, rcode=rcode))
    assert (seen.records, seen.missing) == ((), ())


def test_a_server_that_points_at_others_has_not_answered() -> None:
    def referral(query: dns.message.Message) -> bytes:
        made = dns.message.make_response(query)
        made.authority.append(dns.rrset.from_text("com.", 60, "IN", "NS", "a.gtld-servers.net."))
        return made.to_wire()

    seen = seen_of(referral)
    assert seen.records == ()
    assert len(seen.missing) == 4


def test_an_answer_to_another_question_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.probes.dns.SECONDS", 0.3)

    def other(query: dns.message.Message) -> bytes:
        asked = dns.message.make_query("other.example.net", "A", id=query.id)
        return reply(asked, "other.example.net. A 52.120.10.4")

    seen = seen_of(other)
    assert seen.records == ()
    assert len(seen.missing) == 4


SITE = Deployment.model_validate(
    {"deployment": {}, "sites": [{"name": "A", "signaling_destination": ["SBC.Example.net.", "193.5.122.1"]}]}
)


def site_of(answer: Answer, declared: Deployment = SITE) -> LookedUpName:
    with resolver(answer) as port:
        (found,) = look_up_sites("deployment", AT, declared, resolver_at("127.0.0.1", port)).names
    return found


def aliased(*steps: str, rcode: dns.rcode.Rcode = dns.rcode.NOERROR) -> Answer:
    """A resolver that answers every query for an address with these CNAME records."""

    def answer(query: dns.message.Message) -> bytes:
        _, kind = asks(query)
        return reply(query, *steps, rcode=rcode) if kind in ("A", "AAAA") else reply(query)

    return answer


def aliases(found: LookedUpName) -> list[tuple[str, str | None]]:
    return [(record.name, record.host) for record in found.records if record.type == "CNAME"]


def test_the_aliases_on_the_way_to_an_address_are_kept_each_once() -> None:
    steps = (
        "sbc.example.net. CNAME a.example.net.",
        "a.example.net. CNAME b.example.net.",
        "b.example.net. A 193.5.122.1",
    )

    def answer(query: dns.message.Message) -> bytes:
        _, kind = asks(query)
        return reply(query, *steps) if kind == "A" else reply(query)

    found = site_of(answer)
    assert aliases(found) == [("sbc.example.net", "a.example.net"), ("a.example.net", "b.example.net")]
    assert [(record.name, record.value) for record in found.records if record.type == "A"] == [
        ("sbc.example.net", "193.5.122.1")
    ]


def test_an_alias_of_a_name_that_does_not_exist_is_kept_and_there_is_no_address() -> None:
    found = site_of(aliased("sbc.example.net. CNAME gone.example.net.", rcode=dns.rcode.NXDOMAIN))
    assert aliases(found) == [("sbc.example.net", "gone.example.net")]
    assert (len(found.records), found.missing) == (1, ())


@pytest.mark.parametrize("rcode", [dns.rcode.NOERROR, dns.rcode.NXDOMAIN])
def test_aliases_in_a_circle_are_no_address(rcode: dns.rcode.Rcode) -> None:
    steps = ("sbc.example.net. CNAME a.example.net.", "a.example.net. CNAME sbc.example.net.")
    found = site_of(aliased(*steps, rcode=rcode))
    assert not [record for record in found.records if record.type == "A"]
    assert {gap.subject for gap in found.missing} == {"sbc.example.net A", "sbc.example.net AAAA"}


def test_a_name_in_u_labels_is_looked_up_in_a_labels() -> None:
    wanted: list[str] = []

    def note(query: dns.message.Message) -> bytes:
        wanted.append(asks(query)[0])
        return reply(query)

    declared = Deployment.model_validate(
        {"deployment": {}, "sites": [{"name": "A", "signaling_destination": ["b\u00fccher.example.net"]}]}
    )
    assert site_of(note, declared).name == "xn--bcher-kva.example.net"
    assert all(name.endswith("xn--bcher-kva.example.net.") for name in wanted)


def test_the_names_of_all_sites_have_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.probes.dns.MOST_SECONDS", 0.0)
    found = site_of(reply)
    assert [(gap.subject, gap.reason) for gap in found.missing] == [
        ("sbc.example.net A", "not looked up: the limit of 0 s is reached")
    ]
