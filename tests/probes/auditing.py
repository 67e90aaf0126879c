"""One audit of one scripted peer, as ``auditor audit`` makes it."""

from dataclasses import dataclass
from functools import cache

from auditor.evaluate import evaluate
from auditor.model.asks import Asks
from auditor.model.finding import Finding, Outcome
from auditor.model.observation import (
    CipherSuitesSeen,
    ClientCertificateSeen,
    ConnectionsUsed,
    GroupsSeen,
    NotObserved,
    Observation,
    PlaintextSeen,
)
from auditor.model.policy import Policy
from auditor.model.report import Report
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.probes.budget import Limits
from auditor.probes.server.client_role import ClientRole
from auditor.probes.server.endpoint import observe
from testbed.scripted import ReceivedClientHello, Script, running
from tests.probes.conftest import AT

QUICK = Limits(target_seconds=20, connection_seconds=2, connect_seconds=2, settle_seconds=0.02, answer_seconds=0.3)
HURRIED = Limits(
    target_seconds=20, connection_seconds=0.05, connect_seconds=2, settle_seconds=0.02, answer_seconds=0.05
)
"""For peers that never answer."""
SUITES = frozenset({"cipher-suites"})


@dataclass(frozen=True)
class Audited:
    """What was seen of a peer, what came of it, and what the peer was asked."""

    seen: tuple[Observation, ...]
    report: Report
    client_hellos: tuple[ReceivedClientHello, ...]

    def suites(self, version: ProtocolVersion) -> CipherSuitesSeen:
        """The one observation of the version's suites."""
        (found,) = [s for s in self.seen if isinstance(s, CipherSuitesSeen) and s.version is version]
        return found

    def accepted(self, version: ProtocolVersion) -> set[str]:
        """Names of its accepted suites."""
        return {suite.name for suite in self.suites(version).accepted}

    def refused(self, version: ProtocolVersion) -> set[str]:
        """Names of the suites a refusal covers; none where nothing was seen of the version."""
        found = [s for s in self.seen if isinstance(s, CipherSuitesSeen) and s.version is version]
        return {name for seen in found for name in seen.refused}

    def reasons(self, version: ProtocolVersion) -> set[str]:
        """Why its suites are undetermined."""
        return {doubt.reason for doubt in self.suites(version).undetermined}

    def client_certificate(self, version: ProtocolVersion) -> ClientCertificateSeen:
        """The one observation of the version's demand."""
        (found,) = [s for s in self.seen if isinstance(s, ClientCertificateSeen) and s.version is version]
        return found

    @property
    def groups(self) -> dict[ProtocolVersion, GroupsSeen]:
        """By version."""
        return {s.version: s for s in self.seen if isinstance(s, GroupsSeen)}

    @property
    def plaintext(self) -> list[PlaintextSeen]:
        """In the order they were asked for."""
        return [s for s in self.seen if isinstance(s, PlaintextSeen)]

    @property
    def missing(self) -> dict[str, str]:
        """Reasons by the kind that was not seen."""
        return {s.wanted: s.reason for s in self.seen if isinstance(s, NotObserved)}

    @property
    def connections(self) -> int:
        """As the observation counts them."""
        (found,) = [s for s in self.seen if isinstance(s, ConnectionsUsed)]
        return found.count

    def finding(self, rule: str) -> Finding:
        """The one finding of a rule."""
        (found,) = [finding for finding in self.report.findings if finding.rule == rule]
        return found

    @property
    def passed(self) -> set[str]:
        """Ids of the rules that passed."""
        return {finding.rule for finding in self.report.findings if finding.outcome is Outcome.PASS}


@cache
def _policy(name: str) -> Policy:
    """A policy of this run: a file of a test's own has a name of its own."""
    return load_policy(name)


def target_at(
    port: int, service: Service = Service.HTTPS, host: str = "127.0.0.1", name: str | None = None
) -> ServerTarget:
    """A target on loopback."""
    return ServerTarget(name="peer", host=host, port=port, service=service, address=host, server_name=name)


def audit(
    script: Script, policy: str = "acg", limits: Limits = QUICK, *, only: frozenset[str] | None = None
) -> Audited:
    """Audit an HTTPS peer by the script; ``only`` limits the kinds of observation."""
    with running(script) as server:
        target = target_at(server.port)
        demanded = _policy(policy)
        plan = make_plan(demanded, (target,))
        asks = plan.asks if only is None else Asks(**{**dict(plan.asks), "kinds": only})
        seen = tuple(observe(target, asks, limits, AT, ClientRole(anchors=demanded.anchors)))
        return Audited(seen, evaluate(plan, seen, AT, AT), tuple(server.client_hellos))
