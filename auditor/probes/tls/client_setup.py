"""TLS clients of sslyze's connection layer, set up but not connected: what makes the ClientHello."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from nassl.ssl_client import OpenSslEcNidEnum, OpenSslEvpPkeyEnum, SslClient
from sslyze.connection_helpers.tls_connection import SslConnection
from sslyze.server_connectivity import TlsVersionEnum
from sslyze.server_setting import ServerNetworkConfiguration, ServerNetworkLocation

from auditor.model.tls import GROUPS, CipherSuite, ProtocolVersion
from auditor.probes.connection import Peer

SSLYZE_VERSION: Final = {
    ProtocolVersion.SSL_2_0: TlsVersionEnum.SSL_2_0,
    ProtocolVersion.SSL_3_0: TlsVersionEnum.SSL_3_0,
    ProtocolVersion.TLS_1_0: TlsVersionEnum.TLS_1_0,
    ProtocolVersion.TLS_1_1: TlsVersionEnum.TLS_1_1,
    ProtocolVersion.TLS_1_2: TlsVersionEnum.TLS_1_2,
    ProtocolVersion.TLS_1_3: TlsVersionEnum.TLS_1_3,
}
LEGACY: Final = (ProtocolVersion.SSL_2_0, ProtocolVersion.SSL_3_0)

# Every group the library knows: a server with an unusual one must not look like one that rejects.
_EC_GROUPS: Final = {
    "x25519": OpenSslEcNidEnum.X25519,
    "secp256r1": OpenSslEcNidEnum.SECP256R1,
    "x448": OpenSslEcNidEnum.X448,
    "secp521r1": OpenSslEcNidEnum.SECP521R1,
    "secp384r1": OpenSslEcNidEnum.SECP384R1,
    "secp256k1": OpenSslEcNidEnum.SECP256K1,
    "secp224r1": OpenSslEcNidEnum.SECP224R1,
    "secp192r1": OpenSslEcNidEnum.SECP192R1,
    "secp160r1": OpenSslEcNidEnum.SECP160R1,
    "brainpoolP256r1": OpenSslEcNidEnum.brainpoolP256r1,
    "brainpoolP384r1": OpenSslEcNidEnum.brainpoolP384r1,
    "brainpoolP512r1": OpenSslEcNidEnum.brainpoolP512r1,
}
# RFC 9846 section 4.3.7: the elliptic-curve groups of TLS 1.3 that the library knows.
_TLS_1_3_GROUPS: Final = ("x25519", "secp256r1", "x448", "secp521r1", "secp384r1")

SignatureAlgorithms = Sequence[tuple[int, OpenSslEvpPkeyEnum]]


def make_client(
    peer: Peer,
    version: ProtocolVersion,
    suites: Sequence[CipherSuite],
    groups: Sequence[str] | None,
    signatures: SignatureAlgorithms | None,
) -> Any:  # noqa: ANN401 - nassl's clients are not typed
    """A TLS client of sslyze's connection layer, set up but not connected."""
    target = peer.target
    connection = SslConnection(
        server_location=ServerNetworkLocation(hostname="auditor.invalid", port=target.port, ip_address=peer.address),
        network_configuration=ServerNetworkConfiguration(
            tls_server_name_indication=target.server_name or "auditor.invalid", network_max_retries=1
        ),
        tls_version=SSLYZE_VERSION[version],
        # Without this the handshake stops at a CertificateRequest and the rest of the flight stays unread.
        should_ignore_client_auth=True,
        should_use_legacy_openssl=version in LEGACY,
        should_enable_server_name_indication=target.server_name is not None,
    )
    client = connection.ssl_client
    names = ":".join(suite.openssl_name for suite in suites)
    if version is ProtocolVersion.TLS_1_3:
        client.set_ciphersuites(names)
    elif version in LEGACY:
        client.set_cipher_list(names)
    else:
        # Only for the extensions of the ClientHello; the suites themselves are replaced on the wire.
        client.set_cipher_list("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    if isinstance(client, SslClient):
        if groups is None or version is ProtocolVersion.TLS_1_3:
            # In TLS 1.3 the groups in question are put in on the wire: the library knows too few of them.
            groups = _TLS_1_3_GROUPS if version is ProtocolVersion.TLS_1_3 else tuple(_EC_GROUPS)
        client.set_groups([_EC_GROUPS[name] for name in groups])
        if signatures is not None:
            client.set_signature_algorithms(list(signatures))
    return client


def received_chain(client: Any) -> tuple[bytes, ...]:  # noqa: ANN401 - as above
    """The chain of a completed handshake in DER, leaf first; empty where it cannot be read."""
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - only where a chain is wanted
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

    with suppress(ValueError):
        return tuple(
            load_pem_x509_certificate(pem.encode("ascii")).public_bytes(Encoding.DER)
            for pem in client.get_received_chain()
        )
    return ()


def groups_of(version: ProtocolVersion) -> tuple[str, ...]:
    """The groups that can be asked for in ``version``.

    In TLS 1.3 every named one but those it has dropped (RFC 9846 section 4.3.7); before, the elliptic curves, since
    finite-field groups have no numbers there.
    """
    if version is not ProtocolVersion.TLS_1_3:
        return tuple(_EC_GROUPS)
    dropped = set(_EC_GROUPS) - set(_TLS_1_3_GROUPS)
    return tuple(name for name in GROUPS if name not in dropped)
