"""The certificates and keys of a live server as files, in the shapes the servers want them."""

from dataclasses import dataclass
from pathlib import Path

from testbed.certificates import Authority, Identity, pem
from testbed.configuration import OTHER_NAME, SERVER_NAME, Chain, Key, ServerConfiguration


@dataclass(frozen=True)
class CertificateFiles:
    """One certificate: alone, its chain as it is to be sent, the rest of that chain, its key, and all in one file."""

    leaf: Path
    chain: Path
    above: Path | None
    key: Path
    bundle: Path


def write_certificates(
    configuration: ServerConfiguration, authority: Authority, directory: Path
) -> tuple[CertificateFiles, ...]:
    """The certificates of ``configuration``, one for each of its keys, in its order."""
    return tuple(_write(key, configuration.chain, SERVER_NAME, authority, directory) for key in configuration.keys)


def write_other_certificate(authority: Authority, directory: Path) -> CertificateFiles:
    """The certificate for the other name."""
    return _write(Key.RSA, Chain.FULL, OTHER_NAME, authority, directory)


def write_root(authority: Authority, directory: Path) -> Path:
    """The root under which a client's certificate must be issued."""
    path = directory / "root.pem"
    path.write_bytes(pem(authority.root.certificate))
    return path


def write_openssl_configuration(
    directory: Path, ciphersuites: tuple[str, ...] = (), groups: tuple[str, ...] = ()
) -> Path:
    """A configuration of OpenSSL itself, so that the machine's own plays no part.

    It allows TLS 1.0 upwards.  ``ciphersuites`` (of TLS 1.3) and ``groups`` are for programs without such settings.
    """
    path = directory / "openssl.cnf"
    lines = [
        "openssl_conf = start",
        "[start]",
        "ssl_conf = ssl",
        "[ssl]",
        "system_default = default",
        "[default]",
        "MinProtocol = TLSv1",
        "CipherString = DEFAULT@SECLEVEL=0",
        *([f"Ciphersuites = {':'.join(ciphersuites)}"] if ciphersuites else []),
        *([f"Groups = {':'.join(groups)}"] if groups else []),
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def _write(key: Key, chain: Chain, name: str, authority: Authority, directory: Path) -> CertificateFiles:
    identity: Identity = authority.other_leaf if name == OTHER_NAME else authority.leaves[key]
    sent = authority.chain(key, chain, name)
    stem = f"{name}-{key}-{chain}"
    contents = {
        "leaf": pem(sent[0]),
        "chain": pem(*sent),
        "above": pem(*sent[1:]),
        "key": identity.key_pem,
        "bundle": pem(*sent) + identity.key_pem,
    }
    paths = {kind: directory / f"{stem}.{kind}.pem" for kind in contents}
    for kind, path in paths.items():
        path.touch(mode=0o600)
        path.write_bytes(contents[kind])
    return CertificateFiles(
        leaf=paths["leaf"],
        chain=paths["chain"],
        above=paths["above"] if sent[1:] else None,
        key=paths["key"],
        bundle=paths["bundle"],
    )
