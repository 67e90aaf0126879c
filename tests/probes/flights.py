"""Real server flights: OpenSSL talks to itself over memory, and what the server said is kept."""

from collections.abc import Callable
from contextlib import suppress

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from auditor.lab.contexts import connection_maker
from auditor.lab.lab_endpoint import Leaf, plan_endpoint
from auditor.lab.pki import Pki
from auditor.lab.settings import ServerSettings
from auditor.model.tls import ProtocolVersion

OPENSSL = {
    ProtocolVersion.TLS_1_0: SSL.TLS1_VERSION,
    ProtocolVersion.TLS_1_1: SSL.TLS1_1_VERSION,
    ProtocolVersion.TLS_1_2: SSL.TLS1_2_VERSION,
    ProtocolVersion.TLS_1_3: SSL.TLS1_3_VERSION,
}


def client(
    version: ProtocolVersion, suites: str = "ALL:@SECLEVEL=0", curve: ec.EllipticCurve | None = None
) -> SSL.Connection:
    """A client that speaks one version, over memory."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(OPENSSL[version])
    context.set_max_proto_version(OPENSSL[version])
    if version is not ProtocolVersion.TLS_1_3:
        context.set_cipher_list(suites.encode("ascii"))
    if curve is not None:
        context.set_tmp_ecdh(curve)
    connection = SSL.Connection(context, None)
    connection.set_connect_state()
    return connection


def outgoing(connection: SSL.Connection) -> bytes:
    """What it wants to send."""
    sent = b""
    try:
        while True:
            sent += connection.bio_read(65_536)
    except SSL.WantReadError:
        return sent


def step(connection: SSL.Connection, received: bytes = b"") -> bytes:
    """Go on with the handshake as far as ``received`` allows; what it says then."""
    if received:
        connection.bio_write(received)
    with suppress(SSL.Error):
        connection.do_handshake()
    return outgoing(connection)


def server(
    pki: Pki, settings: ServerSettings, *, rsa: bool = True
) -> tuple[Callable[[], SSL.Connection], tuple[bytes, ...]]:
    """Connections of a server, and the chain it sends."""
    leaf = Leaf(pki.rsa) if rsa else Leaf()
    planned = plan_endpoint(pki, "flight", settings=settings, leaves=(leaf,))
    sent = (planned.credentials.identities[0].certificate, *planned.credentials.intermediates)
    return connection_maker(settings, planned.credentials), tuple(_der(certificate) for certificate in sent)


def flight(maker: Callable[[], SSL.Connection], client_hello: bytes) -> bytes:
    """The server's answer to a ClientHello."""
    return step(maker(), client_hello)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def hello_retry_request(pki: Pki) -> bytes:
    """From a server that takes none of the groups for which the client sent a key share."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate(pki.issuing.certificate)
    context.use_privatekey(pki.issuing.key)
    context.set_tmp_ecdh(ec.SECP384R1())
    connection = SSL.Connection(context, None)
    connection.set_accept_state()
    return step(connection, step(client(ProtocolVersion.TLS_1_3)))
