"""CRLs and OCSP responses handed in on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.certificates.mint import AnchorSpec, Spec, mint_chain
from tests.certificates.status import StatusSpec, make_status
from tests.cli.conftest import Auditor, reason
from tests.inputs.certificates.test_bundles import pem

CHAIN = [Spec(), Spec(subject="Issuing CA")]
DERS, ANCHORS = mint_chain(CHAIN)


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., Path]:
    (tmp_path / "root.pem").write_bytes(pem(ANCHORS[0].der))
    (tmp_path / "sbc.pem").write_bytes(b"".join(map(pem, DERS)))

    def write(spec: StatusSpec, *, label: str = "") -> Path:
        der = make_status(spec, CHAIN, [AnchorSpec()], DERS).der
        path = tmp_path / "list"
        path.write_bytes(pem(der, label) if label else der)
        return path

    return write


def run(auditor: Auditor, tmp_path: Path, *words: object, policy: str = "acg-strict") -> tuple[int, str, str]:
    shared = ("-p", policy, "--root", tmp_path / "root.pem", "--at", "2026-11-20T12:00:00Z", "--json")
    done = auditor("certificate", tmp_path / "sbc.pem", *shared, *words)
    findings = {found["rule"]: found for found in json.loads(done.out)["findings"]} if done.out else {}
    found = findings.get("certificate-revoked")
    return (done.code, found["outcome"], reason(found)) if found else (done.code, "", done.err)


@pytest.mark.parametrize("label", ["", "X509 CRL"])
@pytest.mark.parametrize(("state", "outcome"), [("good", "pass"), ("revoked", "fail")])
def test_a_crl_tells(
    auditor: Auditor, files: Callable[..., Path], tmp_path: Path, label: str, state: str, outcome: str
) -> None:
    path = files(StatusSpec.model_validate({"state": state}), label=label)
    assert run(auditor, tmp_path, "--revocation", path)[1] == outcome


def test_an_ocsp_response_tells(auditor: Auditor, files: Callable[..., Path], tmp_path: Path) -> None:
    assert run(auditor, tmp_path, "--revocation", files(StatusSpec(form="ocsp")))[1] == "pass"


def test_without_anything_it_is_not_tested(auditor: Auditor, files: Callable[..., Path], tmp_path: Path) -> None:
    files(StatusSpec())
    _, outcome, reason = run(auditor, tmp_path)
    assert outcome == "not-tested"
    assert "--revocation" in reason


def test_the_crl_of_another_ca_leaves_it_open(auditor: Auditor, files: Callable[..., Path], tmp_path: Path) -> None:
    path = files(StatusSpec())
    other = make_status(StatusSpec(), [Spec(), Spec(subject="Other CA")], [AnchorSpec()], DERS).der
    path.write_bytes(other)
    code, outcome, reason = run(auditor, tmp_path, "--revocation", path)
    assert (code, outcome) == (3, "inconclusive")
    assert "no CRL of its issuer was given" in reason


def test_what_was_collected_is_judged_by_a_crl_of_today(
    auditor: Auditor, files: Callable[..., Path], tmp_path: Path, address: Callable[[str], str]
) -> None:
    seen = tmp_path / "seen.jsonl"
    assert auditor("collect", address("sip-compliant"), "-p", "acg-strict", "-o", seen).code == 0
    done = auditor("evaluate", seen, "-p", "acg-strict", "--revocation", files(StatusSpec()), "--json")
    (found,) = [f for f in json.loads(done.out)["findings"] if f["rule"] == "certificate-revoked"]
    assert (found["outcome"], "no CRL of its issuer" in reason(found)) == ("inconclusive", True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "this is neither a readable CRL nor a readable OCSP response"),
        (pem(DERS[0]), "the file contains no CRL and no OCSP response"),
        (pem(b"\x30\x00", "X509 CRL"), ":1: this is neither a readable CRL nor a readable OCSP response"),
        (b"x" * (17 * 1024 * 1024), "the file is larger than 16384 KiB"),
    ],
)
def test_a_file_that_is_neither_is_one_sentence(
    auditor: Auditor, files: Callable[..., Path], tmp_path: Path, content: bytes, message: str
) -> None:
    path = files(StatusSpec())
    path.write_bytes(content)
    code, _, said = run(auditor, tmp_path, "--revocation", path)
    assert code == 2
    assert message in said


def test_a_policy_that_does_not_look_refuses_the_options(
    auditor: Auditor, files: Callable[..., Path], tmp_path: Path
) -> None:
    for words in (("--revocation", files(StatusSpec())), ("--fetch-revocation",)):
        code, _, said = run(auditor, tmp_path, *words, policy="acg")
        assert code == 2
        assert "has no effect: the policy acg does not include certificate-revoked" in said
