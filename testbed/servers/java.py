"""A server of Java's JSSE: one process for each configuration."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from testbed.certificates import Authority
from testbed.configuration import ClientCertificates, Key, ServerConfiguration
from testbed.process import program
from testbed.servers.apart import Order, serve_apart

_SOURCE = Path(__file__).parent / "programs" / "Server.java"
_MODES = {ClientCertificates.REQUIRED: "require", ClientCertificates.REQUIRED_ANY: "require-any"}
_PASSWORD = "changeit"


@contextmanager
def serve(
    configurations: Sequence[tuple[ServerConfiguration, int]], authority: Authority, directory: Path
) -> Iterator[tuple[int, ...]]:
    """Serve every configuration at its port; yields the process ids."""
    keystore = _write_keystore(authority, directory)

    def command(order: Order) -> list[str]:
        options = ["-Xshare:auto", "-XX:TieredStopAtLevel=1", str(_SOURCE)]
        mode = _MODES[order.configuration.client_certificates]
        return [program("java"), *options, str(order.port), mode, str(keystore), str(order.root), _PASSWORD]

    with serve_apart(command, configurations, authority, directory) as processes:
        yield processes


def _write_keystore(authority: Authority, directory: Path) -> Path:
    """PKCS #12, which is all that Java reads without a conversion."""
    leaf, intermediate = authority.leaves[Key.RSA], authority.intermediates[Key.RSA]
    path = directory / "own.p12"
    encryption = BestAvailableEncryption(_PASSWORD.encode("ascii"))
    certificates = [intermediate.certificate]
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"own", leaf.private_key, leaf.certificate, certificates, encryption)
    )
    return path
