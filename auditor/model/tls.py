"""The vocabulary of TLS, in the names of its registries.

Sources: IANA "Transport Layer Security (TLS) Parameters" (suites, groups, alerts, signature schemes), RFC 9846 for
TLS 1.3, RFC 6101 for SSL 3.0 and draft-hickman-netscape-ssl-00 for SSL 2.0.
"""
# Longer than 250 lines: the tables of several registries, which belong together.

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
        """The number in the ClientHello (``0x0303`` is TLS 1.2)."""
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
    """One cipher suite: its number on the wire, its IANA name and its OpenSSL name, if there is one."""

    code: int
    name: str
    openssl_name: str

    @cached_property
    def versions(self) -> frozenset[ProtocolVersion]:
        """The versions it may be negotiated in (RFC 5246 section 1.2, RFC 5288, RFC 9846 appendix B.4)."""
        if self.code > 0xFFFF:
            return frozenset({ProtocolVersion.SSL_2_0})
        if self.code >> 8 == 0x13:
            return frozenset({ProtocolVersion.TLS_1_3})
        # RFC 9189: the GOST suites with OMAC and IMIT are for TLS 1.2.
        if self.aead or self.name.endswith(("_SHA256", "_SHA384", "_OMAC", "_IMIT")):
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
        """Whether it uses a block cipher in CBC mode, to which encrypt-then-MAC (RFC 7366) applies."""
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
    """The suites by number; those of SSL 2.0 have three bytes."""
    return {suite.code: suite for suite in cipher_suites()}


@cache
def suites_of(version: ProtocolVersion) -> tuple[CipherSuite, ...]:
    """Every suite that can be offered in ``version``, in the order of their numbers."""
    return tuple(suite for suite in cipher_suites() if version in suite.versions)


class Alert(IntEnum):
    """TLS alerts by their IANA names (RFC 9846 section 6, RFC 5246 section 7.2)."""

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
    """The alert's IANA name and number, such as ``handshake_failure (40)``; an unassigned number stays a number."""
    try:
        return f"{Alert(number).name} ({number})"
    except ValueError:
        return f"alert {number}"


# Supported groups that a policy may name (RFC 9846 section 4.3.7, for TLS 1.2 RFC 8422 section 5.1.1; RFC 7919,
# RFC 8734, drafts on ML-KEM).
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
    "brainpoolP256r1tls13": 31,
    "brainpoolP384r1tls13": 32,
    "brainpoolP512r1tls13": 33,
    "curveSM2": 41,
    "MLKEM512": 512,
    "MLKEM768": 513,
    "MLKEM1024": 514,
    "SecP256r1MLKEM768": 4587,
    "X25519MLKEM768": 4588,
    "SecP384r1MLKEM1024": 4589,
}
GROUP_BY_CODE = {code: name for name, code in GROUPS.items()}

# Groups that a client may name and no policy needs to (IANA "TLS Supported Groups").
_OTHER_GROUPS: dict[int, str] = {
    1: "sect163k1",
    2: "sect163r1",
    3: "sect163r2",
    4: "sect193r1",
    5: "sect193r2",
    6: "sect233k1",
    7: "sect233r1",
    8: "sect239k1",
    9: "sect283k1",
    10: "sect283r1",
    11: "sect409k1",
    12: "sect409r1",
    13: "sect571k1",
    14: "sect571r1",
    15: "secp160k1",
    17: "secp160r2",
    18: "secp192k1",
    20: "secp224k1",
    31: "brainpoolP256r1tls13",
    32: "brainpoolP384r1tls13",
    33: "brainpoolP512r1tls13",
    41: "curveSM2",
    512: "MLKEM512",
    513: "MLKEM768",
    514: "MLKEM1024",
    4587: "SecP256r1MLKEM768",
    4589: "SecP384r1MLKEM1024",
}


def group_name(number: int) -> str:
    """The IANA name of a supported group; an unassigned number in hexadecimal."""
    return GROUP_BY_CODE.get(number) or _OTHER_GROUPS.get(number) or f"0x{number:04x}"


# RFC 9846 section 4.3.3, with the pairs of hash and signature of RFC 5246 section 7.4.1.4.1 that have no name there.
SIGNATURE_SCHEMES: dict[int, str] = {
    0x0101: "rsa_md5",
    0x0201: "rsa_pkcs1_sha1",
    0x0202: "dsa_sha1",
    0x0203: "ecdsa_sha1",
    0x0301: "rsa_pkcs1_sha224",
    0x0302: "dsa_sha224",
    0x0303: "ecdsa_sha224",
    0x0401: "rsa_pkcs1_sha256",
    0x0402: "dsa_sha256",
    0x0403: "ecdsa_secp256r1_sha256",
    0x0501: "rsa_pkcs1_sha384",
    0x0502: "dsa_sha384",
    0x0503: "ecdsa_secp384r1_sha384",
    0x0601: "rsa_pkcs1_sha512",
    0x0602: "dsa_sha512",
    0x0603: "ecdsa_secp521r1_sha512",
    0x0708: "sm2sig_sm3",
    0x0804: "rsa_pss_rsae_sha256",
    0x0805: "rsa_pss_rsae_sha384",
    0x0806: "rsa_pss_rsae_sha512",
    0x0807: "ed25519",
    0x0808: "ed448",
    0x0809: "rsa_pss_pss_sha256",
    0x080A: "rsa_pss_pss_sha384",
    0x080B: "rsa_pss_pss_sha512",
    0x081A: "ecdsa_brainpoolP256r1tls13_sha256",
    0x081B: "ecdsa_brainpoolP384r1tls13_sha384",
    0x081C: "ecdsa_brainpoolP512r1tls13_sha512",
    0x0904: "mldsa44",
    0x0905: "mldsa65",
    0x0906: "mldsa87",
}


def signature_scheme_name(number: int) -> str:
    """The scheme's IANA name; an unassigned number in hexadecimal."""
    return SIGNATURE_SCHEMES.get(number) or f"0x{number:04x}"
