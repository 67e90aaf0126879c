"""Certificates in every form: what is in them comes out, what is wrong is one sentence, and no key ever."""

import base64
import random
import re
from collections.abc import Callable
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs7,
    pkcs12,
)

from auditor.certificates.facts import facts
from auditor.errors import InputErrors
from auditor.inputs.certificates.bundles import MAX_CERTIFICATES, Bundle, read_bundle
from auditor.inputs.certificates.leaves import chains_of
from tests.certificates.keys import private_key, to_der
from tests.certificates.mint import AnchorSpec, Spec, mint, mint_chain, mint_request

ISSUING = Spec(subject="Issuing CA")
DERS, ANCHORS = mint_chain([Spec(), ISSUING])
LEAF, MIDDLE, ROOT = *DERS, ANCHORS[0].der
KEY = private_key("p256", "sbc.example.net")
assert isinstance(KEY, ec.EllipticCurvePrivateKey)
PUBLIC = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
REQUEST = mint_request(Spec())
PASSPHRASE = b"correct horse"
CERTIFICATES = [x509.load_der_x509_certificate(der) for der in DERS]


def nobody(_what: str) -> bytes | None:
    return None


def knows(_what: str) -> bytes | None:
    return PASSPHRASE


def pem(der: bytes, label: str = "CERTIFICATE") -> bytes:
    text = base64.encodebytes(der).replace(b"\n", b"")
    lines = b"\n".join(text[start : start + 64] for start in range(0, len(text), 64))
    return b"-----BEGIN %b-----\n%b\n-----END %b-----\n" % ((label.encode(), lines, label.encode()))


def key_pem(*, passphrase: bytes | None = None, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    assert isinstance(KEY, ec.EllipticCurvePrivateKey)
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return KEY.private_bytes(Encoding.PEM, form, encryption)


def key_der() -> bytes:
    assert isinstance(KEY, ec.EllipticCurvePrivateKey)
    return KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def p12(passphrase: bytes | None) -> bytes:
    assert isinstance(KEY, ec.EllipticCurvePrivateKey)
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"own", KEY, CERTIFICATES[0], CERTIFICATES[1:], encryption)


ROWS: dict[str, tuple[bytes, Bundle]] = {
    "one certificate in PEM": (pem(LEAF), Bundle("f", (LEAF,), ordered=True)),
    "a chain in PEM": (pem(LEAF) + pem(MIDDLE), Bundle("f", (LEAF, MIDDLE), ordered=True)),
    "a chain in another order": (pem(ROOT) + pem(MIDDLE) + pem(LEAF), Bundle("f", (ROOT, MIDDLE, LEAF), ordered=True)),
    "text between the blocks": (b"subject=x\n" + pem(LEAF) + b"\nissuer=y\n", Bundle("f", (LEAF,), ordered=True)),
    "line ends of Windows and a byte order mark": (
        b"\xef\xbb\xbf" + pem(LEAF).replace(b"\n", b"\r\n"),
        Bundle("f", (LEAF,), ordered=True),
    ),
    "the older label": (pem(LEAF, "X509 CERTIFICATE"), Bundle("f", (LEAF,), ordered=True)),
    "OpenSSL's trusted certificate": (
        pem(LEAF + b"\x30\x00", "TRUSTED CERTIFICATE"),
        Bundle("f", (LEAF,), ordered=True),
    ),
    "a certificate and its key": (pem(LEAF) + key_pem(), Bundle("f", (LEAF,), keys=(PUBLIC,), ordered=True)),
    "a key in its own form, with parameters": (
        b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        + key_pem(form=PrivateFormat.TraditionalOpenSSL)
        + pem(LEAF),
        Bundle("f", (LEAF,), keys=(PUBLIC,), ordered=True),
    ),
    "a request": (pem(REQUEST, "CERTIFICATE REQUEST"), Bundle("f", requests=(REQUEST,), ordered=True)),
    "a request by its older label": (
        pem(REQUEST, "NEW CERTIFICATE REQUEST"),
        Bundle("f", requests=(REQUEST,), ordered=True),
    ),
    "PKCS #7 in PEM": (
        pkcs7.serialize_certificates(CERTIFICATES, Encoding.PEM),
        Bundle("f", (LEAF, MIDDLE), ordered=True),
    ),
    "a certificate in DER": (LEAF, Bundle("f", (LEAF,))),
    "a request in DER": (REQUEST, Bundle("f", requests=(REQUEST,))),
    "a key in DER": (key_der(), Bundle("f", keys=(PUBLIC,))),
    "PKCS #7 in DER": (pkcs7.serialize_certificates(CERTIFICATES, Encoding.DER), Bundle("f", (LEAF, MIDDLE))),
    "PKCS #12 without a passphrase": (p12(None), Bundle("f", (LEAF, MIDDLE), keys=(PUBLIC,))),
}


