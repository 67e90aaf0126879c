"""The lab CA's revocation service: a CRL and OCSP responses over http on loopback.

``--fetch-revocation`` connects to no such address; a caller must allow it explicitly.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from auditor.minting.authority import Authority

CRL_PATH, OCSP_PATH = "/ca.crl", "/ocsp"
_MOST_REQUEST = 65_536
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Responder:
    """The revoked certificates and the responder's key."""

    issuer: Authority
    at: datetime
    """The time its answers are made for, UTC; they are valid for a day before and after."""
    revoked: tuple[int, ...] = ()
    """The serial numbers of revoked certificates."""


def crl(responder: Responder) -> bytes:
    """The list, DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(responder.issuer.certificate.subject)
        .last_update(responder.at - _DAY)
        .next_update(responder.at + _DAY)
    )
    for serial in responder.revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(responder.at - _DAY)
        entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(responder.issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def ocsp_response(responder: Responder, certificate: x509.Certificate) -> bytes:
    """The response about one certificate, as it is stapled."""
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, responder.issuer.certificate, hashes.SHA256())
    return answer(responder, request.build().public_bytes(Encoding.DER))


def answer(responder: Responder, request: bytes) -> bytes:
    """The response to an OCSP request, DER."""
    asked = ocsp.load_der_ocsp_request(request)
    revoked = asked.serial_number in responder.revoked
    builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
        asked.issuer_name_hash,
        asked.issuer_key_hash,
        asked.serial_number,
        asked.hash_algorithm,
        ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
        responder.at - _DAY,
        responder.at + _DAY,
        responder.at - _DAY if revoked else None,
        x509.ReasonFlags.key_compromise if revoked else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.issuer.certificate)
    return builder.sign(responder.issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


@contextmanager
def responding(responder: Responder) -> Iterator[str]:
    """Answer until the block ends; yields the start of its URLs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(crl(responder) if self.path == CRL_PATH else None)

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length", 0)), _MOST_REQUEST)
            self._send(answer(responder, self.rfile.read(length)) if self.path == OCSP_PATH else None)

        def _send(self, content: bytes | None) -> None:
            self.send_response(200 if content is not None else 404)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
