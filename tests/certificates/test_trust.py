"""Where chains end: paths, validation and the order of preference."""

from datetime import timedelta

import pytest

from auditor.certificates import Status, Trust
from auditor.certificates.path import issued_by
from tests.certificates.judged import ISSUING, LEAF, trust
from tests.certificates.mint import AT, AnchorSpec, Spec, mint


def subjects(found: Trust) -> list[str]:
    return [certificate.subject.rfc4514_string() for certificate in found.path]


def test_a_good_chain_is_trusted_and_its_path_runs_from_leaf_to_anchor() -> None:
    found = trust(LEAF, ISSUING)

    assert found.status is Status.TRUSTED
    assert found.anchor is not None
    assert found.anchor.name == "test-root"
    assert subjects(found) == ["CN=sbc.example.net", "CN=Issuing CA", "CN=Test Root"]
    assert (found.reasons, found.strict_reasons, found.moment) == ((), (), AT)


@pytest.mark.parametrize("kind", ["rsa2048", "rsa3072", "p256", "p384", "p521"])
def test_chains_of_every_common_key_type_are_trusted(kind: str) -> None:
    key = {"key": kind}
    found = trust(Spec.model_validate(key), Spec.model_validate(key | {"subject": "Issuing CA"}))
    assert found.status is Status.TRUSTED


def test_a_leaf_may_have_an_ed25519_key() -> None:
    assert trust(Spec(key="ed25519"), ISSUING).status is Status.TRUSTED


def test_an_ed25519_issuer_cannot_be_judged_and_is_not_refused() -> None:
    found = trust(LEAF, Spec(subject="Issuing CA", key="ed25519"))

    assert found.status is Status.UNJUDGED
    assert found.anchor is not None
    assert "the chain's public key" in found.reasons[0]


def test_validation_is_made_at_the_nearest_moment_at_which_everything_is_in_date() -> None:
    late = trust(Spec(not_before="-90d", not_after="-2d"), ISSUING)
    early = trust(Spec(not_before="+3d"), ISSUING)

    assert (late.status, late.moment) == (Status.TRUSTED, AT - timedelta(days=2))
    assert (early.status, early.moment) == (Status.TRUSTED, AT + timedelta(days=3))


def test_an_expired_anchor_is_a_status_of_its_own() -> None:
    found = trust(LEAF, ISSUING, anchors=(AnchorSpec(not_after="-1s"),))
    assert (found.status, found.reasons) == (Status.ANCHOR_EXPIRED, ())


def test_a_refusal_outranks_an_expired_anchor() -> None:
    found = trust(LEAF, Spec(subject="Issuing CA", ca=False), anchors=(AnchorSpec(not_after="-1s"),))
    assert found.status is Status.REJECTED


def test_an_expired_anchor_and_certificates_never_valid_together_leave_validation_open() -> None:
    found = trust(LEAF, ISSUING, anchors=(AnchorSpec(not_after="-11d"),))

    assert found.status is Status.ANCHOR_EXPIRED
    assert found.moment is None
    assert not found.judgement.accepted


@pytest.mark.parametrize(
    "chain",
    [
        [
            Spec(issuer="Issuing CA"),
            Spec(subject="Policy CA", issuer="Test Root"),
            Spec(subject="Issuing CA", issuer="Policy CA"),
        ],
        [Spec(issuer="Issuing CA"), Spec(anchor="test-root"), Spec(subject="Issuing CA", issuer="Test Root")],
        [Spec(issuer="Issuing CA"), Spec(subject="Issuing CA", issuer="Test Root"), Spec(repeat=1), Spec(repeat=0)],
        [
            Spec(issuer="Issuing CA"),
            Spec(subject="Stray", issuer="Stray"),
            Spec(subject="Issuing CA", issuer="Test Root"),
        ],
    ],
    ids=["wrong order", "root in the middle", "duplicates", "stray certificate"],
)
def test_disorder_does_not_change_where_a_chain_ends(chain: list[Spec]) -> None:
    assert trust(*chain).status is Status.TRUSTED


def test_a_wrong_cross_certificate_in_front_does_not_hide_the_right_one() -> None:
    found = trust(
        Spec(issuer="Issuing CA"),
        Spec(subject="Issuing CA", issuer="Elsewhere"),
        Spec(subject="Issuing CA", issuer="Test Root", ca=False),
        Spec(subject="Issuing CA", issuer="Test Root"),
    )
    assert found.status is Status.TRUSTED


def test_of_two_anchors_the_one_in_date_is_taken() -> None:
    anchors = (AnchorSpec(name="old", subject="Old Root", not_after="-1d"), AnchorSpec(name="new", subject="New Root"))
    chain = (
        Spec(issuer="Issuing CA"),
        Spec(subject="Issuing CA", issuer="Old Root"),
        Spec(subject="Issuing CA", issuer="New Root"),
    )
    for order in (anchors, anchors[::-1]):
        found = trust(*chain, anchors=order)
        assert found.anchor is not None
        assert found.anchor.name == "new"


def test_a_root_issued_again_with_the_same_key_is_the_same_anchor() -> None:
    again = Spec(subject="Test Root", issuer="Test Root", not_after="+9000d")
    assert trust(LEAF, Spec(subject="Issuing CA", issuer="Test Root"), again).status is Status.TRUSTED


def test_the_strict_profile_speaks_only_of_what_rfc_5280_accepts() -> None:
    sloppy = {"key_identifiers": False}
    accepted = trust(Spec.model_validate(sloppy), ISSUING)
    refused = trust(Spec.model_validate(sloppy), Spec(subject="Issuing CA", ca=False))

    assert accepted.status is Status.TRUSTED
    assert len(accepted.strict_reasons) == 1
    assert refused.strict_reasons == ()


def test_of_two_paths_the_one_that_can_be_judged_is_taken() -> None:
    found = trust(
        Spec(issuer="Issuing CA"),
        Spec(subject="Issuing CA", issuer="Edwards CA"),
        Spec(subject="Edwards CA", issuer="Test Root", key="ed25519"),
        Spec(subject="Issuing CA", issuer="Policy CA"),
        Spec(subject="Policy CA", issuer="Test Root"),
    )
    assert found.status is Status.TRUSTED


def test_one_second_in_which_everything_is_in_date_is_enough_to_judge() -> None:
    found = trust(LEAF, Spec(subject="Issuing CA", not_after="-10d"))
    assert (found.status, found.moment) == (Status.TRUSTED, AT - timedelta(days=10))


def test_the_key_alone_does_not_make_an_issuer() -> None:
    child = mint(Spec(), AnchorSpec(), leaf=True)
    renamed = mint(Spec(subject="Renamed", key_of="Test Root"), AnchorSpec())

    assert issued_by(child, mint(AnchorSpec(), AnchorSpec()))
    assert not issued_by(child, renamed)
