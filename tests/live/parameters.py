"""The configurations of the matrix as test parameters, and finding a server by its own."""

import pytest

from testbed.configuration import ServerConfiguration
from testbed.fleet import Server
from testbed.matrix import IMPLEMENTATIONS, matrix
from testbed.process import NotAvailableError, has_ipv6, program

CONFIGURATIONS = [configuration for implementation in IMPLEMENTATIONS for configuration in matrix(implementation)]
STATED = [configuration for configuration in CONFIGURATIONS if not configuration.everything]
"""Those whose accepted suites follow from the configuration alone."""
every_server = pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda found: found.name)


def server_of(configuration: ServerConfiguration, servers: dict[str, Server]) -> Server:
    """The running server."""
    program(configuration.implementation.program)
    if configuration.ipv6 and not has_ipv6():
        raise NotAvailableError("this machine has no IPv6 loopback address")
    return servers[configuration.name]
