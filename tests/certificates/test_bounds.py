"""Hostile chains cost bounded work, counted and not timed."""

from auditor.certificates import Status, anchor_of
from auditor.certificates.ending import EndingKind
from auditor.certificates.path import MAX_PATHS, MAX_SIGNATURES, find_paths
from auditor.certificates.read import MAX_BYTES, MAX_CERTIFICATES, read
from auditor.model.trust_anchor import TrustAnchor
from tests.certificates.judged import ISSUING, LEAF, trust
from tests.certificates.mint import AT, Spec, mint_chain


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


def test_only_so_many_paths_are_followed() -> None:
    chain, _ = mint_chain(
        [
            Spec(issuer="A", signed_with="A"),
            *[Spec(subject="A", issuer="B", serial=number) for number in range(1, 7)],
            *[Spec(subject="B", issuer="C", serial=number) for number in range(1, 9)],
        ]
    )
    found = find_paths(tuple(map(read, chain)), ())

    assert found.exhausted
    assert len(found.partial) == MAX_PATHS


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
