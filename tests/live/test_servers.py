"""The servers do what they are told: configuration, ``openssl s_client`` and sslyze agree.

Nothing here concerns the auditor; it makes the truth that the auditor is held to.
"""

from collections.abc import Mapping

import pytest

from auditor.model.tls import ProtocolVersion
from testbed.certificates import Authority
from testbed.configuration import (
    OTHER_NAME,
    SERVER_NAME,
    TLS13_ALLOWED,
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
from testbed.oracles import openssl as oracle
from testbed.oracles.sslyze import missed_by_sslyze
from tests.live.parameters import CONFIGURATIONS, STATED, every_server, server_of

pytestmark = pytest.mark.live

Truth = Mapping[str, oracle.Suites]
MODERN = (V12, V13)


@pytest.mark.parametrize("configuration", STATED, ids=lambda found: found.name)
def test_openssl_accepts_exactly_the_configured_suites(
    configuration: ServerConfiguration, servers: dict[str, Server], openssl_truth: Truth
) -> None:
    server = server_of(configuration, servers)
    expected = {version: accepted_suites(configuration, version) for version in oracle.VERSIONS}
    assert openssl_truth[server.name] == expected
    assert any(expected.values())


@pytest.mark.parametrize("implementation", list(Implementation))
def test_a_server_with_everything_on_accepts_much(
    implementation: Implementation, servers: dict[str, Server], openssl_truth: Truth
) -> None:
    configuration = next(
        found for found in CONFIGURATIONS if found.everything and found.implementation is implementation
    )
    accepted = openssl_truth[server_of(configuration, servers).name]
    for version in oracle.VERSIONS:
        assert len(accepted[version]) >= (5 if version is V13 else 20), version
        shows_ecdsa = any("_ECDSA_" in suite for suite in accepted[version])
        assert shows_ecdsa == (version is not V13 and Key.ECDSA in shown_keys(configuration, version)), version
    assert {"TLS_RSA_WITH_NULL_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"} <= accepted[V12]


@every_server
def test_sslyze_accepts_the_same_suites_but_for_its_known_misses(
    configuration: ServerConfiguration, servers: dict[str, Server], openssl_truth: Truth, sslyze_truth: Truth
) -> None:
    server = server_of(configuration, servers)
    for version in oracle.VERSIONS:
        expected = openssl_truth[server.name][version] - missed_by_sslyze(configuration, version)
        assert sslyze_truth[server.name][version] == expected, version


@every_server
def test_the_chains_sent_are_those_configured(
    configuration: ServerConfiguration, servers: dict[str, Server], authority: Authority
) -> None:
    server = server_of(configuration, servers)
    for version in _modern(configuration):
        for key in configuration.keys:
            sent = oracle.sent_chain(server, version, key)
            assert sent == authority.chain(key, configuration.chain), (version, key)


@every_server
def test_a_client_certificate_is_treated_as_configured(
    configuration: ServerConfiguration, servers: dict[str, Server]
) -> None:
    server = server_of(configuration, servers)
    treatment = configuration.client_certificates
    for version in _modern(configuration):
        asked = treatment is not ClientCertificates.OFF
        served = treatment is not ClientCertificates.REQUIRED
        assert oracle.requests_certificate(server, version) == asked, version
        assert oracle.serves_without_certificate(server, version) == served, version


@pytest.mark.parametrize(
    "configuration", [found for found in CONFIGURATIONS if found.case.endswith("-order")], ids=lambda found: found.name
)
def test_the_configured_side_decides_the_order(configuration: ServerConfiguration, servers: dict[str, Server]) -> None:
    server = server_of(configuration, servers)
    tls12 = [name for name in oracle.offerable(V12) if oracle.offerable(V12)[name] in configuration.tls12_suites]
    for version, suites in ((V12, tls12), (V13, list(TLS13_ALLOWED))):
        chosen = {oracle.chosen_suite(server, version, offer) for offer in (suites, suites[::-1])}
        assert len(chosen) == (1 if configuration.preference == "server" else 2), version
        assert None not in chosen, version


@pytest.mark.parametrize(
    "configuration", [found for found in CONFIGURATIONS if found.certificate_per_name], ids=lambda found: found.name
)
@pytest.mark.parametrize(
    ("server_name", "answering"), [(SERVER_NAME, SERVER_NAME), (OTHER_NAME, OTHER_NAME), (None, SERVER_NAME)]
)
def test_the_certificate_follows_the_name_asked_for(
    configuration: ServerConfiguration,
    server_name: str | None,
    answering: str,
    servers: dict[str, Server],
    authority: Authority,
) -> None:
    server = server_of(configuration, servers)
    for version in MODERN:
        sent = oracle.sent_chain(server, version, Key.RSA, server_name)
        assert sent == authority.chain(Key.RSA, Chain.FULL, answering), version


def _modern(configuration: ServerConfiguration) -> list[ProtocolVersion]:
    """The spoken versions in which a client can say which signatures it verifies."""
    return [version for version in configuration.versions if version in MODERN]
