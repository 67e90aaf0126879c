"""Servers of many makes, each judged as it is configured: none that takes an impostor passes, none that verifies fails.

The servers judge certificates by the clock of this machine, so here the auditor has to as well.
``AUDITOR_WRITE_MATRIX=1`` writes what was seen to docs/mutual-tls-matrix.md; otherwise the two are compared.
"""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.evaluate import evaluate
from auditor.minting.client_certificates import good_client_certificate
from auditor.model.asks import Asks
from auditor.model.finding import Finding, Outcome
from auditor.model.identity import Identity
from auditor.model.observation import ClientCertificateCaseSeen, ClientCertificateSeen, Observation, RootTrustSeen
from auditor.model.policy import Policy
from auditor.model.tls import ProtocolVersion
from auditor.model.trust_anchor import TrustAnchor
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.probes.budget import Limits
from auditor.probes.server.client_role import ClientRole
from auditor.probes.server.endpoint import observe
from testbed.certificates import Authority
from testbed.client_verification import SERVERS, Verifies, Verifying, serving
from testbed.configuration import V12, V13, Implementation
from testbed.fleet import Server
from testbed.process import program

pytestmark = pytest.mark.live

UNVERIFIED, REQUIRED = "client-certificate-unverified", "client-certificate-not-required"
NAME_UNVERIFIED = "client-name-unverified"
RULES = {
    UNVERIFIED,
    NAME_UNVERIFIED,
    REQUIRED,
    "client-certificate-usage-strictness",
    "client-certificate-not-requested",
}
SAFE = ("self-signed", "impostor-root", "unrelated-ca")
FAULTY = ("expired", "not-yet-valid", "leaf-as-ca", "wrong-key")
OWN_ROOT, G2 = "own-root", "digicert-global-root-g2"
LIMITS = Limits(target_seconds=60.0, settle_seconds=0.2)
THREADS = 12
"""Audits side by side: nearly all of their time is waiting for what a server may still say."""
MATRIX = Path(__file__).resolve().parents[2] / "docs" / "mutual-tls-matrix.md"


@dataclass(frozen=True)
class Seen:
    """What one client saw of one server, and what came of it."""

    observations: tuple[Observation, ...]
    findings: dict[str, Finding]

    def cases(self, version: ProtocolVersion) -> dict[str, ClientCertificateCaseSeen]:
        """By the name of the case; of several impostors the one that got furthest."""
        found: dict[str, ClientCertificateCaseSeen] = {}
        for seen in self.observations:
            if isinstance(seen, ClientCertificateCaseSeen) and seen.version == version:
                name = seen.case.partition(" ")[0]
                if name not in found or seen.treatment == "served":
                    found[name] = seen
        return found

    def without(self, version: ProtocolVersion) -> ClientCertificateSeen:
        """The client that shows nothing."""
        (seen,) = (
            seen for seen in self.observations if isinstance(seen, ClientCertificateSeen) and seen.version == version
        )
        return seen


Audits = Mapping[str, Mapping[str, Seen]]
"""By server, then by client: ``blind``, ``own`` (with a good certificate), ``lab`` (with the CA's key), and ``trust``,
which probes for roots."""


