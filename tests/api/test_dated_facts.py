"""A report says which dated facts it rests on, and how old they are; a record can be judged anew by the same ones."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import auditor
from auditor.policy.dated_facts import shipped_facts
from auditor.policy.shipped import policy_directory
from tests.certificates.mint import Spec, mint_chain

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("AUDITOR_FACTS", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def report(name: str = "acg", at: datetime = AT) -> auditor.Report:
    chain, _ = mint_chain((Spec(), Spec(subject="Issuing CA")), at=at)
    return auditor.audit_certificates([("sbc.der", chain[0])], auditor.load_policy(name), at=at)


@pytest.mark.parametrize("name", ["acg", "mozilla-modern", "rfc9325", "teams-direct-routing"])
def test_every_report_names_its_facts_and_their_age(name: str) -> None:
    found, reference = report(name), shipped_facts().reference
    assert found.policy.facts == reference
    assert any(reference.version in note and "the newest was checked on" in note for note in found.notes)


def test_rows_past_their_review_are_named_in_the_report() -> None:
    late = [note for note in report(at=datetime(2028, 1, 1, tzinfo=UTC)).notes if "past their review" in note]
    assert [note.split()[3] for note in late] == [
        "certificate-client-usage-ending",
        "certificate-issuer-withdrawn",
        "certificate-lifetime-too-long",
        "certificate-root-leaving",
    ]
    assert "Let's Encrypt (checked 2026-11-20, review after 2027-05-19)" in late[0]


def test_other_facts_make_another_report(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (policy_directory() / "facts" / "facts.yaml").read_text(encoding="utf-8")
    file = home / "older.yaml"
    file.write_text(text.replace(f'"{shipped_facts().reference.version}"', '"2020.1"').replace("398", "397"))
    before = report()
    monkeypatch.setenv("AUDITOR_FACTS", str(file))
    after = report()
    assert before.policy.sha256 != after.policy.sha256
    assert after.policy.facts is not None
    assert (after.policy.facts.version, after.policy.facts.shipped) == ("2020.1", False)


def test_an_old_list_of_roots_is_a_warning() -> None:
    (finding,) = [
        one
        for one in report("teams-direct-routing", datetime(2099, 1, 1, tzinfo=UTC)).findings
        if one.rule == "root-list-outdated"
    ]
    assert finding.outcome == "warn"
    assert "Microsoft Trusted Root Program" in finding.violations[0].observed
