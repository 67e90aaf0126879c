"""The auditor pointed at the live servers, and the findings their configuration deserves."""

from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from auditor.evaluate import evaluate
from auditor.minting.client_certificates import good_client_certificate
from auditor.model.finding import Finding, Outcome
from auditor.model.identity import Identity
from auditor.model.observation import (
    CertificateChainSeen,
    CipherSuitesSeen,
    ClientCertificateSeen,
    ConnectionsUsed,
    Observation,
)
from auditor.model.policy import Policy, RuleSetting
from auditor.model.report import Report
from auditor.model.target import ServerTarget
from auditor.model.tls import ProtocolVersion
from auditor.model.trust_anchor import TrustAnchor
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.probes.budget import Limits
from auditor.probes.server.client_role import ClientRole
from auditor.probes.server.endpoint import observe
from testbed.certificates import AT, Authority, make_authority
from testbed.configuration import (
    TLS12_ALLOWED,
    TLS13_ALLOWED,
    V12,
    V13,
    Chain,
    ClientCertificates,
    Implementation,
    ServerConfiguration,
    accepted_suites,
    suites_by_openssl_name,
)
from testbed.fleet import Server

LIMITS = Limits(target_seconds=60.0, settle_seconds=0.2, forbidden_suites=200, connections=400)
"""Enough to list every suite of a server that takes all there are; on loopback a refusal comes within milliseconds."""
THREADS = 8


@dataclass(frozen=True)
class Audit:
    """What was seen at one server, and what came of it."""

    observations: tuple[Observation, ...]
    report: Report

    @property
    def suites(self) -> dict[ProtocolVersion, CipherSuitesSeen]:
        """The suites of every version."""
        return {seen.version: seen for seen in self.observations if isinstance(seen, CipherSuitesSeen)}

    def accepted(self, version: ProtocolVersion) -> frozenset[str]:
        """IANA names."""
        return frozenset(suite.name for suite in self.suites[version].accepted)

    @property
    def client_certificates(self) -> dict[ProtocolVersion, ClientCertificateSeen]:
        """The treatment of a client without a certificate in every spoken version: of the exchange that was made.

        What stands beside it for a version tells of other connections, such as those with an anonymous suite.
        """
        found: dict[ProtocolVersion, ClientCertificateSeen] = {}
        for seen in self.observations:
            if isinstance(seen, ClientCertificateSeen):
                found.setdefault(seen.version, seen)
        return found

    @property
    def chains(self) -> dict[ProtocolVersion, set[tuple[bytes, ...]]]:
        """The chains of every version."""
        found: dict[ProtocolVersion, set[tuple[bytes, ...]]] = defaultdict(set)
        for seen in self.observations:
            if isinstance(seen, CertificateChainSeen):
                for version in seen.versions:
                    found[version].add(seen.certificates)
        return dict(found)

    @property
    def connections(self) -> int:
        """How many it took."""
        (used,) = (seen.count for seen in self.observations if isinstance(seen, ConnectionsUsed))
        return used

    @property
    def remarkable(self) -> dict[str, Finding]:
        """The findings that are neither a pass nor not applicable nor left for an opt-in, by rule."""
        quiet = (Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.NOT_TESTED)
        return {finding.rule: finding for finding in self.report.findings if finding.outcome not in quiet}


def live_policy(authority: Authority, closed_port: int) -> Policy:
    """The flagship policy with the test root declared.

    The port that must not answer without TLS is ``closed_port``: this machine may have a SIP service of its own.  The
    root that the servers have to announce is the test's own.
    """
    policy = load_policy(
        "acg", declared=(TrustAnchor("live-test-root", authority.root.der, declared=True, sent=AT.date()),)
    )
    own: dict[str, dict[str, Any]] = {
        "plaintext-accepted": {"ports": {"sip": (closed_port,), "https": (closed_port,)}},
        "required-root-not-announced": {"roots": ("live-test-root",)},
    }
    return replace(policy, settings=tuple(_with(setting, own.get(setting.rule.id)) for setting in policy.settings))


def _with(setting: RuleSetting, params: dict[str, Any] | None) -> RuleSetting:
    return setting if params is None else replace(setting, params=setting.rule.params.model_validate(params))


@cache
def _own_client(at: datetime) -> Identity:
    root = make_authority().root
    return good_client_certificate(Identity((root.certificate,), root.private_key), at)


