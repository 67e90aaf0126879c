"""What an existing scan proves, and what stays open with its reason."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.errors import InputErrors
from auditor.model.finding import Outcome, reason_text
from auditor.model.observation import CertificateChainSeen, CipherSuitesSeen, GroupsSeen, RevocationSeen, WeaknessSeen
from auditor.model.scanner import ScannerVersions
from auditor.model.target import ServerTarget
from auditor.model.tls import ProtocolVersion
from auditor.pipeline import read_observations
from tests.inputs.sslyze.doctored import (
    CLOSED,
    HANDSHAKE_FAILURE,
    HAPROXY,
    NGINX,
    OPENSSL,
    RESET,
    SCANS,
    TIMEOUT,
    all_rejected,
    fails,
    finding,
    gaps,
    of,
    outcomes,
    read,
    rejected_with,
    report,
    result,
    scan,
    server,
)

V = ProtocolVersion


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        (NGINX, {"protocol-not-allowed", "cipher-suite-not-allowed"}),
        (HAPROXY, set()),
        (OPENSSL, {"cipher-suite-not-allowed"}),  # with CBC
    ],
)
def test_real_scans_of_three_servers(name: str, wrong: set[str]) -> None:
    found = outcomes(read_observations(SCANS / f"{name}.json"))
    failed = {rule for rule, outcome in found.items() if outcome is Outcome.FAIL}
    # The servers' certificates end at a root of the test's own.
    assert failed == wrong | {"certificate-root-not-allowed"}
    if name != NGINX:
        assert found["protocol-not-allowed"] is Outcome.PASS
    assert found["protocol-required-missing"] is Outcome.PASS
    assert found["certificate-expired"] is Outcome.PASS
    assert found["certificate-name-mismatch"] is Outcome.PASS
    for rule in (
        "client-certificate-not-requested",
        "client-certificate-not-required",
        "client-certificate-unverified",
        "plaintext-accepted",
        "signature-scheme-weak",
    ):
        assert found[rule] is Outcome.INCONCLUSIVE, rule


def test_the_scan_is_judged_as_of_the_moment_it_began_and_names_its_release() -> None:
    observations = read_observations(SCANS / "nginx.json")
    assert observations.at == datetime(2026, 11, 21, 18, 59, 52, tzinfo=UTC)
    assert observations.scanner == ScannerVersions(sslyze="6.3.1")
    assert report(observations).scanner == observations.scanner
    (target,) = observations.targets
    assert isinstance(target, ServerTarget)
    assert (target.host, target.address) == ("sbc.operator.example", "127.0.0.1")
    assert target.server_name == "sbc.operator.example"


def test_a_scan_without_commands_decides_nothing() -> None:
    observations = read_observations(SCANS / "no-commands.json")
    decided = {rule for rule, outcome in outcomes(observations).items() if outcome in (Outcome.PASS, Outcome.FAIL)}
    assert decided == set()
    assert "sslyze was not asked for it (--tlsv1_3)" in reason_text(finding(observations, "protocol-preferred-missing"))


@pytest.mark.parametrize("message", [TIMEOUT, RESET, "TLS error: bad mac decode", "something new", ""])
@pytest.mark.parametrize("most", [1, None])
def test_what_is_no_answer_is_no_rejection_of_a_version(tmp_path: Path, message: str, most: int | None) -> None:
    document = scan(HAPROXY)
    rejected_with(document, "tls_1_0_cipher_suites", message, most)
    found = finding(read(tmp_path, document), "protocol-not-allowed")
    assert found.outcome is Outcome.INCONCLUSIVE
    assert message in reason_text(found)


@pytest.mark.parametrize(
    "message", [TIMEOUT, RESET, CLOSED, "TLS error: wrong version number", "TLS alert: Internal error"]
)
def test_what_is_no_answer_is_no_rejection_of_a_suite(tmp_path: Path, message: str) -> None:
    document = scan(HAPROXY)
    rejected_with(document, "tls_1_3_cipher_suites", message, 1)
    found = finding(read(tmp_path, document), "cipher-suite-not-allowed")
    assert found.outcome is Outcome.INCONCLUSIVE
    assert any("TLSv1.3" in doubt.reason and message in doubt.reason for doubt in found.doubts)


def test_an_accepted_suite_fails_whatever_else_timed_out(tmp_path: Path) -> None:
    document = scan(NGINX)
    rejected_with(document, "tls_1_2_cipher_suites", TIMEOUT)
    assert finding(read(tmp_path, document), "cipher-suite-not-allowed").outcome is Outcome.FAIL


def test_closes_reject_a_version_only_while_the_server_answers_everything_else(tmp_path: Path) -> None:
    document = scan(HAPROXY)
    rejected = result(document, "ssl_2_0_cipher_suites")["rejected_cipher_suites"]
    assert {suite["error_message"] for suite in rejected} == {CLOSED}
    assert finding(read(tmp_path, document), "protocol-not-allowed").outcome is Outcome.PASS
    rejected_with(document, "tls_1_1_cipher_suites", "TLS error: wrong version number")  # GnuTLS, Go, Java
    assert finding(read(tmp_path, document), "protocol-not-allowed").outcome is Outcome.PASS
    rejected_with(document, "tls_1_3_cipher_suites", TIMEOUT, 1)
    found = finding(read(tmp_path, document), "protocol-not-allowed")
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "stopped answering in between" in reason_text(found)


@pytest.mark.parametrize("message", [HANDSHAKE_FAILURE, CLOSED])
def test_a_version_may_have_been_rejected_because_no_client_certificate_was_presented(
    tmp_path: Path, message: str
) -> None:
    """TLS 1.3 asks for none, TLS 1.2 requires one: sslyze then lists every suite of TLS 1.2 as rejected."""
    document = scan(HAPROXY)
    server(document)["connectivity_result"]["client_auth_requirement"] = "DISABLED"
    all_rejected(document, "tls_1_2_cipher_suites", message)
    found = outcomes(read(tmp_path, document))
    assert found["cipher-suite-not-allowed"] is Outcome.INCONCLUSIVE
    assert found["protocol-not-allowed"] is Outcome.INCONCLUSIVE  # SSL 3.0 gets handshake_failure as well
    server(document)["connectivity_result"]["client_auth_requirement"] = "REQUIRED"
    assert outcomes(read(tmp_path, document))["protocol-not-allowed"] is Outcome.PASS
    server(document)["network_configuration"]["tls_client_auth_credentials"] = {"key_type": "PEM"}
    assert outcomes(read(tmp_path, document))["protocol-not-allowed"] is Outcome.INCONCLUSIVE


def test_a_server_of_tls_1_3_alone_rejects_all_other_versions(tmp_path: Path) -> None:
    document = scan(HAPROXY)
    server(document)["connectivity_result"]["client_auth_requirement"] = "OPTIONAL"
    all_rejected(document, "tls_1_2_cipher_suites", "TLS alert: protocol version ")
    observations = read(tmp_path, document)
    assert outcomes(observations)["protocol-not-allowed"] is Outcome.PASS
    assert outcomes(observations)["cipher-suite-not-allowed"] is Outcome.PASS
    # It may have an ECDSA certificate as well, and sslyze asks for both key types up to TLS 1.2 alone.
    assert "another key type" in reason_text(finding(observations, "certificate-expired"))


def test_results_that_contradict_each_other_decide_nothing(tmp_path: Path) -> None:
    document = scan(HAPROXY)
    all_rejected(document, "tls_1_3_cipher_suites", HANDSHAKE_FAILURE)
    assert outcomes(read(tmp_path, document))["protocol-preferred-missing"] is Outcome.INCONCLUSIVE
    document = scan(NGINX)
    all_rejected(document, "tls_1_0_cipher_suites", HANDSHAKE_FAILURE)
    result(document, "tls_1_0_cipher_suites")["is_tls_version_supported"] = True
    all_rejected(document, "tls_1_1_cipher_suites", HANDSHAKE_FAILURE)
    assert "TLSv1.0" in reason_text(finding(read(tmp_path, document), "protocol-not-allowed"))
    result(document, "tls_1_0_cipher_suites").update(rejected_cipher_suites=[], is_tls_version_supported=False)
    assert finding(read(tmp_path, document), "protocol-not-allowed").outcome is Outcome.INCONCLUSIVE


def test_a_suite_that_sslyze_did_not_offer_is_open(tmp_path: Path) -> None:
    document = scan(HAPROXY)
    found = result(document, "tls_1_3_cipher_suites")
    del found["rejected_cipher_suites"][0]
    (doubt, *_) = [
        doubt for doubt in finding(read(tmp_path, document), "cipher-suite-not-allowed").doubts if "1.3" in doubt.reason
    ]
    assert "did not offer it" in doubt.reason


def test_anonymous_suites_do_not_show_that_no_client_certificate_was_wanted(tmp_path: Path) -> None:
    document = scan(HAPROXY)
    server(document)["connectivity_result"]["client_auth_requirement"] = "OPTIONAL"
    found = result(document, "tls_1_2_cipher_suites")
    found["rejected_cipher_suites"] += found["accepted_cipher_suites"]
    for suite in found["rejected_cipher_suites"]:
        suite["error_message"] = HANDSHAKE_FAILURE
    anonymous = next(suite for suite in found["rejected_cipher_suites"] if "_anon_" in suite["cipher_suite"]["name"])
    found["accepted_cipher_suites"] = [anonymous]
    found["rejected_cipher_suites"].remove(anonymous)
    judged = finding(read(tmp_path, document), "cipher-suite-not-allowed")
    assert judged.outcome is Outcome.FAIL
    assert any("no accepted client certificate" in doubt.reason for doubt in judged.doubts)


def test_a_suite_that_is_listed_twice_with_different_answers_is_open(tmp_path: Path) -> None:
    document = scan(HAPROXY)
    rejected = result(document, "tls_1_2_cipher_suites")["rejected_cipher_suites"]
    name = rejected[0]["cipher_suite"]["name"]
    again = [{**rejected[0], "error_message": message} for message in (rejected[0]["error_message"], TIMEOUT)]
    for several in (again[:1], again, again[::-1]):
        rejected[:1] = several
        (seen,) = (one for one in of(read(tmp_path, document), CipherSuitesSeen) if one.version == "TLSv1.2")
        assert (name in seen.refused) is (len(several) == 1)
        assert (name in {doubt.subject for doubt in seen.undetermined}) is (len(several) == 2)
        del rejected[1 : len(several)]


def test_a_suite_that_nobody_here_knows_is_open_and_a_suite_in_both_lists_is_accepted(tmp_path: Path) -> None:
    document = scan(HAPROXY)
    found = result(document, "tls_1_3_cipher_suites")
    found["accepted_cipher_suites"].append({"cipher_suite": {"name": "TLS_NEW\u202e"}, "ephemeral_key": None})
    found["accepted_cipher_suites"].append(
        {"cipher_suite": found["rejected_cipher_suites"][0]["cipher_suite"], "ephemeral_key": None}
    )
    judged = finding(read(tmp_path, document), "cipher-suite-not-allowed")
    assert judged.outcome is Outcome.FAIL
    assert any("TLS_NEW\\u202e" in doubt.reason for doubt in judged.doubts)


def test_the_certificates_are_those_that_were_sent(tmp_path: Path) -> None:
    assert len(of(read_observations(SCANS / "nginx.json"), CertificateChainSeen)) == 1
    observations = read_observations(SCANS / "openssl.json")
    assert [len(seen.certificates) for seen in of(observations, CertificateChainSeen)] == [2, 2]
    assert gaps(observations, "certificate-chain") == []
    document = scan(OPENSSL)
    del result(document, "certificate_info")["certificate_deployments"][0]
    observations = read(tmp_path, document)
    assert "it accepts cipher suites for one" in reason_text(finding(observations, "certificate-expired"))


def test_one_certificate_is_not_all_there_may_be(tmp_path: Path) -> None:
    document = scan(HAPROXY)
    rejected_with(document, "tls_1_1_cipher_suites", TIMEOUT, 1)
    assert "passes over a handshake that fails" in gaps(read(tmp_path, document), "certificate-chain")[0]
    document = scan(HAPROXY)
    ecdsa = result(scan(OPENSSL), "certificate_info")["certificate_deployments"][0]
    result(document, "certificate_info")["certificate_deployments"] = [ecdsa]
    for suite in result(document, "tls_1_2_cipher_suites")["accepted_cipher_suites"]:
        suite["cipher_suite"]["name"] = suite["cipher_suite"]["name"].replace("_RSA_", "_ECDSA_")
    assert "prefers the one" in gaps(read(tmp_path, document), "certificate-chain")[0]


def test_two_deployments_with_one_chain_are_one(tmp_path: Path) -> None:
    document = scan(NGINX)
    deployments = result(document, "certificate_info")["certificate_deployments"]
    deployments *= 2
    assert len(of(read(tmp_path, document), CertificateChainSeen)) == 1


def test_no_certificates_and_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    document = scan(NGINX)
    chain = result(document, "certificate_info")["certificate_deployments"][0]["received_certificate_chain"]
    chain[0]["as_pem"] = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
    assert outcomes(read(tmp_path, document))["certificate-expired"] is Outcome.INCONCLUSIVE
    key = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"
    for pem in (
        "",
        "no PEM",
        key,
        chain[1]["as_pem"] * 2,
        "-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----\n",
    ):
        chain[0]["as_pem"] = pem
        with pytest.raises(InputErrors, match=r"scan\.json:\d+:\d+: as_pem is not one certificate in PEM"):
            read(tmp_path, document)
    result(document, "certificate_info")["certificate_deployments"] = []
    assert gaps(read(tmp_path, document), "certificate-chain") == ["sslyze received no certificate"]
    fails(document, "certificate_info", "BUG_IN_SSLYZE")
    assert gaps(read(tmp_path, document), "revocation") == ["sslyze's command --certinfo failed (BUG_IN_SSLYZE)"]


def test_what_was_stapled_is_not_in_the_file(tmp_path: Path) -> None:
    (seen,) = of(read_observations(SCANS / "nginx.json"), RevocationSeen)
    assert (seen.asked, seen.found) == (("stapled",), ())
    document = scan(NGINX)
    deployment = result(document, "certificate_info")["certificate_deployments"][0]
    deployment["ocsp_response"] = {"response_status": "SUCCESSFUL", "certificate_status": "REVOKED"}
    observations = read(tmp_path, document)
    assert "REVOKED" in gaps(observations, "revocation")[0]
    assert outcomes(observations)["certificate-revoked"] is Outcome.INCONCLUSIVE


def test_groups_that_were_accepted_are_known_and_all_others_are_open(tmp_path: Path) -> None:
    observations = read_observations(SCANS / "nginx.json")
    older, newest = of(observations, GroupsSeen)
    assert (older.version, newest.version) == (V.TLS_1_2, V.TLS_1_3)
    assert {"x25519", "x448", "secp256r1", "secp384r1", "secp521r1"} == set(newest.accepted)
    assert older.accepted == ("secp256r1",)
    assert {"ffdhe2048", "X25519MLKEM768", "secp192r1"} <= {doubt.subject for doubt in newest.undetermined}
    assert newest.refused == older.refused == ()
    document = scan(NGINX)
    result(document, "elliptic_curves")["supported_curves"].append({"name": "sect163k1"})
    violations = finding(read(tmp_path, document), "group-not-allowed").violations
    assert "sect163k1" in str(violations)
    rejected_with(document, "tls_1_2_cipher_suites", TIMEOUT)
    all_rejected(document, "tls_1_2_cipher_suites", TIMEOUT)
    assert "unknown whether TLSv1.2 is supported" in gaps(read(tmp_path, document), "groups")[0]
    assert [seen.version for seen in of(read_observations(SCANS / "openssl.json"), GroupsSeen)] == [V.TLS_1_2]


@pytest.mark.parametrize(
    ("command", "key", "value"),
    [
        ("heartbleed", "is_vulnerable_to_heartbleed", True),
        ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection", True),
        ("tls_compression", "supports_compression", True),
        ("session_renegotiation", "supports_secure_renegotiation", False),
        ("robot", "robot_result", "VULNERABLE_WEAK_ORACLE"),
    ],
)
def test_a_known_weakness_fails_and_a_command_that_was_not_run_is_open(
    tmp_path: Path, command: str, key: str, value: object
) -> None:
    document = scan(NGINX)
    assert outcomes(read(tmp_path, document))["known-weakness"] is Outcome.PASS
    result(document, command)[key] = value
    assert outcomes(read(tmp_path, document))["known-weakness"] is Outcome.FAIL
    fails(document, command, "CLIENT_CERTIFICATE_NEEDED")
    found = finding(read(tmp_path, document), "known-weakness")
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "CLIENT_CERTIFICATE_NEEDED" in reason_text(found)


@pytest.mark.parametrize("outcome", ["NOT_VULNERABLE_RSA_NOT_SUPPORTED", "UNKNOWN_INCONSISTENT_RESULTS", "NEW"])
def test_a_robot_result_that_the_enumeration_contradicts_is_open(tmp_path: Path, outcome: str) -> None:
    document = scan(NGINX)  # it accepts TLS_RSA_WITH_AES_128_CBC_SHA
    result(document, "robot")["robot_result"] = outcome
    assert outcomes(read(tmp_path, document))["known-weakness"] is Outcome.INCONCLUSIVE


def test_silence_is_no_sign_that_there_is_no_weakness(tmp_path: Path) -> None:
    document = scan(NGINX)
    fails(document, "http_headers", "CONNECTIVITY_ISSUE")
    observations = read(tmp_path, document)
    assert {seen.vulnerable for seen in of(observations, WeaknessSeen)} == {None}
    result(document, "heartbleed")["is_vulnerable_to_heartbleed"] = True
    assert outcomes(read(tmp_path, document))["known-weakness"] is Outcome.FAIL


def test_a_server_that_could_not_be_scanned_is_inconclusive_in_everything(tmp_path: Path) -> None:
    document = scan(NGINX)
    server(document).update(
        scan_status="ERROR_NO_CONNECTIVITY",
        scan_result=None,
        connectivity_result=None,
        connectivity_error_trace="Traceback …\n\nsslyze.errors.ConnectionToServerTimedOut: timed out\x1b[2J\n",
    )
    document["server_scan_results"].append(server(scan(HAPROXY)))
    document["invalid_server_strings"] = [
        {"server_string": "nosuch.example:5061", "error_message": "Could not resolve nosuch.example"},
        {"server_string": "other.example", "error_message": "Could not resolve other.example"},
    ]
    observations = read(tmp_path, document)
    down, up, nowhere, other = (target.name for target in observations.targets)
    assert up != down
    assert (nowhere, other) == ("nosuch.example:5061", "other.example:443")
    judged = report(observations)
    for name, words in ((down, "ConnectionToServerTimedOut"), (nowhere, "Could not resolve"), (other, "resolve")):
        found = [finding for finding in judged.findings if finding.target == name]
        assert found
        assert {finding.outcome for finding in found} == {Outcome.INCONCLUSIVE}
        assert all(words in reason_text(finding) and reason_text(finding).isprintable() for finding in found)
    assert Outcome.PASS in {finding.outcome for finding in judged.findings if finding.target == up}


def test_tls_inside_a_plaintext_connection_is_not_what_a_policy_judges(tmp_path: Path) -> None:
    document = scan(NGINX)
    server(document)["network_configuration"]["tls_opportunistic_encryption"] = "SMTP"
    assert set(outcomes(read(tmp_path, document)).values()) == {Outcome.INCONCLUSIVE}


def test_several_addresses_of_one_name_and_a_bare_address(tmp_path: Path) -> None:
    document = scan(NGINX)
    second = server(scan(NGINX))
    second["server_location"]["ip_address"] = "::1"
    document["server_scan_results"].append(second)
    port = second["server_location"]["port"]
    assert [target.name for target in read(tmp_path, document).targets] == [
        f"sbc.operator.example:{port}@127.0.0.1",
        f"sbc.operator.example:{port}@::1",
    ]
    second["server_location"]["ip_address"] = "127.0.0.1"
    with pytest.raises(InputErrors, match="appears twice"):
        read(tmp_path, document)
    document = scan(NGINX)
    server(document)["server_location"].update(hostname="127.0.0.1", port=5061.0)
    server(document)["network_configuration"]["tls_server_name_indication"] = "127.0.0.1"
    (target,) = read(tmp_path, document).targets
    assert (target.name, target.names, target.service) == ("127.0.0.1:5061", (), "sip")
    server(document)["server_location"]["ip_address"] = None  # through a proxy
    assert read(tmp_path, document).targets[0].address is None  # type: ignore[union-attr]  # a server
