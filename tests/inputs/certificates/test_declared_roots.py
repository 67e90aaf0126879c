"""Declared roots: what is taken for one, and everything that is not."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from auditor.errors import InputErrors
from auditor.inputs.certificates.declared_roots import MAX_BYTES, load_declared_roots
from auditor.policy.shipped import policy_directory
from tests.certificates.keys import private_key, to_der
from tests.certificates.mint import AnchorSpec, Spec, mint

ROOT = mint(AnchorSpec(), AnchorSpec())
OTHER = mint(AnchorSpec(subject="Other Root"), AnchorSpec(subject="Other Root"))
LEAF = mint(Spec(subject="sbc.example.net"), AnchorSpec(), leaf=True)
NO_CONSTRAINTS = mint(AnchorSpec(basic_constraints=False), AnchorSpec())


def pem(*certificates: object) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)  # type: ignore[attr-defined] # certificates, of whichever specification


@pytest.fixture
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("roots") / "roots.pem"


def refusal(path: Path) -> str:
    with pytest.raises(InputErrors) as caught:
        load_declared_roots([path])
    return str(caught.value).replace(f"{path.parent}/", "")


def test_a_bundle_gives_every_root_once_with_its_name_and_digest(file: Path) -> None:
    file.write_bytes(b"subject=anything openssl says\n" + pem(ROOT, OTHER) + b"\n" + pem(ROOT))
    first, second = load_declared_roots([file, file])
    assert (first.der, second.der) == (to_der(ROOT), to_der(OTHER))
    assert first.declared
    assert first.name.startswith("Test Root (")
    assert len(first.name) == len("Test Root (01234567)")


def test_der_is_accepted_and_is_the_same_root(file: Path) -> None:
    file.write_bytes(to_der(ROOT))
    (anchor,) = load_declared_roots([file])
    file.write_bytes(pem(ROOT).replace(b"\n", b"\r\n"))
    assert load_declared_roots([file]) == (anchor,)


def test_a_real_root_is_named_by_its_common_name() -> None:
    (anchor,) = load_declared_roots([policy_directory() / "roots" / "digicert-global-root-g2.pem"])
    assert anchor.name == "DigiCert Global Root G2 (cb3ccbb7)"


def test_a_private_key_is_refused_and_never_repeated(file: Path) -> None:
    key = private_key("p256", "Test Root").private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(pem(ROOT) + key)
    message = refusal(file)
    line = pem(ROOT).count(b"\n") + 1
    assert message == (
        f"roots.pem:{line}:1: this file contains a private key; remove it, a root needs only its certificate"
    )
    assert not any(part.decode() in message for part in key.splitlines()[1:-1])


def test_a_certificate_that_is_cut_off_is_refused_not_dropped(file: Path) -> None:
    whole = pem(ROOT)
    cut = pem(OTHER).rpartition(b"-----END")[0]
    line = whole.count(b"\n") + 1
    file.write_bytes(whole + cut)
    assert refusal(file) == f"roots.pem:{line}:1: the certificate that starts at line {line} has no end"
    file.write_bytes(cut + whole)
    assert "the certificate that starts at line 1 has no end" in refusal(file)


REFUSED = {
    "a leaf": (pem(LEAF), "roots.pem:1:1: this is not a CA certificate"),
    "a second certificate that is a leaf": (pem(ROOT) + pem(LEAF), "this is not a CA certificate"),
    "a CA without basicConstraints": (pem(NO_CONSTRAINTS), "this is not a CA certificate"),
    "another kind of block": (
        pem(ROOT).replace(b"CERTIFICATE", b"TRUSTED CERTIFICATE"),
        "roots.pem:1:1: only CERTIFICATE blocks are read",
    ),
    "a certificate in a comment": (b"#" + pem(ROOT), "roots.pem:1:1: only CERTIFICATE blocks are read"),
    "an end without a beginning": (b"-----END CERTIFICATE-----\n", "roots.pem:1:1: only CERTIFICATE blocks are read"),
    "broken base64": (
        b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
        "roots.pem:1:1: this certificate cannot be read",
    ),
    "DER that is cut off": (to_der(ROOT)[:-1], "roots.pem:1:1: this certificate cannot be read"),
    "nothing": (b"", "roots.pem:1:1: this certificate cannot be read"),
    "text": (b"hello", "roots.pem:1:1: this certificate cannot be read"),
    "UTF-16": (pem(ROOT).decode().encode("utf-16"), "this certificate cannot be read"),
    "a thousand and one": (pem(ROOT) * 1001, "roots.pem: the file contains more than 1000 certificates"),
    "too much": (pem(ROOT) + b"\n" * MAX_BYTES, "roots.pem: the file is larger than 1024 KiB"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_anything_but_certificates_of_cas_is_refused(case: str, file: Path) -> None:
    content, message = REFUSED[case]
    file.write_bytes(content)
    assert message in refusal(file)


def test_all_bad_files_are_reported_in_one_go(file: Path) -> None:
    file.write_bytes(pem(LEAF))
    with pytest.raises(InputErrors) as caught:
        load_declared_roots([file, file.parent / "none.pem"])
    assert len(caught.value.errors) == 2
