"""What a real server is configured to do, and what follows from it for a client.

The truth of a live test is the configuration, worked out here without opening a connection.
"""

import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from auditor.model.target import Service
from auditor.model.tls import CipherSuite, ProtocolVersion, cipher_suites

SERVER_NAME = "sbc.operator.example"
OTHER_NAME = "other.operator.example"

TLS12_ALLOWED = (
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-RSA-AES128-SHA256",
)
"""The eight TLS 1.2 suites the flagship policy allows, by their OpenSSL names, AEAD first."""
TLS12_AEAD = TLS12_ALLOWED[:4]
TLS13_ALLOWED = ("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256")
EVERYTHING = ("ALL", "COMPLEMENTOFALL")
"""OpenSSL's words for every suite it has, anonymous and unencrypted ones included."""

V10, V11, V12, V13 = (
    ProtocolVersion.TLS_1_0,
    ProtocolVersion.TLS_1_1,
    ProtocolVersion.TLS_1_2,
    ProtocolVersion.TLS_1_3,
)


class Implementation(StrEnum):
    """A program that serves TLS."""

    NGINX = "nginx"
    HAPROXY = "haproxy"
    KAMAILIO = "kamailio"
    OPENSSL = "openssl"
    GNUTLS = "gnutls-serv"
    GO = "go"
    JAVA = "java"
    PYTHON = "python"

    @property
    def program(self) -> str:
        """What has to be installed."""
        return sys.executable if self is Implementation.PYTHON else self.value

    @property
    def service(self) -> Service:
        """What it speaks inside TLS."""
        return Service.SIP if self is Implementation.KAMAILIO else Service.HTTPS


class Key(StrEnum):
    """The kind of key in a server's certificate."""

    RSA = "rsa"
    ECDSA = "ecdsa"
    RSA_PSS = "rsa-pss"
    """An RSA key that its certificate binds to RSASSA-PSS (RFC 4055), so that it can sign but not decrypt."""


class Chain(StrEnum):
    """What the server sends with its certificate."""

    FULL = "full"
    MISSING_INTERMEDIATE = "missing-intermediate"
    DISORDERED = "disordered"
    EXTRA = "extra"


class ClientCertificates(StrEnum):
    """What the server does about a client's certificate."""

    OFF = "off"
    OPTIONAL = "optional"
    OPTIONAL_ANY = "optional-any"
    """Requested, and any certificate at all will do; nginx and Kamailio call it ``optional_no_ca``."""
    REQUIRED = "required"
    REQUIRED_ANY = "required-any"
    """A certificate has to be sent, and any will do."""


@dataclass(frozen=True)
class ServerConfiguration:
    """One listener.

    Suites are OpenSSL names, in the server's order; ``tls12_suites`` are those of TLS 1.0 and 1.1 as well.
    """

    implementation: Implementation
    case: str
    versions: tuple[ProtocolVersion, ...] = (V12, V13)
    tls12_suites: tuple[str, ...] = TLS12_AEAD
    tls13_suites: tuple[str, ...] = TLS13_ALLOWED
    preference: Literal["server", "client"] = "server"
    keys: tuple[Key, ...] = (Key.RSA,)
    chain: Chain = Chain.FULL
    client_certificates: ClientCertificates = ClientCertificates.REQUIRED
    groups: tuple[str, ...] = ()
    """OpenSSL group names; the implementation's own choice where there are none."""
    certificate_per_name: bool = False
    """Whether ``OTHER_NAME`` has a certificate of its own (always RSA)."""
    ipv6: bool = False
    own_settings: tuple[str, ...] = ()
    """In the program's own words, in place of those for ``client_certificates``."""

    @property
    def name(self) -> str:
        """Its name in tests and logs."""
        return f"{self.implementation}-{self.case}"

    @property
    def service(self) -> Service:
        """What is spoken inside TLS."""
        return self.implementation.service

    @property
    def address(self) -> str:
        """The loopback address it listens at."""
        return "::1" if self.ipv6 else "127.0.0.1"

    @property
    def everything(self) -> bool:
        """Whether the suites are OpenSSL's whole list, so that only the oracle can say what is accepted."""
        return self.tls12_suites == EVERYTHING

    @property
    def cipher_string(self) -> str:
        """For OpenSSL: level 0 lets SHA-1 signatures through, without which TLS 1.0 and 1.1 are dead letters."""
        return ":".join((*self.tls12_suites, "@SECLEVEL=0"))


def suites_by_openssl_name() -> dict[str, CipherSuite]:
    """The vocabulary of the model by OpenSSL's names; those of SSL 2.0 share names with others and are left out."""
    return {suite.openssl_name: suite for suite in cipher_suites() if suite.openssl_name and suite.code <= 0xFFFF}


def accepted_suites(configuration: ServerConfiguration, version: ProtocolVersion) -> frozenset[str]:
    """The IANA names the configuration allows in ``version``: configured, spoken in it, and with a key that fits."""
    if configuration.everything:
        raise ValueError(f"{configuration.name} takes whatever OpenSSL has; ask the oracle")
    if version not in configuration.versions:
        return frozenset()
    configured = configuration.tls13_suites if version is V13 else configuration.tls12_suites
    suites = (suites_by_openssl_name()[name] for name in configured)
    return frozenset(
        suite.name for suite in suites if version in suite.versions and _key_fits(suite, configuration.keys, version)
    )


def shown_keys(configuration: ServerConfiguration, version: ProtocolVersion) -> tuple[Key, ...]:
    """The keys whose certificates a client can be shown in ``version``.

    HAProxy chooses by the signature algorithms of the ClientHello, which came with TLS 1.2; earlier it shows RSA alone.
    """
    by_algorithm = configuration.implementation is Implementation.HAPROXY and len(configuration.keys) > 1
    return (Key.RSA,) if by_algorithm and version in {V10, V11} else configuration.keys


def _key_fits(suite: CipherSuite, keys: tuple[Key, ...], version: ProtocolVersion) -> bool:
    if version is V13 or suite.anonymous:
        return True
    if "_ECDSA_" in suite.name:
        return Key.ECDSA in keys
    signs = suite.ephemeral
    # RSASSA-PSS came with TLS 1.2's signature_algorithms (RFC 9846 section 4.3.3 says so for 1.2 as well).
    return Key.RSA in keys or (signs and version is V12 and Key.RSA_PSS in keys)
