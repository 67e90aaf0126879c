"""pkilint in a process of its own: what it says is carried, and whatever goes wrong there is no finding."""

import base64
import random
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor import lint
from auditor.lint import INSTALL, MOST, SEVERITIES
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Evidence, Inconclusive, Remark
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.rules import all_rules
from tests.certificates.mint import AT, Spec, mint_chain

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
CHAIN, ANCHORS = mint_chain((Spec(key_identifiers=False), Spec(subject="Issuing CA")))
needs_pkilint = pytest.mark.skipif(lint._installed() is None, reason="the extra lint is not installed here")


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    lint._lint.cache_clear()
    yield
    lint._lint.cache_clear()


def remarks() -> list[Remark]:
    rule = all_rules()["certificate-lint-rfc5280"]
    target = ServerTarget(name="sbc", host="sbc.example.net", port=5061, service=Service.SIP, address="192.0.2.1")
    seen = CertificateChainSeen(target="sbc", at=AT, versions=(ProtocolVersion.TLS_1_2,), certificates=CHAIN)
    return list(rule.check(Evidence(target, AT, (seen,), ANCHORS), rule.params()))


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


def test_without_the_extra_nothing_passes_and_the_reason_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lint, "_installed", lambda: None)
    (remark,) = remarks()
    assert isinstance(remark, Inconclusive)
    assert remark.reason == INSTALL
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
        (b'{"findings": [[]]}', "pkilint did not look at every certificate"),
    ],
)
def test_a_process_that_breaks_or_hangs_is_inconclusive_and_asked_only_once(
    output: bytes | Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = answering(monkeypatch, output, code=1)
    assert [getattr(remark, "reason", "") for remark in remarks() + remarks()] == [reason, reason]
    assert len(calls) == 1


def test_a_failure_of_pkilint_itself_is_no_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, b'{"findings": [[["base.unhandled_exception", "fatal", "certificate.x", "oops"]], []]}')
    (remark,) = remarks()
    assert isinstance(remark, Inconclusive)
    assert remark.reason == "pkilint 0.13.3 failed at certificate.x"


def test_a_list_that_was_cut_off_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    row = b'["a.b", "info", "", ""]'
    answering(monkeypatch, b'{"findings": [[' + b", ".join([row] * MOST) + b"], []]}")
    (remark,) = remarks()
    assert isinstance(remark, Inconclusive)
    assert "the mildest are not kept" in remark.reason


def test_what_a_peer_wrote_is_sanitised(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, b'{"findings": [[["a.b", "error", "c", "\\u001b[2J\\u202e"]], []]}')
    assert lint.lint(CHAIN, "rfc5280").findings[0][0].message == r"\x1b[2J\u202e"


@needs_pkilint
def test_pkilint_itself_names_its_findings_and_version() -> None:
    result = lint.lint(CHAIN, "rfc5280")
    assert result.linter.startswith("pkilint 0.13.")
    assert "pkix.authority_key_identifier_extension_absent" in {found.code for found in result.findings[0]}
    assert lint.lint(CHAIN, "cabf") != result


@needs_pkilint
def test_the_severities_are_those_of_pkilint_in_its_order() -> None:
    from pkilint.validation import ValidationFindingSeverity as Theirs  # noqa: PLC0415 - an extra

    assert [severity.name.lower() for severity in sorted(Theirs)][: len(SEVERITIES)] == list(SEVERITIES)


@needs_pkilint
@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_certificate_gives_findings_or_a_problem_and_never_an_exception(seed: int) -> None:
    chance, der = random.Random(seed), bytearray(CHAIN[0])
    for _ in range(3):
        der[chance.randrange(4, len(der))] = chance.randrange(256)
    result = lint.lint((bytes(der),), "rfc5280")
    assert bool(result.problem) != bool(result.linter)


@needs_pkilint
@pytest.mark.parametrize(("profile", "family"), [("cabf", "cabf.serverauth."), ("rfc5280", "pkix.")])
def test_the_worst_of_the_findings_comes_first(profile: str, family: str) -> None:
    request = {"profile": profile, "certificates": [base64.b64encode(CHAIN[0]).decode("ascii")]}
    (rows,) = lint._work(request)["findings"]
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), key=SEVERITIES.index)
    assert any(row[0].startswith(family) for row in rows)
