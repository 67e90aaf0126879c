"""The count of an audit against what was planted."""

from dataclasses import replace

from auditor.lab import LabEndpoint
from auditor.lab.score import Score, score
from auditor.model.finding import Finding, Outcome
from auditor.model.target import Service


def planted(name: str, *expected: str, inconclusive: bool = False) -> LabEndpoint:
    return LabEndpoint(
        name=name,
        service=Service.SIP,
        server_name=f"{name}.example.net",
        host="127.0.0.1",
        port=5061,
        fault="It is broken.",
        expected=frozenset(expected),
        inconclusive=inconclusive,
    )


def finding(target: str, rule: str, outcome: Outcome) -> Finding:
    return Finding(rule=rule, target=target, outcome=outcome)


def test_faults_are_counted_as_found_missed_and_made_up() -> None:
    endpoints = [planted("b", "r1", "r2", "r3", "r4"), planted("a"), planted("quiet", "r1", inconclusive=True)]
    findings = [
        finding("b", "r2", Outcome.WARN),
        finding("b", "r1", Outcome.FAIL),
        finding("b", "r3", Outcome.PASS),
        finding("b", "r4", Outcome.INCONCLUSIVE),
        finding("a", "r1", Outcome.PASS),
        finding("a", "r5", Outcome.WARN),
        finding("quiet", "r1", Outcome.FAIL),
        finding("quiet", "r2", Outcome.PASS),
        finding("quiet", "r3", Outcome.INCONCLUSIVE),
    ]
    counted = score(endpoints, findings)
    assert counted == Score(
        found=(("b", "r1"), ("b", "r2"), ("quiet", "r1")),
        missed=(("b", "r3"), ("b", "r4")),
        false_alarms=(("a", "r5"),),
        unfounded=(("quiet", "r2"),),
        undecided=(),
    )
    assert not counted.perfect


def test_an_audit_that_found_all_and_invented_nothing_is_perfect() -> None:
    endpoints = [planted("a", "r1"), planted("quiet", inconclusive=True)]
    findings = [finding("a", "r1", Outcome.FAIL), finding("quiet", "r1", Outcome.INCONCLUSIVE)]
    assert score(endpoints, findings).perfect


def test_a_doubt_at_an_endpoint_without_a_fault_is_counted() -> None:
    counted = score([replace(planted("a"), fault="")], [finding("a", "r1", Outcome.INCONCLUSIVE)])
    assert counted.undecided == (("a", "r1"),)
    assert not counted.perfect


def test_an_audit_that_reports_nothing_has_missed_everything() -> None:
    assert score([planted("a", "r1")], []).missed == (("a", "r1"),)


def test_what_nothing_can_be_proven_of_has_to_be_left_open() -> None:
    endpoint = replace(planted("a"), undecidable=frozenset({"r1", "r2", "r3"}))
    findings = [
        finding("a", "r1", Outcome.INCONCLUSIVE),
        finding("a", "r2", Outcome.PASS),
        finding("a", "r3", Outcome.WARN),
    ]
    counted = score([endpoint], findings)
    assert counted.found == (("a", "r1"),)
    assert counted.missed == (("a", "r2"), ("a", "r3"))
    assert counted.false_alarms == (("a", "r3"),)
