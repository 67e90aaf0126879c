"""What the tests of all servers share: the configurations as test parameters, and finding a server by its own."""

import pytest

from tests.live.configuration import Implementation, ServerConfiguration
from tests.live.matrix import matrix
from tests.live.process import has_ipv6, missing, program
from tests.live.servers import Server

CONFIGURATIONS = [configuration for implementation in Implementation for configuration in matrix(implementation)]
STATED = [configuration for configuration in CONFIGURATIONS if not configuration.everything]
"""Those whose accepted suites follow from the configuration alone."""
every_server = pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda found: found.name)


def server_of(configuration: ServerConfiguration, servers: dict[str, Server]) -> Server:
    """The running server; the test is skipped (in CI: fails) where this machine cannot run it."""
    program(configuration.implementation)
    if configuration.ipv6 and not has_ipv6():
        missing("this machine has no IPv6 loopback address")
    return servers[configuration.name]
