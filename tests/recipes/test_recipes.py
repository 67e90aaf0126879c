"""The recipes for CI, certbot and cert-manager: each is parsed, and its commands are run against a certificate file."""

import re
import shlex
import subprocess

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from tests.recipes.conftest import (
    BAD,
    GOOD,
    PROJECT,
    RECIPES,
    Pipeline,
    parsed,
    parsed_file,
)

pytestmark = pytest.mark.slow
PAGE = (RECIPES / "README.md").read_text(encoding="utf-8")
HOOKS = {hook["id"]: hook for hook in parsed_file(PROJECT / ".pre-commit-hooks.yaml")}
CERTBOT = (RECIPES / "certbot-deploy-hook.sh").read_text(encoding="utf-8")
INSTRUCTIONS = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "ENTRYPOINT", "CMD"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_recipe_is_on_the_page_and_every_link_leads_somewhere() -> None:
    linked = set(re.findall(r"\]\(([^)#]+)\)", PAGE))
    assert all((RECIPES / link).exists() for link in linked)
    assert {path.name for path in RECIPES.iterdir()} - {"README.md"} <= linked


def test_the_page_shows_what_a_failing_certificate_prints(pipeline: Pipeline) -> None:
    pipeline.certificate(BAD)
    ran = pipeline.bash("auditor certificate certificates/sbc1.pem --root roots/root.pem --name sbc1.example.net")
    assert ran.code == 1, ran.err
    assert [line for line in blocks("text")[0].splitlines() if line not in ran.out] == []


def test_the_gitlab_job_fails_for_a_bad_certificate_and_passes_for_a_good_one(pipeline: Pipeline) -> None:
    job = parsed_file(RECIPES / "gitlab-ci.yml")["certificates"]
    for spec, code in ((BAD, 1), (GOOD, 0)):
        pipeline.certificate(spec)
        ran = pipeline.bash("\n".join(job["script"]))
        assert ran.code == code, ran.out + ran.err
        for artifact in (*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]):
            assert (pipeline.folder / artifact).stat().st_size
    assert job["image"]["entrypoint"] == [""]
    assert job["artifacts"]["when"] == "always"


@pytest.fixture
def azure(pipeline: Pipeline) -> dict[str, str]:
    """Azure sets a variable as the environment variable of the same name in capitals."""
    variables = parsed_file(RECIPES / "azure-pipelines.yml")["variables"]
    return {**{name.upper(): value for name, value in variables.items()}, "AGENT_TEMPDIRECTORY": str(pipeline.stubs)}


def test_the_azure_pipeline_installs_the_version_that_is_named(pipeline: Pipeline, azure: dict[str, str]) -> None:
    install, _, publish = parsed_file(RECIPES / "azure-pipelines.yml")["steps"]
    installed = pipeline.bash(install["bash"], azure)
    assert installed.code == 0, installed.err
    cloned = f"--branch v0.1.0 https://git.example.net/voice/auditor.git {pipeline.stubs}/auditor\n"
    assert cloned in installed.notes
    assert f"--constraint {pipeline.stubs}/auditor/constraints.txt {pipeline.stubs}/auditor\n" in installed.notes
    assert publish["condition"] == "succeededOrFailed()"


def test_the_azure_step_fails_for_a_bad_certificate(pipeline: Pipeline, azure: dict[str, str]) -> None:
    install, judge, publish = parsed_file(RECIPES / "azure-pipelines.yml")["steps"]
    pipeline.bash(install["bash"], azure)
    for spec, code in ((BAD, 1), (GOOD, 0)):
        pipeline.certificate(spec)
        assert pipeline.bash(judge["bash"], azure).code == code
        assert (pipeline.folder / publish["inputs"]["testResultsFiles"]).exists()


def test_the_pre_commit_hook_judges_the_files_of_a_commit(pipeline: Pipeline) -> None:
    (used,) = [block for block in map(parsed, blocks("yaml")) if "repos" in block]
    (hook,) = used["repos"][0]["hooks"]
    for spec, code in ((BAD, 1), (GOOD, 0)):
        pipeline.certificate(spec)
        command = [*shlex.split(HOOKS[hook["id"]]["entry"]), *hook["args"], "certificates/sbc1.pem"]
        assert pipeline.bash(shlex.join(command)).code == code


@pytest.mark.parametrize(
    ("hook", "path", "taken"),
    [
        ("auditor-certificate", "certificates/sbc1.pem", True),
        ("auditor-certificate", "a.crt", True),
        ("auditor-certificate", "sbc1.key", False),
        ("auditor-certificate", "pem.txt", False),
        ("auditor-policy", "policies/own.yaml", True),
        ("auditor-policy", "other/own.yaml", False),
    ],
)
def test_a_pre_commit_hook_takes_the_files_it_is_for(hook: str, path: str, taken: bool) -> None:  # noqa: FBT001 - a case
    assert bool(re.search(HOOKS[hook]["files"], path)) is taken


@pytest.mark.parametrize("hook", ["auditor-certificate", "auditor-policy"])
def test_a_pre_commit_hook_calls_a_command_that_exists(hook: str) -> None:
    program, *words = shlex.split(HOOKS[hook]["entry"])
    assert program == "auditor"
    assert CliRunner().invoke(cli, [*words, "--help"]).exit_code == 0
    assert HOOKS[hook]["language"] == "python"


