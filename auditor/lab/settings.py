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
    """How the endpoint requests a client certificate."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Verification(StrEnum):
    """How a client's certificate is verified, if the client presents one."""

    CHAIN = "chain"
    NAME = "name"
    """Any certificate that names a trusted root as its issuer; signatures are not checked."""
    NOTHING = "nothing"
    """Any certificate is accepted."""
    NOBODY = "nobody"
    """No certificate is accepted."""


class PortProtocol(StrEnum):
    """The protocols on the port."""

    TLS = "tls"
    TLS_AND_PLAINTEXT = "tls and plaintext"
    PLAINTEXT = "plaintext"
    SILENT = "silent"


@dataclass(frozen=True)
class ServerSettings:
    """The settings of one listener.  The defaults meet the policy; an endpoint states only what differs."""

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
    """The setting for TLS 1.2, if it differs from the other versions."""
    verification: Verification = Verification.CHAIN
    encrypt_then_mac: bool = True
    security_level: int = 2
    """OpenSSL's security level: 2 requires 112 bits, 1 allows RSA 1024, 0 also allows SHA-1."""
    wire: PortProtocol = PortProtocol.TLS


@dataclass(frozen=True)
class Credentials:
    """The certificates that one listener presents, and the roots it trusts."""

    identities: tuple[Identity, ...]
    """One for each key type."""
    intermediates: tuple[x509.Certificate, ...]
    """Sent after the end-entity certificate, in this order, whichever identity is chosen."""
    client_roots: tuple[x509.Certificate, ...]
    """The trusted roots of client certificates; their names are announced."""
    at: datetime
    """The time at which client certificates are verified, UTC."""
    staple: bytes = b""
    """The OCSP response that is stapled on request; None staples nothing."""
