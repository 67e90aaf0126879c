"""The configurations every implementation is started with: a compliant one, and each departure from it."""

from collections.abc import Iterator

from testbed.configuration import (
    EVERYTHING,
    TLS12_AEAD,
    TLS12_ALLOWED,
    TLS13_ALLOWED,
    V10,
    V11,
    V12,
    V13,
    Chain,
    ClientCertificates,
    Implementation,
    Key,
    ServerConfiguration,
)

OLD_SUITES = ("ECDHE-RSA-AES256-SHA", "AES128-SHA")
FORBIDDEN_TLS12 = ("ECDHE-RSA-CHACHA20-POLY1305", "DHE-RSA-AES256-GCM-SHA384", "AES128-SHA")
FORBIDDEN_TLS13 = "TLS_CHACHA20_POLY1305_SHA256"
RSA_CBC = ("ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA256")
RSA_AEAD = ("ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256")


IMPLEMENTATIONS = (Implementation.NGINX, Implementation.HAPROXY, Implementation.KAMAILIO, Implementation.OPENSSL)
"""Those that can be configured in every respect."""


def matrix(implementation: Implementation) -> tuple[ServerConfiguration, ...]:
    """Every configuration of ``implementation`` that it can be given."""
    return tuple(configuration for configuration in _all(implementation) if _possible(configuration))


def _possible(configuration: ServerConfiguration) -> bool:
    """Leave out what an implementation has no setting for."""
    if configuration.implementation is Implementation.KAMAILIO:
        return configuration.preference == "server" and len(configuration.keys) == 1
    if configuration.implementation is Implementation.HAPROXY:
        return configuration.client_certificates is not ClientCertificates.OPTIONAL_ANY
    if configuration.implementation is Implementation.OPENSSL:
        # s_server's second certificate comes without a chain.
        return not configuration.certificate_per_name
    return True


def _all(implementation: Implementation) -> Iterator[ServerConfiguration]:
    yield from _versions(implementation)
    yield from _suites(implementation)
    yield from _keys(implementation)
    yield from _client_certificates(implementation)
    yield from _chains(implementation)


def _versions(implementation: Implementation) -> Iterator[ServerConfiguration]:
    yield ServerConfiguration(implementation, "compliant")
    yield ServerConfiguration(implementation, "tls12-only", versions=(V12,))
    yield ServerConfiguration(implementation, "tls13-only", versions=(V13,))
    yield ServerConfiguration(
        implementation, "old-versions", versions=(V10, V11, V12, V13), tls12_suites=(*RSA_AEAD, *OLD_SUITES)
    )
    yield ServerConfiguration(implementation, "ipv6", ipv6=True)


def _suites(implementation: Implementation) -> Iterator[ServerConfiguration]:
    for suite in TLS12_ALLOWED:
        keys = (Key.ECDSA,) if "ECDSA" in suite else (Key.RSA,)
        yield ServerConfiguration(implementation, f"only-{suite}", (V12,), tls12_suites=(suite,), keys=keys)
    for suite in TLS13_ALLOWED:
        yield ServerConfiguration(implementation, f"only-{suite}", (V13,), tls13_suites=(suite,))
    yield ServerConfiguration(implementation, "forbidden-tls12", tls12_suites=(*TLS12_AEAD, *FORBIDDEN_TLS12))
    yield ServerConfiguration(implementation, "forbidden-tls13", tls13_suites=(*TLS13_ALLOWED, FORBIDDEN_TLS13))
    for preference in ("server", "client"):
        yield ServerConfiguration(
            implementation, f"{preference}-order", tls12_suites=(*RSA_CBC, *RSA_AEAD), preference=preference
        )
    yield ServerConfiguration(
        implementation,
        "everything",
        versions=(V10, V11, V12, V13),
        tls12_suites=EVERYTHING,
        tls13_suites=(*TLS13_ALLOWED, FORBIDDEN_TLS13, "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"),
        keys=(Key.RSA,) if implementation is Implementation.KAMAILIO else (Key.RSA, Key.ECDSA),
        client_certificates=ClientCertificates.OFF,
    )


def _keys(implementation: Implementation) -> Iterator[ServerConfiguration]:
    yield ServerConfiguration(implementation, "ecdsa", tls12_suites=TLS12_ALLOWED, keys=(Key.ECDSA,))
    yield ServerConfiguration(implementation, "both-keys", tls12_suites=TLS12_ALLOWED, keys=(Key.RSA, Key.ECDSA))
    yield ServerConfiguration(implementation, "both-keys-tls13-only", (V13,), keys=(Key.RSA, Key.ECDSA))
    yield ServerConfiguration(implementation, "rsa-pss", keys=(Key.RSA_PSS,))
    yield ServerConfiguration(implementation, "x25519-only", groups=("X25519",))


def _client_certificates(implementation: Implementation) -> Iterator[ServerConfiguration]:
    for treatment in (ClientCertificates.OFF, ClientCertificates.OPTIONAL, ClientCertificates.OPTIONAL_ANY):
        yield ServerConfiguration(implementation, f"client-{treatment}", client_certificates=treatment)
    for version, name in ((V12, "tls12"), (V13, "tls13")):
        yield ServerConfiguration(
            implementation, f"client-off-{name}", (version,), client_certificates=ClientCertificates.OFF
        )


def _chains(implementation: Implementation) -> Iterator[ServerConfiguration]:
    for chain in Chain:
        if chain is not Chain.FULL:
            yield ServerConfiguration(implementation, f"chain-{chain}", chain=chain)
    yield ServerConfiguration(implementation, "certificate-per-name", certificate_per_name=True)
