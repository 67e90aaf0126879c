"""The certificates that are shown differ from the good one in the one thing that is wrong with them."""

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from auditor.minting.authority import Authority, make_intermediate, make_leaf
from auditor.minting.certificate_builder import ValidityPeriod
from auditor.minting.keys import ec_key
from auditor.minting.server_certificates import NEEDS_AUTHORITY, ServerCertificateCase, ServerCertificates
from auditor.model.identity import Identity
from tests.probes.callers import AT, NAME, certificates, trusted

YEARS = ValidityPeriod(AT.replace(year=2030), AT.replace(year=2050))


def leaf(case: ServerCertificateCase, shown: ServerCertificates | None = None) -> x509.Certificate:
    return (shown or certificates()).identities(case, NAME)[0].certificate


def names(certificate: x509.Certificate) -> list[str]:
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return found.get_values_for_type(x509.DNSName)


def common_name(certificate: x509.Certificate) -> str | bytes:
    return certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value


def signed_by(certificate: x509.Certificate, authority: Authority) -> bool:
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize(
    "case",
    [
        ServerCertificateCase.GOOD,
        ServerCertificateCase.EXPIRED,
        ServerCertificateCase.WRONG_NAME,
        ServerCertificateCase.COMMON_NAME_ONLY,
        ServerCertificateCase.WILDCARD,
    ],
)
def test_cases_of_a_trusted_ca_are_signed_by_it(case: ServerCertificateCase) -> None:
    assert signed_by(leaf(case), trusted())


@pytest.mark.parametrize(
    "case", [ServerCertificateCase.SELF_SIGNED, ServerCertificateCase.FORGED_ISSUER, ServerCertificateCase.UNRELATED_CA]
)
def test_cases_that_nobody_should_trust_are_not(case: ServerCertificateCase) -> None:
    assert not signed_by(leaf(case), trusted())


def test_the_names_and_the_dates_are_those_of_the_case() -> None:
    assert names(leaf(ServerCertificateCase.GOOD)) == [NAME]
    assert (
        names(leaf(ServerCertificateCase.SELF_SIGNED))
        == names(leaf(ServerCertificateCase.FORGED_ISSUER))
        == names(leaf(ServerCertificateCase.EXPIRED))
        == [NAME]
    )
    assert (
        names(leaf(ServerCertificateCase.WRONG_NAME))
        == names(leaf(ServerCertificateCase.COMMON_NAME_ONLY))
        == ["another-name.invalid"]
    )
    assert (
        common_name(leaf(ServerCertificateCase.COMMON_NAME_ONLY)),
        common_name(leaf(ServerCertificateCase.WRONG_NAME)),
    ) == (
        NAME,
        "another-name.invalid",
    )
    assert names(leaf(ServerCertificateCase.WILDCARD)) == ["*.example.net"]
    for case in ServerCertificateCase:
        in_date = leaf(case).not_valid_before_utc <= AT <= leaf(case).not_valid_after_utc
        assert in_date == (case is not ServerCertificateCase.EXPIRED), case


def test_the_forged_issuer_has_the_name_and_the_key_identifier_of_the_root_and_another_key() -> None:
    _, root = certificates().identities(ServerCertificateCase.FORGED_ISSUER, NAME)[0].chain
    real = trusted().certificate
    assert root.subject == real.subject
    identifier = x509.SubjectKeyIdentifier
    assert root.extensions.get_extension_for_class(identifier) == real.extensions.get_extension_for_class(identifier)
    assert root.public_key() != real.public_key()


def test_both_kinds_of_key_are_shown_unless_the_good_certificate_has_one() -> None:
    kinds = {type(found.key) for found in certificates().identities(ServerCertificateCase.GOOD, NAME)}
    assert any(issubclass(kind, rsa.RSAPrivateKey) for kind in kinds)
    assert any(issubclass(kind, ec.EllipticCurvePrivateKey) for kind in kinds)


def test_the_operators_own_certificate_is_the_good_one_and_its_root_is_imitated() -> None:
    issuing = make_intermediate(trusted(), "Issuing", YEARS)
    key = ec_key()
    own = Identity((make_leaf(issuing, (NAME,), key, YEARS), issuing.certificate), key)
    shown = ServerCertificates(AT, good=own)
    assert shown.identities(ServerCertificateCase.GOOD, NAME) == (own,)
    (bad,) = shown.identities(ServerCertificateCase.FORGED_ISSUER, NAME)
    assert isinstance(bad.key, ec.EllipticCurvePrivateKey)
    assert bad.chain[-1].subject == trusted().certificate.subject
    identifier = x509.SubjectKeyIdentifier
    assert bad.chain[-1].extensions.get_extension_for_class(identifier).value == (
        trusted().certificate.extensions.get_extension_for_class(identifier).value
    )
    assert not any(shown.available(case) for case in NEEDS_AUTHORITY)


def test_what_lies_between_a_trusted_root_and_the_leaf_is_sent() -> None:
    issuing = make_intermediate(trusted(), "Issuing", YEARS)
    below = ServerCertificates(AT, authority=Identity((issuing.certificate, trusted().certificate), issuing.key))
    chain = below.identities(ServerCertificateCase.GOOD, NAME)[0].chain
    assert chain[1:] == (issuing.certificate,)
