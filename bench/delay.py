"""A round trip of 50 ms between two network namespaces, without netem, which not every kernel has.

Two TUN devices, one in each namespace; a process holds every packet for half the round trip, the SYN included, which a
TCP proxy could not.  The server's side is this process's namespace, the client's is another.
"""

import fcntl
import os
import selectors
import socket  # noqa: TID251 - to measure the delay it makes
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROUND_TRIP = 0.05
SERVER, CLIENT = "10.77.0.2", "10.77.0.1"

_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_OCTETS = 65_536


@contextmanager
def far_client() -> Iterator[tuple[str, ...]]:
    """Yield the words that put a program at the far end, from where the servers are at ``SERVER``.

    Raises ``OSError`` or ``subprocess.SubprocessError`` where the machine does not allow it.
    """
    near, far = _tun("near"), _tun("far")
    # The far namespace lives as long as this process, which does nothing.
    holder = subprocess.Popen(["unshare", "--net", "sleep", "86400"])
    forwarder = None
    try:
        _wait_for_namespace(holder.pid)
        inside = ("nsenter", "--target", str(holder.pid), "--net")
        for words in (
            ("ip", "link", "set", "far", "netns", str(holder.pid)),
            ("ip", "address", "add", SERVER, "peer", CLIENT, "dev", "near"),
            ("ip", "link", "set", "near", "up"),
            (*inside, "ip", "link", "set", "lo", "up"),
            (*inside, "ip", "address", "add", CLIENT, "peer", SERVER, "dev", "far"),
            (*inside, "ip", "link", "set", "far", "up"),
        ):
            subprocess.run(words, check=True, capture_output=True, timeout=10)
        forwarder = subprocess.Popen(
            [sys.executable, "-P", __file__, str(near), str(far)], pass_fds=(near, far), stdin=subprocess.DEVNULL
        )
        yield inside
    finally:
        for process in (forwarder, holder):
            if process is not None:
                process.kill()
                process.wait()
        os.close(near)
        os.close(far)


def round_trip(client: Sequence[str]) -> float:
    """Median seconds of a TCP handshake from the far end, which holds one round trip."""
    with socket.create_server((SERVER, 0)) as listener:
        words = [*client, sys.executable, "-c", _CONNECT, SERVER, str(listener.getsockname()[1])]
        done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=30)
    return float(done.stdout)


_CONNECT = """
import socket, statistics, sys, time
def once():
    started = time.monotonic()
    socket.create_connection((sys.argv[1], int(sys.argv[2]))).close()
    return time.monotonic() - started
print(statistics.median(once() for _ in range(9)))
"""


def _tun(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return device


def _wait_for_namespace(process: int) -> None:
    """Until unshare has done its work; before that the process is still in our own namespace."""
    own, deadline = Path("/proc/self/ns/net").readlink(), time.monotonic() + 5
    while Path(f"/proc/{process}/ns/net").readlink() == own:
        if time.monotonic() > deadline:
            raise OSError("no second network namespace within 5 s")
        time.sleep(0.01)


def _forward(near: int, far: int) -> None:
    """Hold every packet for half the round trip and put it in at the other end, for ever."""
    other = {near: far, far: near}
    held: deque[tuple[float, int, bytes]] = deque()
    with selectors.DefaultSelector() as selector:
        for device in other:
            selector.register(device, selectors.EVENT_READ)
        while True:
            wait = max(0.0, held[0][0] - time.monotonic()) if held else None
            for key, _ in selector.select(wait):
                held.append((time.monotonic() + ROUND_TRIP / 2, other[key.fd], os.read(key.fd, _OCTETS)))
            while held and held[0][0] <= time.monotonic():
                _, device, packet = held.popleft()
                os.write(device, packet)


if __name__ == "__main__":
    _forward(int(sys.argv[1]), int(sys.argv[2]))
