"""sslyze itself, run at peers at which its verdicts are wrong: its scan is judged, and no check passes wrongly."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.lab.settings import ClientCertificate, ServerSettings
from auditor.model.finding import Outcome
from auditor.model.target import Service
from auditor.model.tls import ProtocolVersion
from auditor.pipeline import evaluate_observations, load_policy, read_observations
from testbed.scripted import CLOSE, RESET, Action, ReceivedClientHello, Script, running
from tests.probes.conftest import Backend

pytestmark = pytest.mark.slow

Make = Callable[[ServerSettings], Backend]
V = ProtocolVersion
FORBIDDEN = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:AES128-SHA"


def outcomes(script: Script, tmp_path: Path) -> dict[str, Outcome]:
    """Scan with ``sslyze --json_out``, and judge the file."""
    path = tmp_path / "scan.json"
    with running(script) as server:
        # -P: the modules here are not to be found by sslyze's imports.
        command = [sys.executable, "-P", "-m", "sslyze", f"--json_out={path}", f"localhost:{server.port}{{127.0.0.1}}"]
        subprocess.run(command, capture_output=True, check=False, timeout=100)
    report = evaluate_observations(read_observations(path), load_policy("acg-strict"))
    return {finding.rule: finding.outcome for finding in report.findings}


def test_suites_behind_a_client_certificate_in_tls_1_2_alone_are_not_rejected(backend: Make, tmp_path: Path) -> None:
    maker = backend(
        ServerSettings(
            service=Service.HTTPS,
            suites=FORBIDDEN,
            client_certificate=ClientCertificate.NONE,
            client_certificate_tls12=ClientCertificate.REQUIRED,
        )
    )
    found = outcomes(lambda _client_hello: maker(), tmp_path)
    assert found["cipher-suite-not-allowed"] is not Outcome.PASS
    assert found["protocol-preferred-missing"] is Outcome.PASS


@pytest.mark.parametrize("action", [CLOSE, RESET])
def test_a_peer_that_drops_every_other_connection_passes_nothing_by_that(
    backend: Make, tmp_path: Path, action: Action
) -> None:
    maker = backend(
        ServerSettings(
            service=Service.HTTPS,
            versions=(V.TLS_1_0, V.TLS_1_1, V.TLS_1_2, V.TLS_1_3),
            suites=FORBIDDEN,
            old_suites="AES128-SHA",
            security_level=0,
            client_certificate=ClientCertificate.NONE,
        )
    )

    def script(client_hello: ReceivedClientHello) -> Action:
        return action if client_hello.number > 8 and client_hello.number % 2 else maker()

    found = outcomes(script, tmp_path)
    for rule in ("cipher-suite-not-allowed", "protocol-not-allowed", "known-weakness"):
        assert found[rule] is not Outcome.PASS, rule


def test_a_peer_that_drops_everything_after_the_first_connections_passes_nothing(backend: Make, tmp_path: Path) -> None:
    maker = backend(ServerSettings(service=Service.HTTPS, client_certificate=ClientCertificate.NONE))

    def script(client_hello: ReceivedClientHello) -> Action:
        return CLOSE if client_hello.number > 1 else maker()

    found = outcomes(script, tmp_path)
    assert {rule for rule, outcome in found.items() if outcome is Outcome.PASS} == set()
