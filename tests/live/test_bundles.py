"""Files as OpenSSL, GnuTLS certtool and Java keytool write them: each holds what was put in, and gives its verdict."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from auditor.errors import InputErrors
from auditor.inputs.certificates.bundles import Bundle, read_bundle
from auditor.inputs.certificates.leaves import chains_of
from testbed.certificates import Authority
from testbed.configuration import Key
from testbed.process import program

pytestmark = pytest.mark.live
PASSWORD = "changeit"


@pytest.fixture
def folder(tmp_path: Path, authority: Authority) -> Path:
    """``leaf.pem``, ``key.pem``, ``issuing.pem``, ``root.pem`` and ``chain.pem``, for the tools to work on."""
    leaf, issuing = authority.leaves[Key.RSA], authority.intermediates[Key.RSA]
    (tmp_path / "leaf.pem").write_bytes(leaf.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "issuing.pem").write_bytes(issuing.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "root.pem").write_bytes(authority.root.certificate.public_bytes(Encoding.PEM))
    key = leaf.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "chain.pem").write_bytes(
        b"".join((tmp_path / f"{name}.pem").read_bytes() for name in ("leaf", "issuing", "root"))
    )
    return tmp_path


def run(folder: Path, *words: str) -> None:
    subprocess.run([program(words[0]), *words[1:]], cwd=folder, check=True, capture_output=True, timeout=60)


def read(folder: Path, name: str) -> Bundle:
    return read_bundle((folder / name).read_bytes(), name, lambda _what: PASSWORD.encode())


def openssl_pkcs12(*more: str) -> Sequence[str]:
    words = ("openssl", "pkcs12", "-export", "-in", "leaf.pem", "-inkey", "key.pem", "-certfile", "chain.pem")
    return (*words, "-out", "out", "-passout", f"pass:{PASSWORD}", *more)


CERTTOOL = ("--outfile", "out", "--outder")
FORMS: dict[str, tuple[Sequence[Sequence[str]], bool]] = {
    "openssl pkcs12": ([openssl_pkcs12()], True),
    "openssl pkcs12 -legacy": ([openssl_pkcs12("-legacy")], True),
    "openssl pkcs12 without encryption": ([openssl_pkcs12("-keypbe", "NONE", "-certpbe", "NONE", "-nomac")], True),
    "openssl crl2pkcs7": ([("openssl", "crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-out", "out")], False),
    "openssl crl2pkcs7 in DER": (
        [("openssl", "crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-outform", "DER", "-out", "out")],
        False,
    ),
    "openssl x509 -trustout": (
        [("openssl", "x509", "-in", "leaf.pem", "-trustout", "-addtrust", "serverAuth", "-out", "out")],
        False,
    ),
    "openssl x509 -text": ([("openssl", "x509", "-in", "leaf.pem", "-text", "-out", "out")], False),
    "certtool --to-p12": (
        [
            ("certtool", "--to-p12", "--load-certificate", "chain.pem", "--load-privkey", "key.pem",
             "--p12-name", "own", "--password", PASSWORD, "--pkcs-cipher", "aes-256", *CERTTOOL),
        ],
        True,
    ),
    "certtool --p7-generate": (
        [("certtool", "--p7-generate", "--load-certificate", "chain.pem", *CERTTOOL)],
        False,
    ),
    "keytool -importkeystore": (
        [
            openssl_pkcs12("-name", "own"),
            ("mv", "out", "in.p12"),
            ("keytool", "-importkeystore", "-srckeystore", "in.p12", "-srcstoretype", "PKCS12",
             "-srcstorepass", PASSWORD, "-destkeystore", "out", "-deststoretype", "PKCS12",
             "-deststorepass", PASSWORD, "-noprompt"),
        ],
        True,
    ),
    "keytool -exportcert": (
        [
            openssl_pkcs12("-name", "own"),
            ("keytool", "-exportcert", "-keystore", "out", "-storepass", PASSWORD, "-alias", "own", "-file", "der"),
            ("mv", "der", "out"),
        ],
        False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_what_a_tool_has_put_in_is_found(folder: Path, authority: Authority, name: str) -> None:
    commands, with_key = FORMS[name]
    for words in commands:
        run(folder, *words)
    bundle = read(folder, "out")
    (chain,) = chains_of(bundle)
    leaf = authority.leaves[Key.RSA]
    assert chain.leaf == leaf.certificate.public_bytes(Encoding.DER)
    if len(chain.certificates) > 1:
        assert chain.certificates[1] == authority.intermediates[Key.RSA].certificate.public_bytes(Encoding.DER)
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert bundle.keys == ((leaf.private_key.public_key().public_bytes(*form),) if with_key else ())


REQUESTS: dict[str, Sequence[str]] = {
    "openssl req": (
        "openssl", "req", "-new", "-key", "key.pem", "-subj", "/CN=sbc.example.net", "-addext",
        "subjectAltName=DNS:sbc.example.net", "-out", "out",
    ),
    "keytool -certreq": (
        "keytool", "-certreq", "-keystore", "store", "-storepass", PASSWORD, "-alias", "own", "-file", "out",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_of_other_tools_are_read(folder: Path, name: str) -> None:
    if "keytool" in name:
        words = ("-genkeypair", "-alias", "own", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=sbc.example.net")
        run(folder, "keytool", *words, "-keystore", "store", "-storetype", "PKCS12", "-storepass", PASSWORD)
    run(folder, *REQUESTS[name])
    bundle = read(folder, "out")
    assert (len(bundle.requests), bundle.certificates) == (1, ())


def test_a_java_key_store_of_the_old_kind_is_told_how_to_be_converted(folder: Path) -> None:
    words = ("-genkeypair", "-alias", "own", "-keyalg", "RSA", "-dname", "CN=x", "-keypass", PASSWORD)
    run(folder, "keytool", *words, "-keystore", "out", "-storetype", "JKS", "-storepass", PASSWORD)
    with pytest.raises(InputErrors, match="keytool -importkeystore -deststoretype PKCS12"):
        read(folder, "out")
