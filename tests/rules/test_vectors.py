"""Every rule against tests/rules/vectors/<rule id>.yaml: what was seen goes in, what is wrong with it comes out.

A vector file is a list of cases.  A case has a ``name`` that is a sentence, the rule's ``params``, what differs from
the usual target (``service``, ``perspective``, ``host``, ``server_name``, ``address``), the time (``at``), and
``seen``: one mapping for each observation, with the fields of the rule's observation class but for ``target`` and
``at``.  For certificate rules ``chains`` stands in its place: a list of chains, each a list of certificates as
``tests.certificates.mint.Spec`` describes them, and ``anchors`` the roots that are known.

For files ``request`` makes a certification request of the first certificate of each chain, ``old`` lists the chains
that are replaced, ``keys`` the private keys at hand, as ``p256:name``, ``closed_keys`` counts encrypted ones, and
``leaf_position`` says where the leaf stands in the file.

For linting ``lint`` says what the linter found in each chain: ``profile``, ``linter`` or ``problem``, and ``results``,
for each certificate a list of findings (``code``, ``severity``, ``where``, ``message``); ``failures`` and ``complete``
are those of the first certificate.

For revocation ``status`` lists CRLs and OCSP responses, ``asked`` and ``missing`` where they were looked for.

``violations`` lists every violation that must come out, as a text found in it or as ``subject``, ``expected`` and
``observed``, each with a text found there; ``inconclusive`` lists a text of every reason; ``not_applicable`` says
whether the rule has nothing to say; ``cautions`` lists warnings in the form of violations; ``untested`` is the number
of questions that were not put, where that is all there is.  What is not listed must not come out.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from auditor.model.finding import Doubt, NotApplicable, NotTested, Remark, Violation, Warning
from auditor.model.observation import (
    CertificateChainSeen,
    CertificateFileSeen,
    CertificateLint,
    LintFinding,
    LintProfile,
    LintSeen,
    RenewalSeen,
    RevocationSeen,
    Seen,
    Undetermined,
)
from auditor.model.rule import Evidence, Rule
from auditor.model.subject import subject_text
from auditor.model.target import (
    CertificateFileTarget,
    ClientTarget,
    DeploymentTarget,
    Perspective,
    Role,
    ServerTarget,
    Service,
    SessionDescriptionTarget,
    Target,
)
from auditor.model.tls import ProtocolVersion
from auditor.model.trust_anchor import TrustAnchor
from auditor.rules import all_rules
from tests.certificates.mint import AT, AnchorSpec, Spec, mint_chain, mint_request, public_info_of
from tests.certificates.status import StatusSpec, make_status

VECTORS = Path(__file__).parent / "vectors"


class Expected(BaseModel):
    model_config = ConfigDict(extra="forbid")

    subject: str = ""
    expected: str = ""
    observed: str = ""


class Lint(BaseModel):
    model_config = ConfigDict(extra="forbid")

    profile: LintProfile
    linter: str = "pkilint 0.13.3"
    problem: str = ""
    results: list[list[dict[str, str]]] = []
    failures: tuple[str, ...] = ()
    complete: bool = True


class Case(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    params: dict[str, Any] = {}
    service: Service = Service.SIP
    perspective: Perspective = Perspective.SERVER
    host: str = "sbc.example.net"
    server_name: str | None = "sbc.example.net"
    address: str = "192.0.2.1"
    at: datetime = AT
    anchors: list[AnchorSpec] = [AnchorSpec()]
    seen: list[dict[str, Any]] = []
    chains: list[list[Spec]] = []
    request: bool = False
    leaf_position: int | None = None
    """Where the leaf stands in a file whose order matters."""
    old: list[list[Spec]] = []
    keys: list[str] = []
    closed_keys: int = 0
    forged: bool = False
    """The request is signed by another key than its own."""
    status: list[StatusSpec] = []
    """CRLs and OCSP responses about the certificates of the first chain."""
    asked: list[str] = ["file"]
    missing: list[str] = []
    """Where it was looked for, and not had."""
    lint: list[Lint] = []
    """What was found in each of the chains."""
    other_names: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    violations: list[str | Expected] = []
    inconclusive: list[str] = []
    cautions: list[str | Expected] = []
    untested: int = 0
    not_applicable: bool = False

    @property
    def passes(self) -> bool:
        return not (self.violations or self.inconclusive or self.cautions or self.untested or self.not_applicable)


@cache
def load(rule_id: str) -> list[Case]:
    path = VECTORS / f"{rule_id}.yaml"
    if not path.exists():
        return []
    return [Case.model_validate(case) for case in YAML(typ="safe").load(path)]


CASES = {f"{rule_id}: {case.name}": (rule_id, case) for rule_id in all_rules() for case in load(rule_id)}


@pytest.mark.parametrize("rule_id", all_rules())
def test_a_rule_has_vectors_that_fail_and_that_pass(rule_id: str) -> None:
    cases = load(rule_id)
    assert any(case.violations or case.cautions for case in cases), f"no vector of {rule_id} fails"
    assert any(case.passes for case in cases), f"no vector of {rule_id} passes"
    assert len({case.name for case in cases}) == len(cases), f"two vectors of {rule_id} have one name"


def test_every_vector_file_belongs_to_a_rule() -> None:
    assert {path.stem for path in VECTORS.iterdir()} <= set(all_rules())


@pytest.mark.parametrize("title", CASES, ids=list(CASES))  # pytest would number the longer ones
def test_a_rule_says_of_what_was_seen_what_its_vector_demands(title: str) -> None:
    rule_id, case = CASES[title]
    rule = all_rules()[rule_id]
    remarks = list(rule.check(evidence(rule, case), rule.params(**case.params)))
    violations = [remark for remark in remarks if isinstance(remark, Violation)]
    reasons = [remark.reason for remark in remarks if isinstance(remark, Doubt)]
    excused = any(isinstance(remark, NotApplicable) for remark in remarks) and not violations and not reasons

    cautions = [remark for remark in remarks if isinstance(remark, Warning)]
    untested = [remark for remark in remarks if isinstance(remark, NotTested)]

    assert_each_expected(case.violations, violations)
    assert_each_expected(case.cautions, cautions)
    if case.untested:
        assert len(untested) == case.untested
        assert all(remark.whole for remark in untested)
    assert len(reasons) == len(case.inconclusive), reasons
    assert all(any(text in reason for reason in reasons) for text in case.inconclusive), reasons
    assert excused == case.not_applicable, remarks
    assert_safe_to_show(remarks)


def target_of(case: Case) -> Target:
    match case.perspective:
        case Perspective.SERVER:
            return ServerTarget(
                name="target", host=case.host, port=5061, service=case.service, address=case.address,
                server_name=case.server_name, other_names=case.other_names, roles=case.roles,
            )  # fmt: skip
        case Perspective.CLIENT:
            return ClientTarget(
                name="target", address=case.address, port=5061, service=case.service, server_name=case.server_name
            )
        case Perspective.CERTIFICATE:
            names = (*((case.server_name,) if case.server_name else ()), *case.other_names)
            return CertificateFileTarget(name="target", service=case.service, names=names, roles=case.roles)
        case Perspective.SDP:
            return SessionDescriptionTarget(name="target")
        case Perspective.DEPLOYMENT:
            return DeploymentTarget(name="target")


def evidence(rule: Rule[Any, Any], case: Case) -> Evidence[Any]:
    target = target_of(case)
    seen: list[Seen] = [rule.observes(target=target.name, at=case.at, **fields) for fields in case.seen]
    anchors: tuple[TrustAnchor, ...] = mint_chain((), case.anchors, case.at)[1]
    chains = [] if case.request else [mint_chain(chain, case.anchors, case.at)[0] for chain in case.chains]
    requests = tuple(mint_request(chain[0], forged=case.forged) for chain in case.chains) if case.request else ()
    if rule.observes is CertificateChainSeen:
        versions = () if case.perspective is Perspective.CERTIFICATE else (ProtocolVersion.TLS_1_2,)
        seen += [
            rule.observes(
                target="target", at=case.at, versions=versions, certificates=ders, leaf_position=case.leaf_position
            )
            for ders in chains
        ]
        seen += [rule.observes(target="target", at=case.at, request=der) for der in requests]
    elif rule.observes is CertificateFileSeen:
        leaves = tuple(ders[0] for ders in chains)
        keys = tuple(public_info_of(key) for key in case.keys)
        seen.append(
            rule.observes(
                target="target", at=case.at, certificates=leaves, requests=requests, keys=keys,
                closed_keys=case.closed_keys,
            )
        )  # fmt: skip
    elif rule.observes is RevocationSeen:
        for ders in chains:
            found = [make_status(spec, case.chains[0], case.anchors, ders) for spec in case.status]
            gaps = [Undetermined(subject=where, reason=f"nothing was {where}") for where in case.missing]
            seen.append(
                rule.observes(
                    target="target", at=case.at, certificates=ders, asked=case.asked, found=found, missing=gaps
                )
            )
    elif rule.observes is LintSeen:
        seen += [lint_of(lint, ders, case) for ders, lint in zip(chains, case.lint, strict=True)]
        seen += [rule.observes(target="target", at=case.at, profile="rfc5280") for _ in requests]
    elif rule.observes is RenewalSeen:
        old = tuple(mint_chain(chain, case.anchors, case.at)[0] for chain in case.old)
        seen.append(
            rule.observes(
                target="target", at=case.at, source="old.pem", replaced=old, chains=tuple(chains), requests=requests
            )
        )
    assert seen, "a vector states what was seen"
    return Evidence(target, case.at, tuple(seen), anchors)


def lint_of(lint: Lint, ders: tuple[bytes, ...], case: Case) -> LintSeen:
    results = tuple(
        CertificateLint(
            sha256=sha256(der).hexdigest(),
            findings=tuple(LintFinding.model_validate(finding) for finding in findings),
            failures=() if position else lint.failures,
            complete=bool(position) or lint.complete,
        )
        for position, (der, findings) in enumerate(zip(ders, lint.results, strict=False))
    )
    return LintSeen(
        target="target", at=case.at, profile=lint.profile, certificates=ders, results=results, linter=lint.linter,
        problem=lint.problem,
    )  # fmt: skip


def assert_each_expected(expected: list[str | Expected], violations: Sequence[Violation | Warning]) -> None:
    left = list(violations)
    for wanted in expected:
        found = next((violation for violation in left if matches(wanted, violation)), None)
        assert found is not None, f"{wanted!r} is not among {left}"
        left.remove(found)
    assert not left, f"nobody expected {left}"


def matches(wanted: str | Expected, violation: Violation | Warning) -> bool:
    subject = subject_text(violation.subject) or "target"
    if isinstance(wanted, str):
        return wanted in f"{subject} | {violation.expected} | {violation.observed}"
    return wanted.subject in subject and wanted.expected in violation.expected and wanted.observed in violation.observed


def assert_safe_to_show(remarks: list[Remark]) -> None:
    for remark in remarks:
        for text in texts(remark.model_dump()):
            assert text.isprintable(), f"{text!r} was not sanitised"
            assert len(text) < 1000, "a remark is too long to read"


def texts(value: object) -> Iterator[str]:
    """Every text in a dumped remark, those of its subject included."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)
    else:
        yield str(value)
