"""A server of Go's crypto/tls: built once, then one process for each configuration."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from testbed.certificates import Authority
from testbed.configuration import ClientCertificates, ServerConfiguration
from testbed.process import program
from testbed.servers.apart import Order, serve_apart

_SOURCE = Path(__file__).parent / "programs" / "server.go"
_MODES = {
    ClientCertificates.OPTIONAL: "optional",
    ClientCertificates.OPTIONAL_ANY: "optional-any",
    ClientCertificates.REQUIRED: "require",
    ClientCertificates.REQUIRED_ANY: "require-any",
}
_BUILD_SECONDS = 120.0
"""With an empty build cache Go compiles its own standard library first."""


@contextmanager
def serve(
    configurations: Sequence[tuple[ServerConfiguration, int]], authority: Authority, directory: Path
) -> Iterator[tuple[int, ...]]:
    """Serve every configuration at its port; yields the process ids."""
    binary = _build(directory)

    def command(order: Order) -> list[str]:
        files = [order.certificate.chain, order.certificate.key, order.root]
        mode = _MODES[order.configuration.client_certificates]
        return [str(binary), f"127.0.0.1:{order.port}", mode, *map(str, files)]

    with serve_apart(command, configurations, authority, directory) as processes:
        yield processes


def _build(directory: Path) -> Path:
    binary = directory / "server"
    # Go's own place for what it has compiled: the next run finds its standard library there.
    cache = os.environ.get("GOCACHE") or str(Path.home() / ".cache" / "go-build")
    environment = {"PATH": "/usr/bin:/bin", "GO111MODULE": "off", "GOCACHE": cache}
    command = [program("go"), "build", "-o", str(binary), str(_SOURCE)]
    subprocess.run(command, check=True, capture_output=True, env=environment, timeout=_BUILD_SECONDS)
    return binary
