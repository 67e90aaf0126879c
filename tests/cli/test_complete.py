"""How complete an audit is: ``--complete``, the answers to requirements, and several looks judged as one audit."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from auditor import pipeline
from tests.cli.conftest import AT, Auditor, auditor
from tests.deployment.test_faults import INVENTORIES

__all__ = ["auditor"]
MAPS = INVENTORIES / "maps.yaml"


@pytest.fixture
def confirmed(tmp_path: Path) -> Path:
    """The golden deployment, with confirmations of the year of the tests."""
    path = tmp_path / "maps.yaml"
    path.write_text(re.sub(r"date: 20\d\d", "date: 2039", MAPS.read_text(encoding="utf-8")), encoding="utf-8")
    return path


@pytest.fixture
def report(auditor: Auditor, confirmed: Path, tmp_path: Path) -> Path:
    path = tmp_path / "audit.json"
    done = auditor("audit", "-i", confirmed, "--offline", "--report", path)
    assert done.code == 0
    assert "COMPLIANT so far: " in done.out
    return path


def test_every_requirement_has_one_answer_and_open_ones_say_what_closes_them(auditor: Auditor, report: Path) -> None:
    document = json.loads(auditor("requirements", report, "--json").out)
    answers = {found["id"]: found for found in document["requirements"]}
    assert len(answers) == len(document["requirements"]) >= 130
    assert all(found["reason"] for found in answers.values())
    assert all(found["closes"] for found in answers.values() if found["answer"] == "open")
    assert answers["CON-12"]["answer"] == "met"
    assert answers["SEC-27"]["answer"] == "open"
    assert answers["SEC-01"]["answer"] == "provider"
    assert answers["ER-06"]["answer"] == "not-applicable"
    counted = [found for found in answers.values() if found["answer"] not in ("provider", "not-applicable")]
    still = [found for found in counted if found["answer"] == "open"]
    standing = document["completeness"]
    assert (standing["total"], standing["open"]) == (len(counted), len(still))
    assert standing["answered"] + standing["open"] == standing["total"]


def test_the_table_ends_with_the_verdict_and_the_standing(auditor: Auditor, report: Path) -> None:
    done = auditor("requirements", report)
    assert done.code == 0
    last = done.out.rstrip().splitlines()[-1]
    assert "COMPLIANT so far: " in done.out
    assert re.match(r"Requirements: \d+ open, ", last)
    only = auditor("requirements", report, "--open")
    assert "SEC-27" in only.out
    assert "CON-12 " not in only.out


def test_a_report_without_requirements_says_so(auditor: Auditor, tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    auditor("audit", "127.0.0.1:1", "-p", "mozilla-modern", "--report", path)
    assert "named no requirements file" in auditor("requirements", path).out


def test_what_is_no_report_is_refused(auditor: Auditor) -> None:
    done = auditor("requirements", MAPS)
    assert done.code == 2


def test_a_complete_audit_is_required_only_where_asked(auditor: Auditor, confirmed: Path) -> None:
    assert auditor("audit", "-i", confirmed, "--offline").code == 0
    done = auditor("audit", "-i", confirmed, "--offline", "--complete", "--json")
    document = json.loads(done.out)
    assert (done.code, document["verdict"]) == (3, "inconclusive")
    assert document["completeness"]["required"] is True


def test_a_policy_may_require_it(auditor: Auditor, confirmed: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("id: own\nversion: '1'\ntitle: Own\nextends: acg\ncomplete: required\n", encoding="utf-8")
    assert auditor("audit", "-i", confirmed, "--offline", "-p", path).code == 3
    shown = auditor("policy", "show", path).out
    assert "complete: required" in shown
    assert "~ complete: shown → required" in auditor("policy", "diff", "acg", path).out
    again = tmp_path / "again.yaml"
    again.write_text(shown, encoding="utf-8")
    assert shown.splitlines()[0] == auditor("policy", "show", again).out.splitlines()[0]


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("extends: mozilla-modern\ncomplete: required\n", "complete: required needs the key requirements"),
        ("extends: acg\ncomplete: yes\n", "complete cannot be"),
    ],
)
def test_it_cannot_be_required_without_requirements(head: str, message: str, auditor: Auditor, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"id: own\nversion: '1'\ntitle: Own\n{head}", encoding="utf-8")
    done = auditor("policy", "check", path)
    assert done.code == 2
    assert message in done.err


def test_the_option_is_refused_where_there_is_nothing_to_complete(auditor: Auditor) -> None:
    done = auditor("audit", "127.0.0.1:1", "-p", "mozilla-modern", "--complete")
    assert done.code == 2
    assert "--complete has no effect" in done.err


SDP = b"v=0\r\no=- 1 1 IN IP4 193.5.122.9\r\ns=-\r\nc=IN IP4 193.5.122.9\r\nt=0 0\r\nm=audio 20000 RTP/AVP 0\r\n"


def look(path: Path, name: str) -> Path:
    seen = pipeline.observe_session_descriptions([(name, SDP)], pipeline.load_policy("acg"), role="offer", at=AT)
    pipeline.write_observations(path, seen)
    return path


def test_several_looks_are_one_audit(auditor: Auditor, tmp_path: Path) -> None:
    looks = look(tmp_path / "one.jsonl", "one.sdp"), look(tmp_path / "two.jsonl", "two.sdp")
    done = auditor("evaluate", *looks, "-i", MAPS, "--json")
    document = json.loads(done.out)
    targets = {found["target"] for found in document["findings"]}
    assert {"deployment", "one.sdp", "two.sdp", "site A: SIP client"} <= targets
    assert "session descriptions" not in targets
    answers = {found["id"]: found["answer"] for found in document["requirements"]}
    assert (answers["SEC-07"], answers["CON-12"]) == ("not-met", "met")
    assert done.code == 1


def test_looks_of_different_days_are_said() -> None:
    policy = pipeline.load_policy("acg")
    one, two = (
        pipeline.observe_session_descriptions([(name, SDP)], policy, role="offer", at=day)
        for name, day in (("one.sdp", AT), ("two.sdp", AT + timedelta(days=9)))
    )
    joined = pipeline.join_observations([("one.jsonl", one), ("two.jsonl", two)])
    said = "Observed on different days, and judged as of the latest: one.jsonl on "
    assert [note.startswith(said) for note in joined.notes] == [True]
    assert not pipeline.join_observations([("one.jsonl", one)]).notes


def test_an_inventory_that_has_changed_since_is_said(auditor: Auditor, confirmed: Path, tmp_path: Path) -> None:
    seen, changed = tmp_path / "seen.jsonl", tmp_path / "changed.yaml"
    auditor("collect", "-i", confirmed, "-o", seen)
    said = "The inventory declares another deployment than the one that was observed"
    assert said not in auditor("evaluate", seen, "-i", confirmed, "--json").out
    changed.write_text(confirmed.read_text(encoding="utf-8").replace("Head of Networks", "Head of Voice"), "utf-8")
    assert said in auditor("evaluate", seen, "-i", changed, "--json").out


def test_two_looks_at_targets_of_one_name_are_refused(auditor: Auditor, tmp_path: Path) -> None:
    one, two = look(tmp_path / "one.jsonl", "same.sdp"), look(tmp_path / "two.jsonl", "same.sdp")
    done = auditor("evaluate", one, two)
    assert (done.code, done.err) == (2, f'auditor: {two}: {one} has the target "same.sdp" too\n')
