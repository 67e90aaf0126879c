"""The composite GitHub Action, step by step, with the runner's variables stood in for."""

import json
import re

import pytest

from tests.recipes.conftest import BAD, GOOD, PROJECT, Pipeline, Ran, parsed_file

pytestmark = pytest.mark.slow
ACTION = parsed_file(PROJECT / "action.yml")
INSTALL, AUDIT = ACTION["runs"]["steps"]
FILE, ROOT = "certificates/sbc1.pem", "roots/root.pem"


def act(pipeline: Pipeline, **inputs: str) -> tuple[Ran, dict[str, str]]:
    """Run both steps with these inputs: how the second ended, and the outputs."""
    values = {name: described["default"] for name, described in ACTION["inputs"].items()}
    given = {name.replace("_", "-"): text for name, text in inputs.items()}
    assert set(given) <= set(values)
    output = pipeline.stubs / "output"
    output.write_text("", encoding="utf-8")
    runner = {"RUNNER_TEMP": str(pipeline.stubs / "temp"), "GITHUB_OUTPUT": str(output)}
    installed = pipeline.bash(INSTALL["run"], {**runner, "ACTION_FOLDER": str(PROJECT)})
    assert installed.code == 0, installed.err
    assert installed.notes.endswith(f"--constraint {PROJECT}/constraints.txt {PROJECT}\n")
    words = {
        name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: (values | given)[found[1]], text)
        for name, text in AUDIT["env"].items()
    }
    ran = pipeline.bash(AUDIT["run"], {**runner, **words})
    return ran, dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())


def test_every_step_is_bash_and_takes_no_input_but_through_the_environment() -> None:
    assert ACTION["runs"]["using"] == "composite"
    for step in (INSTALL, AUDIT):
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
    used = {text.removeprefix("${{ inputs.").removesuffix(" }}") for text in AUDIT["env"].values()}
    assert used == set(ACTION["inputs"])


def test_a_certificate_that_fails_fails_the_step_and_leaves_its_reports(pipeline: Pipeline) -> None:
    pipeline.certificate(BAD)
    ran, outputs = act(pipeline, files=f"{FILE}\n", roots=f"\n  {ROOT}  \n", reports="a.md\na.xml")
    assert ran.code == 1, ran.err
    assert outputs == {"exit-code": "1", "sarif": "auditor.sarif"}
    sarif = json.loads((pipeline.folder / "auditor.sarif").read_text(encoding="utf-8"))
    found = {result["ruleId"] for result in sarif["runs"][0]["results"]}
    assert {"certificate-key-weak", "certificate-expires-soon"} <= found
    assert (pipeline.folder / "a.md").exists()
    assert (pipeline.folder / "a.xml").exists()


def test_a_certificate_that_passes_passes_the_step(pipeline: Pipeline) -> None:
    pipeline.certificate(GOOD)
    ran, outputs = act(pipeline, files=FILE, roots=ROOT, names="sbc1.example.net")
    assert (ran.code, outputs["exit-code"]) == (0, "0"), ran.out


def test_a_name_that_the_certificate_lacks_fails_the_step(pipeline: Pipeline) -> None:
    pipeline.certificate(GOOD)
    ran, _ = act(pipeline, files=FILE, roots=ROOT, names="sbc1.example.net\nsbc2.example.net")
    assert ran.code == 1
    assert "certificate-name-mismatch" in ran.out


def test_a_renewal_that_is_none_fails_the_step(pipeline: Pipeline) -> None:
    pipeline.certificate(GOOD)
    ran, _ = act(pipeline, files=FILE, roots=ROOT, replaces=FILE)
    assert ran.code == 1
    assert "certificate-renewal-regression" in ran.out


def test_a_severity_and_waivers_are_handed_on(pipeline: Pipeline) -> None:
    pipeline.certificate(BAD)
    ran, _ = act(pipeline, files=FILE, roots=ROOT, names="sbc1.example.net", fail_on="critical")
    assert ran.code == 0, ran.out
    (pipeline.folder / "waivers.yaml").write_text("waivers: 1\n", encoding="utf-8")
    ran, _ = act(pipeline, files=FILE, waivers="waivers.yaml")
    assert (ran.code, "waivers.yaml:1:10" in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("inputs", [{"files": "missing.pem"}, {"inventory": "missing.yaml"}, {}])
def test_wrong_input_leaves_no_sarif_of_an_earlier_run(inputs: dict[str, str], pipeline: Pipeline) -> None:
    (pipeline.folder / "auditor.sarif").write_text("old", encoding="utf-8")
    ran, outputs = act(pipeline, **inputs)
    assert (ran.code, outputs) == (2, {"exit-code": "2"}), ran.err


def test_files_and_targets_together_are_refused(pipeline: Pipeline) -> None:
    ran, outputs = act(pipeline, files="a.pem", targets="sbc1.example.net:5061")
    assert (ran.code, outputs) == (2, {"exit-code": "2"})
    assert "not both" in ran.err


def test_targets_are_audited(pipeline: Pipeline) -> None:
    ran, outputs = act(pipeline, targets="127.0.0.1:1\n", reports="a.json")
    assert (ran.code, outputs) == (3, {"exit-code": "3", "sarif": "auditor.sarif"}), ran.err
    assert json.loads((pipeline.folder / "a.json").read_text(encoding="utf-8"))["verdict"] == "inconclusive"


@pytest.mark.parametrize("hostile", ["$(touch owned)", "`touch owned`", "; touch owned", "--help", "-h\n--version"])
@pytest.mark.parametrize("name", ["files", "targets"])
def test_nothing_in_an_input_is_run_or_taken_for_an_option(name: str, hostile: str, pipeline: Pipeline) -> None:
    ran, _ = act(pipeline, **{name: hostile})
    assert ran.code == 2, ran.out
    assert not (pipeline.folder / "owned").exists()
