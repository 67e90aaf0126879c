"""The servers of the comparison, started afresh for every single measurement so that none inherits another's load."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from auditor.model.tls import ProtocolVersion
from testbed.certificates import Authority, pem
from testbed.configuration import (
    EVERYTHING,
    TLS13_ALLOWED,
    V10,
    V11,
    V12,
    V13,
    ClientCertificates,
    Implementation,
    Key,
    ServerConfiguration,
    accepted_suites,
)
from testbed.fleet import START, Server
from testbed.oracles import openssl as oracle
from testbed.process import free_ports, installed

Suites = dict[ProtocolVersion, frozenset[str]]

_TWO_SUITES = ("ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256")
_ALL_TLS13 = (*TLS13_ALLOWED, "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256")


@dataclass(frozen=True)
class Listener(ServerConfiguration):
    """A configuration at an address of its own."""

    host: str = "127.0.0.1"

    @property
    def address(self) -> str:
        """The address it listens at."""
        return self.host


@dataclass(frozen=True)
class Stage:
    """One server of the comparison."""

    title: str
    configuration: Listener

    @property
    def compliant(self) -> bool:
        """Whether the flagship policy passes it."""
        return self.configuration.client_certificates is ClientCertificates.REQUIRED


@dataclass(frozen=True)
class Scene:
    """A running server: its place, its processes, the file of its root, and a folder for whoever looks at it."""

    server: Server
    processes: tuple[int, ...]
    root: Path
    folder: Path


def _stage(title: str, implementation: Implementation, treatment: ClientCertificates) -> Stage:
    case = title.replace(", ", "-").replace(" ", "-")
    return Stage(title, Listener(implementation, case, tls12_suites=_TWO_SUITES, client_certificates=treatment))


STAGES = (
    _stage("nginx, mutual TLS", Implementation.NGINX, ClientCertificates.REQUIRED),
    _stage("HAProxy, mutual TLS", Implementation.HAPROXY, ClientCertificates.REQUIRED),
    _stage("Kamailio, mutual TLS", Implementation.KAMAILIO, ClientCertificates.REQUIRED),
    _stage("nginx, no client certificate", Implementation.NGINX, ClientCertificates.OFF),
    Stage(
        "nginx, everything open",
        Listener(
            Implementation.NGINX,
            "everything",
            versions=(V10, V11, V12, V13),
            tls12_suites=EVERYTHING,
            tls13_suites=_ALL_TLS13,
            keys=(Key.RSA, Key.ECDSA),
            client_certificates=ClientCertificates.OFF,
        ),
    ),
)


def present(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """Those whose server is installed."""
    return tuple(stage for stage in stages if installed(stage.configuration.implementation.program))


@contextmanager
def serving(configurations: Sequence[Listener], authority: Authority) -> Iterator[tuple[Scene, ...]]:
    """Start one process with all of the configurations; ends it with the block."""
    implementation = configurations[0].implementation
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        addresses = [configuration.address for configuration in configurations]
        # Different hosts have the same port, as 200 real ones would.
        different = len(set(addresses)) == len(addresses)
        ports = free_ports(addresses[:1]) * len(addresses) if different else free_ports(addresses)
        (folder / "server").mkdir()
        (folder / "declared.pem").write_bytes(pem(authority.root.certificate))
        pairs = list(zip(configurations, ports, strict=True))
        with START[implementation](pairs, authority, folder / "server") as processes:
            yield tuple(
                Scene(Server(configuration, port), processes, folder / "declared.pem", folder)
                for configuration, port in pairs
            )


def truth(stage: Stage, authority: Authority) -> Suites:
    """What it accepts: by its configuration, or where that says "everything" by ``openssl s_client`` suite by suite."""
    configuration = stage.configuration
    if not configuration.everything:
        stated = {version: accepted_suites(configuration, version) for version in oracle.VERSIONS}
        return {version: stated.get(version, frozenset()) for version in ProtocolVersion}
    with serving([configuration], authority) as (scene,):
        found = oracle.survey([scene.server])[configuration.name]
    return {version: found.get(version, frozenset()) for version in ProtocolVersion}
