"""The servers and the oracle's findings, once a run."""

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack

import pytest

from auditor.model.policy import Policy
from testbed.certificates import Authority, make_authority
from testbed.fleet import Server, serve
from testbed.matrix import IMPLEMENTATIONS, matrix
from testbed.oracles import openssl as oracle
from testbed.oracles.sslyze import enumerate_with_sslyze
from testbed.process import NotAvailableError, closed_port, has_ipv6, installed
from tests.live.audit import Audit, audit_all, live_policy

SSLYZE_SECONDS = 150.0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, None, None]:
    """Leave a test out where its fixtures find that a program is not installed."""
    return (yield from _left_out())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """Leave a test out that finds itself that a program is not installed."""
    return (yield from _left_out())


def _left_out() -> Generator[None, None, None]:
    try:
        yield
    except NotAvailableError as error:
        # In CI nothing may be missing: the test fails.
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def authority() -> Authority:
    return make_authority()


@pytest.fixture(scope="session")
def servers(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """Every server of the matrix that this machine can run, by name."""
    running: dict[str, Server] = {}
    with ExitStack() as stack:
        for implementation in IMPLEMENTATIONS:
            if installed(implementation.program):
                configurations = [found for found in matrix(implementation) if has_ipv6() or not found.ipv6]
                directory = tmp_path_factory.mktemp(implementation)
                running |= stack.enter_context(serve(configurations, authority, directory))
        yield running


@pytest.fixture(scope="session")
def policy(authority: Authority) -> Iterator[Policy]:
    with closed_port() as port:
        yield live_policy(authority, port)


@pytest.fixture(scope="session")
def audits(servers: dict[str, Server], policy: Policy) -> dict[str, Audit]:
    """Every server audited by the flagship policy."""
    return audit_all(servers.values(), policy)


@pytest.fixture(scope="session")
def openssl_truth(servers: dict[str, Server]) -> dict[str, oracle.Suites]:
    """What ``openssl s_client`` found, one suite at a time."""
    return oracle.survey(_with_everything(servers))


@pytest.fixture(scope="session")
def sslyze_truth(servers: dict[str, Server]) -> dict[str, oracle.Suites]:
    """What sslyze's exhaustive enumeration found."""
    return enumerate_with_sslyze(_with_everything(servers), SSLYZE_SECONDS)


def _with_everything(servers: dict[str, Server]) -> list[Server]:
    """The servers whose configuration does not say which suites they accept."""
    return [server for server in servers.values() if server.configuration.everything]
