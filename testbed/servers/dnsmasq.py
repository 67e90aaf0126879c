"""dnsmasq: one process for one zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testbed.process import free_ports, program, running


@contextmanager
def dnsmasq(zone: str, folder: Path) -> Iterator[int]:
    """Serve ``zone``, in dnsmasq's own words, at a free port; yields the port."""
    (port,) = free_ports(["127.0.0.1"])
    (folder / "dnsmasq.conf").write_text(f"{zone}port={port}\nlisten-address=127.0.0.1\nbind-interfaces\n")
    with running([program("dnsmasq"), "-C", str(folder / "dnsmasq.conf")], [("127.0.0.1", port)], folder, {}):
        yield port
