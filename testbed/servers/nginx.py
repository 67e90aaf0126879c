"""nginx: one process, one ``server`` block for each configuration."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from testbed.certificates import Authority
from testbed.configuration import OTHER_NAME, SERVER_NAME, ClientCertificates, ServerConfiguration
from testbed.files import (
    CertificateFiles,
    write_certificates,
    write_openssl_configuration,
    write_other_certificate,
    write_root,
)
from testbed.process import program, running

_PROTOCOLS = {"TLSv1.0": "TLSv1", "TLSv1.1": "TLSv1.1", "TLSv1.2": "TLSv1.2", "TLSv1.3": "TLSv1.3"}
_VERIFY = {
    ClientCertificates.OFF: "off",
    ClientCertificates.OPTIONAL: "optional",
    ClientCertificates.OPTIONAL_ANY: "optional_no_ca",
    ClientCertificates.REQUIRED: "on",
}
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextmanager
def serve(
    configurations: Sequence[tuple[ServerConfiguration, int]], authority: Authority, directory: Path
) -> Iterator[tuple[int, ...]]:
    """Serve every configuration at its port; yields the process id."""
    root = write_root(authority, directory)
    parameters = _write_dh_parameters(directory)
    blocks = [
        block
        for configuration, port in configurations
        for block in _servers(configuration, port, authority, directory, root, parameters)
    ]
    listeners = [(configuration.address, port) for configuration, port in configurations]
    with start(blocks, listeners, directory) as process:
        yield (process,)


@contextmanager
def start(blocks: Sequence[str], listeners: Sequence[tuple[str, int]], directory: Path) -> Iterator[int]:
    """Start nginx with these ``server`` blocks, which listen at ``listeners``; yields the process id."""
    path = directory / "nginx.conf"
    path.write_text("\n".join([*_head(directory), *blocks, "}", ""]))
    command = [program("nginx"), "-p", str(directory), "-c", str(path), "-e", str(directory / "error.log")]
    environment = {"OPENSSL_CONF": str(write_openssl_configuration(directory))}
    with running(command, listeners, directory, environment) as process:
        yield process


def _head(directory: Path) -> list[str]:
    return [
        "daemon off;",
        # One process reads the keys and serves, so that it works for root and for anyone else.
        "master_process off;",
        f"pid {directory}/nginx.pid;",
        "events { worker_connections 1024; }",
        "http {",
        "access_log off;",
        *(f"{kind}_temp_path {directory}/{kind};" for kind in _TEMPORARY),
        # A scan makes hundreds of handshakes; session tickets would let one depend on another.
        "ssl_session_tickets off;",
        "ssl_session_cache off;",
    ]


def _servers(
    configuration: ServerConfiguration, port: int, authority: Authority, directory: Path, root: Path, parameters: Path
) -> Iterator[str]:
    certificates = write_certificates(configuration, authority, directory)
    yield _server(configuration, port, SERVER_NAME, certificates, root, parameters)
    if configuration.certificate_per_name:
        other = (write_other_certificate(authority, directory),)
        yield _server(configuration, port, OTHER_NAME, other, root, parameters)


def _server(
    configuration: ServerConfiguration,
    port: int,
    name: str,
    certificates: tuple[CertificateFiles, ...],
    root: Path,
    parameters: Path,
) -> str:
    host = f"[{configuration.address}]" if configuration.ipv6 else configuration.address
    default = " default_server" if name == SERVER_NAME else ""
    lines = [
        f"listen {host}:{port} ssl{default};",
        f"server_name {name};",
        f"ssl_protocols {' '.join(_PROTOCOLS[version] for version in configuration.versions)};",
        f"ssl_ciphers {configuration.cipher_string};",
        f"ssl_conf_command Ciphersuites {':'.join(configuration.tls13_suites)};",
        f"ssl_prefer_server_ciphers {'on' if configuration.preference == 'server' else 'off'};",
        f"ssl_dhparam {parameters};",
        *(line for files in certificates for line in _certificate(files)),
        *([f"ssl_ecdh_curve {':'.join(configuration.groups)};"] if configuration.groups else []),
        f"ssl_verify_client {_VERIFY[configuration.client_certificates]};",
        *(
            [f"ssl_client_certificate {root};"]
            if configuration.client_certificates is not ClientCertificates.OFF
            else []
        ),
        'location / { return 200 "ok\\n"; }',
    ]
    return "server {\n" + "\n".join(f"  {line}" for line in lines) + "\n}"


def _certificate(files: CertificateFiles) -> tuple[str, str]:
    return f"ssl_certificate {files.chain};", f"ssl_certificate_key {files.key};"


def _write_dh_parameters(directory: Path) -> Path:
    """RFC 7919's 2048-bit group: without a file nginx offers no DHE suite."""
    path = directory / "dh.pem"
    subprocess.run(
        [program("openssl"), "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", path],
        check=True,
        capture_output=True,
        env={"PATH": os.environ.get("PATH", "")},
        timeout=10,
    )
    return path