@pytest.fixture(scope="module")
def audits(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audits]:
    at = datetime.now(UTC).replace(microsecond=0)
    policy = load_policy("acg")
    policy = replace(policy, settings=tuple(found for found in policy.settings if found.rule.id in RULES))
    own_root = TrustAnchor(OWN_ROOT, authority.root.der)
    ca = Identity((authority.root.certificate,), authority.root.private_key)
    roles = {
        "blind": ClientRole(anchors=policy.anchors),
        "own": ClientRole(identity=good_client_certificate(ca, at), anchors=policy.anchors),
        "lab": ClientRole(authority=ca, anchors=policy.anchors),
        "trust": ClientRole(trust_probe=True, anchors=(own_root, *policy.anchors)),
    }
    with (
        serving(SERVERS, authority, tmp_path_factory.mktemp("verifying")) as started,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        running = [server for server in SERVERS if server.name in started]

        def audit(server: Verifying) -> dict[str, Seen]:
            return {name: _audit(started[server.name], policy, role, at) for name, role in roles.items()}

        yield dict(zip([server.name for server in running], pool.map(audit, running), strict=True))


def _audit(server: Server, policy: Policy, role: ClientRole, at: datetime) -> Seen:
    plan = make_plan(policy, (server.target(),))
    asks = Asks(kinds=frozenset({"root-trust"}), trust_roots=(OWN_ROOT, G2)) if role.trust_probe else plan.asks
    observations = tuple(observe(plan.endpoints[0], asks, LIMITS, at, role))
    report = evaluate(plan, observations, at, at)
    return Seen(observations, {finding.rule: finding for finding in report.findings})


every_server = pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
VERSIONS = pytest.mark.parametrize("version", [V12, V13])


def of(server: Verifying, audits: Audits) -> Mapping[str, Seen]:
    if server.name not in audits:
        program(server.implementation.program)
    return audits[server.name]


def judged(server: Verifying, audits: Audits) -> Mapping[str, Seen]:
    """By the clients whose findings count."""
    return {name: seen for name, seen in of(server, audits).items() if name != "trust"}


@every_server
@VERSIONS
def test_a_client_without_a_certificate_is_treated_as_configured(
    server: Verifying, version: ProtocolVersion, audits: Audits
) -> None:
    for name, seen in judged(server, audits).items():
        found = seen.without(version)
        assert found.requested is (server.verifies is not Verifies.NOT_ASKED), name
        assert found.without == ("refused" if server.required else "served"), (name, found.evidence)


@every_server
@VERSIONS
def test_every_bad_certificate_is_treated_as_configured(
    server: Verifying, version: ProtocolVersion, audits: Audits
) -> None:
    expected = {Verifies.CHAIN: "refused", Verifies.ANYTHING: "served"}.get(server.verifies)
    for name, seen in judged(server, audits).items():
        cases = seen.cases(version)
        assert {case: cases[case].treatment for case in SAFE if case in cases} == (
            dict.fromkeys(SAFE, expected) if expected else {}
        ), (name, {case: found.evidence for case, found in cases.items()})


@every_server
@VERSIONS
def test_a_server_that_verifies_refuses_what_is_wrong_below_a_trusted_root(
    server: Verifying, version: ProtocolVersion, audits: Audits
) -> None:
    cases = of(server, audits)["lab"].cases(version)
    if server.verifies is Verifies.CHAIN and server.dated:
        assert {case: cases[case].treatment for case in FAULTY} == dict.fromkeys(FAULTY, "refused")
    if server.verifies is not Verifies.NOT_ASKED:
        # Even who takes any certificate checks the proof of its key, which is part of the handshake.
        assert cases["wrong-key"].treatment == "refused"
        assert cases["good"].treatment == "served"
        assert cases["no-extended-key-usage"].treatment == "served"
        assert {case.control for case in cases.values()} == {"succeeded"}


_NAMES_ISSUERS = (Implementation.HAPROXY, Implementation.KAMAILIO, Implementation.OPENSSL)
"""Those whose alert tells an unknown issuer from other faults."""


def _trusted(seen: Mapping[str, Seen]) -> dict[str, bool | None]:
    return {found.root: found.trusted for found in seen["trust"].observations if isinstance(found, RootTrustSeen)}


@every_server
def test_the_trust_probe_is_never_wrong(server: Verifying, audits: Audits) -> None:
    trusted = _trusted(of(server, audits))
    if server.verifies is Verifies.NOT_ASKED:
        assert trusted == {}
    elif server.verifies is Verifies.CHAIN and server.implementation in _NAMES_ISSUERS:
        assert trusted == {OWN_ROOT: True, G2: False}
    else:
        assert trusted[OWN_ROOT] is not False
        assert trusted[G2] is not True


@every_server
def test_the_verdict_is_never_wrong(server: Verifying, audits: Audits) -> None:
    outcomes = {name: seen.findings[UNVERIFIED].outcome for name, seen in judged(server, audits).items()}
    if server.verifies is Verifies.ANYTHING:
        assert set(outcomes.values()) == {Outcome.FAIL}
    elif server.verifies is Verifies.NOT_ASKED:
        assert set(outcomes.values()) == {Outcome.INCONCLUSIVE}
    elif server.dated:
        assert outcomes == {"blind": Outcome.WARN, "own": Outcome.PASS, "lab": Outcome.PASS}
        # A certificate for another name is served by all of these, which the lab's CA brings to light.
        names = {name: seen.findings[NAME_UNVERIFIED].outcome for name, seen in judged(server, audits).items()}
        assert names == {"blind": Outcome.NOT_TESTED, "own": Outcome.NOT_TESTED, "lab": Outcome.WARN}
    else:
        assert outcomes["own"] is Outcome.PASS
    required = {seen.findings[REQUIRED].outcome for seen in judged(server, audits).values()}
    assert required == {Outcome.PASS if server.required else Outcome.FAIL}


def test_the_matrix_in_the_documentation_is_what_is_seen(audits: Audits) -> None:
    if len(audits) < len(SERVERS):
        pytest.skip("not every server is installed, so the matrix cannot be compared")
    text = _matrix(audits)
    if os.environ.get("AUDITOR_WRITE_MATRIX"):
        MATRIX.write_text(text, encoding="utf-8")
    assert MATRIX.read_text(encoding="utf-8") == text


_LEGEND = (
    "How servers treat client certificates, and what the auditor reports.  A number is the alert of a rejection "
    "(RFC 9846 section 6), HTTP a rejection by status 400, close a close without an alert; **served** means that the "
    "application answered.  Verdicts are those of `client-certificate-unverified` without a control, with a valid "
    "client certificate as a control, and with a CA that the server trusts.  The last two columns are the results of "
    "the trust probe for the root that the server trusts and for DigiCert Global Root G2, which none of them trusts."
)
COLUMNS = (*SAFE, *FAULTY, "server-auth-only", "server-auth-only-intermediate", "wrong-name", "no-extended-key-usage")


def _matrix(audits: Audits) -> str:
    head = (
        "<!-- Written by tests/live/test_mutual_tls.py with AUDITOR_WRITE_MATRIX=1; do not edit. -->",
        "",
        "# Mutual TLS, server by server",
        "",
        _LEGEND,
        "",
        f"| Server | Version | none | good | {' | '.join(COLUMNS)} | Verdicts | Own root | G2 |",
        f"|---|---|{'---|' * (len(COLUMNS) + 5)}",
    )
    return "\n".join([*head, *(row for server in SERVERS for row in _rows(server, audits[server.name]))]) + "\n"


def _rows(server: Verifying, seen: Mapping[str, Seen]) -> Iterator[str]:
    verdicts = ", ".join(seen[name].findings[UNVERIFIED].outcome for name in ("blind", "own", "lab"))
    trusted = _trusted(seen)
    roots = [{True: "trusted", False: "unknown", None: "inconclusive"}[trusted.get(root)] for root in (OWN_ROOT, G2)]
    for version in (V12, V13):
        cases = seen["lab"].cases(version)
        without = seen["lab"].without(version)
        shown = [
            _cell(cases[case].treatment, cases[case].evidence) if case in cases else "" for case in ("good", *COLUMNS)
        ]
        cells = [server.name, version, _cell(without.without, without.evidence), *shown, verdicts, *roots]
        yield f"| {' | '.join(cells)} |"


def _cell(treatment: str, evidence: str) -> str:
    if treatment != "refused":
        return f"**{treatment}**"
    if evidence.startswith("alert "):
        return evidence.partition("(")[2].partition(")")[0]
    return "HTTP" if evidence.startswith("HTTP") else "close"
