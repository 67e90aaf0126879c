"""The auditor sees at real servers what they are configured to do, and finds what they deserve."""

from collections.abc import Mapping

import pytest
from cryptography import x509

from auditor.model.finding import Outcome
from auditor.model.policy import Policy
from auditor.model.report import Verdict
from auditor.model.subject import subject_text
from auditor.model.tls import ProtocolVersion
from auditor.probes.budget import Limits
from testbed.certificates import Authority
from testbed.configuration import (
    OTHER_NAME,
    SERVER_NAME,
    V10,
    V11,
    V12,
    V13,
    Chain,
    ClientCertificates,
    Implementation,
    Key,
    ServerConfiguration,
    accepted_suites,
    shown_keys,
)
from testbed.fleet import Server
from testbed.matrix import IMPLEMENTATIONS
from testbed.oracles import openssl as oracle
from testbed.oracles.sslyze import missed_by_sslyze
from tests.live.audit import Audit, audit, deserved, forbidden_suites
from tests.live.parameters import CONFIGURATIONS, STATED, every_server, server_of

pytestmark = pytest.mark.live

Servers = dict[str, Server]
Audits = Mapping[str, Audit]
Truth = Mapping[str, oracle.Suites]
EVERYTHING = pytest.mark.parametrize(
    "configuration", [found for found in CONFIGURATIONS if found.everything], ids=lambda found: found.name
)
"""Only another client can say which suites these servers accept."""


@pytest.mark.parametrize("configuration", STATED, ids=lambda found: found.name)
def test_the_accepted_suites_are_those_configured(
    configuration: ServerConfiguration, servers: Servers, audits: Audits
) -> None:
    name = server_of(configuration, servers).name
    for version in oracle.VERSIONS:
        assert audits[name].accepted(version) == accepted_suites(configuration, version), version


@EVERYTHING
def test_all_suites_of_a_server_with_everything_on_are_those_openssl_finds_one_by_one(
    configuration: ServerConfiguration, servers: Servers, audits: Audits, openssl_truth: Truth
) -> None:
    name = server_of(configuration, servers).name
    for version in oracle.VERSIONS:
        assert audits[name].accepted(version) == openssl_truth[name][version], version
        assert len(openssl_truth[name][version]) >= (5 if version is V13 else 20), version


@EVERYTHING
def test_all_suites_of_a_server_with_everything_on_are_those_of_sslyze_and_what_it_is_known_to_miss(
    configuration: ServerConfiguration, servers: Servers, audits: Audits, sslyze_truth: Truth
) -> None:
    name = server_of(configuration, servers).name
    for version in oracle.VERSIONS:
        accepted = audits[name].accepted(version)
        assert sslyze_truth[name][version] <= accepted, version
        assert accepted - sslyze_truth[name][version] <= missed_by_sslyze(version), version


@every_server
def test_every_suite_is_accepted_or_refused_and_none_is_left_open(
    configuration: ServerConfiguration, servers: Servers, audits: Audits
) -> None:
    for version, seen in audits[server_of(configuration, servers).name].suites.items():
        assert seen.undetermined == (), version
        assert not seen.possibly_more, version
        assert not {suite.name for suite in seen.accepted} & set(seen.refused), version


@every_server
def test_the_chains_are_those_configured_for_every_key_and_version(
    configuration: ServerConfiguration, servers: Servers, audits: Audits, authority: Authority
) -> None:
    found = audits[server_of(configuration, servers).name].chains
    expected = {
        version: {
            tuple(oracle.der(certificate) for certificate in authority.chain(key, configuration.chain))
            for key in shown_keys(configuration, version)
        }
        for version in configuration.versions
    }
    assert _names(found) == _names(expected)
    assert found == expected


@every_server
def test_a_client_without_a_certificate_is_seen_to_be_treated_as_configured(
    configuration: ServerConfiguration, servers: Servers, audits: Audits, authority: Authority
) -> None:
    found = audits[server_of(configuration, servers).name].client_certificates
    assert set(found) == set(configuration.versions)
    asked = configuration.client_certificates is not ClientCertificates.OFF
    root = (authority.root.certificate.subject.public_bytes(),)
    for version, seen in found.items():
        assert seen.requested is asked, version
        assert seen.authorities == (root if asked else ()), version
        refused = configuration.client_certificates is ClientCertificates.REQUIRED
        assert seen.without == ("refused" if refused else "served"), (version, seen.evidence)


@every_server
def test_the_refusal_comes_where_the_implementation_makes_it(
    configuration: ServerConfiguration, servers: Servers, audits: Audits
) -> None:
    """nginx lets the handshake end and answers 400; the others break off, in TLS 1.3 after the client's Finished."""
    if configuration.client_certificates is not ClientCertificates.REQUIRED:
        return
    for version, seen in audits[server_of(configuration, servers).name].client_certificates.items():
        if configuration.implementation is Implementation.NGINX:
            assert (seen.stage, seen.evidence[:12]) == ("after-request", "HTTP/1.1 400"), version
        else:
            assert seen.stage == ("after-handshake" if version is V13 else "handshake"), version
            assert seen.evidence.startswith("alert "), version


@every_server
def test_the_findings_are_exactly_those_deserved(
    configuration: ServerConfiguration, servers: Servers, audits: Audits
) -> None:
    found = audits[server_of(configuration, servers).name]
    assert {rule: finding.outcome for rule, finding in found.remarkable.items()} == deserved(configuration)
    assert found.report.verdict == (Verdict.FAIL if Outcome.FAIL in deserved(configuration).values() else Verdict.PASS)


