"""An inventory of tens of thousands of endpoints is read and judged; docs/benchmarks.md has its time and memory."""

import json
from pathlib import Path

import pytest

from auditor.errors import InputErrors
from auditor.inputs.inventory.read import load_inventory
from auditor.policy.shipped import policy_directory
from tests.cli.conftest import Auditor

MANY = 30_000


def inventory_of(path: Path, endpoints: int) -> Path:
    text = (policy_directory() / "examples" / "inventory-lab.yaml").read_text(encoding="utf-8")
    deployment, _, _ = text.partition("endpoints:\n")
    lines = (
        f"  - {{name: s{number}, address: 193.{number // 65536}.{number // 256 % 256}.{number % 256}:5061}}\n"
        for number in range(endpoints)
    )
    path.write_text(f"{deployment}endpoints:\n{''.join(lines)}", encoding="utf-8")
    return path


@pytest.mark.slow
def test_tens_of_thousands_of_endpoints_are_read_and_the_deployment_is_judged(auditor: Auditor, tmp_path: Path) -> None:
    done = auditor("audit", "-i", inventory_of(tmp_path / "large.yaml", MANY), "--offline", "--json")
    report = json.loads(done.out)
    owed = {found["target"] for found in report["endpoints"] if found.get("perspective") == "owed"}
    assert {finding["target"] for finding in report["findings"]} == {"deployment", *owed}
    assert len(report["endpoints"]) == MANY + 1 + len(owed)
    assert report["notes"][-1].startswith(f"{MANY} endpoints were not audited, because --offline was used: ")


def test_every_repeated_name_is_found_however_many_there_are(tmp_path: Path) -> None:
    path = tmp_path / "same.yaml"
    lines = (f"  - {{name: same, address: 193.0.{number // 250}.{number % 250}:5061}}\n" for number in range(2000))
    path.write_text(f"operator: x\nendpoints:\n{''.join(lines)}", encoding="utf-8")
    with pytest.raises(InputErrors) as wrong:
        load_inventory(path)
    assert str(wrong.value).count("appears twice") == 1999
