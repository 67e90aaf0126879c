"""Trust stores: what is read of one, and one clear error for everything that is none."""

import base64
import hashlib
import random
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from auditor.errors import InputErrors
from auditor.inputs.certificates import trust_stores
from auditor.inputs.certificates.bundles import Bundle
from auditor.inputs.certificates.trust_stores import MAX_BYTES, _excluded, observe_trust_stores
from auditor.model.observation import TrustStoreSeen
from auditor.model.target import Perspective
from tests.certificates.keys import private_key, to_der
from tests.certificates.mint import AT, Spec, mint, mint_request, pinned
from tests.inputs.certificates.test_bundles import mutated, pem

G2, G3 = (to_der(pinned(f"digicert-global-root-{name}")) for name in ("g2", "g3"))
SERVER, CLIENT, ANY = (bytes.fromhex(oid) for oid in ("06082b06010505070301", "06082b06010505070302", "0604551d2500"))
MAIL = bytes.fromhex("06082b06010505070304")
TRUST, REJECT = 0x30, 0xA0


def der(tag: int, *inner: bytes) -> bytes:
    content = b"".join(inner)
    return bytes([tag, len(content)]) + content


def trusted(certificate: bytes, settings: bytes) -> bytes:
    text = base64.encodebytes(certificate + settings).decode()
    return f"-----BEGIN TRUSTED CERTIFICATE-----\n{text}-----END TRUSTED CERTIFICATE-----\n".encode()


def store(content: bytes) -> TrustStoreSeen:
    (target,), (seen,) = observe_trust_stores([("roots.pem", content)], lambda _what: None, AT)
    assert (target.name, target.perspective) == ("roots.pem", Perspective.TRUST_STORE)
    assert isinstance(seen, TrustStoreSeen)
    return seen


def test_every_certificate_is_kept_in_its_order_and_as_often_as_it_is_there() -> None:
    seen = store(b"# roots\n" + pem(G2) + b"G3\n" + pem(G3) + pem(G2))
    assert (seen.certificates, seen.settings) == ((G2, G3, G2), ())


def test_one_root_in_der_is_a_store() -> None:
    assert store(G2).certificates == (G2,)


def test_a_store_may_be_pkcs_12_as_java_writes_it() -> None:
    others = [pkcs12.PKCS12Certificate(pinned("digicert-global-root-g2"), b"g2")]
    content = pkcs12.serialize_java_truststore(others, NoEncryption())
    assert store(content).certificates == (G2,)


@pytest.mark.parametrize(
    ("settings", "excluded"),
    [
        (b"", ()),
        (der(TRUST), ()),
        (der(TRUST, der(0x0C, b"alias")), ()),
        (der(TRUST, der(TRUST, SERVER, CLIENT)), ()),
        (der(TRUST, der(TRUST, ANY)), ()),
        (der(TRUST, der(TRUST, SERVER)), ("clientAuth",)),
        (der(TRUST, der(TRUST, MAIL)), ("serverAuth", "clientAuth")),
        (der(TRUST, der(REJECT, SERVER)), ("serverAuth",)),
        (der(TRUST, der(REJECT, MAIL)), ()),
        (der(TRUST, der(REJECT, ANY)), ("serverAuth", "clientAuth")),
        (der(TRUST, der(TRUST, SERVER, CLIENT), der(REJECT, CLIENT), der(0x0C, b"alias")), ("clientAuth",)),
    ],
)
def test_openssl_s_settings_exclude_purposes(settings: bytes, excluded: tuple[str, ...]) -> None:
    seen = store(pem(G3) + trusted(G2, settings))
    assert seen.certificates == (G3, G2)
    found = {setting.sha256: setting.excluded for setting in seen.settings}
    assert found == ({hashlib.sha256(G2).hexdigest(): excluded} if excluded else {})


@pytest.mark.parametrize(
    "settings",
    [
        b"\x30", b"\x30\x05\x30", b"\x02\x01\x00", b"\x30\x00\x30\x00", b"\x30\x83\x00\x00\x00", b"\x30\x82\x01",
        der(TRUST, der(TRUST, b"\x02\x01\x00")), b"\x30\x82\x00\x03\x30\x81",
    ],
)  # fmt: skip
def test_settings_that_cannot_be_read_exclude_everything(settings: bytes) -> None:
    assert _excluded(settings) == ("serverAuth", "clientAuth")


def test_settings_may_be_long() -> None:
    assert _excluded(b"\x30\x82\x00\x0d\x30\x81\x0a" + SERVER) == ("clientAuth",)


def test_no_settings_whatever_they_are_raise() -> None:
    rng = random.Random(9)
    good = der(TRUST, der(TRUST, SERVER, CLIENT), der(REJECT, MAIL))
    for _ in range(2000):
        _excluded(mutated(good, rng))


EMPTY_PKCS7 = bytes.fromhex("302306092a864886f70d010702a01630140201013100300b06092a864886f70d0107013100")
KEY = private_key("p256", "k").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
REQUEST = base64.encodebytes(mint_request(Spec())).decode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty; certificates are read as PEM, DER, PKCS #7 and PKCS #12"),
        (b"hello", "the file is neither PEM nor DER"),
        (pem(G2)[:-10], "roots.pem:1: the block"),
        (b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "the CERTIFICATE is not in base64"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "roots.pem:1: a certificate cannot be"),
        (pem(G2) + KEY, "this file contains a private key, so it is no trust store"),
        (
            pem(G2) + f"-----BEGIN CERTIFICATE REQUEST-----\n{REQUEST}-----END CERTIFICATE REQUEST-----\n".encode(),
            "this file contains a certification request",
        ),
        (bytes.fromhex("feedfeed") + bytes(20), "this is a Java key store in the old JKS format"),
        (EMPTY_PKCS7, "certificate"),
        (pem(G2) * 1001, "the file contains more than 1000 certificates"),
        (b" " * (MAX_BYTES + 1), "the file is larger than 4096 KiB, the limit"),
    ],
)
def test_what_is_no_trust_store_is_one_error(content: bytes, message: str) -> None:
    with pytest.raises(InputErrors) as raised:
        store(content)
    (error,) = raised.value.errors
    assert message in str(error)


def test_a_directory_and_a_file_that_is_not_there_are_errors_and_so_is_a_file_twice(tmp_path: Path) -> None:
    (tmp_path / "roots.pem").write_bytes(pem(G2))
    with pytest.raises(InputErrors) as raised:
        observe_trust_stores(
            [tmp_path, tmp_path / "none.pem", tmp_path / "roots.pem", tmp_path / "roots.pem"], lambda _what: None, AT
        )
    said = "\n".join(map(str, raised.value.errors))
    assert len(raised.value.errors) == 3
    assert all(text in said for text in ("a trust store is one file", "the file cannot be read", "is listed twice"))


def test_a_name_that_is_hostile_is_made_safe() -> None:
    (target,), _ = observe_trust_stores([("a\x1b[31m\nb", pem(G2))], lambda _what: None, AT)
    assert target.name.isprintable()


def test_a_store_may_hold_what_is_no_root() -> None:
    leaf = to_der(mint(Spec(), Spec(subject="Root"), leaf=True))
    assert store(pem(leaf)).certificates == (leaf,)


def test_a_file_in_which_nothing_is_found_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_stores, "read_bundle", lambda _content, file, _passphrase: Bundle(file))
    with pytest.raises(InputErrors, match="this file contains no certificate"):
        store(b"")
