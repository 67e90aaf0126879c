"""What a caller of the API gets wrong is ``InputErrors`` with a sentence, and never a smaller audit than was meant."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

import auditor

NAIVE = datetime(2026, 11, 20)  # noqa: DTZ001 - the mistake itself
TARGET = "127.0.0.1:9"
POLICY = auditor.load_policy("rfc9325")
SETTINGS = auditor.CollectSettings
LIMITS = auditor.Limits

WRONG: list[tuple[str, Callable[[], object], str]] = [
    ("no root", lambda: auditor.load_policy("acg", roots=[Path("absent.pem")]), "cannot be read"),
    ("no inventory", lambda: auditor.load_inventory(Path("absent.yaml")), "cannot be read"),
    ("no observations", lambda: auditor.read_observations(Path("absent.jsonl")), "cannot be read: No such file"),
    ("no file name", lambda: auditor.read_observations(Path("a\0b")), "this is not a file name"),
    ("no report", lambda: auditor.read_report(Path("absent.json")), "cannot be read"),
    ("no zone", lambda: auditor.collect_observations([TARGET], POLICY, at=NAIVE), "has no time zone"),
    ("no zone, audit", lambda: auditor.audit([TARGET], POLICY, at=NAIVE), "has no time zone"),
    ("no zone, files", lambda: auditor.audit_certificates([("a", b"")], POLICY, at=NAIVE), "has no time zone"),
    ("no zone, client", lambda: auditor.load_client(at=NAIVE), "has no time zone"),
    ("no jobs", lambda: auditor.collect_observations([TARGET], POLICY, settings=SETTINGS(jobs=0)), "jobs is 0"),
    (
        "no time",
        lambda: auditor.collect_observations([TARGET], POLICY, settings=SETTINGS(limits=LIMITS(target_seconds=-1))),
        "target_seconds is -1",
    ),
    (
        "not a time",
        lambda: auditor.collect_observations(
            [TARGET], POLICY, settings=SETTINGS(limits=LIMITS(settle_seconds=float("nan")))
        ),
        "settle_seconds is nan; it must be at least 0",
    ),
    ("no files", lambda: auditor.audit_certificates([], POLICY), "name a file with a certificate"),
    ("no descriptions", lambda: auditor.audit_session_descriptions([], POLICY), "name a file with a session"),
    ("no target", lambda: auditor.audit([], POLICY), "nothing to audit"),
    ("a target twice", lambda: auditor.audit([TARGET, TARGET], POLICY), "appears twice"),
]


@pytest.mark.parametrize(("call", "words"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_wrong_input_is_one_kind_of_error(
    call: Callable[[], object], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(auditor.InputErrors) as wrong:
        call()
    assert words in str(wrong.value)
    assert all(error.message for error in wrong.value.errors)


def test_the_moment_of_a_report_has_a_time_zone() -> None:
    seen = auditor.collect_observations([TARGET], POLICY, cancel=lambda: True)
    with pytest.raises(auditor.InputErrors, match="has no time zone"):
        auditor.evaluate_observations(seen, POLICY, generated_at=NAIVE)


def test_a_target_that_was_resolved_before_may_not_stand_beside_itself() -> None:
    """Two targets of one name would share what was observed of either."""
    seen = auditor.collect_observations([TARGET], POLICY, cancel=lambda: True)
    (target,) = seen.targets
    with pytest.raises(auditor.InputErrors, match="appears twice"):
        auditor.audit([TARGET, target], POLICY)  # type: ignore[list-item]  # the union of all targets


def test_a_root_by_its_file_name_is_not_left_out_silently(tmp_path: Path) -> None:
    """A type checker refuses a text here; without one, a root that is ignored would fail every chain under it."""
    with pytest.raises(auditor.InputErrors, match="cannot be read"):
        auditor.load_policy("acg", roots=[str(tmp_path / "absent.pem")])  # type: ignore[list-item]  # the mistake


def test_one_target_may_be_given_alone() -> None:
    """A text is an iterable of texts too, which no type checker tells apart."""
    seen = auditor.collect_observations(TARGET, POLICY, cancel=lambda: True)
    assert [target.name for target in seen.targets] == [TARGET]
