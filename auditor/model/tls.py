"""The vocabulary of TLS, in the names of its registries.

Sources: IANA "Transport Layer Security (TLS) Parameters" (suites, groups, alerts, signature schemes), RFC 8446 for
TLS 1.3, RFC 6101 for SSL 3.0 and draft-hickman-netscape-ssl-00 for SSL 2.0.
"""

import csv
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache, cached_property
from importlib import resources


class ProtocolVersion(StrEnum):
    """A version of the protocol, oldest first."""

    SSL_2_0 = "SSLv2"
    SSL_3_0 = "SSLv3"
    TLS_1_0 = "TLSv1.0"
    TLS_1_1 = "TLSv1.1"
    TLS_1_2 = "TLSv1.2"
    TLS_1_3 = "TLSv1.3"

    @property
    def wire(self) -> int:
        """The number in the hello (``0x0303`` is TLS 1.2)."""
        return _WIRE[self]


_WIRE = {
    ProtocolVersion.SSL_2_0: 0x0002,
    ProtocolVersion.SSL_3_0: 0x0300,
    ProtocolVersion.TLS_1_0: 0x0301,
    ProtocolVersion.TLS_1_1: 0x0302,
    ProtocolVersion.TLS_1_2: 0x0303,
    ProtocolVersion.TLS_1_3: 0x0304,
}
VERSION_BY_WIRE = {wire: version for version, wire in _WIRE.items()}


@dataclass(frozen=True)
class CipherSuite:
    """One cipher suite: its number on the wire, its IANA name and the name OpenSSL gives it."""

    code: int
    name: str
    openssl_name: str

    @cached_property
    def versions(self) -> frozenset[ProtocolVersion]:
        """The versions it may be negotiated in (RFC 5246 section 1.2, RFC 5288, RFC 8446 appendix B.4)."""
        if self.code > 0xFFFF:
            return frozenset({ProtocolVersion.SSL_2_0})
        if self.code >> 8 == 0x13:
            return frozenset({ProtocolVersion.TLS_1_3})
        if self.aead or self.name.endswith(("_SHA256", "_SHA384")):
            return frozenset({ProtocolVersion.TLS_1_2})
        return frozenset(
            {ProtocolVersion.SSL_3_0, ProtocolVersion.TLS_1_0, ProtocolVersion.TLS_1_1, ProtocolVersion.TLS_1_2}
        )

    @property
    def aead(self) -> bool:
        """Whether it encrypts and authenticates in one operation (GCM, CCM, ChaCha20-Poly1305)."""
        return any(mode in self.name for mode in ("_GCM_", "_CCM", "_POLY1305"))

    @property
    def cbc(self) -> bool:
        """Whether it uses a block cipher in CBC mode, so that encrypt-then-MAC (RFC 7366) applies."""
        return "_CBC_" in self.name or "_CBC40_" in self.name

    @property
    def anonymous(self) -> bool:
        """Whether the server presents no certificate, and so may ask for none (RFC 5246 section 7.4.4)."""
        return "_anon_" in self.name

    @property
    def ephemeral(self) -> bool:
        """Whether the key exchange is ephemeral, which gives forward secrecy."""
        return self.code >> 8 == 0x13 or "_DHE_" in self.name or "_ECDHE_" in self.name or self.anonymous


@cache
def cipher_suites() -> tuple[CipherSuite, ...]:
    """Every suite that can be offered, in the order of their numbers."""
    text = resources.files("auditor.model").joinpath("cipher_suites.csv").read_text(encoding="ascii")
    rows = csv.DictReader(text.splitlines())
    return tuple(CipherSuite(int(row["code"], 16), row["name"], row["openssl_name"]) for row in rows)


@cache
def suites_by_name() -> dict[str, CipherSuite]:
    """The suites by IANA name."""
    return {suite.name: suite for suite in cipher_suites()}


@cache
def suites_by_code() -> dict[int, CipherSuite]:
    """The suites by number; those of SSL 2.0 have three octets."""
    return {suite.code: suite for suite in cipher_suites()}


@cache
def suites_of(version: ProtocolVersion) -> tuple[CipherSuite, ...]:
    """Every suite that can be offered in ``version``, in the order of their numbers."""
    return tuple(suite for suite in cipher_suites() if version in suite.versions)


class Alert(IntEnum):
    """TLS alerts by their IANA names (RFC 8446 section 6, RFC 5246 section 7.2)."""

    close_notify = 0
    unexpected_message = 10
    bad_record_mac = 20
    decryption_failed = 21
    record_overflow = 22
    decompression_failure = 30
    handshake_failure = 40
    no_certificate = 41
    bad_certificate = 42
    unsupported_certificate = 43
    certificate_revoked = 44
    certificate_expired = 45
    certificate_unknown = 46
    illegal_parameter = 47
    unknown_ca = 48
    access_denied = 49
    decode_error = 50
    decrypt_error = 51
    export_restriction = 60
    protocol_version = 70
    insufficient_security = 71
    internal_error = 80
    inappropriate_fallback = 86
    user_canceled = 90
    no_renegotiation = 100
    missing_extension = 109
    unsupported_extension = 110
    certificate_unobtainable = 111
    unrecognized_name = 112
    bad_certificate_status_response = 113
    unknown_psk_identity = 115
    certificate_required = 116
    no_application_protocol = 120


def alert_name(number: int) -> str:
    """The alert's IANA name and number, as ``handshake_failure (40)``; a number nobody assigned stays a number."""
    try:
        return f"{Alert(number).name} ({number})"
    except ValueError:
        return f"alert {number}"


# Supported groups (RFC 8422 section 5.1.1, RFC 7919, draft-ietf-tls-ecdhe-mlkem) that a policy may name.
GROUPS: dict[str, int] = {
    "secp160r1": 16,
    "secp192r1": 19,
    "secp224r1": 21,
    "secp256k1": 22,
    "secp256r1": 23,
    "secp384r1": 24,
    "secp521r1": 25,
    "brainpoolP256r1": 26,
    "brainpoolP384r1": 27,
    "brainpoolP512r1": 28,
    "x25519": 29,
    "x448": 30,
    "ffdhe2048": 256,
    "ffdhe3072": 257,
    "ffdhe4096": 258,
    "ffdhe6144": 259,
    "ffdhe8192": 260,
    "X25519MLKEM768": 4588,
}
GROUP_BY_CODE = {code: name for name, code in GROUPS.items()}
