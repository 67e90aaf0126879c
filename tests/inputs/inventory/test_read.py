"""Inventories: what comes of a good one, and every error of a bad one by name, line and column."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from auditor.errors import InputErrors
from auditor.inputs.certificates.declared_roots import sent_roots
from auditor.inputs.inventory.read import load_inventory, roots_of_the_future
from auditor.model.target import Service
from tests.inputs.certificates.test_declared_roots import ROOT, pem

GOOD = """\
operator: Example Telecom
endpoints:
  - name: sbc-1
    address: SBC1.example.net.:5061
    site: north
    client_name: out.example.net
  - name: sbc-2
    address: "[2001:db8::2]:5061"
    server_name: sbc2.example.net
  - {name: api, address: "192.0.2.7:5061", service: https}
roots:
  - {file: roots/private.pem, sent: 2026-10-01}
"""


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inventory")
    (folder / "roots").mkdir()
    (folder / "roots" / "private.pem").write_bytes(pem(ROOT))
    return folder


def written(folder: Path, text: str) -> Path:
    path = folder / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputErrors) as caught:
        load_inventory(written(folder, text))
    return [str(error).replace(f"{folder}/", "") for error in caught.value.errors]


def test_a_good_inventory_gives_requests_and_roots(folder: Path) -> None:
    inventory = load_inventory(written(folder, GOOD))
    first, second, third = inventory.requests
    assert (first.name, first.host, first.port, first.service) == ("sbc-1", "sbc1.example.net", 5061, Service.SIP)
    assert (first.server_name, second.server_name, third.server_name) == ("sbc1.example.net", "sbc2.example.net", None)
    assert (second.host, second.is_address, third.service) == ("2001:db8::2", True, Service.HTTPS)
    assert (inventory.endpoints[0].request.site, inventory.endpoints[0].client_name) == ("north", "out.example.net")
    assert (inventory.operator, inventory.declared[0].sent) == ("Example Telecom", "2026-10-01")
    assert [anchor.declared for anchor in inventory.roots] == [True]
    assert (first.location.line, first.location.column) == (3, 5)


def test_a_root_carries_the_first_day_it_was_sent(folder: Path) -> None:
    more = "  - {file: ./roots/private.pem, sent: 2026-09-01}\n  - {file: roots/private.pem, sent: 2026-11-01}\n"
    inventory = load_inventory(written(folder, GOOD + more))
    assert [anchor.sent for anchor in inventory.roots] == [date(2026, 9, 1)]
    undated = replace(inventory.roots[0], sent=None)
    pinned = replace(undated, declared=False)
    for anchors in ((undated, *inventory.roots), (*inventory.roots, undated), (pinned, *inventory.roots)):
        assert [root.sent for root in sent_roots(anchors)] == [date(2026, 9, 1)]
    assert [root.sent for root in sent_roots([undated])] == [None]


def test_a_root_cannot_be_sent_in_the_future(folder: Path) -> None:
    inventory = load_inventory(written(folder, GOOD))
    assert list(roots_of_the_future(inventory, date(2026, 10, 1))) == []
    (error,) = roots_of_the_future(inventory, date(2026, 9, 30))
    assert "12:37: sent 2026-10-01 is in the future" in str(error)


ERRORS = {
    "nothing": ("", ["1:1: the file must be a mapping (key: value), not empty"]),
    "no endpoints": ("operator: x\nendpoints: []\n", ["2:12: endpoints must not be empty"]),
    "no operator": ("endpoints: [{name: a, address: 'a:1'}]\n", ['1:1: the file lacks the key "operator"']),
    "an unknown key": (
        "operator: x\nendpoints: [{name: a, address: 'a:1', adress: b}]\n",
        ['2:39: unknown key "adress" in entry 1 of endpoints; did you mean "address"?'],
    ),
    "a key of a later version": (
        "operator: x\ncarriers: []\nendpoints: [{name: a, address: 'a:1'}]\n",
        ['2:1: unknown key "carriers"; did you mean "waivers"?'],
    ),
    "a bad port": (
        "operator: x\nendpoints:\n  - name: a\n    address: a:99999\n",
        ['4:14: endpoint "a": "99999" is not a port; a port is a number from 1 to 65535'],
    ),
    "a port that YAML could read as a number of seconds": (
        "operator: x\nendpoints:\n  - {name: a, address: 12:30}\n",
        ['3:24: endpoint "a": "12" is not an IP address in its usual form'],
    ),
    "an address that is a number": (
        "operator: x\nendpoints:\n  - {name: a, address: 5061}\n",
        ["3:24: address must be text, not the number 5061; put it in quotes"],
    ),
    "a scheme": (
        "operator: x\nendpoints:\n  - {name: a, address: 'https://a'}\n",
        ['3:24: endpoint "a": an address is HOST:PORT; set the service with the key service'],
    ),
    "a bad server name": (
        "operator: x\nendpoints:\n  - {name: a, address: 'a:1', server_name: 192.0.2.1, client_name: b_c}\n",
        [
            '3:44: endpoint "a": "192.0.2.1" is not a name: its last label is a number',
            '3:68: endpoint "a": "b_c" is not a host name: it has an underscore',
        ],
    ),
    "a repeated name": (
        "operator: x\nendpoints:\n  - {name: a, address: 'a:1'}\n  - {name: a, address: 'b:1'}\n",
        ['4:5: the target "a" appears twice'],
    ),
    "an endpoint under two names": (
        "operator: x\nendpoints:\n  - {name: a, address: 'h:1'}\n  - {name: b, address: 'H.:1'}\n",
        ['4:5: the target "b" is the same endpoint as "a"'],
    ),
    "a name of two lines": (
        'operator: x\nendpoints:\n  - {name: "a\\nb", address: "a:1"}\n',
        ["3:12: name must be a single line"],
    ),
    "an unknown service": (
        "operator: x\nendpoints:\n  - {name: a, address: 'a:1', service: sips}\n",
        ['3:40: service cannot be "sips"; did you mean "sip"?'],
    ),
    "a root that is not there and a day that is none": (
        "operator: x\nendpoints: [{name: a, address: 'a:1'}]\nroots:\n  - {file: none.pem, sent: 2026-13-01}\n",
        [
            "4:12: none.pem: the file cannot be read: No such file or directory",
            '4:28: sent must be a date written as YYYY-MM-DD, not "2026-13-01"',
        ],
    ),
    "several errors": (
        "operator: 1\nendpoints:\n  - {name: a, address: 'a:0'}\n  - {name: b, address: 'b_:1', x: 1}\n  - 7\n",
        [
            "1:11: operator must be text, not the number 1; put it in quotes",
            '3:24: endpoint "a": "0" is not a port; a port is a number from 1 to 65535',
            '4:24: endpoint "b": "b_" is not a host name: it has an underscore',
            (
                '4:32: unknown key "x" in entry 2 of endpoints; known are name, address, service, site, server_name, '
                "client_name"
            ),
            "5:5: entry 3 of endpoints must be a mapping (key: value), not the number 7",
        ],
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_a_bad_inventory_is_refused_with_every_error_at_its_place(case: str, folder: Path) -> None:
    text, messages = ERRORS[case]
    assert refused(folder, text) == [f"inventory.yaml:{message}" for message in messages]


def test_ten_thousand_unknown_keys_are_said_a_hundred_times(folder: Path) -> None:
    text = "operator: x\nendpoints: [{name: a, address: 'a:1'}]\n" + "".join(f"k{n}: 1\n" for n in range(10_000))
    assert len(refused(folder, text)) == 100
