"""What is offered, checked on the bytes and without a network: a suite that is not offered cannot be refused."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from sslyze.plugins.openssl_cipher_suites.cipher_suites import CipherSuitesRepository
from tls_parser.cipher_suites import CipherSuites  # type: ignore[import-untyped]  # sslyze's own dependency

from auditor.model.suite_lists import SuiteLists
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import GROUPS, CipherSuite, ProtocolVersion, cipher_suites, suites_by_name, suites_of
from auditor.policy.read import load_policy
from auditor.policy.shipped import shipped_policies
from auditor.probes.budget import Limits
from auditor.probes.connection import Peer, first_line
from auditor.probes.tls.attempt import suites_length
from auditor.probes.tls.client_hello_rewriting import offered_suites, with_suites
from auditor.probes.tls.client_setup import LEGACY, SSLYZE_VERSION, groups_of, make_client
from tests.probes.flights import client, step

V = ProtocolVersion


def suites_on_the_wire(
    version: ProtocolVersion, suites: Sequence[CipherSuite], server_name: str | None = None
) -> tuple[int, ...]:
    """The suites a ClientHello really offers, by number and without a network."""
    target = ServerTarget(
        name="x", host="x", port=1, service=Service.HTTPS, address="192.0.2.1", server_name=server_name
    )
    client = make_client(Peer(target, Limits()), version, suites, None, None)
    with suppress(Exception):
        client._ssl.do_handshake()
    data = client._network_bio.read(client._network_bio.pending())
    if version in (*LEGACY, ProtocolVersion.TLS_1_3):
        return tuple(code for code in offered_suites(data) if code not in (0x00FF, 0x5600))
    return tuple(code for code in offered_suites(with_suites(data, tuple(s.code for s in suites))) if code != 0x00FF)


@pytest.mark.parametrize("version", V)
@pytest.mark.parametrize("server_name", [None, "sbc.example.net"])
def test_a_client_hello_holds_every_suite_of_its_version(version: V, server_name: str | None) -> None:
    suites = suites_of(version)
    assert suites
    assert sorted(suites_on_the_wire(version, suites, server_name)) == sorted(suite.code for suite in suites)


@pytest.mark.parametrize("version", V)
def test_a_client_hello_holds_a_single_suite_and_nothing_else(version: V) -> None:
    for suite in suites_of(version):
        assert suites_on_the_wire(version, (suite,)) == (suite.code,), suite.name


@pytest.mark.parametrize("policy", shipped_policies())
def test_every_suite_of_a_shipped_policy_can_be_offered(policy: str) -> None:
    asked = 0
    for setting in load_policy(policy).settings:
        if isinstance(setting.params, SuiteLists):
            for version, names in setting.params.lists().items():
                suites = [suites_by_name()[name] for name in names]
                assert set(suites_on_the_wire(version, suites)) == {suite.code for suite in suites}
                asked += len(suites)
    assert asked


def test_the_suites_of_a_client_hello_keep_their_order() -> None:
    suites = tuple(reversed(suites_of(V.TLS_1_2)))
    assert suites_on_the_wire(V.TLS_1_2, suites) == tuple(suite.code for suite in suites)


def test_openssl_names_are_those_of_sslyze() -> None:
    ours = {suite.name: suite.openssl_name for suite in cipher_suites()}
    compared = 0
    for theirs in SSLYZE_VERSION.values():
        for found in CipherSuitesRepository.get_all_cipher_suites(theirs):
            if found.name in ours:
                # The older library has another alias of the same suite, and sslyze shows either.
                assert ours[found.name].replace("EDH-", "DHE-") == found.openssl_name.replace("EDH-", "DHE-"), (
                    found.name
                )
                compared += 1
    assert compared > 300


def test_codes_are_those_of_tls_parser() -> None:
    theirs = {found.name: found.value for found in CipherSuites}
    known = [suite for suite in cipher_suites() if suite.name in theirs]
    assert len(known) > 150
    assert [(s.name, s.code) for s in known] == [(s.name, theirs[s.name]) for s in known]


@pytest.mark.parametrize(
    "name",
    [
        "TLS_RSA_WITH_CAMELLIA_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_CAMELLIA_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_ARIA_128_CBC_SHA256",
        "TLS_GOSTR341112_256_WITH_KUZNYECHIK_CTR_OMAC",
    ],
)
def test_suites_that_other_libraries_than_openssl_speak_are_asked_for_too(name: str) -> None:
    """GnuTLS accepts Camellia in GCM unless it is told otherwise, and Mbed TLS knows ARIA in CBC."""
    suite = suites_by_name()[name]
    assert suite.versions == {V.TLS_1_2}
    assert suite.code in suites_on_the_wire(V.TLS_1_2, suites_of(V.TLS_1_2))


def test_every_suite_that_sslyze_knows_is_asked_for() -> None:
    """But for those that take a pre-shared key or a password, which no operator's peer has."""
    for version, theirs in SSLYZE_VERSION.items():
        names = {found.name for found in CipherSuitesRepository.get_all_cipher_suites(theirs)}
        asked = {suite.name for suite in suites_of(version)}
        missing = {name for name in names - asked if "_PSK_" not in name and "_SRP_" not in name}
        tls12_only = {suite.name for suite in suites_of(V.TLS_1_2)} - {suite.name for suite in suites_of(V.TLS_1_1)}
        assert missing <= tls12_only, version


def test_the_groups_that_can_be_asked_are_named_as_iana_names_them() -> None:
    assert set(groups_of(V.TLS_1_2)) | set(groups_of(V.TLS_1_3)) == set(GROUPS)
    assert "secp192r1" not in groups_of(V.TLS_1_3)


def test_the_length_of_a_client_hello_is_that_of_its_list_of_suites() -> None:
    made = step(client(V.TLS_1_2))
    assert suites_length(with_suites(made, (1, 2, 3))) == 8
    assert suites_length(with_suites(made, (1, 2, 3), 500)) == 500
    assert suites_length(b"") == 0


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"SSH-2.0-x\r\nsecond", "'SSH-2.0-x'"),
        (b"\x1b[31mred\x00", "'\\x1b[31mred\\x00'"),
        (b"\xff\xfe", "'\\\\xff\\\\xfe'"),
        (b"", "''"),
        (b"\r\n", "''"),
        (b"a" * 99, repr("a" * 40)),
    ],
)
def test_what_a_peer_sent_is_shown_without_its_control_bytes(data: bytes, expected: str) -> None:
    assert first_line(data) == expected
    assert first_line(data).isprintable()
