"""Where a chain ends that reaches no anchor."""

import pytest

from auditor.certificates import Status, anchor_of
from auditor.certificates.chains import under_public_root
from auditor.certificates.ending import EndingKind
from auditor.model.trust_anchor import TrustAnchor
from tests.certificates.judged import ISSUING, LEAF, trust
from tests.certificates.keys import to_der
from tests.certificates.mint import AT, AnchorSpec, Spec, mint, mint_chain, pinned


def test_the_name_of_the_anchor_does_not_help_without_its_key() -> None:
    sent = trust(LEAF, ISSUING, Spec(subject="Test Root", issuer="Test Root", key_of="x", signed_with="x"))

    assert sent.status is Status.NO_PATH
    assert sent.anchor is None
    assert sent.ending is not None
    assert sent.ending.kind is EndingKind.ROOT_SENT
    assert sent.ending.forged is not None


def test_a_chain_below_a_well_known_public_root_says_so() -> None:
    g3 = AnchorSpec(name="g3", file="digicert-global-root-g3")
    (g3_der,) = (anchor.der for anchor in mint_chain([Spec()], (g3,))[1])
    found = anchor_of([g3_der], mint_chain([Spec()])[1], AT)

    assert found.ending is not None
    assert found.ending.kind is EndingKind.SELF_SIGNED
    assert found.ending.root is not None


def test_a_self_issued_certificate_signed_by_another_key_is_not_self_signed() -> None:
    leaf = mint(Spec(subject="a", signed_with="another key"), Spec(subject="a"), leaf=True)
    found = anchor_of([to_der(leaf)], (), AT)

    assert found.ending is not None
    assert found.ending.kind is EndingKind.LEAF


def test_just_below_a_well_known_public_root_a_chain_is_complete_and_ends_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    public = mint(AnchorSpec(subject="Public Root"), AnchorSpec(subject="Public Root"))
    monkeypatch.setattr("auditor.certificates.ending.well_known_roots", lambda: (public,))
    below = trust(LEAF, Spec(subject="Issuing CA", issuer="Public Root"))
    cross_signed = trust(LEAF, Spec(subject="Public Root", issuer="Older Root"))

    for found in (below, cross_signed):
        assert found.ending is not None
        assert found.ending.kind is EndingKind.ROOT_KNOWN
        assert found.ending.root == public
    assert len(below.below) == 2


def end_of(*chain: Spec) -> list[str]:
    found = trust(Spec(issuer="Issuing CA"), *chain)
    assert found.ending is not None
    return [certificate.issuer.rfc4514_string() for certificate in found.path]


def test_without_an_anchor_an_end_at_a_root_says_more_than_an_open_one() -> None:
    open_end = Spec(subject="Issuing CA", issuer="Nobody")
    stale = [Spec(subject="Issuing CA", issuer="Root", not_after="-1d"), Spec(subject="Root", issuer="Root")]

    assert end_of(open_end, *stale) == ["CN=Issuing CA", "CN=Root", "CN=Root"]


def test_without_an_anchor_a_way_in_date_says_more_than_a_stale_one() -> None:
    stale = Spec(subject="Issuing CA", issuer="Old", not_after="-1d")
    longer = Spec(subject="Old", issuer="Older")
    fresh = Spec(subject="Issuing CA", issuer="New")

    assert end_of(stale, longer, fresh) == ["CN=Issuing CA", "CN=New"]


def test_without_an_anchor_the_longest_way_says_most() -> None:
    short = Spec(subject="Issuing CA", issuer="Nobody")
    long = [Spec(subject="Issuing CA", issuer="Policy CA"), Spec(subject="Policy CA", issuer="Nobody")]

    assert end_of(short, *long) == ["CN=Issuing CA", "CN=Policy CA", "CN=Nobody"]


def test_a_declared_root_that_every_browser_knows_is_a_public_one() -> None:
    public = TrustAnchor("g3", to_der(pinned("digicert-global-root-g3")), declared=True)
    _, (private,) = mint_chain([LEAF], (AnchorSpec(declared=True),))

    assert under_public_root(anchor_of([public.der], [public], AT)) is True
    assert under_public_root(anchor_of([private.der], [private], AT)) is False
