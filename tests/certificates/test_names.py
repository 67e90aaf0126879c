"""Names as they are compared; the vectors of certificate-name-mismatch hold the certificates."""

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from auditor.certificates.distinguished import same_name
from auditor.certificates.names import Match, match_address, match_name, presented_names, reference_name, sip_identity
from auditor.model.target import Service
from tests.certificates.mint import AnchorSpec, Spec, mint


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("sip:example.net", "example.net"),
        ("SIP:Example.NET", "example.net"),
        ("sip:example.net:5061", "example.net"),
        ("sip:example.net;transport=tls", "example.net"),
        ("sip:example.net:5061;lr?header=1", "example.net"),
        ("sip:user@example.net", None),
        ("sip:user:password@example.net", None),
        ("sip:example.net;x=@evil.example", None),
        ("sips:example.net", None),
        ("https://example.net", None),
        ("sip://example.net", None),
        ("sip:example.net:", None),
        ("sip:example.net:5061:5061", None),
        ("sip:example.net:port", None),
        ("sip:example.net:²", None),
        ("sip:[2001:db8::1]", None),
        ("sip:*.example.net", None),
        ("sip:example.net.", None),
        ("sip:example.net\x00.evil.example", None),
        ("sip:", None),
        ("example.net", None),
        ("", None),
    ],
)
def test_a_sip_identity_is_the_host_of_a_sip_uri_without_a_user(uri: str, host: str | None) -> None:
    assert sip_identity(uri) == host


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("SBC.Example.net", "sbc.example.net"),
        ("sbc.example.net.", "sbc.example.net"),
        ("_sip.example.net", "_sip.example.net"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
    ],
)
def test_a_name_is_compared_in_lower_case_a_labels(name: str, compared: str) -> None:
    assert reference_name(name) == compared


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a..b",
        "-a.example",
        "a-.example",
        "a b",
        "*.example",
        "a\x00b",
        "a" * 64,
        "\uff53\uff42\uff43.example",
        "\u202e.example",
    ],
)
def test_what_is_no_host_name_is_refused_with_one_sentence(name: str) -> None:
    with pytest.raises(ValueError, match="the expected name is not a valid host name"):
        reference_name(name)


@pytest.mark.parametrize("name", ["a." * 126 + "a", ".".join(["a" * 63] * 3)])
def test_long_names_are_names_up_to_253_characters(name: str) -> None:
    assert reference_name(name) == name
    with pytest.raises(ValueError, match="not a valid host name"):
        reference_name(f"{'b' * 63}.{name}")


def test_an_address_matches_no_dns_name_and_a_name_no_address() -> None:
    leaf = mint(Spec(names=("DNS:192.0.2.1", "IP:192.0.2.2")), AnchorSpec(), leaf=True)

    assert match_name(leaf, "192.0.2.1", Service.HTTPS) is Match.NONE
    assert match_name(leaf, "192.0.2.2", Service.HTTPS) is Match.EXACT
    assert match_address(leaf, "192.0.2.1") is Match.NONE
    assert match_address(leaf, "sbc.example.net") is Match.NONE


def test_an_address_is_no_wildcard_and_no_mapped_form_of_another() -> None:
    leaf = mint(Spec(names=("IP:192.0.2.1", "DNS:*.0.2.9")), AnchorSpec(), leaf=True)

    assert match_address(leaf, "::ffff:192.0.2.1") is Match.NONE
    assert match_name(leaf, "192.0.2.9", Service.HTTPS) is Match.NONE


def test_without_any_name_nothing_is_presented() -> None:
    leaf = mint(Spec(dn=(), names=()), AnchorSpec(), leaf=True)
    assert presented_names(leaf, Service.SIP) == presented_names(leaf, Service.HTTPS) == ()


@given(st.text(max_size=60))
def test_any_text_is_a_sip_identity_in_lower_case_or_none(text: str) -> None:
    host = sip_identity(text)
    assert host is None or reference_name(host) == host


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Test Root", "Test Root", True),
        ("Test Root", "TEST  root ", True),
        ("Test Root", "TestRoot", False),
        ("Test Root", "Test Root 2", False),
    ],
)
def test_distinguished_names_are_equal_but_for_case_and_spaces(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a column of the table
    names = [mint(Spec(subject=text), AnchorSpec()).subject for text in (one, other)]
    assert same_name(*names) is same


def test_the_order_of_the_parts_of_a_name_matters() -> None:
    first = mint(Spec(dn=(("O", "a"), ("CN", "b"))), AnchorSpec()).subject
    second = mint(Spec(dn=(("CN", "b"), ("O", "a"))), AnchorSpec()).subject
    assert not same_name(first, second)


def test_parts_of_a_name_that_are_no_text_are_compared_as_they_are() -> None:
    def name(identifier: bytes) -> x509.Name:
        part = x509.NameAttribute(NameOID.X500_UNIQUE_IDENTIFIER, identifier, _ASN1Type.BitString)
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a"), part])

    assert same_name(name(b"\x01"), name(b"\x01"))
    assert not same_name(name(b"\x01"), name(b"\x02"))
