"""sslyze in its own process: what it says, and what becomes of it when it hangs, fails or talks nonsense."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sslyze import ScanCommand

from auditor.lab.settings import ClientCertificate, ServerSettings
from auditor.model.finding import Outcome
from auditor.model.target import Service
from auditor.model.tls import ProtocolVersion
from auditor.probes.connection import Peer
from auditor.probes.server import sslyze_commands as scan_commands
from auditor.probes.server.sslyze_commands import WEAKNESSES, _judge, exhaustive_suites, known_weaknesses
from testbed.counting import counting
from testbed.scripted import CLOSE, Action, ReceivedClientHello, running
from tests.probes.auditing import QUICK, audit, target_at
from tests.probes.conftest import AT, Backend

pytestmark = pytest.mark.slow

Make = Callable[[ServerSettings], Backend]
V = ProtocolVersion


def answering(monkeypatch: pytest.MonkeyPatch, output: object, code: int = 0) -> None:
    """Replace the process with one that says ``output``."""
    text = output if isinstance(output, bytes) else json.dumps(output).encode()

    def run(*_arguments: object, **_named: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess([], code, text, b"")

    monkeypatch.setattr(subprocess, "run", run)


def peer() -> Peer:
    return Peer(target_at(1), QUICK)


def judged(names: tuple[str, ...] = WEAKNESSES) -> dict[str, bool | None]:
    return {seen.weakness: seen.vulnerable for seen in known_weaknesses(peer(), names, AT)}


def test_a_process_that_hangs_is_killed_at_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    real, children = subprocess.run, list[float]()

    def run(_command: list[str], **named: object) -> object:
        started = time.monotonic()
        try:
            return real([sys.executable, "-c", "import threading; threading.Event().wait()"], **named)  # type: ignore[call-overload]  # passed through
        finally:
            children.append(time.monotonic() - started)

    monkeypatch.setattr(subprocess, "run", run)
    quick = Peer(target_at(1), replace(QUICK, weakness_seconds=0.2))
    seen = known_weaknesses(quick, WEAKNESSES, AT)
    assert {found.vulnerable for found in seen} == {None}
    assert {found.evidence for found in seen} == {"sslyze gave no result within 0 s and was stopped"}
    assert exhaustive_suites(quick) == "sslyze gave no result within 1 s and was stopped"
    assert all(seconds < 5 for seconds in children)


@pytest.mark.parametrize(
    "output", [b"", b"Traceback (most recent call last)", b"[1, 2", [], None, "no connection", 7, b"\xff\xfe"]
)
def test_output_that_makes_no_sense_leaves_every_weakness_open(monkeypatch: pytest.MonkeyPatch, output: object) -> None:
    answering(monkeypatch, output, code=1)
    assert judged() == dict.fromkeys(WEAKNESSES)
    assert isinstance(exhaustive_suites(peer()), str)


def test_a_result_that_is_missing_or_an_error_leaves_its_weakness_open(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {"heartbleed": {"error": "x\x1b[2J"}, "robot": {"vulnerable": False}, "tls_compression": 3})
    assert judged() == {
        "heartbleed": None,
        "robot": False,
        "openssl-ccs-injection": None,
        "compression": None,
        "insecure-renegotiation": None,
    }
    (seen,) = known_weaknesses(peer(), ["heartbleed"], AT)
    assert seen.evidence.isprintable()


def test_a_weakness_without_a_probe_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {})
    assert judged(("new-weakness",)) == {"new-weakness": None}


def test_an_enumeration_with_a_hole_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    results: dict[str, dict[str, list[str]]] = {
        f"{name}_cipher_suites": {"accepted": []} for name in ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1")
    }
    answering(monkeypatch, results)
    assert exhaustive_suites(peer()) == "sslyze gave no result for TLSv1.2: no result"


@pytest.mark.parametrize(
    ("command", "result", "vulnerable"),
    [
        (ScanCommand.HEARTBLEED, SimpleNamespace(is_vulnerable_to_heartbleed=True), True),
        (ScanCommand.OPENSSL_CCS_INJECTION, SimpleNamespace(is_vulnerable_to_ccs_injection=True), True),
        (ScanCommand.TLS_COMPRESSION, SimpleNamespace(supports_compression=True), True),
        (
            ScanCommand.SESSION_RENEGOTIATION,
            SimpleNamespace(supports_secure_renegotiation=False, is_vulnerable_to_client_renegotiation_dos=True),
            True,
        ),
        (ScanCommand.ROBOT, SimpleNamespace(robot_result=SimpleNamespace(value="VULNERABLE_WEAK_ORACLE")), True),
        (ScanCommand.ROBOT, SimpleNamespace(robot_result=SimpleNamespace(value="NOT_VULNERABLE_NO_ORACLE")), False),
        (
            ScanCommand.ROBOT,
            SimpleNamespace(robot_result=SimpleNamespace(value="UNKNOWN_INCONSISTENT_RESULTS")),
            None,
        ),
    ],
)
def test_each_of_sslyzes_results_is_read(command: ScanCommand, result: object, vulnerable: bool | None) -> None:  # noqa: FBT001 - a table
    assert _judge(command, result).get("vulnerable") is vulnerable


def test_a_real_scan_finds_a_sound_server_sound(backend: Make) -> None:
    maker = backend(ServerSettings(service=Service.HTTPS, client_certificate=ClientCertificate.NONE))
    with running(lambda _client_hello: maker()) as server:
        seen = known_weaknesses(Peer(target_at(server.port), QUICK), WEAKNESSES, AT)
    assert {found.weakness: found.vulnerable for found in seen} == dict.fromkeys(WEAKNESSES, False)


@pytest.mark.parametrize("exhaustive", [True, False])
def test_the_server_sees_one_connection_at_a_time(backend: Make, *, exhaustive: bool) -> None:
    maker = backend(ServerSettings(service=Service.HTTPS, client_certificate=ClientCertificate.NONE))
    with running(lambda _client_hello: maker()) as server, counting(server.port) as counted:
        scanned = Peer(target_at(counted.port), QUICK)
        if exhaustive:
            assert isinstance(exhaustive_suites(scanned), dict)
        else:
            known_weaknesses(scanned, WEAKNESSES, AT)
    assert counted.total > (500 if exhaustive else 5)
    assert counted.most == 1


@pytest.mark.usefixtures("no_pauses")
def test_a_scan_after_which_the_peer_answers_no_more_proves_nothing(
    backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """sslyze takes a close for "not vulnerable"."""
    maker, scanned = backend(ServerSettings(service=Service.HTTPS)), list[bool]()

    def script(_client_hello: ReceivedClientHello) -> Action:
        return CLOSE if scanned else maker()

    def scan(*_arguments: object) -> dict[str, object]:
        scanned.append(True)
        return {command.value: {"vulnerable": False} for command in scan_commands._COMMANDS.values()}

    monkeypatch.setattr(scan_commands, "_scan", scan)
    audited = audit(script, policy="acg-strict")
    assert audited.finding("known-weakness").outcome is Outcome.INCONCLUSIVE
    assert scanned
