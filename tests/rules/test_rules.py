"""Rules are found by looking, and a file that is no rule is said aloud instead of being left out."""

import importlib
import re
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from auditor import rules
from auditor.errors import InputErrors
from auditor.model.rule import Group, Rule
from auditor.plugins import RULES, PlugIn
from auditor.rules import all_rules, rationale

FOLDER = Path(next(iter(rules.__path__)))
RULE = """
from dataclasses import replace

from auditor.rules.tls import protocol_not_allowed


def check(evidence, params):
    return protocol_not_allowed.check(evidence, params)


SHIPPED = replace(protocol_not_allowed.RULE, check=check)
{line}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty subject that stands in for all others."""
    (tmp_path / "made_up").mkdir()
    (tmp_path / "made_up" / "__init__.py").touch()
    (tmp_path / "loose.py").write_text("raise RuntimeError('only folders hold rules')")
    monkeypatch.setattr(rules, "__path__", [str(tmp_path)])
    all_rules.cache_clear()
    yield tmp_path / "made_up"
    all_rules.cache_clear()
    for name in [name for name in sys.modules if name.startswith("auditor.rules.made_up")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "auditor.rules.made_up.protocol_not_allowed defines no RULE"),
        ("RULE = 'protocol-not-allowed'", "auditor.rules.made_up.protocol_not_allowed defines no RULE"),
    ],
)
def test_a_file_without_a_rule_is_an_error(folder: Path, line: str, message: str) -> None:
    (folder / "protocol_not_allowed.py").write_text(RULE.format(line=line))
    with pytest.raises(LookupError, match=message):
        all_rules()


def test_a_file_that_is_not_named_after_its_rule_is_an_error(folder: Path) -> None:
    (folder / "other_name.py").write_text(RULE.format(line="RULE = SHIPPED"))
    with pytest.raises(LookupError, match="defines the rule protocol-not-allowed; a rule's file is named after it"):
        all_rules()


def test_a_rule_is_found_by_its_file_alone(folder: Path) -> None:
    (folder / "protocol_not_allowed.py").write_text(RULE.format(line="RULE = SHIPPED"))
    assert list(all_rules()) == ["protocol-not-allowed"]


def test_a_rule_whose_parts_are_of_the_wrong_kind_is_an_error(folder: Path) -> None:
    """``tests/api/test_plugins.py`` has one of each kind."""
    (folder / "protocol_not_allowed.py").write_text(RULE.format(line="RULE = replace(SHIPPED, params=dict)"))
    with pytest.raises(TypeError, match="params of the rule is of the wrong type"):
        all_rules()


UNSEEN = """\
from typing import Literal


class NeverSeen(protocol_not_allowed.CipherSuitesSeen):
    kind: Literal["never-seen"] = "never-seen"


RULE = replace(SHIPPED, observes=NeverSeen)
"""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (UNSEEN, "observes is not a class of auditor.model.observation that is seen of a target"),
        ("RULE = protocol_not_allowed.RULE", "check is not a function of this module"),
    ],
)
def test_a_rule_that_no_plan_would_hold_or_that_has_no_rationale_is_an_error(
    folder: Path, line: str, message: str
) -> None:
    (folder / "protocol_not_allowed.py").write_text(RULE.format(line=line))
    with pytest.raises(LookupError, match=f"protocol_not_allowed cannot be used: {message}"):
        all_rules()


@pytest.fixture
def plug_in(folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A plug-in's empty package, beside one rule of our own."""
    (folder / "protocol_not_allowed.py").write_text(RULE.format(line="RULE = SHIPPED"))
    package = tmp_path_factory.mktemp("installed") / "made_up_plug_in"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(package.parent)
    found = PlugIn(EntryPoint("example", package.name, RULES), importlib.import_module(package.name))
    monkeypatch.setattr(rules, "plug_ins", lambda group: (found,) if group == RULES else ())
    yield package
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        del sys.modules[name]


def test_a_plug_in_adds_its_rules(plug_in: Path) -> None:
    line = "from dataclasses import replace\nRULE = replace(SHIPPED, id='made-up')"
    (plug_in / "made_up.py").write_text(RULE.format(line=line))
    assert list(all_rules()) == ["made-up", "protocol-not-allowed"]


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        ("protocol_not_allowed", "RULE = SHIPPED", "there is a rule protocol-not-allowed already"),
        (
            "other_name",
            "RULE = SHIPPED",
            "made_up_plug_in.other_name defines the rule protocol-not-allowed; a rule's file",
        ),
        ("made_up", "", "made_up_plug_in.made_up defines no RULE"),
        ("made_up", "raise ValueError('no')", 'a rule cannot be imported (ValueError: "no")'),
    ],
)
def test_a_wrong_rule_of_a_plug_in_is_an_error_that_names_it(plug_in: Path, file: str, line: str, message: str) -> None:
    (plug_in / f"{file}.py").write_text(RULE.format(line=line))
    with pytest.raises(InputErrors, match=f'entry point "example = made_up_plug_in".*{re.escape(message)}'):
        all_rules()


def test_a_plug_in_without_rules_is_an_error(plug_in: Path) -> None:
    with pytest.raises(InputErrors, match=f'entry point "example = {plug_in.name}".*: it has no rules'):
        all_rules()


def test_every_rule_says_why_it_exists_and_under_which_heading_it_stands() -> None:
    for rule in all_rules().values():
        assert rationale(rule).endswith("."), rule.id
        assert rule.group in set(Group), rule.id


FILES = [path for path in sorted(FOLDER.rglob("*.py")) if path.stem not in {"__init__", "_shared"}]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_rule_imports_another(path: Path) -> None:
    imported = re.findall(r"^from auditor\.rules\.(\S+) import", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name.rpartition(".")[2] for name in imported} <= {"_shared"}


ENGINE = [path for path in FILES if path.parent.name != "deployment"]


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.stem)
def test_a_rule_speaks_of_no_policy_and_of_no_vendor_s_gateway(path: Path) -> None:
    assert not re.findall(
        r"\b(azure|acg|microsoft|teams|onboarding)\b", path.read_text(encoding="utf-8"), re.IGNORECASE
    )


@pytest.mark.parametrize(
    "rule",
    [rule for rule in all_rules().values() if rule.group != Group.DEPLOYMENT],
    ids=lambda rule: rule.id,
)
def test_a_title_is_short_enough_for_a_column(rule: Rule[Any, Any]) -> None:
    assert len(rule.title) < 60
    assert not rule.title.startswith(("A ", "An ", "The "))
