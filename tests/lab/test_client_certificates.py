"""Mutual TLS: who is asked for a certificate, who is let in, and what the service then answers."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auditor.lab import Lab, LabEndpoint
from auditor.minting.authority import make_intermediate, make_leaf, make_root
from auditor.minting.certificate_builder import ValidityPeriod
from auditor.minting.keys import ec_key
from auditor.model.tls import ProtocolVersion
from tests.lab.client import GET, OPTIONS, STATUS, connect, context, endpoint, handshake, read_until, status_line
from tests.lab.conftest import AT
from tests.lab.test_protocols import REFUSES_EVERYBODY, V12, V13, VERSIONS, openssl, s_client, speaking_tls

pytestmark = pytest.mark.slow

SERVED_WITHOUT = {
    ("sip-client-certificate-optional", V12),
    ("sip-client-certificate-optional", V13),
    ("https-client-certificate-optional", V12),
    ("https-client-certificate-optional", V13),
    ("sip-client-certificate-not-requested", V12),
    ("sip-client-certificate-not-requested", V13),
    ("sip-client-certificate-tls13-only", V12),
}
NOT_REQUESTED = {
    ("sip-client-certificate-not-requested", V12),
    ("sip-client-certificate-not-requested", V13),
    ("sip-client-certificate-tls13-only", V12),
}
REFUSAL = {V12: "SSLV3_ALERT_HANDSHAKE_FAILURE", V13: "TLSV13_ALERT_CERTIFICATE_REQUIRED"}


def cells(lab: Lab) -> list[tuple[LabEndpoint, ProtocolVersion]]:
    return [
        (target, version)
        for target in speaking_tls(lab)
        for version in (V12, V13)
        if version in VERSIONS.get(target.name, {V12, V13})
    ]


def test_every_endpoint_serves_the_lab_s_client_in_every_version(lab: Lab) -> None:
    answers = {(target.name, version): status_line(target, context(version, lab)) for target, version in cells(lab)}
    assert answers == {(target.name, version): STATUS[target.service] for target, version in cells(lab)}


def test_a_client_without_a_certificate_is_refused_except_where_that_is_the_fault(lab: Lab) -> None:
    for target, version in cells(lab):
        if (target.name, version) in SERVED_WITHOUT:
            assert status_line(target, context(version, None)) == STATUS[target.service]
        else:
            with pytest.raises(ssl.SSLError) as refused:
                status_line(target, context(version, None))
            assert refused.value.reason == REFUSAL[version], target.name


def test_in_tls13_the_handshake_succeeds_before_the_refusal_arrives(lab: Lab) -> None:
    with handshake(endpoint(lab, "sip-compliant"), context(V13, None)) as connection:
        with pytest.raises(ssl.SSLError) as refused:
            connection.recv(1)
        assert refused.value.reason == "TLSV13_ALERT_CERTIFICATE_REQUIRED"


@openssl
def test_the_root_s_name_is_announced_wherever_a_certificate_is_asked_for(lab: Lab) -> None:
    shown = {
        (target.name, version): s_client(
            target, {V12: "-tls1_2", V13: "-tls1_3"}[version], "-cipher", "ALL:@SECLEVEL=0"
        )
        for target, version in cells(lab)
    }
    silent = {cell for cell, text in shown.items() if "CN = Lab Root CA" not in text.partition("Acceptable client")[2]}
    assert silent == NOT_REQUESTED


def impostor(directory: Path) -> Path:
    """A client certificate under another root of the same name, with its key, as one PEM file."""
    year = ValidityPeriod(AT - timedelta(days=30), AT + timedelta(days=335))
    root, key = make_root("Lab Root CA", year), ec_key()
    issuer = make_intermediate(root, "Lab Issuing CA", year)
    leaf = make_leaf(issuer, ("client.example.net",), key, year)
    file = directory / "impostor.pem"
    parts = [certificate.public_bytes(Encoding.PEM) for certificate in (leaf, issuer.certificate, root.certificate)]
    parts.append(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    file.write_bytes(b"".join(parts))
    return file


@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize(
    "name", ["sip-compliant", "https-compliant", "sip-client-certificate-optional", "https-client-certificate-optional"]
)
def test_a_certificate_of_a_forged_issuer_with_the_root_s_name_is_refused(
    lab: Lab, tmp_path: Path, name: str, version: ProtocolVersion
) -> None:
    client = context(version, None)
    client.load_cert_chain(impostor(tmp_path))
    with pytest.raises(ssl.SSLError) as refused:
        status_line(endpoint(lab, name), client)
    assert refused.value.reason in {"TLSV1_ALERT_UNKNOWN_CA", "TLSV1_ALERT_DECRYPT_ERROR"}


@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize("name", ["sip-client-certificate-any", "sip-client-certificate-by-name"])
def test_the_forged_issuer_is_served_where_that_is_the_fault(
    lab: Lab, tmp_path: Path, name: str, version: ProtocolVersion
) -> None:
    client = context(version, None)
    client.load_cert_chain(impostor(tmp_path))
    target = endpoint(lab, name)
    assert status_line(target, client) == STATUS[target.service]


@pytest.mark.parametrize("version", [V12, V13])
def test_the_endpoint_that_refuses_everybody_refuses_the_lab_s_client_too(lab: Lab, version: ProtocolVersion) -> None:
    for client in (context(version, None), context(version, lab)):
        with pytest.raises(ssl.SSLError):
            status_line(endpoint(lab, REFUSES_EVERYBODY), client)


def test_sip_connections_stay_open_for_the_next_request_and_https_ones_end(lab: Lab) -> None:
    with handshake(endpoint(lab, "sip-compliant"), context(V13, lab)) as connection:
        for _ in range(3):
            connection.sendall(OPTIONS)
            assert read_until(connection, b"\r\n\r\n").startswith(b"SIP/2.0 200 OK\r\n")
    with handshake(endpoint(lab, "https-compliant"), context(V13, lab)) as connection:
        connection.sendall(GET)
        page = read_until(connection, b"no such mark: read to the end")
    head, _, body = page.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")
    assert b"answers" in body


def test_plaintext_is_answered_only_where_that_is_the_fault(lab: Lab) -> None:
    for name, answered in (("sip-plaintext", True), ("sip-plaintext-too", True), ("sip-compliant", False)):
        with connect(endpoint(lab, name)) as connection:
            connection.sendall(OPTIONS)
            assert (b"SIP/2.0 200 OK" in read_until(connection, b"\r\n\r\n")) is answered, name


def test_a_plaintext_endpoint_hangs_up_on_a_client_hello(lab: Lab) -> None:
    with pytest.raises(ssl.SSLEOFError):
        handshake(endpoint(lab, "sip-plaintext"), context(V12, lab))


def test_the_silent_endpoint_takes_a_client_hello_and_says_nothing(lab: Lab) -> None:
    with connect(endpoint(lab, "sip-silent")) as connection:
        connection.sendall(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03")
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
