"""Clients of the lab: Python's ssl for what it can ask, pyOpenSSL for chains and TLS 1.3 suites."""

import contextlib
import socket
import ssl
import warnings

from cryptography import x509
from OpenSSL import SSL

from auditor.lab import Lab, LabEndpoint
from auditor.model.target import Service
from auditor.model.tls import ProtocolVersion

TIMEOUT = 5.0
OPTIONS = (
    b"OPTIONS sip:sbc.example.net SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
    b"From: <sip:probe@example.net>;tag=1\r\nTo: <sip:sbc.example.net>\r\nCall-ID: 1@example.net\r\nCSeq: 7 OPTIONS\r\n"
    b"Content-Length: 0\r\n\r\n"
)
GET = b"GET / HTTP/1.1\r\nHost: sbc.example.net\r\n\r\n"
REQUEST = {Service.SIP: OPTIONS, Service.HTTPS: GET}
STATUS = {Service.SIP: "SIP/2.0 200 OK", Service.HTTPS: "HTTP/1.1 200 OK"}


def endpoint(lab: Lab, name: str) -> LabEndpoint:
    (found,) = (endpoint for endpoint in lab.endpoints if endpoint.name == name)
    return found


def connect(endpoint: LabEndpoint) -> socket.socket:
    return socket.create_connection((endpoint.host, endpoint.port), timeout=TIMEOUT)


def context(version: ProtocolVersion, lab: Lab | None, ciphers: str = "ALL") -> ssl.SSLContext:
    """For one version; with the lab's client certificate, or with none."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.0 and 1.1 are asked for to see them refused
        made.minimum_version = made.maximum_version = ssl.TLSVersion(version.wire)
    if lab:
        made.load_cert_chain(lab.client_certificate, lab.client_key)
    return made


def handshake(endpoint: LabEndpoint, context: ssl.SSLContext) -> ssl.SSLSocket:
    """A connection after its handshake; the caller closes it."""
    raw = connect(endpoint)
    try:
        return context.wrap_socket(raw, server_hostname=endpoint.server_name)
    except BaseException:
        raw.close()
        raise


def status_line(endpoint: LabEndpoint, context: ssl.SSLContext) -> str:
    """What the service answers to its own request; ``ssl.SSLError`` with the alert's name where it refuses."""
    with handshake(endpoint, context) as connection:
        with contextlib.suppress(OSError):  # a refusal that is on its way must be read, not drowned in a broken pipe
            connection.sendall(REQUEST[endpoint.service])
        return read_until(connection, b"\r\n").decode().partition("\r\n")[0]


def read_until(connection: socket.socket, mark: bytes) -> bytes:
    received = b""
    while mark not in received and (data := connection.recv(4096)):
        received += data
    return received


def accepted_suites(lab: Lab, endpoint: LabEndpoint, version: ProtocolVersion) -> list[str]:
    """By OpenSSL's names, in the order of the endpoint's picks: what is picked is offered no more, until none is."""
    left = sorted(cipher["name"] for cipher in context(version, None, "ALL:COMPLEMENTOFALL").get_ciphers())
    left = [name for name in left if not name.startswith("TLS_")]
    accepted: list[str] = []
    while True:
        try:
            with handshake(endpoint, context(version, lab, ":".join(left))) as connection:
                accepted.append((connection.cipher() or ("",))[0])
        except ssl.SSLError as error:
            if error.reason == "SSLV3_ALERT_HANDSHAKE_FAILURE":
                return accepted
            raise
        left.remove(accepted[-1])


def chain(lab: Lab, endpoint: LabEndpoint, version: ProtocolVersion, ciphers: str = "ALL") -> list[x509.Certificate]:
    """What the endpoint sends, leaf first."""
    connection = _pyopenssl(lab, endpoint, version, ciphers, "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256")
    certificates = connection.get_peer_cert_chain(as_cryptography=True)
    assert certificates is not None
    return certificates


def accepts_tls13_suite(lab: Lab, endpoint: LabEndpoint, suite: str) -> bool:
    try:
        connection = _pyopenssl(lab, endpoint, ProtocolVersion.TLS_1_3, "ALL", suite)
    except SSL.Error as error:
        if "handshake failure" in str(error):
            return False
        raise
    return connection.get_cipher_name() == suite


def _pyopenssl(
    lab: Lab, endpoint: LabEndpoint, version: ProtocolVersion, ciphers: str, tls13_suites: str
) -> SSL.Connection:
    """A connection after its handshake, and after its end: for what it remembers."""
    made = SSL.Context(SSL.TLS_CLIENT_METHOD)
    made.set_min_proto_version(version.wire)
    made.set_max_proto_version(version.wire)
    made.set_cipher_list(f"{ciphers}:@SECLEVEL=0".encode())
    made.set_tls13_ciphersuites(tls13_suites.encode())
    made.use_certificate_chain_file(str(lab.client_certificate))
    made.use_privatekey_file(str(lab.client_key))
    with connect(endpoint) as raw:
        connection = SSL.Connection(made, None)
        connection.set_tlsext_host_name(endpoint.server_name.encode())
        connection.set_connect_state()
        while True:
            try:
                connection.do_handshake()
            except SSL.WantReadError:
                raw.sendall(connection.bio_read(65_536))
                connection.bio_write(raw.recv(65_536))
            else:
                return connection
