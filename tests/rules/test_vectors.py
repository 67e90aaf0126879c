"""Every rule against tests/rules/vectors/<rule id>.yaml: what was seen goes in, what is wrong with it comes out.

``auditor.testing`` says what a vector is.  Here are the facts that it takes certificates to state.  For certificate
rules ``chains`` stands in the place of ``seen``: a list of chains, each a list of certificates as
``tests.certificates.mint.Spec`` describes them, and ``anchors`` the roots that are known.

For files ``request`` makes a certification request of the first certificate of each chain, ``old`` lists the chains
that are replaced, ``keys`` the private keys at hand, as ``p256:name``, ``closed_keys`` counts encrypted ones, and
``leaf_position`` says where the leaf stands in the file.

For linting ``lint`` says what the linter found in each chain: ``profile``, ``linter`` or ``problem``, and ``results``,
for each certificate a list of findings (``code``, ``severity``, ``where``, ``message``); ``failures`` and ``complete``
are those of the first certificate.

For trust stores each chain is a store, and ``excluded`` names purposes that the first certificate is not trusted for.

For revocation ``status`` lists CRLs and OCSP responses, ``asked`` and ``missing`` where they were looked for.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict

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
    TrustSettings,
    TrustStoreSeen,
    Undetermined,
)
from auditor.model.rule import Evidence, Rule
from auditor.model.target import Perspective
from auditor.model.tls import ProtocolVersion
from auditor.model.trust_anchor import TrustAnchor
from auditor.rules import all_rules
from auditor.testing import Vector, evidence_of, load_vectors, mismatches, shortcomings
from tests.certificates.mint import AT, AnchorSpec, Spec, mint_chain, mint_request, public_info_of
from tests.certificates.status import StatusSpec, make_status

VECTORS = Path(__file__).parent / "vectors"
OUTSIDE = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "http.",
    "urllib.",
)
"""Audit events of what connects, looks up a name or starts a process."""
_judging = ContextVar("_judging", default=False)


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if _judging.get() and event.startswith(OUTSIDE):
        raise AssertionError(f"a check is pure, and this one does {event}")


sys.addaudithook(_refuse)


@contextmanager
def nothing_outside() -> Iterator[None]:
    """Let nothing connect or start a process."""
    token = _judging.set(True)
    try:
        yield
    finally:
        _judging.reset(token)


class Lint(BaseModel):
    model_config = ConfigDict(extra="forbid")

    profile: LintProfile
    linter: str = "pkilint 0.13.3"
    problem: str = ""
    results: list[list[dict[str, str]]] = []
    failures: tuple[str, ...] = ()
    complete: bool = True


class Case(Vector):
    at: AwareDatetime = AT
    anchors: tuple[AnchorSpec, ...] = (AnchorSpec(),)
    chains: tuple[tuple[Spec, ...], ...] = ()
    request: bool = False
    leaf_position: int | None = None
    """Where the leaf stands in a file whose order matters."""
    old: tuple[tuple[Spec, ...], ...] = ()
    keys: tuple[str, ...] = ()
    closed_keys: int = 0
    forged: bool = False
    """The request is signed by another key than its own."""
    status: tuple[StatusSpec, ...] = ()
    """CRLs and OCSP responses about the certificates of the first chain."""
    asked: tuple[str, ...] = ("file",)
    missing: tuple[str, ...] = ()
    """Where the status was sought, and not had."""
    excluded: tuple[Literal["serverAuth", "clientAuth"], ...] = ()
    """Purposes that the store does not trust its first certificate for."""
    lint: tuple[Lint, ...] = ()
    """What was found in each of the chains."""


@cache
def load(rule_id: str) -> list[Case]:
    path = VECTORS / f"{rule_id}.yaml"
    return load_vectors(path, Case) if path.exists() else []


CASES = {f"{rule_id}: {case.name}": (rule_id, case) for rule_id in all_rules() for case in load(rule_id)}


@pytest.mark.parametrize("rule_id", all_rules())
def test_a_rule_has_vectors_that_fail_and_that_pass(rule_id: str) -> None:
    assert not list(shortcomings(load(rule_id)))


def test_every_vector_file_belongs_to_a_rule() -> None:
    assert {path.stem for path in VECTORS.iterdir()} <= set(all_rules())


@pytest.mark.parametrize("title", CASES, ids=list(CASES))  # pytest would number the longer ones
def test_a_rule_says_of_what_was_seen_what_its_vector_demands(title: str) -> None:
    rule_id, case = CASES[title]
    rule = all_rules()[rule_id]
    found, params = evidence(rule, case), rule.params(**case.params)
    with nothing_outside():
        remarks = list(rule.check(found, params))
    assert not list(mismatches(case, remarks))


def evidence(rule: Rule[Any, Any], case: Case) -> Evidence[Any]:
    seen: list[Seen] = []
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
            found = [make_status(spec, list(case.chains[0]), list(case.anchors), ders) for spec in case.status]
            gaps = [Undetermined(subject=where, reason=f"nothing was {where}") for where in case.missing]
            seen.append(
                rule.observes(
                    target="target", at=case.at, certificates=ders, asked=case.asked, found=found, missing=gaps
                )
            )
    elif rule.observes is LintSeen:
        seen += [lint_of(lint, ders, case) for ders, lint in zip(chains, case.lint, strict=True)]
        seen += [rule.observes(target="target", at=case.at, profile="rfc5280") for _ in requests]
    elif rule.observes is TrustStoreSeen:
        for ders in chains:
            first = sha256(ders[0]).hexdigest()
            limited = (TrustSettings(sha256=first, excluded=case.excluded),) if case.excluded else ()
            seen.append(rule.observes(target="target", at=case.at, certificates=ders, settings=limited))
    elif rule.observes is RenewalSeen:
        old = tuple(mint_chain(chain, case.anchors, case.at)[0] for chain in case.old)
        seen.append(
            rule.observes(
                target="target", at=case.at, source="old.pem", replaced=old, chains=tuple(chains), requests=requests
            )
        )
    return evidence_of(rule, case, seen, anchors)


@pytest.mark.parametrize("outside", ["socket.connect", "socket.getaddrinfo", "subprocess.Popen"])
def test_a_check_that_connects_or_starts_a_process_is_found(outside: str) -> None:
    with nothing_outside(), pytest.raises(AssertionError, match="a check is pure"):
        sys.audit(outside)


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
