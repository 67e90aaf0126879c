"""What it takes before the first packet: starting Python, showing help, loading what an audit needs."""

import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

from auditor.policy.shipped import policy_directory
from bench.measure import run

_AUDITOR = str(Path(sys.executable).parent / "auditor")
_CERTIFICATE = str(policy_directory() / "roots" / "digicert-global-root-g2.pem")
_AUDIT_PATH = (
    "import auditor.cli.audit, auditor.pipeline, auditor.collect, "
    "auditor.probes.server.endpoint, auditor.probes.resolve, auditor.render.formats.json, auditor.render.terminal.table"
)
_COMMANDS = {
    "python -c pass": (sys.executable, "-c", "pass"),
    "auditor --help": (_AUDITOR, "--help"),
    "auditor audit --help": (_AUDITOR, "audit", "--help"),
    "auditor certificate FILE": (_AUDITOR, "certificate", _CERTIFICATE),
    "all that an audit imports": (sys.executable, "-c", _AUDIT_PATH),
    "import sslyze": (sys.executable, "-W", "ignore", "-c", "import sslyze"),
}


@dataclass(frozen=True)
class Start:
    """One command's median start: seconds of wall and of CPU time, and MiB."""

    name: str
    wall: float
    cpu: float
    memory: float


def starts(times: int = 20) -> list[Start]:
    """Start every command ``times`` times, interleaved, after one round that is not counted."""
    rounds = [{name: run(words) for name, words in _COMMANDS.items()} for _ in range(times + 1)][1:]
    return [
        Start(
            name,
            statistics.median(found[name].wall for found in rounds),
            statistics.median(found[name].cpu for found in rounds),
            statistics.median(found[name].memory for found in rounds),
        )
        for name in _COMMANDS
    ]