def same(found: Bundle, expected: Bundle) -> bool:
    """PKCS #7 is a set: DER sorts it."""
    return (
        sorted(found.certificates) == sorted(expected.certificates)
        and (found.certificates == expected.certificates or not expected.ordered or len(expected.certificates) == 2)
        and (found.requests, found.keys, found.closed_keys, found.ordered)
        == (expected.requests, expected.keys, expected.closed_keys, expected.ordered)
    )


@pytest.mark.parametrize("name", ROWS)
def test_what_is_in_a_file_comes_out(name: str) -> None:
    content, expected = ROWS[name]
    assert same(read_bundle(content, "f", nobody), expected)


@pytest.mark.parametrize(
    "make", [lambda: p12(PASSPHRASE), lambda: pem(LEAF) + pem(MIDDLE) + key_pem(passphrase=PASSPHRASE)]
)
def test_what_is_encrypted_is_opened_with_the_passphrase(make: Callable[[], bytes]) -> None:
    bundle = read_bundle(make(), "f", knows)
    assert (set(bundle.certificates), bundle.keys) == ({LEAF, MIDDLE}, (PUBLIC,))


def test_an_encrypted_key_without_a_passphrase_is_counted_and_no_more() -> None:
    assert read_bundle(pem(LEAF) + key_pem(passphrase=PASSPHRASE), "f", nobody).closed_keys == 1


def test_the_passphrase_is_asked_for_only_when_something_is_encrypted() -> None:
    asked: list[str] = []

    def ask(what: str) -> bytes:
        asked.append(what)
        return PASSPHRASE

    for content in (pem(LEAF) + key_pem(), p12(None), LEAF, REQUEST):
        read_bundle(content, "f", ask)
    assert asked == []
    read_bundle(p12(PASSPHRASE), "own.p12", ask)
    assert asked == ["the PKCS #12 own.p12"]


HALF = pem(LEAF)[:300]
WRONG: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "f: the file is empty; certificates are read as PEM, DER, PKCS #7 and PKCS #12"),
    "white space": (b" \n", "f: the file is empty; certificates are read as PEM, DER, PKCS #7 and PKCS #12"),
    "binary": (bytes(range(256)), "f: the file is neither PEM nor DER; certificates are read as"),
    "a block without an end": (b"x\n" + HALF, 'f:2: the block "CERTIFICATE" that starts here has no end'),
    "a block inside another": (HALF + b"\n" + pem(LEAF), "f:1: the block"),
    "no base64": (pem(LEAF).replace(b"M", b"!"), "f:1: the CERTIFICATE is not in base64"),
    "no certificate": (pem(b"\x30\x03\x02\x01\x01"), "f:1: a certificate cannot be read"),
    "two that cannot be read": (pem(b"\x30\x00") + pem(LEAF) + pem(b"\x30\x01"), "f:1: a certificate cannot be read"),
    "only parameters": (
        pem(b"\x06\x00", "EC PARAMETERS"),
        "f: the file contains no certificate and no request: it contains EC PARAMETERS",
    ),
    "a truncated certificate": (LEAF[:-20], "f: a certificate cannot be read"),
    "DER of another kind": (b"\x30\x03\x02\x01\x01", "f: this DER is not a certificate"),
    "a Java key store": (bytes.fromhex("feedfeed00000002"), "f: this is a Java key store in the old JKS format"),
    "PKCS #12 without its passphrase": (p12(PASSPHRASE), "f: this PKCS #12 cannot be opened: the passphrase is"),
    "a key that is none": (
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "f:1: this private key cannot be read",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_in_one_sentence_with_its_line(name: str) -> None:
    content, message = WRONG[name]
    with pytest.raises(InputErrors) as raised:
        read_bundle(content, "f", nobody)
    first = str(raised.value.errors[0])
    assert first.startswith(message)
    assert "\n" not in first


def test_every_block_that_is_wrong_is_named_in_one_go() -> None:
    with pytest.raises(InputErrors) as raised:
        read_bundle(WRONG["two that cannot be read"][0], "f", nobody)
    assert len(raised.value.errors) == 2


def test_a_wrong_passphrase_is_said_and_not_repeated() -> None:
    for content in (p12(b"another"), pem(LEAF) + key_pem(passphrase=b"another")):
        with pytest.raises(InputErrors, match="passphrase") as raised:
            read_bundle(content, "f", knows)
        assert PASSPHRASE.decode() not in str(raised.value)


def test_a_file_of_too_many_certificates_is_refused() -> None:
    with pytest.raises(InputErrors, match="more than 1000 certificates"):
        read_bundle(pem(LEAF) * (MAX_CERTIFICATES + 1), "f", nobody)


def public_roots() -> list[bytes]:
    """Every certificate of certifi, and of Debian's ca-certificates where they are installed."""
    certifi_roots = Path(certifi.where()).read_bytes()
    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", certifi_roots, re.DOTALL)
    debian = sorted(Path("/usr/share/ca-certificates").glob("**/*.crt"))
    return blocks + [file.read_bytes() for file in debian]


def test_every_public_root_is_read_alone_and_all_of_them_together() -> None:
    roots = public_roots()
    assert len(roots) > 100
    for content in roots:
        bundle = read_bundle(content, "f", nobody)
        (chain,) = chains_of(bundle)
        assert facts(chain.leaf).certificate_authority
    together = read_bundle(Path(certifi.where()).read_bytes(), "f", nobody)
    assert len(chains_of(together)) > 100


CANARY = b"".join(key_pem().splitlines()[1:-1])[10:40]


def mutated(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(changed))
        match chance.randrange(4):
            case 0:
                changed[place] = chance.randrange(256)
            case 1:
                del changed[place : place + chance.randint(1, 40)]
            case 2:
                changed[place:place] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 20)))
            case _:
                changed[place:place] = changed[: chance.randint(1, 200)]
        if not changed:
            return b""
    return bytes(changed)


