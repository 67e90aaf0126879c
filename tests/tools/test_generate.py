"""The generated documentation is as its sources say."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from jsonschema import Draft202012Validator

from auditor.inputs.documents.yaml import read_yaml
from auditor.policy.shipped import policy_directory, shipped_policies
from auditor.rules import all_rules

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "tools" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_that_is_generated_is_stale() -> None:
    """In a process of its own, as it is run: click keeps a command's help option as its first caller asked for it."""
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "generate.py", "--check"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_every_rule_has_a_page_and_is_in_the_index(generate: ModuleType) -> None:
    files = generate.generated()
    for rule in all_rules().values():
        assert f"rules/{rule.id}.md" in files
        assert f"[{rule.id}]({rule.id}.md)" in files["rules/README.md"]


def test_every_schema_is_one_and_the_policy_schema_accepts_the_shipped_policies(generate: ModuleType) -> None:
    files = {name: json.loads(text) for name, text in generate.generated().items() if name.endswith(".json")}
    assert len(files) == 5
    for schema in files.values():
        Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(files["schema/policy.schema.json"])
    for name in shipped_policies():
        assert list(validator.iter_errors(read_yaml(policy_directory() / f"{name}.yaml").data)) == []


def test_a_stale_a_missing_and_a_left_over_file_are_named_and_mended(
    generate: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("docs")
    files = {"rules/a.md": "a\n", "rules/b.md": "b\n", "coverage.md": "c\n"}
    (folder / "rules").mkdir()
    (folder / "rules" / "a.md").write_text("old\n", encoding="utf-8")
    (folder / "rules" / "gone.md").write_text("x\n", encoding="utf-8")
    (folder / "written.md").write_text("by hand\n", encoding="utf-8")
    assert generate.stale(folder, files) == ["coverage.md", "rules/a.md", "rules/b.md", "rules/gone.md"]
    generate.write(folder, files)
    assert generate.stale(folder, files) == []
    assert (folder / "written.md").read_text(encoding="utf-8") == "by hand\n"
