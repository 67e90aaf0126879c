"""``openssl s_server``: one process for each configuration, answering HTTP with its status page."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.live.certificates import Authority
from tests.live.configuration import ClientCertificates, ServerConfiguration
from tests.live.files import CertificateFiles, write_certificates, write_openssl_configuration, write_root
from tests.live.process import program, running

_VERIFY = {
    ClientCertificates.OFF: (),
    ClientCertificates.OPTIONAL: ("-verify", "4", "-verify_return_error"),
    # Without -verify_return_error it asks and then takes any certificate.
    ClientCertificates.OPTIONAL_NO_CA: ("-verify", "4"),
    ClientCertificates.REQUIRED: ("-Verify", "4", "-verify_return_error"),
}


@contextmanager
def serve(
    configurations: Sequence[tuple[ServerConfiguration, int]], authority: Authority, directory: Path
) -> Iterator[tuple[int, ...]]:
    """Serve every configuration at its port; yields the process ids."""
    with ExitStack() as stack:
        yield tuple(
            stack.enter_context(_process(configuration, port, authority, directory))
            for configuration, port in configurations
        )


@contextmanager
def _process(configuration: ServerConfiguration, port: int, authority: Authority, directory: Path) -> Iterator[int]:
    folder = directory / configuration.case
    folder.mkdir()
    listeners = [(configuration.address, port)]
    environment = {"OPENSSL_CONF": str(write_openssl_configuration(folder))}
    with running(_command(configuration, port, authority, folder), listeners, folder, environment) as process:
        yield process


def _command(configuration: ServerConfiguration, port: int, authority: Authority, directory: Path) -> list[str]:
    host = f"[{configuration.address}]" if configuration.ipv6 else configuration.address
    first, *others = write_certificates(configuration, authority, directory)
    words = [program("openssl"), "s_server", "-quiet", "-www", "-accept", f"{host}:{port}"]
    words += _certificate("", first)
    words += [word for files in others for word in _certificate("d", files)]
    words += ["-cipher", configuration.cipher_string, "-ciphersuites", ":".join(configuration.tls13_suites)]
    words += ["-min_protocol", _protocol(configuration.versions[0]), "-max_protocol"]
    words += [_protocol(configuration.versions[-1])]
    words += ["-no_ticket", "-no_cache"]
    words += ["-serverpref"] if configuration.preference == "server" else []
    words += ["-groups", ":".join(configuration.groups)] if configuration.groups else []
    words += _VERIFY[configuration.client_certificates]
    if configuration.client_certificates is not ClientCertificates.OFF:
        words += ["-CAfile", str(write_root(authority, directory))]
    return words


def _certificate(prefix: str, files: CertificateFiles) -> list[str]:
    chain = [f"-{prefix}cert_chain", str(files.above)] if files.above else []
    return [f"-{prefix}cert", str(files.leaf), f"-{prefix}key", str(files.key), *chain]


def _protocol(version: str) -> str:
    return "TLSv1" if version == "TLSv1.0" else version