@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_mutated_files_give_a_bundle_or_a_sentence_and_never_a_key(seed: int) -> None:
    chance = random.Random(seed)
    forms = [content for content, _ in ROWS.values()] + [p12(PASSPHRASE), pem(LEAF) + key_pem(passphrase=PASSPHRASE)]
    lengths: set[int] = set()
    for _ in range(100):
        content = mutated(chance.choice(forms), chance)
        try:
            bundle = read_bundle(content, "f", knows)
            chains_of(bundle)
            shown = [repr(bundle)]
        except InputErrors as wrong:
            shown = [str(error) for error in wrong.errors]
            lengths.add(max(map(len, shown)))
        assert not any(CANARY.decode() in text or not text.isprintable() for text in shown)
    assert max(lengths) < 400


def test_a_leaf_is_found_in_any_order_and_its_place_is_kept() -> None:
    for order, place in (((LEAF, MIDDLE, ROOT), 1), ((ROOT, MIDDLE, LEAF), 3), ((MIDDLE, LEAF), 2)):
        (chain,) = chains_of(Bundle("f", order, ordered=True))
        assert (chain.leaf, chain.leaf_position) == (LEAF, place)
        assert set(chain.certificates) == set(order)


def test_forms_without_an_order_are_put_into_one() -> None:
    (chain,) = chains_of(Bundle("f", (ROOT, LEAF, MIDDLE)))
    assert (chain.certificates, chain.leaf_position) == ((LEAF, MIDDLE, ROOT), None)


def test_two_leaves_have_a_chain_each_with_what_certifies_them() -> None:
    other, _ = mint_chain([Spec(key="rsa2048"), Spec(subject="RSA CA")])
    first, second = chains_of(Bundle("f", (LEAF, MIDDLE, *other), ordered=True))
    assert (first.certificates, second.certificates) == (DERS, other)


def test_a_root_in_two_versions_is_one_and_neither_certifies_the_other() -> None:
    twice = tuple(to_der(mint(AnchorSpec(serial=number), AnchorSpec())) for number in (5, 6))
    assert [chain.leaf for chain in chains_of(Bundle("f", twice, ordered=True))] == [twice[0]]


def test_a_self_signed_certificate_that_calls_itself_a_ca_is_taken_by_its_key() -> None:
    own = Spec(subject="sbc.example.net", ca=True)
    selfsigned = to_der(mint(own, own))
    (chain,) = chains_of(Bundle("f", (ROOT, selfsigned), keys=(PUBLIC,), ordered=True))
    assert chain.leaf == selfsigned


def test_a_certificate_that_stands_there_twice_is_kept_twice() -> None:
    (chain,) = chains_of(Bundle("f", (LEAF, LEAF, MIDDLE), ordered=True))
    assert chain.certificates == (LEAF, LEAF, MIDDLE)


def test_pkcs7_with_a_certificate_of_no_known_version_is_one_sentence() -> None:
    """cryptography's InvalidVersion is no ValueError."""
    content = pkcs7.serialize_certificates(CERTIFICATES[:1], Encoding.DER)
    version = b"\xa0\x03\x02\x01\x02"
    assert content.count(version) == 1
    with pytest.raises(InputErrors, match="contains no readable certificate"):
        read_bundle(content.replace(version, version[:-1] + b"\x2a"), "f", nobody)


def test_a_pkcs12_in_ber_is_read_without_a_warning(recwarn: pytest.WarningsRecorder) -> None:
    der = p12(None)
    assert der[1] == 0x82
    ber = b"\x30\x80" + der[4:] + bytes(2)
    assert read_bundle(ber, "f", nobody) == read_bundle(der, "f", nobody)
    assert not recwarn.list