def audit(target: ServerTarget, policy: Policy, limits: Limits = LIMITS) -> Audit:
    """Audit one target from policy to report, with a client certificate that it has to accept.

    The servers judge the certificates they are shown by this machine's clock; all else is judged at ``AT``.
    """
    plan = make_plan(policy, (target,))
    now = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    role = ClientRole(identity=_own_client(now), anchors=policy.anchors)
    observations = tuple(observe(target, plan.asks, limits, now, role))
    return Audit(observations, evaluate(plan, observations, AT, AT))


def audit_all(servers: Iterable[Server], policy: Policy) -> dict[str, Audit]:
    """Audit every server by its name; those of Kamailio one after another, the others side by side."""
    lanes: dict[str, list[Server]] = defaultdict(list)
    for server in servers:
        shared = server.configuration.implementation is Implementation.KAMAILIO
        lanes["kamailio" if shared else server.name].append(server)
    ordered = sorted(lanes.values(), key=len, reverse=True)
    with ThreadPoolExecutor(THREADS) as pool:
        lane_results = pool.map(
            lambda lane: [(server.name, audit(server.target(), policy)) for server in lane], ordered
        )
        return dict(pair for lane in lane_results for pair in lane)


def deserved(configuration: ServerConfiguration) -> dict[str, Outcome]:
    """Every rule that should neither pass nor be idle at a server so configured, and what should come of it."""
    found: dict[str, Outcome] = {}
    if V13 not in configuration.versions:
        found["protocol-preferred-missing"] = Outcome.WARN
    if set(configuration.versions) - {V12, V13}:
        found["protocol-not-allowed"] = Outcome.FAIL
    if configuration.everything or any(forbidden_suites(configuration).values()):
        found["cipher-suite-not-allowed"] = Outcome.FAIL
    if _puts_cbc_first(configuration):
        found["cipher-suite-order"] = Outcome.WARN
    return found | _deserved_for_client_certificates(configuration) | _DESERVED_FOR_CHAIN[configuration.chain]


def _puts_cbc_first(configuration: ServerConfiguration) -> bool:
    """Whether TLS 1.2 picks a CBC suite for a client that would rather have an AEAD one."""
    if configuration.everything or configuration.preference == "client" or V12 not in configuration.versions:
        return False
    accepted = accepted_suites(configuration, V12)
    suites = [suites_by_openssl_name()[name] for name in configuration.tls12_suites]
    usable = [suite for suite in suites if suite.name in accepted]
    return usable[0].cbc and any(suite.aead for suite in usable)


def _deserved_for_client_certificates(configuration: ServerConfiguration) -> dict[str, Outcome]:
    if configuration.client_certificates is ClientCertificates.REQUIRED:
        return {}
    found = {"client-certificate-not-required": Outcome.FAIL}
    if configuration.client_certificates is ClientCertificates.OFF:
        found["client-certificate-not-requested"] = Outcome.FAIL
        # None can be shown, good or bad.
        found["client-certificate-unverified"] = Outcome.INCONCLUSIVE
        found["client-certificate-usage-strictness"] = Outcome.INCONCLUSIVE
        found["client-name-unverified"] = Outcome.INCONCLUSIVE
    if configuration.client_certificates is ClientCertificates.OPTIONAL_ANY:
        found["client-certificate-unverified"] = Outcome.FAIL
    return found


_DESERVED_FOR_CHAIN: dict[Chain, dict[str, Outcome]] = {
    Chain.FULL: {},
    # Where the issuer was not sent, nobody can say which root the certificate ends at, nor whether that is public.
    Chain.MISSING_INTERMEDIATE: {
        "certificate-chain-incomplete": Outcome.FAIL,
        "certificate-root-not-allowed": Outcome.INCONCLUSIVE,
        "certificate-lifetime-too-long": Outcome.INCONCLUSIVE,
        "certificate-client-usage-ending": Outcome.INCONCLUSIVE,
    },
    Chain.DISORDERED: {"certificate-chain-disordered": Outcome.WARN},
    # What follows in a chain must certify what precedes it (RFC 5246 section 7.4.2); a stranger does not.
    Chain.EXTRA: {"certificate-chain-disordered": Outcome.WARN},
}


def forbidden_suites(configuration: ServerConfiguration) -> dict[ProtocolVersion, frozenset[str]]:
    """The suites of TLS 1.2 and 1.3 that the configuration accepts and the policy does not allow."""
    allowed = {
        V12: {suites_by_openssl_name()[name].name for name in TLS12_ALLOWED},
        V13: set(TLS13_ALLOWED),
    }
    return {version: accepted_suites(configuration, version) - names for version, names in allowed.items()}
