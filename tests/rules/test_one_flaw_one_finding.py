"""One thing wrong with a chain gives the finding a reader expects, no other, and never an audit that passes."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Evidence
from auditor.model.severity import Severity
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.rules import all_rules
from tests.certificates.mint import AT, AnchorSpec, Spec, mint_chain, public_info_of
from tests.rules.test_vectors import load

ROOTS = {"roots": ["test-root"], "declared_roots": True}
PARAMS: dict[str, dict[str, Any]] = {
    "certificate-root-not-allowed": ROOTS,
    "certificate-root-expired": ROOTS,
    "certificate-chain-invalid": ROOTS,
    "certificate-web-profile-violated": ROOTS,
    "certificate-chain-incomplete": ROOTS,
    "certificate-lifetime-too-long": {
        "schedule": [{"issued_from": "2026-03-15", "maximum_days": 200, "source": "ballot", "checked": "2026-11-20"}]
    },
    "certificate-client-usage-ending": {
        "all_public": {"last_day_of_issuance": "2099-12-31", "source": "programme", "checked": "2026-11-20"}
    },
    "certificate-usage-missing": {"roles": ["server", "client"]},
    "certificate-issuer-withdrawn": {
        "withdrawn": [
            {
                "issuer": "Withdrawn CA",
                "key_sha256": sha256(public_info_of("p256:Withdrawn CA")).hexdigest(),
                "since": "2026-05-15",
                "source": "notice",
                "checked": "2026-11-20",
            }
        ]
    },
}
LEAF, ISSUING = Spec(), Spec(subject="Issuing CA")
RSA_ROOT = (AnchorSpec(key="rsa2048"),)
OTHER = (AnchorSpec(), AnchorSpec(name="other", subject="Other Root"))

Flaw = tuple[list[Spec], tuple[AnchorSpec, ...], set[str]]
FLAWS: dict[str, Flaw] = {
    "nothing": ([LEAF, ISSUING], (AnchorSpec(),), set()),
    "nothing, with a declared root": ([LEAF, ISSUING], (AnchorSpec(declared=True),), set()),
    "nothing, with an older root": ([LEAF, ISSUING], (AnchorSpec(key="rsa2048", hash="sha1"),), set()),
    "another root, sent": (
        [LEAF, Spec(subject="Issuing CA", issuer="Other Root"), Spec(anchor="other")],
        OTHER,
        {"certificate-root-not-allowed"},
    ),
    "another root, not sent": (
        [LEAF, Spec(subject="Issuing CA", issuer="Other Root")],
        OTHER,
        {"certificate-root-not-allowed"},
    ),
    "a strange root, sent": (
        [LEAF, ISSUING, Spec(subject="Strange", issuer="Strange")],
        (AnchorSpec(),),
        {"certificate-root-not-allowed"},
    ),
    "an impostor root, sent": (
        [LEAF, ISSUING, Spec(subject="Test Root", issuer="Test Root", key_of="x", signed_with="x")],
        (AnchorSpec(),),
        {"certificate-root-not-allowed"},
    ),
    "an impostor root, not sent": (
        [LEAF, Spec(subject="Issuing CA", signed_with="x")],
        (AnchorSpec(),),
        {"certificate-root-not-allowed"},
    ),
    "a self-signed leaf": ([Spec(issuer="sbc.example.net")], (AnchorSpec(),), {"certificate-root-not-allowed"}),
    "an expired root": ([LEAF, ISSUING], (AnchorSpec(not_after="-1d"),), {"certificate-root-expired"}),
    "a missing intermediate": ([Spec(issuer="Issuing CA")], (AnchorSpec(),), {"certificate-chain-incomplete"}),
    "the intermediate before": (
        [Spec(issuer="Issuing CA", signed_with="old"), ISSUING],
        (AnchorSpec(),),
        {"certificate-chain-incomplete", "certificate-chain-disordered"},
    ),
    "an expired leaf": ([Spec(not_before="-90d", not_after="-1s"), ISSUING], (AnchorSpec(),), {"certificate-expired"}),
    "an expired intermediate": (
        [LEAF, Spec(subject="Issuing CA", not_after="-1s")],
        (AnchorSpec(),),
        {"certificate-expired"},
    ),
    "an intermediate that expired before the leaf was issued": (
        [LEAF, Spec(subject="Issuing CA", not_after="-20d")],
        (AnchorSpec(),),
        {"certificate-expired"},
    ),
    "a leaf from tomorrow": ([Spec(not_before="+1d"), ISSUING], (AnchorSpec(),), {"certificate-not-yet-valid"}),
    "an intermediate from tomorrow": (
        [LEAF, Spec(subject="Issuing CA", not_before="+1d")],
        (AnchorSpec(),),
        {"certificate-not-yet-valid"},
    ),
    "a leaf with a week left": (
        [Spec(not_before="-80d", not_after="+6d"), ISSUING],
        (AnchorSpec(),),
        {"certificate-expires-soon"},
    ),
    "a leaf that lasts too long": (
        [Spec(not_after="+300d"), ISSUING],
        (AnchorSpec(),),
        {"certificate-lifetime-too-long"},
    ),
    "another name": ([Spec(subject="sbc2.example.net"), ISSUING], (AnchorSpec(),), {"certificate-name-mismatch"}),
    "a wildcard": ([Spec(names=("DNS:*.example.net",)), ISSUING], (AnchorSpec(),), {"certificate-wildcard"}),
    "a short key": ([Spec(key="rsa1024"), ISSUING], (AnchorSpec(),), {"certificate-key-weak"}),
    "a short key of the intermediate": (
        [LEAF, Spec(subject="Issuing CA", key="rsa1024")],
        (AnchorSpec(),),
        {"certificate-key-weak"},
    ),
    "a short key of the root": ([LEAF, ISSUING], (AnchorSpec(key="rsa1024"),), {"certificate-key-weak"}),
    "a leaf signed with SHA-1": (
        [Spec(hash="sha1"), Spec(subject="Issuing CA", key="rsa2048")],
        (AnchorSpec(),),
        {"certificate-signature-weak"},
    ),
    "an intermediate signed with SHA-1": (
        [LEAF, Spec(subject="Issuing CA", hash="sha1")],
        RSA_ROOT,
        {"certificate-signature-weak"},
    ),
    "an intermediate signed with MD5": (
        [LEAF, Spec(subject="Issuing CA", hash="md5")],
        RSA_ROOT,
        {"certificate-signature-weak"},
    ),
    "a leaf for servers only": ([Spec(eku=("serverAuth",)), ISSUING], (AnchorSpec(),), {"certificate-usage-missing"}),
    "an intermediate for servers only": (
        [LEAF, Spec(subject="Issuing CA", eku=("serverAuth",))],
        (AnchorSpec(),),
        {"certificate-usage-missing"},
    ),
    "an issuer that is no CA": (
        [LEAF, Spec(subject="Issuing CA", ca=False)],
        (AnchorSpec(),),
        {"certificate-chain-invalid"},
    ),
    "an issuer without keyCertSign": (
        [LEAF, Spec(subject="Issuing CA", ku=("cRLSign",))],
        (AnchorSpec(),),
        {"certificate-chain-invalid"},
    ),
    "a path that is too long": ([LEAF, ISSUING], (AnchorSpec(path_length=0),), {"certificate-chain-invalid"}),
    "an unknown critical extension": (
        [Spec(critical_extension=True), ISSUING],
        (AnchorSpec(),),
        {"certificate-chain-invalid"},
    ),
    "a name outside the constraints": (
        [LEAF, Spec(subject="Issuing CA", permitted=("DNS:example.org",))],
        (AnchorSpec(),),
        {"certificate-chain-invalid"},
    ),
    "a directory name outside the constraints": (
        [LEAF, Spec(subject="Issuing CA", permitted=("DN:O=Example",))],
        (AnchorSpec(),),
        {"certificate-chain-invalid"},
    ),
    "the wrong order": (
        [
            Spec(issuer="Issuing CA"),
            Spec(subject="Policy CA", issuer="Test Root"),
            Spec(subject="Issuing CA", issuer="Policy CA"),
        ],
        (AnchorSpec(),),
        {"certificate-chain-disordered"},
    ),
    "a withdrawn issuer": ([LEAF, Spec(subject="Withdrawn CA")], (AnchorSpec(),), {"certificate-issuer-withdrawn"}),
    "no key identifiers": (
        [Spec(key_identifiers=False), ISSUING],
        (AnchorSpec(),),
        {"certificate-web-profile-violated"},
    ),
    "a private chain as openssl makes it": (
        [Spec(key_identifiers=False, ku=(), eku=(), basic_constraints=False), ISSUING],
        (AnchorSpec(ku=(), declared=True),),
        {"certificate-web-profile-violated"},
    ),
}


def remarks(chain: list[Spec], anchors: tuple[AnchorSpec, ...]) -> Iterator[tuple[str, Severity, Remark]]:
    certificates, trusted = mint_chain(chain, anchors)
    target = ServerTarget(
        name="t", host="sbc.example.net", port=5061, service=Service.SIP, server_name="sbc.example.net"
    )
    seen = CertificateChainSeen(
        target="t", at=AT, versions=(ProtocolVersion.TLS_1_2, ProtocolVersion.TLS_1_3), certificates=certificates
    )
    for rule in all_rules().values():
        if rule.observes is CertificateChainSeen:
            params = rule.params.model_validate(PARAMS.get(rule.id) or load(rule.id)[0].params)
            for remark in rule.check(Evidence(target, AT, (seen,), trusted), params):
                yield rule.id, rule.severity, remark


@pytest.mark.parametrize("flaw", FLAWS)
def test_one_flaw_gives_its_finding_and_no_other(flaw: str) -> None:
    chain, anchors, expected = FLAWS[flaw]
    found = {rule for rule, _, remark in remarks(chain, anchors) if isinstance(remark, Violation)}
    assert found == expected


@pytest.mark.parametrize("flaw", ["nothing", "nothing, with a declared root", "nothing, with an older root"])
def test_a_good_chain_leaves_nothing_open(flaw: str) -> None:
    chain, anchors, _ = FLAWS[flaw]
    assert not [remark for _, _, remark in remarks(chain, anchors) if isinstance(remark, Violation | Doubt)]
