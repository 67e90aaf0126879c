"""What only Kamailio can show: that it lives through an audit, and SIP without TLS beside SIP with it."""

import time
from pathlib import Path

import pytest

from auditor.model.finding import Outcome
from auditor.model.policy import Policy
from auditor.model.subject import subject_text
from auditor.probes.budget import Limits
from testbed.certificates import Authority
from testbed.configuration import Implementation, ServerConfiguration
from testbed.fleet import Server
from testbed.process import free_ports, program
from testbed.servers import kamailio
from tests.live.audit import audit, live_policy

pytestmark = pytest.mark.live

CONNECTIONS = 10_000
SECONDS = 300.0
"""After this long the audits hang; on a busy machine they take minutes."""
A_TENTH_OF_THE_USUAL = Limits(
    target_seconds=3.0, connection_seconds=0.8, connect_seconds=0.4, settle_seconds=0.05, answer_seconds=0.4
)
COMPLIANT = ServerConfiguration(Implementation.KAMAILIO, "alone")


def test_kamailio_is_alive_after_ten_thousand_connections(authority: Authority, policy: Policy, tmp_path: Path) -> None:
    """Whole audits, one after another, of a process with the workers of a default installation."""
    program("kamailio")
    (port,) = free_ports(["127.0.0.1"])
    with kamailio.serve([(COMPLIANT, port)], authority, tmp_path, workers=8) as (process,):
        server = Server(COMPLIANT, port)
        until, connections = time.monotonic() + SECONDS, 0
        workers: frozenset[int] = frozenset()
        while connections < CONNECTIONS:
            assert time.monotonic() < until, f"only {connections} connections in {SECONDS} s"
            found = audit(server.target(), policy)
            assert found.remarkable == {}, f"after {connections} connections"
            connections += found.connections
            # Kamailio forks the last of them after it has begun to answer: there may come more, but none may go.
            workers = workers or _children(process)
        assert workers
        assert workers <= _children(process)


def test_plaintext_sip_beside_tls_fails(authority: Authority, tmp_path: Path) -> None:
    program("kamailio")
    port, plaintext_port = free_ports(["127.0.0.1", "127.0.0.1"])
    policy = live_policy(authority, plaintext_port)
    with kamailio.serve([(COMPLIANT, port)], authority, tmp_path, plaintext_port=plaintext_port):
        found = audit(Server(COMPLIANT, port).target(), policy).remarkable
    assert {rule: finding.outcome for rule, finding in found.items()} == {"plaintext-accepted": Outcome.FAIL}
    violations = found["plaintext-accepted"].violations
    assert {subject_text(violation.subject) for violation in violations} == {
        f"TCP port {plaintext_port}",
        f"UDP port {plaintext_port}",
    }
    assert all(violation.observed.startswith("SIP/2.0 200") for violation in violations)


def test_a_listener_without_tls_is_found_although_it_meets_a_hello_with_silence(
    authority: Authority, policy: Policy, tmp_path: Path
) -> None:
    """Kamailio waits for the rest of what it takes for a SIP message; the time for a target must still do."""
    program("kamailio")
    port, plaintext_port = free_ports(["127.0.0.1", "127.0.0.1"])
    with kamailio.serve([(COMPLIANT, port)], authority, tmp_path, plaintext_port=plaintext_port):
        found = audit(Server(COMPLIANT, plaintext_port).target(), policy, A_TENTH_OF_THE_USUAL)
    outcomes = {finding.rule: finding.outcome for finding in found.report.findings}
    assert outcomes.pop("plaintext-accepted") is Outcome.FAIL
    assert set(outcomes.values()) == {Outcome.INCONCLUSIVE, Outcome.NOT_TESTED}


def _children(process: int) -> frozenset[int]:
    """The process ids of the workers (Linux only, as is the package)."""
    return frozenset(int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split())
