"""Kamailio: one process for each list of TLS 1.3 suites and groups, one TLS domain for each configuration.

Kamailio 5.6 has no setting for TLS 1.3 suites nor for groups, so they come from OpenSSL's own configuration, which
holds for the whole process.  It always follows its own order of suites, and a domain has one certificate.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from testbed.certificates import Authority
from testbed.configuration import (
    OTHER_NAME,
    SERVER_NAME,
    V10,
    V11,
    V12,
    V13,
    ClientCertificates,
    Key,
    ServerConfiguration,
)
from testbed.files import (
    CertificateFiles,
    write_certificates,
    write_openssl_configuration,
    write_other_certificate,
    write_root,
)
from testbed.process import program, running

WORKERS = 2
"""TCP worker processes.  A default installation has eight."""

_METHODS = {
    (V10, V11, V12, V13): "TLSv1.0+",
    (V11, V12, V13): "TLSv1.1+",
    (V12, V13): "TLSv1.2+",
    (V12,): "TLSv1.2",
    # "TLS 1.2 or newer" with TLS 1.2 suites that the key cannot serve leaves TLS 1.3.
    (V13,): "TLSv1.2+",
}
_UNUSABLE_SUITE = {
    Key.RSA: "ECDHE-ECDSA-AES256-GCM-SHA384",
    Key.RSA_PSS: "ECDHE-ECDSA-AES256-GCM-SHA384",
    Key.ECDSA: "ECDHE-RSA-AES256-GCM-SHA384",
}
_VERIFY = {
    ClientCertificates.OFF: "off",
    ClientCertificates.OPTIONAL: "optional",
    ClientCertificates.OPTIONAL_ANY: "optional_no_ca",
    ClientCertificates.REQUIRED: "on",
}


@contextmanager
def serve(
    configurations: Sequence[tuple[ServerConfiguration, int]],
    authority: Authority,
    directory: Path,
    workers: int = WORKERS,
    plaintext_port: int | None = None,
) -> Iterator[tuple[int, ...]]:
    """Serve every configuration at its port; yields the process ids of the main processes.

    ``plaintext_port`` is one at which SIP is answered without TLS as well, over TCP and UDP.
    """
    alike: dict[object, list[tuple[ServerConfiguration, int]]] = defaultdict(list)
    for configuration, port in configurations:
        alike[configuration.tls13_suites, configuration.groups].append((configuration, port))
    with ExitStack() as stack:
        processes = []
        for number, together in enumerate(alike.values()):
            folder = directory / str(number)
            folder.mkdir()
            processes.append(stack.enter_context(_process(together, authority, folder, workers, plaintext_port)))
        yield tuple(processes)


@contextmanager
def _process(
    configurations: Sequence[tuple[ServerConfiguration, int]],
    authority: Authority,
    directory: Path,
    workers: int,
    plaintext_port: int | None,
) -> Iterator[int]:
    root = write_root(authority, directory)
    domains = [
        domain
        for configuration, port in configurations
        for domain in _domains(configuration, port, authority, directory, root)
    ]
    # Kamailio wants a default domain; no listener uses it.
    certificate = write_certificates(configurations[0][0], authority, directory)[0]
    default = f"[server:default]\nmethod = TLSv1.2\ncertificate = {certificate.chain}\nprivate_key = {certificate.key}"
    transports = [("tls", _host(configuration), port) for configuration, port in configurations]
    if plaintext_port is not None:
        transports += [(transport, "127.0.0.1", plaintext_port) for transport in ("tcp", "udp")]
    listeners = [(configuration.address, port) for configuration, port in configurations]
    first = configurations[0][0]
    script = Script(
        listens=tuple(f"{transport}:{host}:{port}" for transport, host, port in transports),
        routes=_ANSWERS,
        profiles=(default, *domains),
        workers=workers,
    )
    openssl = write_openssl_configuration(directory, first.tls13_suites, first.groups)
    with start(script, listeners, directory, openssl) as process:
        yield process


@dataclass(frozen=True)
class Script:
    """What one process is started with."""

    listens: tuple[str, ...]
    """As ``tls:127.0.0.1:5061``."""
    routes: str
    """What becomes of requests, in its own language."""
    profiles: tuple[str, ...]
    """Of the TLS module: the sections of ``tls.cfg``."""
    modules: tuple[str, ...] = ()
    """Those loaded beside the ones that every process needs."""
    workers: int = 1


@contextmanager
def start(
    script: Script, listeners: Sequence[tuple[str, int]], directory: Path, openssl: Path | None = None
) -> Iterator[int]:
    """Start Kamailio; yields the id of its main process.  ``openssl`` is a configuration of OpenSSL itself."""
    (directory / "tls.cfg").write_text("\n\n".join([*script.profiles, ""]))
    lines = [
        _HEAD.format(workers=script.workers),
        *(f"listen={listen}" for listen in script.listens),
        *(f'loadmodule "{module}.so"' for module in ("tm", "sl", *script.modules, "tls")),
        f'modparam("tls", "config", "{directory}/tls.cfg")',
        script.routes,
    ]
    path = directory / "kamailio.cfg"
    path.write_text("\n".join(lines))
    command = [program("kamailio"), "-f", str(path), "-DD", "-E", "-m", "64", "-M", "8", "-Y", str(directory)]
    environment = {"OPENSSL_CONF": str(openssl)} if openssl else {}
    with running(command, listeners, directory, environment) as process:
        yield process


_HEAD = """\
#!KAMAILIO
debug=0
log_stderror=yes
fork=yes
children=1
tcp_children={workers}
tcp_max_connections=2048
enable_tls=yes
auto_aliases=no
dns=no
rev_dns=no"""
_ANSWERS = """\
request_route {
  if (method == "OPTIONS") {
    sl_send_reply("200", "OK");
    exit;
  }
  sl_send_reply("405", "Method Not Allowed");
}
"""


def _host(configuration: ServerConfiguration) -> str:
    return f"[{configuration.address}]" if configuration.ipv6 else configuration.address


def _domains(
    configuration: ServerConfiguration, port: int, authority: Authority, directory: Path, root: Path
) -> Iterator[str]:
    # Of the domains of a port the last one serves clients that name no server.
    if configuration.certificate_per_name:
        yield _domain(configuration, port, write_other_certificate(authority, directory), root, OTHER_NAME)
    own_name = SERVER_NAME if configuration.certificate_per_name else ""
    yield _domain(configuration, port, write_certificates(configuration, authority, directory)[0], root, own_name)


def _domain(
    configuration: ServerConfiguration, port: int, certificate: CertificateFiles, root: Path, server_name: str
) -> str:
    lines = [
        f"[server:{_host(configuration)}:{port}]",
        f"method = {_METHODS[configuration.versions]}",
        f"cipher_list = {_cipher_list(configuration)}",
        f"certificate = {certificate.chain}",
        f"private_key = {certificate.key}",
        *(configuration.own_settings or [f"verify_client = {_VERIFY[configuration.client_certificates]}"]),
        *([f"ca_list = {root}"] if configuration.client_certificates is not ClientCertificates.OFF else []),
        *([f"server_name = {server_name}"] if server_name else []),
    ]
    return "\n".join(lines)


def _cipher_list(configuration: ServerConfiguration) -> str:
    if V12 in configuration.versions:
        return configuration.cipher_string
    return f"{_UNUSABLE_SUITE[configuration.keys[0]]}:@SECLEVEL=0"
