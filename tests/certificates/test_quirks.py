"""Odd encodings and old versions: linked, and neither refused nor accepted without judgement."""

import pytest

from auditor.certificates import Status, anchor_of
from auditor.model.trust_anchor import TrustAnchor
from tests.certificates.alter import altered
from tests.certificates.judged import ISSUING, LEAF, trust
from tests.certificates.mint import AT, AnchorSpec, Spec, mint_chain


def version_one(spec: Spec, issuer: Spec) -> bytes:
    """An X.509 version 1 certificate: no version, no extensions."""
    bare = {"basic_constraints": False, "key_identifiers": False, "names": (), "ku": (), "eku": ()}
    return altered(spec.model_copy(update=bare), issuer, "a003020102", "")


def test_version_1_certificates_are_linked_and_neither_refused_nor_accepted_without_judgement() -> None:
    _, anchors = mint_chain([LEAF])
    leaf = anchor_of([version_one(LEAF, AnchorSpec())], anchors, AT)
    old_root = TrustAnchor("old", version_one(AnchorSpec(), AnchorSpec()))
    under_old_root = anchor_of(mint_chain([LEAF, ISSUING])[0], [old_root], AT)
    issuing = version_one(ISSUING, AnchorSpec())
    below = mint_chain([LEAF, ISSUING])[0][0]

    assert leaf.status is Status.UNJUDGED
    assert "not an X.509 version 3 certificate" in leaf.reasons[0]
    assert under_old_root.status is Status.UNJUDGED
    assert anchor_of([below, issuing], anchors, AT).status is Status.REJECTED


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("02051122334455", "02059122334455", "serial number"),
        ("02051122334455", "0217" + "11" * 23, "serial number"),
        # 2026-11-10 12:00:00 as a GeneralizedTime, where a year before 2050 has to be in a UTCTime.
        ("301e170d3236313131303132303030305a", "3020180f32303236313131303132303030305a", "a date is not encoded"),
        # keyUsage (2.5.29.15) turned into policyMappings (2.5.29.33).
        ("0603551d0f", "0603551d21", "policyMappings is critical"),
    ],
)
def test_a_quirk_that_peers_put_up_with_is_not_judged(before: str, after: str, reason: str) -> None:
    (found,) = [anchor_of([altered(Spec(serial=0x1122334455), AnchorSpec(), before, after)], mint_chain([LEAF])[1], AT)]

    assert found.status is Status.UNJUDGED
    assert reason in found.reasons[0]


def test_an_extension_nobody_assigned_is_refused_when_it_is_critical() -> None:
    leaf = altered(LEAF, AnchorSpec(), "0603551d0f", "0603551d7f")
    found = anchor_of([leaf], mint_chain([LEAF])[1], AT)

    assert found.status is Status.REJECTED
    assert found.reasons == ("2.5.29.127: unknown critical extension",)


def test_a_name_that_is_no_host_name_cannot_be_held_against_constraints() -> None:
    found = trust(Spec(names=("DNS:sbc_1..example.net",)), Spec(subject="Issuing CA", permitted=("DNS:example.net",)))
    assert found.status is Status.UNJUDGED
