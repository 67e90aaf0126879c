"""sslyze's own scan commands, in a separate process.

They serve the known weaknesses and, on request, the exhaustive enumeration.  sslyze may hang for good on a peer that
answers its client-certificate probe in a way it does not know, so the process is killed at its deadline: that costs
its findings and nothing else.  ``python -m auditor.probes.server.sslyze_commands`` is that process: one JSON request on
standard input, one JSON answer on standard output.

The server sees one connection at a time: sslyze gets one thread for its jobs, and a connection that it closes is over
only when the server has closed it, too.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sslyze import (
    ScanCommand,
    ScanCommandAttemptStatusEnum,
    Scanner,
    ServerNetworkConfiguration,
    ServerNetworkLocation,
    ServerScanRequest,
    ServerScanStatusEnum,
)

from auditor.model.observation import WeaknessSeen
from auditor.model.tls import ProtocolVersion
from auditor.probes.connection import Peer
from auditor.sanitise import clean

_COMMANDS: Final = {
    "heartbleed": ScanCommand.HEARTBLEED,
    "robot": ScanCommand.ROBOT,
    "openssl-ccs-injection": ScanCommand.OPENSSL_CCS_INJECTION,
    "compression": ScanCommand.TLS_COMPRESSION,
    "insecure-renegotiation": ScanCommand.SESSION_RENEGOTIATION,
}
WEAKNESSES: Final = tuple(_COMMANDS)
# Commands whose result is one field that says yes or no.
_SIMPLE: Final = {
    ScanCommand.HEARTBLEED: "is_vulnerable_to_heartbleed",
    ScanCommand.OPENSSL_CCS_INJECTION: "is_vulnerable_to_ccs_injection",
    ScanCommand.TLS_COMPRESSION: "supports_compression",
}
_ENUMERATIONS: Final = {
    ProtocolVersion.SSL_2_0: ScanCommand.SSL_2_0_CIPHER_SUITES,
    ProtocolVersion.SSL_3_0: ScanCommand.SSL_3_0_CIPHER_SUITES,
    ProtocolVersion.TLS_1_0: ScanCommand.TLS_1_0_CIPHER_SUITES,
    ProtocolVersion.TLS_1_1: ScanCommand.TLS_1_1_CIPHER_SUITES,
    ProtocolVersion.TLS_1_2: ScanCommand.TLS_1_2_CIPHER_SUITES,
    ProtocolVersion.TLS_1_3: ScanCommand.TLS_1_3_CIPHER_SUITES,
}


_MORE_TIME: Final = 3
"""An enumeration opens some 540 connections, one after the other; weaknesses take a dozen."""
_CLOSING_SECONDS: Final = 0.5
"""The longest wait for a server to close a connection."""
_ALL_CLOSING_SECONDS: Final = 45.0
"""All such waits of a scan together, so a server that never closes does not use up the time of the scan."""
_BETWEEN_SECONDS: Final = 0.005
"""From the end of one connection to the next one, in which the server notes that the first is over."""


def known_weaknesses(peer: Peer, weaknesses: Iterable[str], at: datetime) -> list[WeaknessSeen]:
    """One observation for each of ``weaknesses`` (see ``WEAKNESSES``); undetermined where sslyze could not tell."""
    asked = sorted(weaknesses)
    answer = _scan(peer, [_COMMANDS[name] for name in asked if name in _COMMANDS])
    return [
        WeaknessSeen(target=peer.target.name, at=at, weakness=name, vulnerable=vulnerable, evidence=evidence)
        for name in asked
        for vulnerable, evidence in [_weakness(name, answer)]
    ]


def exhaustive_suites(peer: Peer) -> dict[ProtocolVersion, tuple[str, ...]] | str:
    """The suites that sslyze's exhaustive enumeration finds accepted, by version; or why it failed."""
    answer = _scan(peer, list(_ENUMERATIONS.values()), times=_MORE_TIME)
    if isinstance(answer, str):
        return answer
    found = {}
    for version, command in _ENUMERATIONS.items():
        result = answer.get(command.value)
        if not isinstance(result, dict) or "accepted" not in result:
            return f"sslyze gave no result for {version}: {_why(result)}"
        found[version] = tuple(str(name) for name in result["accepted"])
    return found


def _scan(peer: Peer, commands: list[ScanCommand], *, times: int = 1) -> dict[str, Any] | str:
    """Sslyze's results by command, or why there are none; ``times`` as much time as weaknesses get."""
    seconds = peer.limits.weakness_seconds * times
    request = {
        "address": peer.address,
        "port": peer.target.port,
        "server_name": peer.target.server_name,
        "commands": [command.value for command in commands],
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "auditor.probes.server.sslyze_commands"],
            input=json.dumps(request).encode("ascii"),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"sslyze gave no result within {seconds:.0f} s and was stopped"
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return f"sslyze failed (exit code {done.returncode})"
    return answer if isinstance(answer, dict) else f"sslyze could not scan: {clean(str(answer), limit=120)}"


