"""``openssl s_server``: one process for each configuration, answering HTTP with its status page."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from testbed.certificates import Authority
from testbed.configuration import ClientCertificates, ServerConfiguration
from testbed.files import CertificateFiles, write_certificates, write_openssl_configuration, write_root
from testbed.process import program, running

_VERIFY = {
    ClientCertificates.OFF: (),
    ClientCertificates.OPTIONAL: ("-verify", "4", "-verify_return_error"),
    # Without -verify_return_error it asks and then takes any certificate.
    ClientCertificates.OPTIONAL_ANY: ("-verify", "4"),
    ClientCertificates.REQUIRED: ("-Verify", "4", "-verify_return_error"),
    ClientCertificates.REQUIRED_ANY: ("-Verify", "4"),
}


@contextmanager
def serve(
    configurations: Sequence[tuple[ServerConfiguration, int]], authority: Authority, directory: Path
) -> Iterator[tuple[int, ...]]:
    """Serve every configuration at its port; yields the process ids."""
    with ExitStack() as stack:
        yield tuple(
            stack.enter_context(_serve(configuration, port, authority, directory))
            for configuration, port in configurations
        )


@contextmanager
def start(words: Sequence[str], listener: tuple[str, int], directory: Path) -> Iterator[int]:
    """Start ``s_server`` with these options at ``listener``; yields the process id."""
    address, port = listener
    accept = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    command = [program("openssl"), "s_server", "-quiet", "-www", "-accept", accept, *words]
    environment = {"OPENSSL_CONF": str(write_openssl_configuration(directory))}
    with running(command, [listener], directory, environment) as process:
        yield process


@contextmanager
def _serve(configuration: ServerConfiguration, port: int, authority: Authority, directory: Path) -> Iterator[int]:
    folder = directory / configuration.case
    folder.mkdir()
    with start(_words(configuration, authority, folder), (configuration.address, port), folder) as process:
        yield process


def _words(configuration: ServerConfiguration, authority: Authority, directory: Path) -> list[str]:
    first, *others = write_certificates(configuration, authority, directory)
    words = _certificate("", first)
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
