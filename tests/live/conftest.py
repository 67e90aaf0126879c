"""The servers and the oracle's findings, once a run."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from auditor.model.policy import Policy
from tests.live import oracle
from tests.live.audit import Audit, audit_all, live_policy
from tests.live.certificates import Authority, make_authority
from tests.live.configuration import Implementation
from tests.live.exhaustive import enumerate_with_sslyze
from tests.live.matrix import matrix
from tests.live.process import free_ports, has_ipv6, installed
from tests.live.servers import Server, serve

SSLYZE_SECONDS = 150.0


@pytest.fixture(scope="session")
def authority() -> Authority:
    return make_authority()


@pytest.fixture(scope="session")
def servers(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """Every server of the matrix that this machine can run, by name."""
    running: dict[str, Server] = {}
    with ExitStack() as stack:
        for implementation in Implementation:
            if installed(implementation):
                configurations = [found for found in matrix(implementation) if has_ipv6() or not found.ipv6]
                directory = tmp_path_factory.mktemp(implementation)
                running |= stack.enter_context(serve(configurations, authority, directory))
        yield running


@pytest.fixture(scope="session")
def policy(authority: Authority) -> Policy:
    return live_policy(authority, *free_ports(["127.0.0.1"]))


@pytest.fixture(scope="session")
def audits(servers: dict[str, Server], policy: Policy) -> dict[str, Audit]:
    """Every server audited by the flagship policy."""
    return audit_all(servers.values(), policy)


@pytest.fixture(scope="session")
def openssl_truth(servers: dict[str, Server]) -> dict[str, oracle.Suites]:
    """What ``openssl s_client`` found, one suite at a time."""
    return oracle.survey(servers.values())


@pytest.fixture(scope="session")
def sslyze_truth(servers: dict[str, Server]) -> dict[str, oracle.Suites]:
    """What sslyze's exhaustive enumeration found."""
    return enumerate_with_sslyze(list(servers.values()), SSLYZE_SECONDS)
