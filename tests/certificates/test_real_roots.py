"""The pinned roots are those of their owners: fingerprints, dates and keys, as published."""

from datetime import UTC, datetime

import pytest

from auditor.certificates import Status, anchor_of, facts
from auditor.certificates.ending import well_known_roots
from auditor.certificates.path import self_signed
from auditor.model.trust_anchor import TrustAnchor
from tests.certificates.keys import to_der
from tests.certificates.mint import AT, ROOTS, pinned

PUBLISHED = {
    "digicert-global-root-g2": (
        "cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f",
        datetime(2013, 8, 1, 12, tzinfo=UTC),
        datetime(2038, 1, 15, 12, tzinfo=UTC),
        "RSA 2048",
        "sha256WithRSAEncryption",
    ),
    "baltimore-cybertrust-root": (
        "16af57a9f676b0ab126095aa5ebadef22ab31119d644ac95cd4b93dbf3f26aeb",
        datetime(2000, 5, 12, 18, 46, tzinfo=UTC),
        datetime(2025, 5, 12, 23, 59, tzinfo=UTC),
        "RSA 2048",
        "sha1WithRSAEncryption",
    ),
    "digicert-global-root-ca": (
        "4348a0e9444c78cb265e058d5e8944b4d84f9662bd26db257f8934a443c70161",
        datetime(2006, 11, 10, tzinfo=UTC),
        datetime(2031, 11, 10, tzinfo=UTC),
        "RSA 2048",
        "sha1WithRSAEncryption",
    ),
    "digicert-global-root-g3": (
        "31ad6648f8104138c738f39ea4320133393e3a18cc02296ef97c2ac9ef6731d0",
        datetime(2013, 8, 1, 12, tzinfo=UTC),
        datetime(2038, 1, 15, 12, tzinfo=UTC),
        "EC secp384r1",
        "ecdsa-with-SHA384",
    ),
    "digicert-tls-rsa4096-root-g5": (
        "371a00dc0533b3721a7eeb40e8419e70799d2b0a0f2c1d80693165f7cec4ad75",
        datetime(2021, 1, 15, tzinfo=UTC),
        datetime(2046, 1, 14, 23, 59, 59, tzinfo=UTC),
        "RSA 4096",
        "sha384WithRSAEncryption",
    ),
    "digicert-tls-ecc-p384-root-g5": (
        "018e13f0772532cf809bd1b17281867283fc48c6e13be9c69812854a490c1b05",
        datetime(2021, 1, 15, tzinfo=UTC),
        datetime(2046, 1, 14, 23, 59, 59, tzinfo=UTC),
        "EC secp384r1",
        "ecdsa-with-SHA384",
    ),
    "microsoft-rsa-root-certificate-authority-2017": (
        "c741f70f4b2a8d88bf2e71c14122ef53ef10eba0cfa5e64cfa20f418853073e0",
        datetime(2019, 12, 18, 22, 51, 22, tzinfo=UTC),
        datetime(2042, 7, 18, 23, 0, 23, tzinfo=UTC),
        "RSA 4096",
        "sha384WithRSAEncryption",
    ),
    "microsoft-ecc-root-certificate-authority-2017": (
        "358df39d764af9e1b766e9c972df352ee15cfac227af6ad1d70e8e4a6edcba02",
        datetime(2019, 12, 18, 23, 6, 45, tzinfo=UTC),
        datetime(2042, 7, 18, 23, 16, 4, tzinfo=UTC),
        "EC secp384r1",
        "ecdsa-with-SHA384",
    ),
}


def test_every_pinned_root_is_checked_here() -> None:
    assert {path.stem for path in ROOTS.glob("*.pem")} == set(PUBLISHED)


@pytest.mark.parametrize("stem", PUBLISHED)
def test_a_pinned_root_is_the_published_one(stem: str) -> None:
    found = facts(to_der(pinned(stem)))

    seen = (found.sha256, found.not_before, found.not_after, found.key, found.signature_algorithm)
    assert seen == PUBLISHED[stem]
    assert found.certificate_authority
    assert found.subject == found.issuer
    assert self_signed(pinned(stem))


def test_the_serial_number_of_a_pinned_root_is_upper_case_hexadecimal() -> None:
    assert facts(to_der(pinned("digicert-global-root-g2"))).serial_number == "33AF1E6A711A9A0BB2864B11D09FAE5"


def test_the_default_roots_are_told_apart_as_alive_and_dead() -> None:
    g2, baltimore = (
        TrustAnchor(stem, to_der(pinned(stem))) for stem in ("digicert-global-root-g2", "baltimore-cybertrust-root")
    )
    for anchor in (g2, baltimore):
        found = anchor_of([anchor.der], [g2, baltimore], AT)
        assert found.anchor == anchor
        assert found.status is Status.REJECTED  # a root is nobody's endpoint certificate


def test_the_public_roots_that_explain_chains_include_g2_and_no_longer_baltimore() -> None:
    assert pinned("digicert-global-root-g2") in well_known_roots()
    assert pinned("baltimore-cybertrust-root") not in well_known_roots()
