"""Certificates that were tampered with: never an exception, never a pass."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.certificates import MalformedCertificate, Status, anchor_of, facts
from auditor.certificates.read import read
from auditor.model.finding import NotApplicable
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Evidence
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.rules import all_rules
from tests.certificates.mint import AT, Spec, mint_chain
from tests.rules.test_vectors import load

CHAIN, ANCHORS = mint_chain(
    [
        Spec(key="rsa2048", names=("DNS:sbc.example.net", "IP:192.0.2.1", "URI:sip:sbc.example.net")),
        Spec(subject="Issuing CA", permitted=("DNS:example.net", "IP:192.0.2.0/24"), excluded=("DN:O=Nobody",)),
        Spec(subject="Policy CA"),
    ]
)


def judge_all(chain: tuple[bytes, ...], at: datetime = AT) -> bool:
    """Run every rule about chains, as its first vector sets it; return whether none has anything to say."""
    target = ServerTarget(
        name="t", host="sbc.example.net", port=5061, service=Service.SIP, server_name="sbc.example.net"
    )
    seen = CertificateChainSeen(target="t", at=at, versions=(ProtocolVersion.TLS_1_3,), certificates=chain)
    clear = True
    for rule in all_rules().values():
        if rule.observes is CertificateChainSeen and not rule.id.startswith("certificate-lint-"):  # a process for each
            params = rule.params.model_validate(load(rule.id)[0].params)
            remarks = list(rule.check(Evidence(target, at, (seen,), ANCHORS), params))
            clear = clear and all(isinstance(remark, NotApplicable) for remark in remarks)
    return clear


def sentence_or_facts(der: bytes) -> str:
    try:
        return facts(der).subject
    except MalformedCertificate as error:
        return str(error)


def signed(der: bytes) -> tuple[bytes, bytes] | bytes:
    """What is signed, and the signature; how the bit string around the latter is written changes nothing."""
    try:
        certificate = read(der)
    except MalformedCertificate:
        return der
    return certificate.tbs_certificate_bytes, certificate.signature


@st.composite
def mutated(draw: st.DrawFn) -> tuple[bytes, ...]:
    """The chain with one to three octets of one certificate changed, dropped or inserted."""
    position = draw(st.integers(0, len(CHAIN) - 1))
    der = bytearray(CHAIN[position])
    for _ in range(draw(st.integers(1, 3))):
        offset = draw(st.integers(0, len(der) - 1))
        kind = draw(st.sampled_from(["change", "drop", "insert"]))
        if kind == "change":
            der[offset] ^= draw(st.integers(1, 255))
        elif kind == "drop":
            del der[offset]
        else:
            der.insert(offset, draw(st.integers(0, 255)))
    return (*CHAIN[:position], bytes(der), *CHAIN[position + 1 :])


@given(mutated())
@settings(max_examples=300, deadline=None)
def test_a_chain_that_was_tampered_with_is_never_trusted_and_never_raises(chain: tuple[bytes, ...]) -> None:
    if [signed(der) for der in chain] == [signed(der) for der in CHAIN]:
        return
    found = anchor_of(chain, ANCHORS, AT)

    assert found.status is not Status.TRUSTED
    assert not judge_all(chain)
    for der in chain:
        assert sentence_or_facts(der).isprintable()


@given(st.lists(st.binary(max_size=300), max_size=20))
@settings(max_examples=100, deadline=None)
def test_random_bytes_are_never_trusted_and_never_raise(chain: list[bytes]) -> None:
    assert anchor_of(chain, ANCHORS, AT).status in {Status.MALFORMED, Status.LIMIT}
    assert not judge_all(tuple(chain))


@given(st.permutations(range(1, len(CHAIN))), st.integers(0, 3))
@settings(max_examples=20, deadline=None)
def test_neither_order_nor_repetition_changes_the_answer(order: list[int], repeated: int) -> None:
    shuffled = (CHAIN[0], *(CHAIN[position] for position in order), *CHAIN[:repeated])
    assert anchor_of(shuffled, ANCHORS, AT).status is anchor_of(CHAIN, ANCHORS, AT).status


@pytest.mark.parametrize("days", [-4000, -366, -11, 81, 4000, 2_000_000])
def test_any_time_of_audit_can_be_judged_and_none_outside_the_dates_is_clear(days: int) -> None:
    assert not judge_all(CHAIN, AT + timedelta(days=days))


def test_the_chain_that_the_mutations_start_from_is_trusted_and_clear() -> None:
    found = anchor_of(CHAIN, ANCHORS, AT)

    assert (found.status, found.reasons) == (Status.TRUSTED, ())
    assert judge_all(CHAIN)
