"""Servers of Python's ``ssl`` and of pyOpenSSL: one process for each configuration."""

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from testbed.certificates import Authority
from testbed.configuration import ClientCertificates, ServerConfiguration
from testbed.servers.apart import Order, serve_apart

_SOURCE = Path(__file__).parent / "programs" / "server.py"
_MODES = {ClientCertificates.REQUIRED: "require", ClientCertificates.REQUIRED_ANY: "require-any"}


def serve(
    configurations: Sequence[tuple[ServerConfiguration, int]], authority: Authority, directory: Path
) -> AbstractContextManager[tuple[int, ...]]:
    """Serve every configuration at its port; yields the process ids."""
    return serve_apart(_command, configurations, authority, directory)


def _command(order: Order) -> list[str]:
    (mode,) = order.configuration.own_settings or (_MODES[order.configuration.client_certificates],)
    files = [order.certificate.chain, order.certificate.key, order.root]
    return [sys.executable, str(_SOURCE), str(order.port), mode, *map(str, files)]
