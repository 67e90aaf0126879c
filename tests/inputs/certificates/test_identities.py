"""Certificates and keys as operators hand them in: each mistake gives one sentence with its place, and no key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from auditor.errors import InputErrors
from auditor.inputs.certificates.identities import load_authority, load_identity
from auditor.minting.authority import Authority, make_intermediate, make_leaf, make_root
from auditor.minting.certificate_builder import ValidityPeriod
from auditor.minting.keys import ec_key, rsa_key

AT = datetime(2035, 3, 1, tzinfo=UTC)
YEAR = ValidityPeriod(AT - timedelta(days=30), AT + timedelta(days=335))
PASSPHRASE = b"correct horse"


@pytest.fixture(scope="module")
def root() -> Authority:
    return make_root("Root", YEAR)


@pytest.fixture(scope="module")
def issuing(root: Authority) -> Authority:
    return make_intermediate(root, "Issuing", YEAR)


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def key_pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey,
    form: PrivateFormat = PrivateFormat.PKCS8,
    encryption: KeySerializationEncryption | None = None,
) -> bytes:
    return key.private_bytes(Encoding.PEM, form, encryption or NoEncryption())


def files(folder: Path, certificate: bytes, key: bytes) -> tuple[Path, Path]:
    paths = folder / "client.pem", folder / "client.key"
    for path, content in zip(paths, (certificate, key), strict=True):
        path.write_bytes(content)
    return paths


def mistake(folder: Path, certificate: bytes, key: bytes, passphrase: bytes | None = None) -> str:
    """The one sentence, without the folder; it holds nothing of the key."""
    with pytest.raises(InputErrors) as wrong:
        load_identity(*files(folder, certificate, key), passphrase, AT)
    (error,) = wrong.value.errors
    lines = [line for line in key.splitlines() if len(line) > 20 and b"-----" not in line]
    assert not any(line.decode("latin-1") in repr(wrong.value) for line in lines)
    return str(error).replace(f"{folder}/", "")


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_chain_and_its_key_are_read_in_every_form(
    tmp_path: Path, root: Authority, issuing: Authority, form: PrivateFormat, kind: str
) -> None:
    key = rsa_key() if kind == "rsa" else ec_key()
    leaf = make_leaf(issuing, ("client.example.net",), key, YEAR)
    chain = (leaf, issuing.certificate, root.certificate)
    found = load_identity(*files(tmp_path, b"text before\n" + pem(*chain), key_pem(key, form)), None, AT)
    assert found.chain == chain
    assert found.certificate == leaf
    assert found.key.private_numbers() == key.private_numbers()
    assert "key" not in repr(found)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_an_encrypted_key_is_read_with_its_passphrase(tmp_path: Path, root: Authority, form: PrivateFormat) -> None:
    key = ec_key()
    leaf = pem(make_leaf(root, ("client.example.net",), key, YEAR))
    encrypted = key_pem(key, form, BestAvailableEncryption(PASSPHRASE))
    found = load_identity(*files(tmp_path, leaf, encrypted), PASSPHRASE, AT)
    assert found.key.private_numbers() == key.private_numbers()
    said = mistake(tmp_path, leaf, encrypted)
    assert said == "client.key: this private key is encrypted; set its passphrase in AUDITOR_KEY_PASSPHRASE"
    said = mistake(tmp_path, leaf, encrypted, b"wrong")
    assert said == "client.key: this private key cannot be read; is the passphrase the right one?"


def test_a_passphrase_that_is_not_needed_does_no_harm(tmp_path: Path, root: Authority) -> None:
    key = ec_key()
    leaf = pem(make_leaf(root, ("client.example.net",), key, YEAR))
    assert load_identity(*files(tmp_path, leaf, key_pem(key)), b"not needed", AT).chain


def test_one_file_may_hold_both(tmp_path: Path, root: Authority) -> None:
    key = ec_key()
    both = tmp_path / "both.pem"
    both.write_bytes(key_pem(key) + pem(make_leaf(root, ("client.example.net",), key, YEAR)))
    assert load_identity(both, both, None, AT).chain


def test_a_key_of_another_certificate_is_refused(tmp_path: Path, root: Authority) -> None:
    leaf = pem(make_leaf(root, ("client.example.net",), ec_key(), YEAR))
    expected = "client.key: this private key does not belong to the certificate"
    assert mistake(tmp_path, leaf, key_pem(ec_key())) == expected
    assert mistake(tmp_path, leaf, key_pem(rsa_key())) == expected


def test_files_without_a_certificate_or_a_key_are_refused(tmp_path: Path, root: Authority) -> None:
    key = ec_key()
    leaf = pem(make_leaf(root, ("client.example.net",), key, YEAR))
    assert "client.pem: this file contains no certificate in PEM" in mistake(tmp_path, b"", key_pem(key))
    assert "client.pem: this file contains no certificate" in mistake(tmp_path, bytes(range(256)) * 9, key_pem(key))
    assert "client.pem: this file contains only a private key" in mistake(tmp_path, key_pem(key), key_pem(key))
    assert "client.key: this file contains no private key in PEM" in mistake(tmp_path, leaf, leaf)
    assert "client.key: this file contains no private key in PEM" in mistake(tmp_path, leaf, bytes(range(256)) * 9)


def test_garbage_in_the_form_of_pem_is_refused_with_its_line(tmp_path: Path, root: Authority) -> None:
    key = ec_key()
    leaf = pem(make_leaf(root, ("client.example.net",), key, YEAR))
    garbage = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    said = mistake(tmp_path, b"\n\n" + garbage, key_pem(key))
    assert said == "client.pem:3: this certificate cannot be read"
    broken = b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0IG9mIHRoZSBvcGVyYXRvcg==\n-----END PRIVATE KEY-----\n"
    assert mistake(tmp_path, leaf, broken) == "client.key: this private key cannot be read"
    open_end = leaf.replace(b"-----END CERTIFICATE-----", b"")
    assert "client.pem: this file contains no certificate" in mistake(tmp_path, open_end, key_pem(key))


def test_a_chain_that_is_none_is_refused_where_it_breaks(tmp_path: Path, root: Authority, issuing: Authority) -> None:
    key = ec_key()
    leaf = make_leaf(issuing, ("client.example.net",), key, YEAR)
    said = mistake(tmp_path, pem(leaf, root.certificate), key_pem(key))
    line = pem(leaf).count(b"\n") + 1
    assert said.startswith(f"client.pem:{line}: this certificate did not issue the one before it")
    impostor = make_intermediate(make_root("Root", YEAR), "Issuing", YEAR).certificate
    assert "did not issue the one before it" in mistake(tmp_path, pem(leaf, impostor), key_pem(key))


def test_a_certificate_that_is_not_in_force_is_refused(tmp_path: Path, root: Authority) -> None:
    key = ec_key()
    old = ValidityPeriod(AT - timedelta(days=90), AT - timedelta(days=1))
    said = mistake(tmp_path, pem(make_leaf(root, ("client.example.net",), key, old)), key_pem(key))
    assert said == "client.pem: this certificate expired on 2035-02-28; renew it or leave it out"
    early = ValidityPeriod(AT + timedelta(days=1), AT + timedelta(days=90))
    said = mistake(tmp_path, pem(make_leaf(root, ("client.example.net",), key, early)), key_pem(key))
    assert said == "client.pem: this certificate is valid only from 2035-03-02; leave it out until then"


def test_a_key_that_not_every_peer_can_check_is_refused(tmp_path: Path, root: Authority) -> None:
    leaf = pem(make_leaf(root, ("client.example.net",), ec_key(), YEAR))
    said = mistake(tmp_path, leaf, key_pem(ed25519.Ed25519PrivateKey.generate()))
    assert "neither RSA nor EC" in said


def test_files_that_are_too_large_are_not_read(tmp_path: Path, root: Authority) -> None:
    key = ec_key()
    leaf = pem(make_leaf(root, ("client.example.net",), key, YEAR))
    assert "larger than 1024 KiB" in mistake(tmp_path, leaf + b"\n" * 2**20, key_pem(key))
    assert "more than 16 certificates" in mistake(tmp_path, leaf * 17, key_pem(key))


def test_an_authority_has_to_be_one(tmp_path: Path, root: Authority) -> None:
    assert isinstance(root.key, ec.EllipticCurvePrivateKey)
    found = load_authority(*files(tmp_path, pem(root.certificate), key_pem(root.key)), None, AT)
    assert found.certificate == root.certificate
    key = ec_key()
    leaf = pem(make_leaf(root, ("client.example.net",), key, YEAR))
    with pytest.raises(InputErrors, match="this is not a CA certificate"):
        load_authority(*files(tmp_path, leaf, key_pem(key)), None, AT)
