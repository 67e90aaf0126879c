"""Real scans of sslyze 6.3.1, as they are and changed in one place.

nginx accepts TLS 1.0 to 1.3 and wants no client certificate; HAProxy accepts TLS 1.2 and 1.3 and requires one;
``openssl s_server`` accepts TLS 1.2 with an RSA and an ECDSA certificate.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from auditor.model.finding import Finding, Outcome
from auditor.model.observation import NotObserved, Observation, Seen
from auditor.model.policy import Policy
from auditor.model.report import Report
from auditor.pipeline import Observations, evaluate_observations, load_policy, read_observations

SCANS = Path(__file__).parent / "scans"
NGINX, HAPROXY, OPENSSL, NO_COMMANDS = "nginx", "haproxy", "openssl", "no-commands"
TIMEOUT = "Connection to server timed out during the TLS handshake"
RESET = "Server rejected the connection"
CLOSED = "Server interrupted the TLS handshake"
HANDSHAKE_FAILURE = "TLS alert: handshake failure"

Json: TypeAlias = dict[str, Any]
Change: TypeAlias = Callable[[Json], object]
S = TypeVar("S", bound=Seen)


def scan(name: str) -> Json:
    """A scan as plain values, to be changed."""
    found: Json = json.loads((SCANS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def server(document: Json, index: int = 0) -> Json:
    """One server of a scan."""
    found: Json = document["server_scan_results"][index]
    return found


def result(document: Json, command: str) -> Json:
    """The result of one of its scan commands."""
    found: Json = server(document)["scan_result"][command]["result"]
    return found


def rejected_with(document: Json, command: str, message: str, most: int | None = None) -> None:
    """Change why suites were rejected."""
    for suite in result(document, command)["rejected_cipher_suites"][:most]:
        suite["error_message"] = message


def all_rejected(document: Json, command: str, message: str) -> None:
    """Take the accepted suites of a version for rejected ones, all with one message."""
    found = result(document, command)
    found["rejected_cipher_suites"] += [
        {"cipher_suite": suite["cipher_suite"], "error_message": ""} for suite in found["accepted_cipher_suites"]
    ]
    found |= {"accepted_cipher_suites": [], "is_tls_version_supported": False}
    rejected_with(document, command, message)


def fails(document: Json, command: str, reason: str) -> None:
    """Let a scan command have failed."""
    server(document)["scan_result"][command] = {
        "status": "ERROR",
        "error_reason": reason,
        "error_trace": None,
        "result": None,
    }


def read(tmp_path: Path, document: object) -> Observations:
    """Read changed values as a file."""
    path = tmp_path / "scan.json"
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return read_observations(path)


@cache
def policy(name: str = "acg-strict") -> Policy:
    """A shipped policy."""
    return load_policy(name)


def report(observations: Observations, name: str = "acg-strict") -> Report:
    """Judged by a shipped policy."""
    return evaluate_observations(observations, policy(name))


def outcomes(observations: Observations, name: str = "acg-strict") -> dict[str, Outcome]:
    """The outcome of every rule at the one server."""
    return {finding.rule: finding.outcome for finding in report(observations, name).findings}


def finding(observations: Observations, rule: str) -> Finding:
    """The finding of one rule at the one server."""
    (found,) = (found for found in report(observations).findings if found.rule == rule)
    return found


def of(observations: Observations, kind: type[S]) -> list[S]:
    """The observations of one class."""
    return [seen for seen in observations.seen if isinstance(seen, kind)]


def gaps(observations: Observations, wanted: str) -> list[str]:
    """Why an observation is missing."""
    seen: tuple[Observation, ...] = observations.seen
    return [gap.reason for gap in seen if isinstance(gap, NotObserved) and gap.wanted == wanted]
