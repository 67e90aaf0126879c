"""``gnutls-serv``: one process for each configuration, answering HTTP."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from testbed.certificates import Authority
from testbed.configuration import ClientCertificates, ServerConfiguration
from testbed.process import program
from testbed.servers.apart import Order, serve_apart

_VERIFY = {
    ClientCertificates.REQUIRED: ("--require-client-cert", "--verify-client-cert"),
    ClientCertificates.REQUIRED_ANY: ("--require-client-cert",),
}


def serve(
    configurations: Sequence[tuple[ServerConfiguration, int]], authority: Authority, directory: Path
) -> AbstractContextManager[tuple[int, ...]]:
    """Serve every configuration at its port; yields the process ids."""
    return serve_apart(_command, configurations, authority, directory)


def _command(order: Order) -> list[str]:
    own = ["--x509certfile", str(order.certificate.chain), "--x509keyfile", str(order.certificate.key)]
    words = [program("gnutls-serv"), "--http", "--port", str(order.port), *own, "--x509cafile", str(order.root)]
    words += ["--noticket", "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3"]
    return [*words, *_VERIFY[order.configuration.client_certificates]]
