"""A starting policy from plain observations: it loads whatever a peer sent, and demands no less than was seen."""

from pathlib import Path

import pytest

from auditor.model.observation import (
    AcceptedSuite,
    CertificateChainSeen,
    CipherSuitesSeen,
    GroupsSeen,
    Observation,
    Undetermined,
)
from auditor.model.policy import Policy
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.policy.read import load_policy
from auditor.policy.starting import looked_at, speaks_tls, starting_policy
from auditor.rules import all_rules
from tests.certificates.mint import AT, AnchorSpec, Spec, mint_chain

TARGET = ServerTarget(name="sbc", host="sbc.example.net", port=5061, service=Service.SIP, address="192.0.2.1")
GCM = "TLS_AES_128_GCM_SHA256"
PINNED = AnchorSpec(name="digicert-global-root-g2", file="digicert-global-root-g2")
POLICY = """\
id: own
version: "1"
title: Own
source: a test
rules:
  protocol-not-allowed: {allowed: [TLSv1.3]}
  certificate-key-weak: {}
  certificate-root-not-allowed: {declared_roots: true}
"""


@pytest.fixture
def against(tmp_path: Path) -> Policy:
    path = tmp_path / "own.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return load_policy(str(path), mint_chain((), (AnchorSpec(declared=True),), AT)[1])


def suites(*names: str, doubt: str = "", version: ProtocolVersion = ProtocolVersion.TLS_1_3) -> CipherSuitesSeen:
    doubts = (Undetermined(subject=doubt, reason="a timeout"),) if doubt else ()
    accepted = tuple(AcceptedSuite(name=name) for name in names)
    return CipherSuitesSeen(target="sbc", at=AT, version=version, accepted=accepted, undetermined=doubts)


def chain(*specs: Spec) -> CertificateChainSeen:
    certificates, _ = mint_chain(specs or (Spec(),), (AnchorSpec(declared=True),), AT)
    return CertificateChainSeen(target="sbc", at=AT, versions=(ProtocolVersion.TLS_1_3,), certificates=certificates)


def written(tmp_path: Path, against: Policy, *seen: Observation) -> tuple[str, dict[str, dict[str, object]]]:
    made = starting_policy(TARGET, seen, against, AT)
    path = tmp_path / "made.yaml"
    path.write_text(made.text, encoding="utf-8")
    settings = load_policy(str(path), against.anchors).settings
    return made.text, {s.rule.id: s.params.model_dump(mode="json", by_alias=True) for s in settings}


def test_what_was_seen_is_what_is_demanded(tmp_path: Path, against: Policy) -> None:
    groups = GroupsSeen(target="sbc", at=AT, version=ProtocolVersion.TLS_1_3, accepted=("x25519",))
    sent = chain(Spec(key="rsa2048"), Spec(subject="Issuing CA"))
    text, rules = written(tmp_path, against, suites(GCM), groups, sent)
    assert rules["cipher-suite-not-allowed"]["TLSv1.3"] == [GCM]
    assert rules["group-not-allowed"] == {"allowed": ["x25519"]}
    assert rules["certificate-key-weak"] == {"minimum_rsa_bits": 2048, "curves": ["secp256r1"], "edwards": False}
    assert rules["certificate-signature-weak"] == {"hashes": ["sha256"]}
    assert rules["certificate-root-not-allowed"] == {"roots": [], "declared_roots": True, "public_roots": False}
    assert 'id: like-sbc-example-net-5061\nversion: "2026-11-20"\n' in text


@pytest.mark.parametrize("name", ["x\n  evil: {}", "x\u2028y", "\x1b[2J", "\u202etxt", "*alias #", "y" * 60])
def test_a_hostile_name_in_a_certificate_stays_within_its_comment(name: str, tmp_path: Path, against: Policy) -> None:
    weak = chain(Spec(subject="evil", dn=(("CN", name),), key="rsa1024", names=("DNS:sbc.example.net",)))
    text, rules = written(tmp_path, against, suites(GCM), weak)
    assert "own forbids this (high): " in text
    assert set(rules) <= set(all_rules())
    assert all(line.isprintable() for line in text.splitlines())
    assert "evil: {}" not in [line.strip() for line in text.splitlines()]


def test_a_hostile_name_of_the_target_stays_text(tmp_path: Path, against: Policy) -> None:
    hostile = TARGET.model_copy(update={"name": 'a"\nrules: {}\u202e' + "b" * 300, "host": "-ü-"})
    made = starting_policy(hostile, [suites(GCM).model_copy(update={"target": hostile.name})], against, AT)
    path = tmp_path / "made.yaml"
    path.write_text(made.text, encoding="utf-8")
    assert load_policy(str(path)).id == "like-endpoint-5061"


def test_what_could_not_be_told_is_left_out_and_named(against: Policy) -> None:
    made = starting_policy(TARGET, [suites(GCM, doubt="TLS_AES_256_GCM_SHA384"), chain()], against, AT)
    assert "cipher-suite-not-allowed" in made.undecided
    assert "\n  cipher-suite-not-allowed:" not in made.text
    assert "# - cipher-suite-not-allowed: inconclusive: TLS_AES_256_GCM_SHA384: " in made.text


def test_a_pinned_root_is_demanded_by_its_name(tmp_path: Path, against: Policy) -> None:
    root, _ = mint_chain((Spec(anchor="digicert-global-root-g2"),), (PINNED,), AT)
    seen = CertificateChainSeen(target="sbc", at=AT, versions=(ProtocolVersion.TLS_1_3,), certificates=root)
    _, rules = written(tmp_path, against, suites(GCM), seen)
    assert rules["certificate-root-not-allowed"]["roots"] == ["digicert-global-root-g2"]


def test_a_root_that_is_not_known_is_not_demanded(tmp_path: Path, against: Policy) -> None:
    text, rules = written(tmp_path, against, suites(GCM), chain(Spec(issuer="Nobody")))
    assert "certificate-root-not-allowed" not in rules
    assert "give it with --root" in text


def test_without_tls_there_is_nothing_to_make_a_policy_of(against: Policy) -> None:
    assert not speaks_tls([suites()])
    with pytest.raises(ValueError, match="no TLS was observed"):
        starting_policy(TARGET, [suites()], against, AT)


def test_everything_a_starting_policy_is_made_of_is_looked_at(against: Policy) -> None:
    assert {"group-not-allowed", "signature-scheme-weak"} <= {s.rule.id for s in looked_at(against).settings}
    strict = load_policy("acg-strict")
    assert looked_at(strict).settings == strict.settings


def test_dated_facts_stay_a_list_by_name(tmp_path: Path) -> None:
    text, rules = written(tmp_path, load_policy("acg"), suites(GCM), chain(Spec(), Spec(subject="Issuing CA")))
    assert 'withdrawn: "$facts.withdrawn-issuers"' in text
    assert str(rules["certificate-issuer-withdrawn"]["withdrawn"]).count("key_sha256") == 9
