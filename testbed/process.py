"""Starting a server program on free loopback ports, waiting until it listens, and ending it."""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

START_SECONDS = 15.0
STOP_SECONDS = 5.0
_FIRST_PORT, _LAST_PORT = 20_000, 32_000
_PORTS = count(random.randrange(_LAST_PORT - _FIRST_PORT))
"""Each process begins somewhere else, so that two test workers do not meet."""


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
    """One free TCP port for each address, all different, for a program that is about to be started.

    They lie below those that the kernel gives to clients and to listeners without a wish (from 32768 on, by default),
    so none of the many of those takes one before the program does.
    """
    return tuple(_free_port(address) for address in addresses)


def _free_port(address: str) -> int:
    while True:
        port = _FIRST_PORT + next(_PORTS) % (_LAST_PORT - _FIRST_PORT)
        with suppress(OSError), _bound(address, port):
            return port


@contextmanager
def closed_port(address: str = "127.0.0.1") -> Iterator[int]:
    """A TCP port that refuses every connection until the block ends: it is taken, and nobody listens."""
    with _bound(address, 0) as taken:
        yield taken.getsockname()[1]


def _bound(address: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        made.bind((address, port))
    except OSError:
        made.close()
        raise
    return made


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
