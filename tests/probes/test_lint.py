"""pkilint in a separate process: its findings become observations, and a failure of it is never a result."""

import base64
import hashlib
import random
import subprocess
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest

from auditor.evaluate import evaluate
from auditor.model.asks import Asks
from auditor.model.finding import Finding, Outcome, reason_text
from auditor.model.observation import LINT_SEVERITIES, CertificateChainSeen, LintProfile, LintSeen, NotObserved
from auditor.model.policy import Policy, RuleSetting
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.probes import lint
from auditor.probes.lint import INSTALL, MOST, with_lint
from auditor.rules import all_rules
from tests.certificates.mint import AT, Spec, mint_chain

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
CHAIN, ANCHORS = mint_chain((Spec(key_identifiers=False), Spec(subject="Issuing CA")))
SEEN = CertificateChainSeen(target="sbc", at=AT, versions=(ProtocolVersion.TLS_1_2,), certificates=CHAIN)
ASKS = Asks(kinds=frozenset({"lint"}), lint_profiles=frozenset({"rfc5280"}))
needs_pkilint = pytest.mark.skipif(lint._installed() is None, reason="the extra lint is not installed here")


def linted(*observations: CertificateChainSeen | NotObserved, asks: Asks = ASKS) -> list[LintSeen]:
    return [seen for seen in with_lint(observations, asks) if isinstance(seen, LintSeen)]


def answering(monkeypatch: pytest.MonkeyPatch, output: bytes | Exception, code: int = 0) -> list[object]:
    """Let pkilint's process end like this; the calls are counted."""
    calls: list[object] = []

    def run(*_: object, **__: Any) -> subprocess.CompletedProcess[bytes]:
        calls.append(None)
        if isinstance(output, Exception):
            raise output
        return subprocess.CompletedProcess([], code, output)

    monkeypatch.setattr(lint, "_installed", lambda: "0.13.3")
    monkeypatch.setattr(subprocess, "run", run)
    return calls


def test_chains_that_are_left_when_it_is_cancelled_are_not_linted(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answering(monkeypatch, b'{"findings": [[], []]}')
    other, _ = mint_chain((Spec(), Spec(subject="Issuing CA")))
    chains = [SEEN, SEEN.model_copy(update={"certificates": other})]
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    first, second = (seen for seen in with_lint(chains, ASKS, lambda: bool(calls)) if isinstance(seen, LintSeen))
    assert (len(calls), first.problem) == (1, "")
    assert (second.results, second.problem) == ((), "cancelled")


def test_a_linter_that_cannot_be_started_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, OSError(12, "Cannot allocate memory"))
    (seen,) = linted(SEEN)
    assert (seen.results, seen.problem) == ((), "pkilint could not be started (Cannot allocate memory)")


def test_without_the_extra_the_reason_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "_installed", lambda: None)
    (seen,) = linted(SEEN)
    assert (seen.results, seen.problem) == ((), INSTALL)
    extras = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert INSTALL.endswith(f" -m pip install '{extras['lint'][0]}'")
    assert set(extras["lint"]) <= set(extras["dev"])


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (subprocess.TimeoutExpired("x", 60), "pkilint gave no result within 60 s and was stopped"),
        (b"", "pkilint failed (exit code 1)"),
        (b"[]", "pkilint failed (exit code 1)"),
        (b'{"findings": [[["a", "b"]], []]}', "pkilint failed (exit code 1)"),
        (b'{"findings": [[["a", "terrible", "", ""]], []]}', "pkilint failed (exit code 1)"),
        (b'{"findings": [[]]}', "pkilint did not lint every certificate"),
    ],
)
def test_a_process_that_breaks_or_hangs_gives_no_results(
    output: bytes | Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, output, code=1)
    (seen,) = linted(SEEN)
    assert (seen.results, seen.problem) == ((), reason)


def test_each_chain_is_linted_once_a_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answering(monkeypatch, b'{"findings": [[], []]}')
    asks = Asks(kinds=frozenset({"lint"}), lint_profiles=frozenset({"rfc5280", "cabf"}))
    seen = linted(SEEN, SEEN, SEEN.model_copy(update={"target": "other"}), asks=asks)
    assert len(calls) == 2
    assert [(found.target, found.profile) for found in seen] == [
        ("sbc", "cabf"), ("sbc", "rfc5280"), ("other", "cabf"), ("other", "rfc5280"),
    ]  # fmt: skip
    assert all(found.linter == "pkilint 0.13.3" and not found.problem for found in seen)


def test_nothing_is_linted_unless_a_rule_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answering(monkeypatch, b"")
    assert with_lint([SEEN], Asks(kinds=frozenset({"certificate-chain"}))) == [SEEN]
    assert not calls


