"""The report as SARIF, validated against the schema of the standard."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from auditor.model.answer import AnswerKind
from auditor.model.finding import Doubt, Finding, Outcome, Violation
from auditor.model.report import Report, Verdict
from auditor.model.severity import Severity
from auditor.model.source_location import SourceLocation
from auditor.model.subject import TARGET, Named
from auditor.render.formats import sarif
from auditor.rules import all_rules
from tests.render import example
from tests.render.test_hostile import REPORT as HOSTILE

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
LOCATIONS = {
    example.SBC_1: SourceLocation("estate/our inventory.yaml", 3, 5),
    example.SBC_2: SourceLocation("estate/our inventory.yaml", 7),
}


def run(report: Report, *locations: Any) -> Any:
    document = json.loads(sarif.render(report, *locations))
    assert [error.message for error in Draft4Validator(SCHEMA).iter_errors(document)] == []
    (only,) = document["runs"]
    return only


def results(report: Report, *locations: Any) -> dict[tuple[str, str], Any]:
    return {
        (result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], result["ruleId"]): result
        for result in run(report, *locations)["results"]
    }


def one(outcome: Outcome, severity: Severity = Severity.HIGH) -> Any:
    finding = Finding(
        rule="protocol-not-allowed",
        target="a:1",
        outcome=outcome,
        violations=(Violation(subject=Named(name="s"), expected="e", observed="o"),),
        waiver=example.WAIVER if outcome is Outcome.WAIVED else None,
    )
    rules = {finding.rule: example.summary(severity=severity)}
    return run(example.report((finding,), (), Verdict.FAIL, rules=rules))["results"][0]


@pytest.mark.parametrize("report", [example.ANSWERED, example.UNFINISHED, example.COMPLIANT, HOSTILE])
def test_it_is_valid_by_the_schema_of_the_standard(report: Report) -> None:
    run(report)
    run(report, LOCATIONS, SourceLocation("policy.yaml"))


def test_the_schema_would_find_a_mistake() -> None:
    document = json.loads(sarif.render(example.REPORT))
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert not Draft4Validator(SCHEMA).is_valid(document)


def test_only_what_needs_reading_is_a_result() -> None:
    shown = {Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN, Outcome.WAIVED}
    expected = [(finding.target, finding.rule) for finding in example.REPORT.findings if finding.outcome in shown]
    assert list(results(example.REPORT)) == expected
    assert run(example.REPORT)["properties"]["counts"]["pass"] == example.REPORT.counts[Outcome.PASS]


def test_kind_and_level_follow_outcome_and_severity() -> None:
    assert [one(Outcome.FAIL, severity)["level"] for severity in Severity] == [
        "note", "note", "warning", "error", "error",
    ]  # fmt: skip
    assert one(Outcome.WARN, Severity.CRITICAL)["level"] == "warning"
    assert {outcome: one(outcome)["kind"] for outcome in (Outcome.FAIL, Outcome.WARN, Outcome.WAIVED)} == {
        Outcome.FAIL: "fail",
        Outcome.WARN: "fail",
        Outcome.WAIVED: "fail",
    }
    undecided = one(Outcome.INCONCLUSIVE)
    assert (undecided["kind"], undecided["level"]) == ("open", "none")


def test_a_waived_result_is_suppressed_with_its_reason_and_no_other_is() -> None:
    found = results(example.REPORT)
    (waived,) = [result for result in found.values() if result["suppressions"]]
    assert waived["ruleId"] == "certificate-chain-incomplete"
    (suppression,) = waived["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert "CHG-4711" in suppression["justification"]
    assert "2027-01-31" in suppression["justification"]


def test_a_waived_doubt_stays_open() -> None:
    finding = Finding(
        rule="x",
        target="a:1",
        outcome=Outcome.WAIVED,
        doubts=(Doubt(subject=TARGET, reason="no answer"),),
        waiver=example.WAIVER,
    )
    (result,) = run(example.report((finding,), (), Verdict.INCONCLUSIVE))["results"]
    assert (result["kind"], result["level"]) == ("open", "none")


def test_a_location_in_the_inventory_comes_before_the_file_of_the_policy() -> None:
    found = results(example.REPORT, LOCATIONS, SourceLocation("policies/mine.yaml"))
    at_sbc_2 = next(result for (target, _), result in found.items() if target == example.SBC_2)
    elsewhere = next(result for (target, _), result in found.items() if target == example.SBC_6)
    assert at_sbc_2["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "estate/our%20inventory.yaml"},
        "region": {"startLine": 7},
    }
    assert elsewhere["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "policies/mine.yaml"}}


def test_a_location_with_a_column_has_it_and_an_absolute_path_becomes_a_file_address() -> None:
    finding = next(finding for finding in example.REPORT.findings if finding.outcome is Outcome.FAIL)
    report = example.report((finding,), (), Verdict.FAIL)
    (result,) = run(report, {finding.target: SourceLocation("/srv/inventory.yaml", 2, 9)})["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "file:///srv/inventory.yaml"},
        "region": {"startLine": 2, "startColumn": 9},
    }


def test_without_a_file_there_is_a_logical_location_only() -> None:
    assert all("physicalLocation" not in result["locations"][0] for result in results(example.REPORT).values())


def test_fingerprints_differ_between_results_and_survive_dates_certificates_and_lines() -> None:
    later = example.REPORT.model_copy(
        update={
            "observed_at": example.AT + timedelta(days=3),
            "generated_at": example.AT + timedelta(days=3),
            "findings": tuple(
                finding.model_copy(
                    update={
                        "violations": tuple(
                            seen.model_copy(update={"subject": Named(name="another"), "observed": "x"})
                            for seen in finding.violations
                        )
                    }
                )
                for finding in example.REPORT.findings
            ),
        }
    )

    def fingerprints(found: dict[tuple[str, str], Any]) -> dict[tuple[str, str], Any]:
        return {key: result["partialFingerprints"] for key, result in found.items()}

    before, after = fingerprints(results(example.REPORT)), fingerprints(results(later, LOCATIONS))
    assert before == after
    assert len({prints["auditorFinding/v1"] for prints in before.values()}) == len(before)


def test_every_result_points_at_its_rule_and_every_rule_has_its_page() -> None:
    found = run(example.REPORT)
    rules = found["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in found["results"])
    for described in rules:
        assert described["help"]["markdown"].startswith("# ")
        assert described["fullDescription"]["text"]
        assert described["defaultConfiguration"]["level"] == sarif.LEVELS[all_rules()[described["id"]].severity]


def test_a_rule_that_this_version_does_not_know_is_described_by_the_report() -> None:
    finding = Finding(rule="of-tomorrow", target="a:1", outcome=Outcome.FAIL)
    rules = {"of-tomorrow": example.summary("Something new", Severity.LOW)}
    (described,) = run(example.report((finding,), (), Verdict.FAIL, rules=rules))["tool"]["driver"]["rules"]
    assert described["help"] == {"text": "Something new"}
    assert "helpUri" not in described


def test_a_rule_is_tagged_with_its_group_and_its_requirements() -> None:
    tags = {rule["id"]: rule["properties"]["tags"] for rule in run(example.REPORT)["tool"]["driver"]["rules"]}
    assert tags["protocol-not-allowed"] == ["security", "Protocol versions", "SEC-10", "DER-03"]


def test_a_message_holds_no_link_and_no_placeholder() -> None:
    texts = [result["message"]["text"] for result in run(HOSTILE)["results"]]
    assert not any("](" in text for text in texts)
    assert not any(set(text.replace("{{", "").replace("}}", "")) & set("{}") for text in texts)
    assert any("[x] (javascript:alert(1))" in text for text in texts)


def test_only_web_addresses_become_help_links() -> None:
    rules = run(HOSTILE)["tool"]["driver"]["rules"]
    assert all(described.get("helpUri", "https://").startswith(("https://", "http://")) for described in rules)
    assert "javascript:alert(1)" in {described["id"] for described in rules}


def test_the_file_is_pure_ascii() -> None:
    assert sarif.render(HOSTILE).isascii()


def test_a_waiver_that_has_expired_or_that_nothing_needs_is_a_notification() -> None:
    (invocation,) = run(example.REPORT)["invocations"]
    said = [note["message"]["text"] for note in invocation["toolExecutionNotifications"] if note["level"] == "warning"]
    assert [words.partition(" ")[0] for words in said] == ["Expired", "Unused"]


def test_the_run_says_how_complete_the_audit_is() -> None:
    found = run(example.UNFINISHED)
    assert found["properties"]["completeness"] == {"required": False, "answered": 1, "open": 2, "total": 3}
    assert found["properties"]["requirements"]["open"] == 2
    (said,) = found["invocations"][0]["toolExecutionNotifications"]
    assert said["level"] == "warning"
    assert said["message"]["text"].startswith("Compliant so far: 1 of 3 requirements answered, 2 open. ")
    whole = run(example.answered(example.COMPLIANT, example.answer("SEC-05", AnswerKind.MET)))
    assert [one["level"] for one in whole["invocations"][0]["toolExecutionNotifications"]] == ["note"]
    assert "completeness" not in run(example.COMPLIANT)["properties"]
