"""Real servers of any make: as few processes as each implementation allows."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from auditor.model.target import ServerTarget
from testbed.certificates import Authority
from testbed.configuration import SERVER_NAME, Implementation, ServerConfiguration
from testbed.process import NotStartedError, free_ports
from testbed.servers import gnutls, go, haproxy, java, kamailio, nginx, openssl, python

ATTEMPTS = 3
Serve = Callable[[Sequence[tuple[ServerConfiguration, int]], Authority, Path], AbstractContextManager[tuple[int, ...]]]
START: dict[Implementation, Serve] = {
    Implementation.NGINX: nginx.serve,
    Implementation.HAPROXY: haproxy.serve,
    Implementation.KAMAILIO: kamailio.serve,
    Implementation.OPENSSL: openssl.serve,
    Implementation.GNUTLS: gnutls.serve,
    Implementation.GO: go.serve,
    Implementation.JAVA: java.serve,
    Implementation.PYTHON: python.serve,
}
"""Starts configurations of one implementation at ports of the caller's choice; yields the process ids."""


@dataclass(frozen=True)
class Server:
    """A listener that is up."""

    configuration: ServerConfiguration
    port: int

    @property
    def name(self) -> str:
        """As its configuration's."""
        return self.configuration.name

    def target(self, server_name: str | None = SERVER_NAME) -> ServerTarget:
        """What the auditor is pointed at; ``None`` leaves SNI out, as for a bare address."""
        address = self.configuration.address
        return ServerTarget(
            name=self.name,
            host=server_name or address,
            port=self.port,
            service=self.configuration.service,
            address=address,
            server_name=server_name,
        )


@contextmanager
def serve(
    configurations: Sequence[ServerConfiguration], authority: Authority, directory: Path
) -> Iterator[dict[str, Server]]:
    """Start every configuration; yields the servers by name.

    All must be of one implementation.  Another program may take a port between its choice and its use: then all ports
    are chosen anew, at most ``ATTEMPTS`` times.
    """
    (implementation,) = {configuration.implementation for configuration in configurations}
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for attempt in range(1, ATTEMPTS + 1):
            folder = directory / f"{implementation}-{attempt}"
            folder.mkdir()
            ports = free_ports([configuration.address for configuration in configurations])
            pairs = list(zip(configurations, ports, strict=True))
            try:
                stack.enter_context(START[implementation](pairs, authority, folder))
            except NotStartedError as error:
                if attempt == ATTEMPTS or "in use" not in str(error):
                    raise
                continue
            servers = {configuration.name: Server(configuration, port) for configuration, port in pairs}
            break
        yield servers
