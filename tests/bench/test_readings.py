"""What the benchmarks read of a report, so that a new form of it does not break them unnoticed."""

from auditor.model.tls import ProtocolVersion
from auditor.render.formats import json
from bench.readings import read_auditor
from tests.render import example


def test_a_report_gives_one_reading_for_each_endpoint_with_its_suites() -> None:
    readings = read_auditor(json.render(example.REPORT))
    assert len(readings) == len(example.REPORT.endpoints)
    for reading, endpoint in zip(readings, example.REPORT.endpoints, strict=True):
        listed = {ProtocolVersion(seen.version): set(seen.suites) for seen in endpoint.versions if seen.suites}
        assert {version: set(suites) for version, suites in reading.suites.items() if suites} == listed
        assert (reading.connections, reading.verdict) == (endpoint.connections, example.REPORT.verdict)


def test_open_questions_about_forbidden_suites_are_told_apart() -> None:
    open_at = {
        finding.target
        for finding in example.REPORT.findings
        if finding.rule == "cipher-suite-not-allowed" and finding.doubts
    }
    readings = read_auditor(json.render(example.REPORT))
    assert [reading.more for reading in readings] == [seen.target in open_at for seen in example.REPORT.endpoints]
    assert open_at
