"""A withdrawn CA is recognized by its key, under whatever name and through whatever certificate it signs."""

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Evidence
from auditor.model.target import ServerTarget, Service
from auditor.policy.read import load_policy
from auditor.rules import all_rules
from tests.certificates.keys import private_key
from tests.certificates.mint import AT, AnchorSpec, Spec, mint_chain

TARGET = ServerTarget(name="t", host="sbc.example.net", port=5061, service=Service.SIP, server_name="sbc.example.net")
THIEF = private_key("p256", "stolen").public_key()
KEY = hashlib.sha256(THIEF.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
IDENTIFIER = hashlib.sha1(THIEF.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).hexdigest()
ROW = {"issuer": "Issuing CA G2", "key_sha256": KEY, "since": "2026-10-20", "source": "S", "checked": "2026-11-21"}


def remarks(
    row: dict[str, str], chain: Sequence[Spec], anchors: Sequence[AnchorSpec] = (AnchorSpec(),)
) -> list[Remark]:
    rule = all_rules()["certificate-issuer-withdrawn"]
    sent, roots = mint_chain(chain, anchors)
    seen = CertificateChainSeen(target="t", at=AT, certificates=sent)
    return list(rule.check(Evidence(TARGET, AT, (seen,), roots), rule.params(withdrawn=[row])))


def test_its_own_name() -> None:
    (found,) = remarks(ROW, [Spec(), Spec(subject="Issuing CA G2", key_of="stolen")])
    assert isinstance(found, Violation)
    assert found.observed == "issued by Issuing CA G2, revoked on 2026-10-20 (S)"


def test_a_renamed_ca_with_the_same_key() -> None:
    (found,) = remarks(ROW, [Spec(), Spec(subject="Quite Another CA", key_of="stolen")])
    assert isinstance(found, Violation)
    assert found.observed == "issued under the name Quite Another CA by Issuing CA G2, revoked on 2026-10-20 (S)"


def test_a_ca_without_a_common_name() -> None:
    (found,) = remarks(ROW, [Spec(), Spec(subject="No Name", dn=(("O", "A Company"),), key_of="stolen")])
    assert isinstance(found, Violation)
    assert found.observed.startswith("issued under another name by")


def test_a_ca_certified_anew_by_another_root() -> None:
    other = AnchorSpec(subject="Other Root", name="other")
    chain = [Spec(), Spec(subject="Issuing CA G2", key_of="stolen", issuer="Other Root")]
    assert [type(found) for found in remarks(ROW, chain, [other])] == [Violation]


def test_a_withdrawn_ca_further_up() -> None:
    chain = [Spec(), Spec(subject="Sub CA"), Spec(subject="Issuing CA G2", key_of="stolen")]
    (found,) = remarks(ROW, chain)
    assert isinstance(found, Violation)
    assert getattr(found.subject, "name", "") == "Sub CA"


def test_the_certificate_of_the_ca_itself() -> None:
    (found,) = remarks(ROW, [Spec(subject="Issuing CA G3", key_of="stolen", ca=True)])
    assert isinstance(found, Violation)
    assert found.observed == "its key is that of Issuing CA G2, revoked on 2026-10-20 (S)"


def test_another_ca_of_that_name() -> None:
    assert not remarks(ROW, [Spec(), Spec(subject="Issuing CA G2", key_of="honest")])


def test_two_certificates_of_one_name_of_which_one_did_not_sign() -> None:
    chain = [Spec(signed_with="honest"), Spec(subject="Issuing CA G2", key_of="stolen")]
    assert [type(found) for found in remarks(ROW, chain)] == [Doubt]


def test_an_issuer_that_was_not_sent_is_known_by_its_identifier() -> None:
    row = {**ROW, "key_identifier": IDENTIFIER}
    stolen = Spec(issuer="Some CA", signed_with="stolen")
    honest = Spec(issuer="Issuing CA G2", signed_with="honest")
    silent = Spec(issuer="Issuing CA G2", signed_with="honest", key_identifiers=False)
    assert [type(found) for found in remarks(row, [stolen])] == [Violation]
    assert not remarks(row, [honest])
    assert [type(found) for found in remarks(row, [silent])] == [Doubt]


@pytest.mark.parametrize("policy", ["acg", "acg-strict", "mozilla-intermediate", "mozilla-modern", "rfc9325"])
def test_every_shipped_row_names_a_key(policy: str) -> None:
    (setting,) = [one for one in load_policy(policy).settings if one.rule.id == "certificate-issuer-withdrawn"]
    rows: Any = setting.params
    assert all(row.key_sha256 and row.key_identifier for row in rows.withdrawn)
    assert sum("CVE-2026-111943" in row.source for row in rows.withdrawn) == 8