def _weakness(name: str, answer: dict[str, Any] | str) -> tuple[bool | None, str]:
    if isinstance(answer, str):
        return None, answer
    if name not in _COMMANDS:
        return None, "no probe exists for it"
    result = answer.get(_COMMANDS[name].value)
    if not isinstance(result, dict) or not isinstance(result.get("vulnerable"), bool):
        return None, _why(result)
    return result["vulnerable"], clean(str(result.get("evidence", "")), limit=120)


def _why(result: Any) -> str:  # noqa: ANN401 - JSON
    return clean(str(result.get("error", "no result") if isinstance(result, dict) else "no result"), limit=120)


def _judge(command: ScanCommand, result: Any) -> dict[str, Any]:  # noqa: ANN401 - each command has a result of its own
    """What one of sslyze's results says about its weakness."""
    if command in _SIMPLE:
        return {"vulnerable": getattr(result, _SIMPLE[command])}
    if command is ScanCommand.SESSION_RENEGOTIATION:
        return {
            "vulnerable": not result.supports_secure_renegotiation,
            "evidence": f"client-initiated renegotiation: {result.is_vulnerable_to_client_renegotiation_dos}",
        }
    if command is ScanCommand.ROBOT:
        outcome = result.robot_result.value
        if outcome == "UNKNOWN_INCONSISTENT_RESULTS":
            return {"error": "the answers to the ROBOT probes were inconsistent"}
        return {"vulnerable": outcome.startswith("VULNERABLE"), "evidence": outcome}
    return {"accepted": [found.cipher_suite.name for found in result.accepted_cipher_suites]}


_CLOSED: Final = -1
"""The file descriptor of a closed socket."""


class _Waiting:
    """The time that is left for waiting until the server has closed a connection."""

    left = _ALL_CLOSING_SECONDS


class _OneAtATime(socket.socket):
    """A connection whose end waits for the server's, so that the next one does not overlap with it."""

    def close(self) -> None:
        """Send the end, and read on until the server sends its own, or until the time is up."""
        if self.fileno() != _CLOSED:
            started = time.monotonic()
            try:
                self.shutdown(socket.SHUT_WR)
                while (left := min(_CLOSING_SECONDS, _Waiting.left) - (time.monotonic() - started)) > 0:
                    self.settimeout(left)
                    if not self.recv(65_536):
                        break
            except OSError:
                pass  # reset, or nothing came in time
            _Waiting.left -= time.monotonic() - started
            super().close()
            time.sleep(_BETWEEN_SECONDS)


def _connect_one_at_a_time() -> None:
    """Make every connection of this process one of the above; sslyze opens its own by this function."""
    usual = socket.create_connection

    def create_connection(address: tuple[str, int], timeout: float | None = None) -> socket.socket:
        made = _OneAtATime(fileno=usual(address, timeout).detach())
        made.settimeout(timeout)
        return made

    socket.create_connection = create_connection  # type: ignore[assignment]  # what sslyze uses of it


def _work(request: dict[str, Any]) -> dict[str, Any] | str:
    """Scan one server, one connection at a time."""
    name = request["server_name"] or "auditor.invalid"
    commands = {ScanCommand(command) for command in request["commands"]}
    scanner = Scanner(per_server_concurrent_connections_limit=1, concurrent_server_scans_limit=1)
    scanner.queue_scans(
        [
            ServerScanRequest(
                server_location=ServerNetworkLocation(name, request["port"], request["address"]),
                network_configuration=ServerNetworkConfiguration(tls_server_name_indication=name),
                scan_commands=commands,
            )
        ]
    )
    for scanned in scanner.get_results():
        if scanned.scan_status is not ServerScanStatusEnum.COMPLETED or scanned.scan_result is None:
            return "no connection met its preconditions"
        answers = {}
        for command in commands:
            attempt = getattr(scanned.scan_result, command.value)
            if attempt.status is ScanCommandAttemptStatusEnum.COMPLETED:
                answers[command.value] = _judge(command, attempt.result)
            else:
                reason = attempt.error_reason.value if attempt.error_reason else attempt.status.value
                answers[command.value] = {"error": f"sslyze: {reason}"}
        return answers
    return "no result"


if __name__ == "__main__":
    _connect_one_at_a_time()
    sys.stdout.write(json.dumps(_work(json.load(sys.stdin))))
