"""The oracle: what OpenSSL's own client finds, to hold the auditor to.

``openssl s_client`` is asked one cipher suite at a time.  An answer that is neither a ServerHello nor a plain refusal
raises, so that the oracle never turns a broken test server into a truth.
"""

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from auditor.model.tls import ProtocolVersion
from testbed.configuration import SERVER_NAME, V10, V11, V12, V13, Implementation, Key
from testbed.fleet import Server
from testbed.process import program

SECONDS = 10.0
THREADS = 4
VERSIONS = (V10, V11, V12, V13)
"""What Debian's OpenSSL can still speak."""
Suites = Mapping[ProtocolVersion, frozenset[str]]

_OPTION = {V10: "-tls1", V11: "-tls1_1", V12: "-tls1_2", V13: "-tls1_3"}
_ALL_TLS12 = "ALL:COMPLEMENTOFALL:!PSK:!SRP:@SECLEVEL=0"
_ALL_TLS13 = (
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
    ":TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"
)
_REFUSALS = frozenset({40, 70, 71})
_SIGNATURES = {
    # HAProxy takes a client for one without RSA unless it names a PKCS #1 scheme as well.
    Key.RSA: "rsa_pss_rsae_sha256:rsa_pkcs1_sha256",
    Key.RSA_PSS: "rsa_pss_pss_sha256",
    Key.ECDSA: "ecdsa_secp256r1_sha256",
}


class OracleError(Exception):
    """The oracle met something it cannot read as an answer."""


@cache
def offerable(version: ProtocolVersion) -> dict[str, str]:
    """The suites OpenSSL's client can offer in ``version``: its own names by their IANA names, none with PSK or SRP."""
    suites = ["-ciphersuites", _ALL_TLS13 if version is V13 else "", _ALL_TLS12]
    done = subprocess.run(
        [program("openssl"), "ciphers", "-s", _OPTION[version], "-stdname", *suites],
        capture_output=True,
        check=True,
        env=_environment(),
        text=True,
        timeout=SECONDS,
    )
    rows = [line.split() for line in done.stdout.splitlines()]
    return {row[0]: row[2] for row in rows}


def accepted_suites(
    server: Server, version: ProtocolVersion, suites: Iterable[str], server_name: str | None = SERVER_NAME
) -> frozenset[str]:
    """Which of ``suites`` (IANA names) the server picks when each is offered alone."""
    return frozenset(suite for suite in suites if _accepts(server, version, suite, server_name))


def survey(servers: Iterable[Server]) -> dict[str, Suites]:
    """Every suite OpenSSL can offer, one at a time, in every version, at every server, by server name and version.

    A version that refuses all of them in one ClientHello is not asked further.  Ports of one Kamailio are taken one by
    one: parallel connections crash it (a race in its TLS module), whatever asks.
    """
    lanes: dict[str, list[Server]] = defaultdict(list)
    for server in servers:
        shared = server.configuration.implementation is Implementation.KAMAILIO
        lanes["kamailio" if shared else server.name].append(server)
    # The longest lane first, or it would be the last to end.
    ordered = sorted(lanes.values(), key=len, reverse=True)
    with ThreadPoolExecutor(THREADS) as pool:
        surveyed = pool.map(lambda lane: [(server.name, _survey(server)) for server in lane], ordered)
        return dict(pair for lane in surveyed for pair in lane)


def _survey(server: Server) -> Suites:
    return {
        version: accepted_suites(server, version, offerable(version)) if _speaks(server, version) else frozenset()
        for version in VERSIONS
    }


def der(certificate: x509.Certificate) -> bytes:
    """The certificate as it goes over the wire."""
    return certificate.public_bytes(serialization.Encoding.DER)


def _speaks(server: Server, version: ProtocolVersion) -> bool:
    return _chosen(server, version, None, SERVER_NAME) is not None


def _accepts(server: Server, version: ProtocolVersion, suite: str, server_name: str | None) -> bool:
    name = offerable(version)[suite]
    chosen = _chosen(server, version, name, server_name)
    if chosen not in {None, name}:
        raise OracleError(f"{server.name} was offered {suite} and chose {chosen}")
    return chosen is not None


def _chosen(server: Server, version: ProtocolVersion, suites: str | None, server_name: str | None) -> str | None:
    """OpenSSL's name of the suite in the ServerHello, or none for a refusal; all are offered where none is given.

    What comes after the ServerHello does not matter: a server that then wants a certificate has accepted the suite.
    """
    done = _client(server, version, _suite_words(version, suites), server_name)
    found = re.search(r"^New, .*, Cipher is (\S+)$", done.stdout, re.MULTILINE)
    if found and found[1] != "(NONE)":
        return found[1]
    if _alert(done.stderr) in _REFUSALS:
        return None
    raise OracleError(f"{server.name}: no answer to {suites or 'all suites'} in {version}\n{done.stderr[-2000:]}")


def _suite_words(version: ProtocolVersion, suites: str | None) -> list[str]:
    """The option that offers ``suites`` (OpenSSL names with colons between), or all of them."""
    if version is V13:
        return ["-ciphersuites", suites or _ALL_TLS13]
    return ["-cipher", f"{suites}:@SECLEVEL=0" if suites else _ALL_TLS12]


def _alert(errors: str) -> int | None:
    found = re.search(r"SSL alert number (\d+)", errors)
    return int(found[1]) if found else None


def _client(
    server: Server, version: ProtocolVersion, words: Sequence[str], server_name: str | None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(server, version, words, server_name),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env=_environment(),
        errors="replace",
        text=True,
        timeout=SECONDS,
    )


def _command(server: Server, version: ProtocolVersion, words: Sequence[str], server_name: str | None) -> list[str]:
    address = server.configuration.address
    host = f"[{address}]" if ":" in address else address
    name = ["-servername", server_name] if server_name else ["-noservername"]
    # The machine's own trust store is of no use here and takes most of the time to read.
    stores = ["-no-CAfile", "-no-CApath", "-no-CAstore"]
    connect = ["-connect", f"{host}:{server.port}"]
    return [program("openssl"), "s_client", *connect, *name, *stores, _OPTION[version], *words]


@cache
def _environment() -> dict[str, str]:
    """Without the machine's own OpenSSL configuration, which may forbid what is asked for here."""
    return {"PATH": os.environ.get("PATH", ""), "OPENSSL_CONF": os.devnull}
