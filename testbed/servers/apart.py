"""Programs that serve one configuration each, and can be told no more than how to treat client certificates."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from testbed.certificates import Authority
from testbed.configuration import ServerConfiguration
from testbed.files import CertificateFiles, write_certificates, write_openssl_configuration, write_root
from testbed.process import running


@dataclass(frozen=True)
class Order:
    """What one process is to serve."""

    configuration: ServerConfiguration
    port: int
    certificate: CertificateFiles
    root: Path
    directory: Path


@contextmanager
def serve_apart(
    command: Callable[[Order], Sequence[str]],
    configurations: Sequence[tuple[ServerConfiguration, int]],
    authority: Authority,
    directory: Path,
) -> Iterator[tuple[int, ...]]:
    """Run ``command`` for every configuration; yields the process ids."""
    with ExitStack() as stack:
        yield tuple(
            stack.enter_context(_serve(command, configuration, port, authority, directory))
            for configuration, port in configurations
        )


@contextmanager
def _serve(
    command: Callable[[Order], Sequence[str]],
    configuration: ServerConfiguration,
    port: int,
    authority: Authority,
    directory: Path,
) -> Iterator[int]:
    _check(configuration)
    folder = directory / configuration.case
    folder.mkdir()
    (certificate,) = write_certificates(configuration, authority, folder)
    order = Order(configuration, port, certificate, write_root(authority, folder), folder)
    environment = {"OPENSSL_CONF": str(write_openssl_configuration(folder))}
    with running(command(order), [(configuration.address, port)], folder, environment) as process:
        yield process


def _check(configuration: ServerConfiguration) -> None:
    """A setting that the program would ignore is a mistake in the test."""
    served = ServerConfiguration(
        configuration.implementation,
        configuration.case,
        client_certificates=configuration.client_certificates,
        own_settings=configuration.own_settings,
    )
    if configuration != served:
        raise ValueError(f"{configuration.name}: only the treatment of client certificates can be configured")