def test_a_chain_that_cannot_be_read_is_not_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answering(monkeypatch, b"")
    (seen,) = linted(SEEN.model_copy(update={"certificates": (b"\x30\x00",)}))
    assert seen.problem.startswith("a certificate cannot be read")
    assert not calls


def test_a_failure_of_pkilint_itself_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, b'{"findings": [[["base.unhandled_exception", "fatal", "certificate.x", "oops"]], []]}')
    (seen,) = linted(SEEN)
    assert [(result.findings, result.failures) for result in seen.results] == [((), ("certificate.x",)), ((), ())]
    assert [result.sha256 for result in seen.results] == [hashlib.sha256(der).hexdigest() for der in CHAIN]


def test_a_list_that_was_cut_off_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    row = b'["a.b", "info", "", ""]'
    answering(monkeypatch, b'{"findings": [[' + b", ".join([row] * MOST) + b"], []]}")
    (seen,) = linted(SEEN)
    assert [result.complete for result in seen.results] == [False, True]


def test_what_a_peer_wrote_is_sanitised(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, b'{"findings": [[["a.b", "error", "c", "\\u001b[2J\\u202e"]], []]}')
    (seen,) = linted(SEEN)
    assert seen.results[0].findings[0].message == r"\x1b[2J\u202e"


def policy(*rules: str) -> Policy:
    known = all_rules()
    settings = tuple(
        RuleSetting(rule=known[rule], params=known[rule].params(), severity=known[rule].severity) for rule in rules
    )
    base = load_policy("acg")
    return Policy(**{**vars(base), "settings": settings})


def judged(observations: list[Any]) -> Finding:
    target = ServerTarget(name="sbc", host="sbc.example.net", port=5061, service=Service.SIP, address="192.0.2.1")
    plan = make_plan(policy("certificate-lint-rfc5280"), (target,))
    assert plan.asks.kinds == {"lint", "certificate-chain"}
    (finding,) = evaluate(plan, observations, AT, AT).findings
    return finding


def test_observations_from_before_linting_was_one_are_inconclusive_and_start_no_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = answering(monkeypatch, b'{"findings": [[], []]}')
    finding = judged([SEEN])
    assert (finding.outcome, reason_text(finding)) == (Outcome.INCONCLUSIVE, "not observed")
    assert not calls


def test_a_target_without_a_chain_is_inconclusive_for_the_reason_of_the_chain() -> None:
    gap = NotObserved(target="sbc", at=AT, wanted="certificate-chain", reason="it does not answer")
    finding = judged(with_lint([gap], ASKS))
    assert (finding.outcome, reason_text(finding)) == (Outcome.INCONCLUSIVE, "it does not answer")


@pytest.mark.slow
@needs_pkilint
def test_pkilint_itself_names_its_findings_and_version() -> None:
    asks = Asks(kinds=frozenset({"lint"}), lint_profiles=frozenset({"rfc5280", "cabf"}))
    cabf, rfc5280 = linted(SEEN, asks=asks)
    assert rfc5280.linter.startswith("pkilint 0.13.")
    assert "pkix.authority_key_identifier_extension_absent" in {found.code for found in rfc5280.results[0].findings}
    assert cabf.results != rfc5280.results


@pytest.mark.slow
@needs_pkilint
def test_a_good_chain_passes() -> None:
    chain, _ = mint_chain((Spec(), Spec(subject="Issuing CA")))
    assert judged(with_lint([SEEN.model_copy(update={"certificates": chain})], ASKS)).outcome is Outcome.PASS


@needs_pkilint
def test_the_severities_are_those_of_pkilint_in_its_order() -> None:
    from pkilint.validation import ValidationFindingSeverity as Theirs  # noqa: PLC0415 - an extra

    assert [severity.name.lower() for severity in sorted(Theirs)][: len(LINT_SEVERITIES)] == list(LINT_SEVERITIES)


@pytest.mark.slow
@needs_pkilint
@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_certificate_gives_results_or_a_problem_and_never_an_exception(seed: int) -> None:
    chance, der = random.Random(seed), bytearray(CHAIN[0])
    for _ in range(3):
        der[chance.randrange(4, len(der))] = chance.randrange(256)
    results, problem = lint.lint((bytes(der),), "rfc5280", "0.13.3")
    assert bool(problem) != bool(results)


@pytest.mark.slow
@needs_pkilint
@pytest.mark.parametrize(("profile", "family"), [("cabf", "cabf.serverauth."), ("rfc5280", "pkix.")])
def test_the_worst_of_the_findings_comes_first(profile: LintProfile, family: str) -> None:
    assert profile in get_args(LintProfile)
    request = {"profile": profile, "certificates": [base64.b64encode(CHAIN[0]).decode("ascii")]}
    (rows,) = lint._work(request)["findings"]
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), key=LINT_SEVERITIES.index)
    assert any(row[0].startswith(family) for row in rows)
