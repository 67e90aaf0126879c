"""One measured run of a program, with what it cost the server it looked at."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_LAUNCH = Path(__file__).with_name("launch.py")
_NANOSECONDS = 1e9


class TookTooLongError(Exception):
    """The program was killed at its deadline."""


@dataclass(frozen=True)
class Run:
    """What one run cost.  Seconds and MiB; the connections are those the kernel accepted meanwhile."""

    code: int
    wall: float
    cpu: float
    memory: float
    connections: int
    server_cpu: float
    output: str


def run(
    command: Sequence[str], *, servers: Iterable[int] = (), seconds: float = 300.0, prefix: Sequence[str] = ()
) -> Run:
    """Run ``command``; ``servers`` are the process ids whose CPU time counts as the server's.

    ``prefix`` is put before the whole measurement, to run it in another network namespace; the connections are counted
    in this one.  Raises ``TookTooLongError`` after ``seconds``.
    """
    path = shutil.which(command[0])
    if path is None:
        raise FileNotFoundError(command[0])
    pids = tuple(servers)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        opened, used = accepted_connections(), cpu_seconds(pids)
        words = [*prefix, sys.executable, "-IS", str(_LAUNCH), str(report), path, *command[1:]]
        with subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**_kept(), "HOME": folder, "LANG": "C.UTF-8", "TERM": "dumb"},
            cwd=folder,
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired as error:
                raise TookTooLongError(f"{Path(command[0]).name} was still running after {seconds:.0f} s") from error
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        opened, used = accepted_connections() - opened, cpu_seconds(pids) - used
        code, wall, cpu, memory = report.read_text().split()
    return Run(int(code), float(wall), float(cpu), int(memory) / 1024, opened, used, output.decode(errors="replace"))


def _kept() -> dict[str, str]:
    """What of the environment a tool may see: where programs are, and another tree of the package if one is named."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}


def accepted_connections() -> int:
    """TCP connections accepted in this network namespace since it began (``PassiveOpens``, RFC 4022)."""
    names, values = (
        line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Tcp:")
    )
    return int(dict(zip(names, values, strict=True))["PassiveOpens"])


def cpu_seconds(pids: Iterable[int]) -> float:
    """Time on a CPU of the processes and their descendants, to the nanosecond; what has ended counts nothing."""
    total = 0.0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*"):
            try:
                total += int((task / "schedstat").read_text().split()[0]) / _NANOSECONDS
                children = [int(child) for child in (task / "children").read_text().split()]
            except (OSError, IndexError):
                continue
            total += cpu_seconds(children)
    return total


def alive(pid: int) -> bool:
    """Whether a child of ours runs; it is left for its owner to collect."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
