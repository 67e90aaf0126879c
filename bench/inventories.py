"""Inventories of growing size, judged offline; beside them nothing but the parsing of the same file."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from auditor.policy.shipped import policy_directory
from bench.compare import note
from bench.measure import Run, run

_BIN = Path(sys.executable).parent
_PARSE = (
    "import sys; from ruamel.yaml import YAML; YAML(typ='safe', pure=True).load(open(sys.argv[1], encoding='utf-8'))"
)


@dataclass(frozen=True)
class InventoryRun:
    """One inventory: how many endpoints, what the audit took, and what parsing alone takes."""

    endpoints: int
    audit: Run
    parsing: Run


def inventory_runs(sizes: Sequence[int]) -> list[InventoryRun]:
    """Judge a compliant production deployment with so many endpoints at its two sites."""
    with tempfile.TemporaryDirectory() as name:
        return [_measured(Path(name) / "inventory.yaml", size) for size in sizes]


def inventories_section(runs: Sequence[InventoryRun]) -> Iterator[str]:
    """Its part of the page."""
    yield "## Inventories"
    yield ""
    yield (
        "`auditor audit -i inventory.yaml --offline --json` on a production deployment with many endpoints, and the "
        "parsing alone of the same file by ruamel.yaml.  Time and memory grow with the endpoints, and no faster."
    )
    yield ""
    rows = [
        [
            str(one.endpoints),
            f"{one.audit.wall:.2f}",
            f"{one.audit.wall / one.endpoints * 1000:.2f}",
            f"{one.audit.memory:.0f}",
            f"{one.parsing.wall:.2f}",
            f"{one.audit.wall / one.parsing.wall:.1f}",
        ]
        for one in runs
    ]
    head = ["endpoints", "wall s", "ms an endpoint", "memory MiB", "parsing alone s", "ratio"]
    yield tabulate(rows, head, tablefmt="github", disable_numparse=True)
    yield ""


def _measured(path: Path, size: int) -> InventoryRun:
    example = (policy_directory() / "examples" / "inventory-standard.yaml").read_text(encoding="utf-8")
    deployment, _, _ = example.partition("endpoints:\n")
    endpoints = "".join(
        f"  - {{name: sbc-{number}, address: '{20 + number // 65536}.{number // 256 % 256}.{number % 256}.7:5061', "
        f"site: {'AB'[number % 2]}, server_name: sbc-{number}.example.net}}\n"
        for number in range(size)
    )
    path.write_text(f"{deployment}endpoints:\n{endpoints}", encoding="utf-8")
    audit = run([str(_BIN / "auditor"), "audit", "-i", str(path), "--offline", "--json"], seconds=600)
    parsing = run([sys.executable, "-c", _PARSE, str(path)], seconds=600)
    note(f"{size} endpoints offline: {audit.wall:.2f} s")
    return InventoryRun(size, audit, parsing)
