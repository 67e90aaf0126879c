"""Where chains end: paths, validation, bounds and the order of preference."""

from datetime import timedelta

import pytest

from auditor.model.rule import TrustAnchor
from auditor.x509 import Status, Trust, anchor_of
from auditor.x509.ending import EndingKind
from auditor.x509.path import MAX_PATHS, MAX_SIGNATURES, find_paths
from auditor.x509.read import MAX_BYTES, MAX_CERTIFICATES, read
from tests.x509.mint import AT, AnchorSpec, Spec, mint, mint_chain, to_der

LEAF = Spec()
ISSUING = Spec(subject="Issuing CA")


def trust(*chain: Spec, anchors: tuple[AnchorSpec, ...] = (AnchorSpec(),)) -> Trust:
    return anchor_of(*mint_chain(chain, anchors), AT)


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
    assert "such a public key" in found.reasons[0]


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


def test_the_name_of_the_anchor_does_not_help_without_its_key() -> None:
    sent = trust(LEAF, ISSUING, Spec(subject="Test Root", issuer="Test Root", key_of="x", signed_with="x"))

    assert sent.status is Status.NO_PATH
    assert sent.anchor is None
    assert sent.ending is not None
    assert sent.ending.kind is EndingKind.ROOT_SENT
    assert sent.ending.impostor is not None


def test_a_chain_below_a_well_known_public_root_says_so() -> None:
    g3 = AnchorSpec(name="g3", file="digicert-global-root-g3")
    (g3_der,) = (anchor.der for anchor in mint_chain([Spec()], (g3,))[1])
    found = anchor_of([g3_der], mint_chain([Spec()])[1], AT)

    assert found.ending is not None
    assert found.ending.kind is EndingKind.SELF_SIGNED
    assert found.ending.root is not None


def test_no_certificate_is_malformed() -> None:
    assert anchor_of([], (), AT).status is Status.MALFORMED


def test_rubbish_is_malformed_wherever_it_stands() -> None:
    chain, anchors = mint_chain([LEAF, ISSUING])

    assert anchor_of([b"rubbish", *chain], anchors, AT).status is Status.MALFORMED
    assert anchor_of([*chain, b"rubbish"], anchors, AT).status is Status.MALFORMED
    assert anchor_of(chain, [TrustAnchor("x", b"rubbish")], AT).status is Status.MALFORMED


def test_too_many_certificates_and_too_many_bytes_are_not_read() -> None:
    (leaf, issuing), anchors = mint_chain([LEAF, ISSUING])

    assert anchor_of([leaf, *[issuing] * (MAX_CERTIFICATES - 1)], anchors, AT).status is Status.TRUSTED
    assert anchor_of([leaf, *[issuing] * MAX_CERTIFICATES], anchors, AT).status is Status.LIMIT
    assert anchor_of([leaf, issuing, bytes(MAX_BYTES)], anchors, AT).status is Status.LIMIT


def test_certificates_with_one_subject_and_one_key_are_linked_once() -> None:
    """cryptography's own search takes hours over six of these."""
    same = [Spec(subject="Loop", issuer="Loop", key_of="loop", serial=number) for number in range(1, 16)]
    chain, _ = mint_chain([Spec(issuer="Loop"), *same])
    certificates = tuple(map(read, chain))
    found = find_paths(certificates, ())

    assert not found.exhausted
    assert len(found.partial) == 15
    assert found.signatures <= 30
    assert anchor_of(chain, mint_chain([LEAF])[1], AT).status is Status.NO_PATH


def cross_signed_everywhere(keys: int) -> list[Spec]:
    """Every CA of one name has signed every other: the number of simple paths grows like a factorial."""
    return [
        Spec(subject="Mesh", issuer="Mesh", key_of=f"mesh{child}", signed_with=f"mesh{parent}")
        for child in range(keys)
        for parent in range(keys)
        if child != parent
    ]


def test_a_mesh_of_cross_signatures_meets_a_bound_and_is_never_trusted() -> None:
    chain, anchors = mint_chain([Spec(issuer="Mesh", signed_with="mesh0"), *cross_signed_everywhere(4)])
    found = find_paths(tuple(map(read, chain)), ())

    assert found.signatures <= MAX_SIGNATURES
    assert len(found.partial) <= MAX_PATHS
    assert anchor_of(chain, anchors, AT).status in {Status.LIMIT, Status.NO_PATH}


def test_a_mesh_does_not_hide_a_good_path() -> None:
    chain, anchors = mint_chain(
        [
            Spec(issuer="Mesh", signed_with="mesh0"),
            *cross_signed_everywhere(3),
            Spec(subject="Mesh", issuer="Test Root", key_of="mesh1"),
        ]
    )
    assert anchor_of(chain, anchors, AT).status is Status.TRUSTED


def test_more_intermediate_certificates_than_are_followed_meet_the_bound() -> None:
    deep = [Spec(subject=f"CA {number}") for number in range(9)]

    assert trust(LEAF, *deep[:8]).status is Status.TRUSTED
    assert trust(LEAF, *deep).status is Status.LIMIT


def test_a_certificate_may_not_take_part_twice() -> None:
    a, b = Spec(subject="A", issuer="B"), Spec(subject="B", issuer="A")
    found = trust(Spec(issuer="A"), a, b)

    assert found.status is Status.NO_PATH
    assert found.ending is not None
    assert found.ending.kind is EndingKind.AUTHORITY


def test_the_answer_is_remembered() -> None:
    chain, anchors = mint_chain([LEAF, ISSUING])
    assert anchor_of(list(chain), list(anchors), AT) is anchor_of(chain, anchors, AT)


def test_the_strict_profile_speaks_only_of_what_rfc_5280_accepts() -> None:
    sloppy = {"key_identifiers": False}
    accepted = trust(Spec.model_validate(sloppy), ISSUING)
    refused = trust(Spec.model_validate(sloppy), Spec(subject="Issuing CA", ca=False))

    assert accepted.status is Status.TRUSTED
    assert len(accepted.strict_reasons) == 1
    assert refused.strict_reasons == ()


def test_a_self_issued_certificate_signed_by_another_key_is_not_self_signed() -> None:
    leaf = mint(Spec(subject="a", signed_with="another key"), Spec(subject="a"), leaf=True)
    found = anchor_of([to_der(leaf)], (), AT)

    assert found.ending is not None
    assert found.ending.kind is EndingKind.LEAF
