"""How one endpoint of the lab behaves, as plain values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509

from auditor.model.identity import Identity
from auditor.model.target import Service
from auditor.model.tls import ProtocolVersion

SUITES_TLS12 = (
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256"
)
SUITES_TLS13 = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"


class ClientCertificate(StrEnum):
    """What the endpoint does about the client's certificate."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Verification(StrEnum):
    """How the certificate of a client is verified, if one is shown."""

    CHAIN = "chain"
    NAME = "name"
    """Whoever claims to come from a trusted root, by its name alone."""
    NOTHING = "nothing"
    """Whatever is shown will do."""
    NOBODY = "nobody"
    """No certificate will do."""


class PortProtocol(StrEnum):
    """What is spoken on the port."""

    TLS = "tls"
    TLS_AND_PLAINTEXT = "tls and plaintext"
    PLAINTEXT = "plaintext"
    SILENT = "silent"


@dataclass(frozen=True)
class ServerSettings:
    """One listener.  The defaults are what the policy requires: an endpoint states only what differs."""

    service: Service = Service.SIP
    versions: tuple[ProtocolVersion, ...] = (ProtocolVersion.TLS_1_2, ProtocolVersion.TLS_1_3)
    """Without gaps, oldest first."""
    suites: str = SUITES_TLS12
    """For TLS 1.2, by OpenSSL's names, in the endpoint's order."""
    old_suites: str = ""
    """For versions before TLS 1.2."""
    tls13_suites: str = SUITES_TLS13
    server_preference: bool = True
    client_certificate: ClientCertificate = ClientCertificate.REQUIRED
    client_certificate_tls12: ClientCertificate | None = None
    """Where TLS 1.2 differs from the other versions."""
    verification: Verification = Verification.CHAIN
    encrypt_then_mac: bool = True
    security_level: int = 2
    """OpenSSL's: 2 wants 112 bits, 1 takes RSA 1024, 0 takes SHA-1 as well."""
    wire: PortProtocol = PortProtocol.TLS


@dataclass(frozen=True)
class Credentials:
    """What one listener presents, and whom it trusts."""

    identities: tuple[Identity, ...]
    """One for each key type."""
    intermediates: tuple[x509.Certificate, ...]
    """Sent after the end-entity certificate, in this order, whichever identity is chosen."""
    client_roots: tuple[x509.Certificate, ...]
    """The roots that client certificates must lead to; their names are announced."""
    at: datetime
    """The moment client certificates are judged at, UTC."""
    staple: bytes = b""
    """The OCSP response that is stapled where a client asks for one; none leaves the request unanswered."""
