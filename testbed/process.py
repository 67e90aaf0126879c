"""Starting a server program on free loopback ports, waiting until it listens, and ending it."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

START_SECONDS = 15.0
STOP_SECONDS = 5.0


class NotAvailableError(Exception):
    """What a server or its client needs is not on this machine: a program, or IPv6."""


class NotStartedError(Exception):
    """The program ended, or did not listen in time; the message ends with its log."""


def installed(name: str) -> str | None:
    """The path of a program, or none.  Debian installs servers outside an ordinary user's search path."""
    return shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))


def program(name: str) -> str:
    """The path of a program that has to be there."""
    found = installed(name)
    if found is None:
        raise NotAvailableError(f"{name} is not installed")
    return found


def has_ipv6() -> bool:
    """Whether this machine has an IPv6 loopback address."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def free_ports(addresses: Sequence[str]) -> tuple[int, ...]:
    """One free TCP port for each address, all different.  Another program may still be quicker to take one."""
    with ExitStack() as held:
        ports: list[int] = []
        for address in addresses:
            listener = held.enter_context(socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET))
            listener.bind((address, 0))
            ports.append(listener.getsockname()[1])
        return tuple(ports)


@contextmanager
def running(
    command: Sequence[str],
    listeners: Sequence[tuple[str, int]],
    directory: Path,
    environment: Mapping[str, str],
) -> Iterator[int]:
    """Run ``command`` in ``directory`` until the block ends, and yield its process id once every listener accepts.

    Its output goes to ``output.log`` there.  It leads a process group of its own, so that its children end with it.
    Raises ``NotStartedError`` when the program ends or does not listen in time.
    """
    log = directory / "output.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ.get("PATH", ""), **environment},
            start_new_session=True,
        )
    try:
        _wait_until_listening(process, listeners, log)
        yield process.pid
    finally:
        _end(process)


def _wait_until_listening(process: subprocess.Popen[bytes], listeners: Sequence[tuple[str, int]], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    for address in listeners:
        while True:
            if process.poll() is not None:
                raise NotStartedError(f"{process.args!r} ended with {process.returncode}\n{_tail(log)}")
            try:
                socket.create_connection(address, timeout=1).close()
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise NotStartedError(f"nothing listens at {address} ({error})\n{_tail(log)}") from error
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.01)


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask, then insist; the group is killed in any case, because a main process may leave children behind."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
