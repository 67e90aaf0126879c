"""A client's TLS connection over memory buffers, which records everything received."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Literal, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from OpenSSL import SSL, crypto

from auditor.model.identity import Identity
from auditor.model.tls import CipherSuite, ProtocolVersion, alert_name
from auditor.probes.connection import Peer, Wire
from auditor.probes.tls.attempt import suites_length

_OPENSSL_VERSION = {
    ProtocolVersion.TLS_1_0: SSL.TLS1_VERSION,
    ProtocolVersion.TLS_1_1: SSL.TLS1_1_VERSION,
    ProtocolVersion.TLS_1_2: SSL.TLS1_2_VERSION,
    ProtocolVersion.TLS_1_3: SSL.TLS1_3_VERSION,
}
EXCHANGE_VERSIONS = tuple(_OPENSSL_VERSION)
ClientHelloForm: TypeAlias = Literal["usual", "small", "status"]


class Handshake:
    """One handshake and what follows it.  The library has no socket, so nothing blocks past the deadline."""

    def __init__(
        self,
        peer: Peer,
        wire: Wire,
        version: ProtocolVersion,
        suites: Sequence[CipherSuite],
        identity: Identity | None,
        form: ClientHelloForm = "usual",
    ) -> None:
        self.wire = wire
        self.presented = False
        self.closed = False
        """Whether the peer sent close_notify."""
        self.requested = False
        self.authorities: tuple[bytes, ...] = ()
        self.alerts: list[int] = []
        self.client_hello_length = 0
        self.stapled: bytes | None = None
        """The OCSP response (RFC 6066 section 8), empty if none was stapled; None if none was requested."""
        self.failure = ""
        """Why the TLS library itself gave up, in its own words."""
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_min_proto_version(_OPENSSL_VERSION[version])
        context.set_max_proto_version(_OPENSSL_VERSION[version])
        # What is judged is the server's demand; its certificate is judged elsewhere, from the bytes it sent.
        context.set_verify(SSL.VERIFY_NONE)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_options(SSL.OP_NO_TICKET | SSL.OP_LEGACY_SERVER_CONNECT)
        if version is ProtocolVersion.TLS_1_3:
            context.set_tls13_ciphersuites(":".join(suite.openssl_name for suite in suites).encode("ascii"))
            if identity is not None:
                context.set_cipher_list(b"ALL:@SECLEVEL=0")
        else:
            context.set_cipher_list(_cipher_list(suites))
        if form == "small":
            context.set_tmp_ecdh(SECP256R1())
        if identity is not None:
            _use(context, identity)
        context.set_info_callback(self._note)
        if form == "status":
            context.set_ocsp_client_callback(self._keep_staple)
        self.tls = SSL.Connection(context, None)
        self.tls.set_connect_state()
        if form == "status":
            self.tls.request_ocsp()
        if peer.target.server_name is not None:
            self.tls.set_tlsext_host_name(peer.target.server_name.encode("ascii"))

    def _note(self, tls: SSL.Connection, where: int, value: int) -> None:
        if where & SSL.SSL_CB_ALERT and where & SSL.SSL_CB_READ and value >> 8 == 2:
            self.alerts.append(value & 0xFF)
        elif where & SSL.SSL_CB_LOOP and b"certificate request" in tls.get_state_string().lower():
            self.requested = True
            self._keep_authorities()
        elif where & SSL.SSL_CB_LOOP and b"write certificate verify" in tls.get_state_string().lower():
            self.presented = True

    def _keep_staple(self, _tls: SSL.Connection, response: bytes, _data: object) -> bool:
        self.stapled = response
        return True

    def _keep_authorities(self) -> None:
        """The CA names of the CertificateRequest, byte for byte; an aborted handshake loses them."""
        with suppress(Exception):
            self.authorities = tuple(name.der() for name in self.tls.get_client_ca_list()) or self.authorities

    @property
    def alert(self) -> int | None:
        """The last fatal alert from the peer."""
        return self.alerts[-1] if self.alerts else None

    @property
    def ended(self) -> bool:
        """Whether the peer has ended the connection."""
        return self.alert is not None or self.closed or self.wire.ended is not None

    @property
    def ending(self) -> str:
        """How the connection ended, in words."""
        if self.alert is not None:
            return f"alert {alert_name(self.alert)}"
        if self.closed:
            return "the peer closed the connection"
        return {
            "closed": "the peer closed the connection",
            "reset": "the peer reset the connection",
            "too much": "the peer sent more than the limit for an answer",
        }.get(self.wire.ended or "", self.failure or "the peer stopped answering")

    def complete(self) -> bool:
        """Make the handshake; return whether it was completed on the client's side."""
        while True:
            try:
                self.tls.do_handshake()
            except SSL.WantReadError:
                self._flush()
                if not self._fill(None):
                    return False
            except SSL.Error as error:
                self._flush()
                self.failure = library_reason(error)
                return False
            else:
                self._flush()
                self._keep_authorities()
                return True

    def read(self, until: float) -> bytes | None:
        """Bytes of the application, none at ``until``, or None when the peer has ended (an alert or a close)."""
        while True:
            try:
                return self.tls.recv(16_384)
            except SSL.WantReadError:
                self._flush()
            except SSL.ZeroReturnError:
                self.closed = True
                return None
            except SSL.Error:
                return None
            if not self._fill(until):
                return None if self.wire.ended else b""

    def send(self, data: bytes) -> None:
        """Encrypt and send; a closed connection is noticed when the answer is read."""
        with suppress(SSL.Error):
            self.tls.send(data)
        self._flush()

    def _flush(self) -> None:
        with suppress(SSL.WantReadError, SSL.Error):
            while data := self.tls.bio_read(65_536):
                self.client_hello_length = self.client_hello_length or suites_length(data)
                self.wire.send(data)

    def _fill(self, until: float | None) -> bool:
        while self.wire.ended is None and self.wire.remaining(until) > 0:
            data = self.wire.recv(until=until)
            if data:
                self.tls.bio_write(data)
                return True
        return False

    def certificates(self) -> tuple[bytes, ...]:
        """The chain as sent, leaf first."""
        with suppress(SSL.Error, crypto.Error):
            return tuple(
                crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)
                for certificate in self.tls.get_peer_cert_chain() or ()
            )
        return ()


def _use(context: SSL.Context, identity: Identity) -> None:
    """Accept any strength: the audit judges how the peer treats it."""
    context.use_certificate(identity.certificate)
    for certificate in identity.chain[1:]:
        context.add_extra_chain_cert(certificate)
    context.use_privatekey(identity.key)


def _cipher_list(suites: Sequence[CipherSuite]) -> bytes:
    """The suites, then all others that the library knows: a long accepted ClientHello confirms shorter ones."""
    names = ":".join(suite.openssl_name for suite in suites if suite.openssl_name)
    return (f"{names}:ALL:!aNULL:!PSK:!SRP:@SECLEVEL=0").encode("ascii")


def library_reason(error: SSL.Error) -> str:
    """OpenSSL's own words for its error; they quote nothing that the peer sent."""
    reasons = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return "the handshake failed on the auditor's side" + (f" ({reasons[0][2]})" if reasons else "")
