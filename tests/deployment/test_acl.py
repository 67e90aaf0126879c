"""Access lists: what they admit, which entries are dead, and that long ones are judged quickly."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.deployment import AclEntry, Deployment
from auditor.model.finding import Doubt, Remark
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence
from auditor.model.target import DeploymentTarget
from auditor.network.acl import beyond, dead_lines, decisions, merged, parse_acl, permitted
from auditor.network.addresses import parse_range
from auditor.rules import all_rules
from tests.deployment.test_faults import AT

SMALL = st.integers(0, 3).flatmap(lambda low: st.integers(low, 3).map(lambda high: (low, high)))
ENTRIES = st.lists(
    st.builds(
        lambda action, source, to, ports, protocol: AclEntry(
            action=action,
            source=f"0.0.0.{source[0]}-0.0.0.{source[1]}",
            destination=f"0.0.0.{to[0]}-0.0.0.{to[1]}",
            ports=f"{ports[0] + 1}-{ports[1] + 1}",
            protocol=protocol,
        ),
        st.sampled_from(["allow", "deny"]), SMALL, SMALL, SMALL, st.sampled_from(["tcp", "udp", "any"]),
    ),
    max_size=7,
)  # fmt: skip


def first_match(entries: list[AclEntry], source: int, to: int, port: int, protocol: str) -> int | None:
    """Packet by packet, with nothing clever."""
    for number, line in enumerate(parse_acl(entries), start=1):
        assert line.source
        assert line.destination
        if (
            line.source.first <= source <= line.source.last
            and line.destination.first <= to <= line.destination.last
            and line.ports[0] <= port <= line.ports[1]
            and line.protocol in ("any", protocol)
        ):
            return number
    return None


@given(ENTRIES)
def test_lists_are_read_as_packet_by_packet(entries: list[AclEntry]) -> None:
    lines = parse_acl(entries)
    small = parse_range("0.0.0.0/30")
    packets = list(product(range(4), range(4), range(1, 5), ("tcp", "udp")))
    first = {packet: first_match(entries, *packet) for packet in packets}
    alive = {number for number in first.values() if number}
    assert {line.number for line in dead_lines(lines)} == set(range(1, len(entries) + 1)) - alive
    open_to = {packet[0] for packet, number in first.items() if number and entries[number - 1].action == "allow"}
    spans = merged(span for more in permitted(lines, 4, [small]).values() for span in more)
    assert {source for low, high in spans for source in range(low, high + 1)} == open_to
    for protocol in ("tcp", "udp"):
        decided = {
            entries[number - 1].action if number else "deny"
            for packet, number in first.items()
            if packet[3] == protocol
        }
        assert decisions(lines, protocol, small, small, (1, 4)) == decided


def test_what_is_beyond_the_allowed_spans() -> None:
    assert beyond([(0, 9), (20, 29)], [(2, 3), (5, 5), (8, 21), (29, 40)]) == ((0, 1), (4, 4), (6, 7), (22, 28))
    assert beyond([(5, 6)], [(0, 1), (3, 4)]) == ((5, 6),)
    assert beyond([(5, 6)], [(0, 9)]) == ()


def judged(rule_id: str, acl: list[AclEntry]) -> list[Remark]:
    rule = all_rules()[rule_id]
    declared = Deployment.model_validate(
        {
            "deployment": {},
            "regions": [{"name": "one", "signaling_ranges": ["52.120.10.0/28"]}],
            "sites": [{"name": "A", "signaling_destination": ["193.5.122.1"], "media": ["193.5.122.1"], "acl": acl}],
        }
    )
    seen = DeploymentSeen(target="deployment", at=AT, declared=declared)
    return list(rule.check(Evidence(DeploymentTarget(name="deployment"), AT, (seen,)), rule.params()))


@pytest.mark.slow
def test_tens_of_thousands_of_entries_are_judged() -> None:
    # An algorithm that compares every entry with every other would not end within the time that a test may take.
    acl = [AclEntry(source=f"11.{n // 256}.{n % 256}.7", ports="5061") for n in range(30_000)]
    assert "29999 addresses" in str(judged("gateway-not-allowed", acl[:29_999]))
    assert judged("access-list-entry-dead", acl) == []


def test_a_list_that_is_too_complex_is_inconclusive() -> None:
    acl = [
        AclEntry(
            source=f"52.120.10.{n % 16}", ports=f"{n + 1}-{65535 - n}", destination=f"0.0.0.{n % 256}-255.0.0.{n % 256}"
        )
        for n in range(4_000)
    ]
    for rule in ("gateway-not-allowed", "access-list-entry-dead"):
        (remark,) = judged(rule, acl)
        assert isinstance(remark, Doubt)
        assert "more combinations" in remark.reason
