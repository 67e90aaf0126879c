"""The public API: its names, their types, and what importing it costs."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import auditor

HEAVY = {"pydantic", "sslyze", "nassl", "cryptography", "OpenSSL", "ruamel", "jinja2", "jsonschema", "click"}


def imported_for_types() -> set[str]:
    """The names that type checkers see."""
    assert auditor.__file__ is not None
    tree = ast.parse(Path(auditor.__file__).read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    return {
        alias.asname or alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }


@pytest.mark.parametrize("name", auditor.__all__)
def test_a_name_is_there(name: str) -> None:
    assert getattr(auditor, name) is not None
    assert name in dir(auditor)


def test_type_checkers_see_what_is_there() -> None:
    names = {*auditor.__all__} - {"__version__"}
    assert names == imported_for_types() == {*importlib.import_module("auditor").__dict__["_LOCATIONS"]}


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        getattr(auditor, "no_such_name")  # noqa: B009 - mypy refuses the other form


def test_no_name_is_that_of_a_module_which_would_take_its_place_once_imported() -> None:
    assert not {*auditor.__all__} & {module.name for module in pkgutil.iter_modules(auditor.__path__)}


def test_importing_it_loads_nothing_heavy() -> None:
    program = "import sys, auditor; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert not {*done.stdout.split()} & HEAVY


def test_every_function_and_class_says_what_it_does() -> None:
    undocumented = [
        name for name in auditor.__all__ if callable(found := getattr(auditor, name)) and not (found.__doc__ or "")
    ]
    assert not undocumented


def test_its_types_ship_with_it() -> None:
    assert auditor.__file__ is not None
    assert (Path(auditor.__file__).parent / "py.typed").is_file()
