"""Which addresses an operator can be reached at: IANA's registries, whatever the version of Python thinks of them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.network.address_sets import address_set, in_all, together_contain
from auditor.network.addresses import Range, overlapping, parse_range, why_not_public


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.0-10.0.0.255", "100.64.0.0/10", "100.127.255.255", "192.0.0.9", "192.0.2.1", "192.88.99.1",
        "192.52.193.1",
        "198.18.0.1", "198.19.255.255", "203.0.113.255", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "0.0.0.1", "127.0.0.1", "169.254.1.1", "172.31.255.255", "192.175.48.1", "9.0.0.0-11.255.255.255", "0.0.0.0/1",
        "::1", "::", "::ffff:193.5.122.1", "64:ff9b::c105:7a01", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
        "2002:c105:7a01::1", "3fff::1", "fc00::1", "fe80::1", "ff02::1", "5f00::1", "4000::/3", "::/0", "2000::/3",
        "2000:ffff::-2001:400::",
    ],
)  # fmt: skip
def test_an_address_nobody_is_reached_at_is_not_public(text: str) -> None:
    assert why_not_public(text)


@pytest.mark.parametrize(
    "text",
    [
        "193.5.122.0/23", "52.120.10.0/28", "11.0.0.0", "9.255.255.255", "100.63.255.255", "100.128.0.0", "172.32.0.0",
        "192.0.1.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2a01:111::/32", "2001:200::/23", "2603::1",
    ],
)  # fmt: skip
def test_an_address_beside_those_is_public(text: str) -> None:
    assert why_not_public(text) is None


def test_a_group_of_receivers_is_called_by_its_name() -> None:
    assert why_not_public("224.0.0.1") == why_not_public("ff02::1") == "multicast addresses"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("193.5.122.1-2a01::1", "different IP versions"),
        ("193.5.122.0/33", "not a network"),
        ("193.5.122.1/29", "the network is 193.5.122.0/29"),
        ("193.5.122.9-193.5.122.1", "is higher than its last"),
        ("193.5.122", "not an IP address"),
    ],
)
def test_what_is_no_range_is_said(text: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        parse_range(text)


RANGES = st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda pair: Range(4, pair[0], pair[0] + pair[1]))


@given(st.lists(st.tuples(st.sampled_from("abc"), RANGES), max_size=12))
def test_every_range_that_overlaps_one_of_another_owner_before_it_is_named(owned: list[tuple[str, Range]]) -> None:
    ranges = {key: found for key, (_, found) in enumerate(owned)}
    named = {second: first for first, second in overlapping(ranges, owner=lambda key: owned[key][0])}
    clashing = [
        (first, second)
        for first, second in itertools.permutations(ranges, 2)
        if (ranges[first], first) < (ranges[second], second)
        if owned[first][0] != owned[second][0] and ranges[first].overlaps(ranges[second])
    ]
    assert set(named) == {second for _, second in clashing}
    assert {(first, second) for second, first in named.items()} <= set(clashing)


@given(st.lists(RANGES, max_size=12))
def test_where_each_range_has_an_owner_of_its_own_all_that_overlap_are_named(found: list[Range]) -> None:
    ranges = dict(enumerate(found))
    clashing = {one for one, two in itertools.permutations(ranges, 2) if ranges[one].overlaps(ranges[two])}
    assert {key for pair in overlapping(ranges) for key in pair} == clashing


def addresses(ranges: list[Range]) -> set[int]:
    return {address for found in ranges for address in range(found.first, found.last + 1)}


@given(st.lists(RANGES, max_size=8), st.lists(RANGES, max_size=8), RANGES)
def test_several_ranges_contain_what_they_contain_together(one: list[Range], two: list[Range], wanted: Range) -> None:
    mine, theirs, asked = addresses(one), addresses(two), addresses([wanted])
    first, second = address_set(one), address_set(two)
    assert (first.size, first.contains(wanted), first.touches(wanted)) == (len(mine), asked <= mine, bool(asked & mine))
    assert addresses([*in_all([first, second]).ranges]) == mine & theirs
    assert in_all([first, second]) == address_set(in_all([first, second]).ranges)
    assert together_contain([first, second], wanted) == (asked <= mine | theirs)


def test_addresses_of_one_version_of_ip_are_none_of_the_other() -> None:
    four, six = parse_range("0.0.0.0/0"), parse_range("::/96")
    assert (four.first, four.last) == (six.first, six.last)
    assert not address_set([four]).contains(six)
    assert not address_set([six]).touches(four)
    assert address_set([four, six]).contains(four)
    assert in_all([address_set([four]), address_set([six])]) == in_all([]) == address_set([])
    assert not together_contain([address_set([four])], six)
