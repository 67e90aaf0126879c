"""Waivers, in a file of their own and in an inventory: what comes of good ones, and every error by line and column."""

from datetime import date
from pathlib import Path

import pytest

from auditor.errors import InputErrors
from auditor.inputs.inventory.read import load_inventory
from auditor.inputs.inventory.waiver_file import load_waivers
from auditor.model.waiver import Waiver

GOOD = """\
waivers:
  - rule: protocol-not-allowed
    target: "sbc-2*"
    reason: Old handsets, replaced in December
    approved_by: Head of Voice Security
    ticket: CHG-4711
    expires: 2026-12-31
"""
WAIVER = Waiver(
    rule="protocol-not-allowed",
    target="sbc-2*",
    reason="Old handsets, replaced in December",
    approved_by="Head of Voice Security",
    ticket="CHG-4711",
    expires=date(2026, 12, 31),
)
INVENTORY = "operator: x\nendpoints:\n  - {name: sbc-2, address: '192.0.2.1:5061'}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "waivers.yaml"


def refused(file: Path, text: str) -> list[str]:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        load_waivers(file)
    return [str(error).removeprefix(f"{file}:") for error in caught.value.errors]


def test_a_file_gives_its_waivers(file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    assert load_waivers(file) == (WAIVER,)


def test_an_inventory_gives_the_same(file: Path) -> None:
    file.write_text(INVENTORY + GOOD, encoding="utf-8")
    assert load_inventory(file).waivers == (WAIVER,)


def test_an_inventory_without_waivers_has_none_and_a_list_may_be_empty(file: Path) -> None:
    file.write_text(INVENTORY, encoding="utf-8")
    assert load_inventory(file).waivers == ()
    file.write_text("waivers: []\n", encoding="utf-8")
    assert load_waivers(file) == ()


@pytest.mark.parametrize("key", ["rule", "target", "reason", "approved_by", "ticket", "expires"])
def test_no_part_of_a_waiver_can_be_left_out_or_left_empty(file: Path, key: str) -> None:
    lines = GOOD.splitlines()
    index = next(index for index, line in enumerate(lines) if f" {key}:" in line)
    without = [*lines[:index], *lines[index + 1 :]]
    if key == "rule":
        without[1] = without[1].replace("    target", "  - target")
    assert refused(file, "\n".join(without)) == [f'2:5: entry 1 of waivers lacks the key "{key}"']
    lines[index] = f"{lines[index].split(':')[0]}:"
    assert len(refused(file, "\n".join(lines))) == 1


ERRORS = {
    "an unknown rule": (
        GOOD.replace("protocol-not-allowed", "protocol-not-alowed"),
        ['2:11: unknown rule "protocol-not-alowed"; did you mean "protocol-not-allowed"?'],
    ),
    "a day that is none": (
        GOOD.replace("2026-12-31", "2026-02-30"),
        ['7:14: expires must be a date written as YYYY-MM-DD, not "2026-02-30"'],
    ),
    "a day in another form": (
        GOOD.replace("2026-12-31", "31.12.2026"),
        ['7:14: expires must be a date written as YYYY-MM-DD, not "31.12.2026"'],
    ),
    "a key with a typing error": (
        GOOD.replace("approved_by", "aproved_by"),
        [
            '2:5: entry 1 of waivers lacks the key "approved_by"',
            '5:5: unknown key "aproved_by" in entry 1 of waivers; did you mean "approved_by"?',
        ],
    ),
    "a reason over two lines": (
        GOOD.replace("Old handsets, replaced in December", '"Old\\nhandsets"'),
        ["4:13: reason must be a single line"],
    ),
    "no waivers": ("other: []\n", None),
    "an empty file": ("", ["1:1: the file must be a mapping (key: value), not empty"]),
    "a mapping": ("waivers: {}\n", ["1:10: waivers must be a list, not a mapping"]),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_mistake_is_named_with_its_place(file: Path, name: str) -> None:
    text, expected = ERRORS[name]
    said = refused(file, text)
    assert expected is None or said == expected
    assert all(line.split(":")[0].isdigit() for line in said)


def test_a_mistake_in_an_inventory_is_named_in_the_same_way(file: Path) -> None:
    file.write_text(INVENTORY + GOOD.replace("protocol-not-allowed", "protocol"), encoding="utf-8")
    with pytest.raises(InputErrors, match=r'yaml:5:11: unknown rule "protocol"'):
        load_inventory(file)


def test_the_example_of_the_documentation_is_one(file: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "ci.md").read_text(encoding="utf-8")
    file.write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    (waiver,) = load_waivers(file)
    assert waiver.expires == date(2027, 1, 31)
