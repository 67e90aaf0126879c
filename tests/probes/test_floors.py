"""The floors of probes: what every probe stands on, TLS on the wire, the server's and the client's side, no circle."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import auditor
from auditor import probes

ROOT = Path(auditor.__file__).parent
FLOORS = {"": {""}, "tls": {"", "tls"}, "server": {"", "tls", "server"}, "client": {"", "tls", "client"}}
"""Folder below probes/ -> the folders below probes/ that it may import."""


def modules() -> Iterator[tuple[str, Path]]:
    for path in Path(probes.__file__).parent.rglob("*.py"):
        yield ".".join(("auditor", *path.relative_to(ROOT).with_suffix("").parts)), path


def imported(path: Path, known: set[str]) -> set[str]:
    """The modules of probes that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found & known


def floor(module: str) -> str:
    parts = module.split(".")[2:]
    return parts[0] if len(parts) > 1 else ""


def graph() -> dict[str, set[str]]:
    known = dict(modules())
    return {name: imported(path, set(known)) for name, path in known.items()}


def test_no_module_of_probes_is_part_of_a_circle() -> None:
    assert list(TopologicalSorter(graph()).static_order())


def test_a_floor_imports_only_what_it_stands_on() -> None:
    wrong = [
        (name, below) for name, used in graph().items() for below in used if floor(below) not in FLOORS[floor(name)]
    ]
    assert not wrong