def test_the_github_workflow_uses_inputs_and_outputs_that_the_action_has() -> None:
    (workflow,) = [block for block in map(parsed, blocks("yaml")) if "jobs" in block]
    action = parsed_file(PROJECT / "action.yml")
    _, audit, upload = workflow["jobs"]["certificates"]["steps"]
    assert set(audit["with"]) <= set(action["inputs"])
    used = re.findall(r"steps\.([a-z]+)\.outputs\.([a-z-]+)", upload["if"] + upload["with"]["sarif_file"])
    assert used == [(audit["id"], "sarif")] * 2
    assert "sarif" in action["outputs"]


def certbot(pipeline: Pipeline, **settings: str) -> tuple[int, str, bool]:
    """Run the hook as certbot does: its exit code, its errors, and whether the certificate was put into service."""
    lineage, deployed = pipeline.folder / "live" / "sbc1.example.net", pipeline.folder / "deployed"
    lineage.mkdir(parents=True, exist_ok=True)
    (lineage / "fullchain.pem").write_bytes((pipeline.folder / "certificates" / "sbc1.pem").read_bytes())
    deployed.unlink(missing_ok=True)
    program = pipeline.stubs / "deploy"
    program.write_text(f'#!/bin/bash\necho "$1" > "{deployed}"\n', encoding="utf-8")
    program.chmod(0o755)
    variables = {"RENEWED_LINEAGE": str(lineage), "AUDITOR_DEPLOY": str(program), "AUDITOR_ROOTS": "roots/root.pem"}
    ran = pipeline.bash(CERTBOT, {**variables, "RENEWED_DOMAINS": "sbc1.example.net", **settings})
    if deployed.exists():
        assert deployed.read_text(encoding="utf-8") == f"{lineage}\n"
    return ran.code, ran.err, deployed.exists()


def test_certbot_puts_a_good_certificate_into_service(pipeline: Pipeline) -> None:
    pipeline.certificate(GOOD)
    assert certbot(pipeline) == (0, "", True)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, 1),
        ({"AUDITOR_ROOTS": ""}, 1),
        ({"AUDITOR_ROOTS": "missing.pem"}, 2),
        ({"AUDITOR_POLICY": "acq"}, 2),
    ],
)
def test_certbot_leaves_the_old_certificate_in_service_otherwise(
    settings: dict[str, str], code: int, pipeline: Pipeline
) -> None:
    pipeline.certificate(BAD)
    ended, errors, deployed = certbot(pipeline, **settings)
    assert (ended, deployed) == (code, False)
    shown = blocks("text")[1].replace("/etc/letsencrypt", str(pipeline.folder)).replace("code 1", f"code {code}")
    assert errors.endswith(shown)


def test_certbot_checks_every_name_but_wildcards(pipeline: Pipeline) -> None:
    pipeline.certificate(GOOD)
    assert certbot(pipeline, RENEWED_DOMAINS="sbc1.example.net *.example.net")[2]
    assert not certbot(pipeline, RENEWED_DOMAINS="sbc1.example.net sbc2.example.net")[2]


def test_the_certbot_hook_says_what_is_missing_when_it_is_run_by_hand(pipeline: Pipeline) -> None:
    ran = pipeline.bash(CERTBOT)
    assert ran.code != 0
    assert "RENEWED_LINEAGE: certbot sets it" in ran.err
    assert (RECIPES / "certbot-deploy-hook.sh").stat().st_mode & 0o111


def test_the_cert_manager_job_sees_no_key_and_has_no_rights() -> None:
    pod = parsed_file(RECIPES / "cert-manager.yaml")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    mounted = {volume["name"]: volume for volume in pod["volumes"]}
    assert mounted["tls"]["secret"]["items"] == [{"key": "tls.crt", "path": "tls.crt"}]
    assert container["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert pod["automountServiceAccountToken"] is False


def test_the_cert_manager_job_fails_for_a_bad_certificate(pipeline: Pipeline) -> None:
    pod = parsed_file(RECIPES / "cert-manager.yaml")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    places = {"/tls/tls.crt": "certificates/sbc1.pem", "/roots/root.pem": "roots/root.pem"}
    words = [places.get(word, word) for word in pod["containers"][0]["args"]]
    for spec, code in ((BAD, 1), (GOOD, 0)):
        pipeline.certificate(spec)
        assert pipeline.bash(shlex.join(["auditor", *words])).code == code


def test_the_dockerfile_is_well_formed_pins_what_it_installs_and_drops_rights() -> None:
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    assert {word for word, _ in lines} == INSTRUCTIONS
    last = [word for word, _ in lines[max(at for at, (word, _) in enumerate(lines) if word == "FROM") :]]
    assert last.index("USER") < last.index("ENTRYPOINT")
    for word, rest in lines:
        if word == "USER":
            assert rest == "10001:10001"
        if word == "COPY" and not rest.startswith("--from"):
            assert all((PROJECT / source).exists() for source in rest.split()[:-1])
        if word == "RUN":
            assert subprocess.run(["bash", "-n", "-c", rest], check=False).returncode == 0
            assert "--constraint constraints.txt" in rest
        if word in {"ENTRYPOINT", "CMD"}:
            assert isinstance(parsed(rest), list)
