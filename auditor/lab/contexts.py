"""Server settings as OpenSSL contexts, through pyOpenSSL: its wheels bring the same OpenSSL to every machine."""

from collections.abc import Callable

from OpenSSL import SSL, crypto

from auditor.lab.settings import ClientCertificate, Credentials, ServerSettings, Verification
from auditor.model.tls import ProtocolVersion

Verifier = Callable[[SSL.Connection, crypto.X509, int, int, int], bool]
_VERIFY = {
    ClientCertificate.NONE: SSL.VERIFY_NONE,
    ClientCertificate.OPTIONAL: SSL.VERIFY_PEER,
    ClientCertificate.REQUIRED: SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT,
}
_NO_ENCRYPT_THEN_MAC = 1 << 19  # SSL_OP_NO_ENCRYPT_THEN_MAC, which pyOpenSSL does not name


def connection_maker(settings: ServerSettings, credentials: Credentials) -> Callable[[], SSL.Connection]:
    """A function that gives a server's side of a new connection, over memory BIOs.

    OpenSSL has one list of suites, one security level and one client-certificate mode for all versions up to TLS 1.2.
    An endpoint with one fault in one version needs them apart, so each version has a separate context, and the
    connection moves there once the version is chosen: the server_name callback is the first moment that is known, and
    is called with or without that extension.
    """
    contexts = {version: _context(settings, credentials, version) for version in settings.versions}

    def move(connection: SSL.Connection) -> None:
        version = next(version for version in contexts if version.wire == connection.get_protocol_version())
        connection.set_context(contexts[version])
        connection.set_verify(_VERIFY[_client_certificate(settings, version)], verify)

    verify = _verifier(settings.verification, credentials)
    front = _context(settings, credentials, None)
    front.set_tlsext_servername_callback(move)

    def connect() -> SSL.Connection:
        connection = SSL.Connection(front, None)
        connection.set_accept_state()
        return connection

    return connect


def _context(settings: ServerSettings, credentials: Credentials, version: ProtocolVersion | None) -> SSL.Context:
    """The context of one version, or the one in front of them all."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version((version or settings.versions[0]).wire)
    context.set_max_proto_version((version or settings.versions[-1]).wire)
    context.set_cipher_list(_cipher_list(settings, version).encode())
    context.set_tls13_ciphersuites(settings.tls13_suites.encode())
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION)
    if settings.server_preference:
        context.set_options(SSL.OP_CIPHER_SERVER_PREFERENCE)
    if not settings.encrypt_then_mac:
        context.set_options(_NO_ENCRYPT_THEN_MAC)
    for identity in credentials.identities:
        context.use_certificate(identity.certificate)
        context.use_privatekey(identity.key)
    for certificate in credentials.intermediates:
        context.add_extra_chain_cert(certificate)
    if credentials.staple:
        context.set_ocsp_server_callback(lambda _tls, _data: credentials.staple)
    store = context.get_cert_store()
    assert store is not None  # a context is made with one
    store.set_time(credentials.at)
    for root in credentials.client_roots:
        store.add_cert(crypto.X509.from_cryptography(root))
        context.add_client_ca(root)
    context.set_verify(_VERIFY[_client_certificate(settings, version)], _verifier(settings.verification, credentials))
    return context


def _verifier(verification: Verification, credentials: Credentials) -> Verifier | None:
    """What overrules OpenSSL's own verification, certificate by certificate; None leaves it alone."""
    names = {root.subject for root in credentials.client_roots}

    def verify(_tls: SSL.Connection, certificate: crypto.X509, _error: int, _depth: int, right: int) -> bool:
        if verification is Verification.NAME:
            return bool(right) or certificate.to_cryptography().issuer in names
        return verification is Verification.NOTHING

    return None if verification is Verification.CHAIN else verify


def _cipher_list(settings: ServerSettings, version: ProtocolVersion | None) -> str:
    modern = version is not None and version.wire >= ProtocolVersion.TLS_1_2.wire
    if modern or not settings.old_suites:
        return f"{settings.suites}:@SECLEVEL={settings.security_level}"
    # OpenSSL speaks nothing before TLS 1.2 above level 0, as the handshake signatures rest on MD5 and SHA-1.
    suites = f"{settings.suites}:{settings.old_suites}" if version is None else settings.old_suites
    return f"{suites}:@SECLEVEL=0"


def _client_certificate(settings: ServerSettings, version: ProtocolVersion | None) -> ClientCertificate:
    if version is ProtocolVersion.TLS_1_2 and settings.client_certificate_tls12 is not None:
        return settings.client_certificate_tls12
    return settings.client_certificate
