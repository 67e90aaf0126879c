"""sslyze itself, pointed at the live servers: its JSON is judged, and never contradicts the auditor's own audit."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.evaluate import evaluate
from auditor.model.finding import Outcome
from auditor.model.policy import Policy
from auditor.pipeline import read_observations
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.policy.sslyze_format import sslyze_configuration
from testbed.certificates import AT
from testbed.configuration import SERVER_NAME, ServerConfiguration
from testbed.fleet import Server
from tests.live.audit import Audit
from tests.live.parameters import CONFIGURATIONS, server_of

pytestmark = pytest.mark.live

SECONDS = 120
CASES = ("compliant", "old-versions", "both-keys-tls13-only", "client-off")
SCANNED = pytest.mark.parametrize(
    "configuration",
    [found for found in CONFIGURATIONS if found.case in CASES and found.implementation != "kamailio"],
    ids=lambda found: found.name,
)
"""Kamailio's few processes are not up to sslyze's connections."""


def run_sslyze(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run sslyze's own command."""
    # -P: the modules here are not to be found by sslyze's imports.
    target = f"{SERVER_NAME}:{server.port}{{{server.configuration.address}}}"
    command = [sys.executable, "-P", "-m", "sslyze", *arguments, target]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)


@SCANNED
def test_a_scan_of_sslyzes_never_says_the_contrary_of_an_audit(
    configuration: ServerConfiguration,
    servers: dict[str, Server],
    audits: dict[str, Audit],
    policy: Policy,
    tmp_path: Path,
) -> None:
    server = server_of(configuration, servers)
    path = tmp_path / "scan.json"
    done = run_sslyze(server, f"--json_out={path}")
    assert path.exists(), done.stderr
    observations = read_observations(path)
    # The servers' certificates are judged at AT, by every live test.
    seen = [observation.model_copy(update={"at": AT}) for observation in observations.seen]
    report = evaluate(make_plan(policy, observations.targets), seen, AT, AT)
    own = {finding.rule: finding.outcome for finding in audits[server.name].report.findings}
    decided = (Outcome.PASS, Outcome.FAIL, Outcome.WARN)
    found = {finding.rule: finding.outcome for finding in report.findings if finding.outcome in decided}
    contrary = {
        rule: (outcome, own[rule])
        for rule, outcome in found.items()
        if own[rule] in decided and (outcome is Outcome.PASS) is not (own[rule] is Outcome.PASS)
    }
    assert contrary == {}
    assert len(found) >= 3
    assert "client-certificate-not-required" not in found


@pytest.mark.parametrize(("name", "issues"), [("acg", set()), ("mozilla-modern", {"tls_versions", "ciphers"})])
def test_sslyze_reads_an_exported_policy_and_checks_by_it(
    name: str, issues: set[str], servers: dict[str, Server], tmp_path: Path
) -> None:
    (configuration,) = (found for found in CONFIGURATIONS if found.name == "openssl-client-off")
    path = tmp_path / "policy.json"
    path.write_text(sslyze_configuration(load_policy(name)).text, encoding="utf-8")
    done = run_sslyze(server_of(configuration, servers), f"--custom_tls_config={path}")
    assert "FAILED - Not compliant" in done.stdout  # the test's root is in none of sslyze's trust stores
    found = set(re.findall(r"^ *\* ([a-z_]+): ", done.stdout, re.MULTILINE))
    assert "certificate_path_validation" in found
    assert found & {"tls_versions", "ciphers", "ciphersuites", "certificate_signatures", "certificate_types"} == issues
