"""Imports go one way, the network is touched in two folders, and no module is long."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import auditor
from auditor.rules import all_rules

ROOT = Path(auditor.__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py") if "_policies" not in path.parts)
NETWORK = {"socket", "ssl", "OpenSSL", "nassl", "sslyze"}
MAY_IMPORT = {
    "model": {"model"},
    "sanitise": set(),
    "errors": set(),
    "plugins": {"errors"},
    "writing": {"errors"},
    "certificates": {"certificates", "model", "sanitise"},
    "network": {"network", "model"},
    "sip": {"sip", "model", "sanitise"},
    "minting": {"minting", "model", "sanitise"},
    "rules": {"rules", "errors", "plugins", "model", "certificates", "network", "sanitise"},
    "probes": {"probes", "minting", "model", "certificates", "sip", "sanitise"},
    "plan": {"model"},
    "summary": {"model", "certificates"},
    "waivers": {"model"},
    "diff": {"model"},
    "evaluate": {"evaluate", "model", "plan", "summary", "waivers", "network", "certificates"},
    "collect": {"model", "plan", "probes"},
}
"""Part of the package -> the parts it may import; what is not named here stands above all of these."""


@cache
def imports(path: Path) -> frozenset[str]:
    """Everything a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def part(path: Path) -> str:
    """The folder or the module right under the package."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def parts_imported(path: Path) -> Iterator[str]:
    for imported in imports(path):
        package, _, rest = imported.partition(".")
        top = rest.partition(".")[0]
        if package == "auditor" and top and ((ROOT / f"{top}.py").exists() or (ROOT / top).is_dir()):
            yield top


@pytest.mark.parametrize("path", [path for path in MODULES if part(path) in MAY_IMPORT], ids=name)
def test_a_module_imports_only_what_lies_below_it(path: Path) -> None:
    assert set(parts_imported(path)) <= MAY_IMPORT[part(path)]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_probes_and_lab_touch_the_network(path: Path) -> None:
    touched = {imported.partition(".")[0] for imported in imports(path)} & NETWORK
    assert not touched or part(path) in {"probes", "lab"}


@pytest.mark.parametrize(
    "path", [path for path in MODULES if part(path) in {"model", "certificates", "rules"}], ids=name
)
def test_what_judges_reads_no_clock(path: Path) -> None:
    assert not {imported.partition(".")[0] for imported in imports(path)} & {"time", "subprocess", "threading"}
    assert ".now(" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_is_a_drawer(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_command_line_prints_or_ends_the_process(path: Path) -> None:
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }
    ended = calls & {"print", "sys.exit", "exit", "quit", "os._exit", "click.echo"}
    assert not ended or part(path) in {"cli", "__main__"}


def test_every_rule_is_named_after_its_file() -> None:
    files = {path.stem for path in (ROOT / "rules").rglob("*.py") if path.stem not in {"__init__", "_shared"}}
    assert files == {rule.replace("-", "_") for rule in all_rules()}
