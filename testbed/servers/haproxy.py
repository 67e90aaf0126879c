"""HAProxy: one process, one frontend for each configuration, answering 200 by itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from testbed.certificates import Authority
from testbed.configuration import ClientCertificates, ServerConfiguration
from testbed.files import write_certificates, write_openssl_configuration, write_other_certificate, write_root
from testbed.process import program, running

_VERIFY = {
    ClientCertificates.OFF: "none",
    ClientCertificates.OPTIONAL: "optional",
    ClientCertificates.REQUIRED: "required",
    ClientCertificates.REQUIRED_ANY: "required crt-ignore-err all ca-ignore-err all",
}


@contextmanager
def serve(
    configurations: Sequence[tuple[ServerConfiguration, int]], authority: Authority, directory: Path
) -> Iterator[tuple[int, ...]]:
    """Serve every configuration at its port; yields the process id."""
    path = directory / "haproxy.cfg"
    root = write_root(authority, directory)
    frontends = [_frontend(configuration, port, authority, directory, root) for configuration, port in configurations]
    path.write_text("\n".join([_HEAD, *frontends, ""]))
    listeners = [(configuration.address, port) for configuration, port in configurations]
    environment = {"OPENSSL_CONF": str(write_openssl_configuration(directory))}
    with running([program("haproxy"), "-db", "-f", str(path)], listeners, directory, environment) as process:
        yield (process,)


_HEAD = """\
global
  maxconn 1000
  nbthread 1
  tune.ssl.default-dh-param 2048
  tune.ssl.cachesize 0
defaults
  mode http
  timeout client 10s
  timeout connect 1s
  timeout server 1s
  timeout http-request 10s
"""


def _frontend(configuration: ServerConfiguration, port: int, authority: Authority, directory: Path, root: Path) -> str:
    certificates = [files.bundle for files in write_certificates(configuration, authority, directory)]
    if configuration.certificate_per_name:
        certificates.append(write_other_certificate(authority, directory).bundle)
    words = [
        f"bind {configuration.address}:{port} ssl",
        *(f"crt {bundle}" for bundle in certificates),
        f"ssl-min-ver {configuration.versions[0]} ssl-max-ver {configuration.versions[-1]}",
        f"ciphers {configuration.cipher_string}",
        f"ciphersuites {':'.join(configuration.tls13_suites)}",
        f"verify {_VERIFY[configuration.client_certificates]}",
        *([f"ca-file {root}"] if configuration.client_certificates is not ClientCertificates.OFF else []),
        *(["prefer-client-ciphers"] if configuration.preference == "client" else []),
        *([f"curves {':'.join(configuration.groups)}"] if configuration.groups else []),
        "no-tls-tickets",
    ]
    return f"frontend {configuration.case}\n  {' '.join(words)}\n  http-request return status 200"