@pytest.mark.parametrize("configuration", STATED, ids=lambda found: found.name)
def test_the_violations_name_what_was_configured_against_the_policy(
    configuration: ServerConfiguration, servers: Servers, audits: Audits
) -> None:
    findings = audits[server_of(configuration, servers).name].report.findings
    subjects = {
        finding.rule: {subject_text(violation.subject) for violation in finding.violations} for finding in findings
    }
    forbidden = frozenset[str]().union(*forbidden_suites(configuration).values())
    unprotected = configuration.client_certificates is not ClientCertificates.REQUIRED
    assert subjects["cipher-suite-not-allowed"] == forbidden
    assert subjects["protocol-not-allowed"] == set(configuration.versions) & {V10, V11}
    assert subjects["client-certificate-not-required"] == (set(configuration.versions) if unprotected else set())


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_a_compliant_server_takes_at_most_26_connections(
    implementation: Implementation, servers: Servers, audits: Audits
) -> None:
    """14, and in both versions four bad client certificates and twice a good one (and one at a plaintext SIP port)."""
    server = server_of(ServerConfiguration(implementation, "compliant"), servers)
    knocks = 1 if implementation is Implementation.KAMAILIO else 0
    assert audits[server.name].connections <= 26 + knocks


@pytest.mark.parametrize(
    "configuration", [found for found in CONFIGURATIONS if found.case.endswith("-order")], ids=lambda found: found.name
)
def test_whose_order_decides_is_seen(configuration: ServerConfiguration, servers: Servers, audits: Audits) -> None:
    suites = audits[server_of(configuration, servers).name].suites
    assert suites[V12].preference == configuration.preference
    assert suites[V13].preference in {configuration.preference, None}
    assert suites[V12].prefers_cbc is (configuration.preference == "server")


@EVERYTHING
def test_a_server_that_takes_everything_is_listed_up_to_the_budget_and_fails_all_the_same(
    configuration: ServerConfiguration, servers: Servers, policy: Policy
) -> None:
    found = audit(server_of(configuration, servers).target(), policy, Limits(forbidden_suites=5))
    for version in (V10, V11, V12):
        assert len(found.accepted(version)) >= 5, version
        assert found.suites[version].possibly_more, version
    failed = {rule for rule, finding in found.remarkable.items() if finding.outcome is Outcome.FAIL}
    assert failed >= {"cipher-suite-not-allowed", "protocol-not-allowed", "client-certificate-not-required"}


@pytest.mark.parametrize("server_name", [SERVER_NAME, OTHER_NAME, None])
@pytest.mark.parametrize(
    "configuration", [found for found in CONFIGURATIONS if found.certificate_per_name], ids=lambda found: found.name
)
def test_the_chain_is_that_of_the_name_asked_for(
    configuration: ServerConfiguration,
    server_name: str | None,
    servers: Servers,
    policy: Policy,
    authority: Authority,
) -> None:
    found = audit(server_of(configuration, servers).target(server_name), policy)
    chain = authority.chain(Key.RSA, Chain.FULL, server_name or SERVER_NAME)
    expected = {tuple(oracle.der(certificate) for certificate in chain)}
    assert found.chains == {V12: expected, V13: expected}
    assert found.remarkable == {}
    assert found.report.verdict is Verdict.PASS


def test_a_name_that_the_certificate_does_not_hold_fails_and_nothing_else_does(
    servers: Servers, policy: Policy
) -> None:
    server = server_of(ServerConfiguration(Implementation.NGINX, "compliant"), servers)
    found = audit(server.target("elsewhere.operator.example"), policy)
    outcomes = {rule: finding.outcome for rule, finding in found.remarkable.items()}
    assert outcomes == {"certificate-name-mismatch": Outcome.FAIL}


def test_without_a_name_haproxy_shows_only_its_first_certificate(
    servers: Servers, policy: Policy, authority: Authority
) -> None:
    """HAProxy chooses by key type only among the certificates of a name."""
    configuration = next(found for found in CONFIGURATIONS if found.name == "haproxy-both-keys")
    server = server_of(configuration, servers)
    found = audit(server.target(None), policy)
    expected = {tuple(oracle.der(certificate) for certificate in authority.chain(Key.RSA, Chain.FULL))}
    assert found.chains == {V12: expected, V13: expected}
    for version in (V12, V13):
        asked = oracle.offerable(version)
        assert found.accepted(version) == oracle.accepted_suites(server, version, asked, None), version
    assert found.accepted(V12) < accepted_suites(configuration, V12)


def test_versions_are_told_apart(servers: Servers, audits: Audits) -> None:
    """One that is not spoken is seen to be refused, not merely left out."""
    spoken: dict[str, dict[ProtocolVersion, bool | None]] = {}
    for case in ("tls12-only", "tls13-only"):
        server = server_of(ServerConfiguration(Implementation.NGINX, case), servers)
        spoken[case] = {version: seen.spoken for version, seen in audits[server.name].suites.items()}
    assert spoken["tls12-only"] == {version: version is V12 for version in ProtocolVersion}
    assert spoken["tls13-only"] == {version: version is V13 for version in ProtocolVersion}


def _names(chains: dict[ProtocolVersion, set[tuple[bytes, ...]]]) -> dict[ProtocolVersion, list[list[str]]]:
    """Issuer by issuer, for a failure that can be read."""
    return {
        version: sorted(
            [x509.load_der_x509_certificate(der).issuer.rfc4514_string() for der in chain] for chain in sent
        )
        for version, sent in chains.items()
    }
