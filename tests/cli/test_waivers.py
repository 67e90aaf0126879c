"""Waivers and every format of a report, on the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

from auditor.model.observation import CipherSuitesSeen
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.pipeline import Observations, write_observations
from tests.cli.conftest import AT, Auditor

TARGET = ServerTarget(name="sbc-1", host="192.0.2.1", port=5061, service=Service.SIP, address="192.0.2.1")
POLICY = """\
id: own
version: "1"
title: Own
source: a test
fail_on: medium
rules:
  protocol-not-allowed: {allowed: [TLSv1.2]}
  protocol-required-missing: {any_of: [TLSv1.2]}
"""


def waiver(rule: str = "protocol-not-allowed", target: str = "sbc-*", expires: str = "2040-03-01") -> str:
    fields = {
        "rule": rule,
        "target": target,
        "reason": "until the exchange",
        "approved_by": "the head",
        "ticket": "T-1",
        "expires": expires,
    }
    return f"  - {json.dumps(fields)}\n"


def seen(tmp_path: Path) -> tuple[Path, Path]:
    """Observations of an endpoint that speaks TLS 1.2, which is asked for, and 1.0, which is not allowed."""
    suite = {"name": "TLS_RSA_WITH_AES_128_CBC_SHA"}
    spoken = (ProtocolVersion.TLS_1_0, ProtocolVersion.TLS_1_2)
    suites = [
        CipherSuitesSeen.model_validate(
            {"target": "sbc-1", "at": AT, "version": version, "accepted": [suite] if version in spoken else []}
        )
        for version in ProtocolVersion
    ]
    path, policy = tmp_path / "seen.jsonl", tmp_path / "own.yaml"
    write_observations(path, Observations(AT, (TARGET,), tuple(suites)))
    policy.write_text(POLICY, encoding="utf-8")
    return path, policy


def test_a_waived_failure_is_shown_and_does_not_fail_the_audit(auditor: Auditor, tmp_path: Path) -> None:
    path, policy = seen(tmp_path)
    assert auditor("evaluate", path, "-p", policy).code == 1
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text("waivers:\n" + waiver(), encoding="utf-8")
    done = auditor("evaluate", path, "-p", policy, "--waivers", waivers)
    assert done.code == 0
    assert "waived until 2040-03-01, approved by the" in " ".join(done.out.split())
    document = json.loads(auditor("evaluate", path, "-p", policy, "--waivers", waivers, "--json").out)
    (finding,) = [finding for finding in document["findings"] if finding["outcome"] == "waived"]
    assert finding["waiver"]["ticket"] == "T-1"
    assert [status["state"] for status in document["waivers"]] == ["used"]


def test_the_day_that_counts_is_that_of_the_observations(auditor: Auditor, tmp_path: Path) -> None:
    path, policy = seen(tmp_path)
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text("waivers:\n" + waiver(expires="2040-02-29"), encoding="utf-8")
    done = auditor("evaluate", path, "-p", policy, "--waivers", waivers)
    assert done.code == 1
    assert "Expired, 1 finding: protocol-not-allowed at sbc-*" in done.out


def test_a_mistake_in_the_waivers_stops_before_anything_is_judged(auditor: Auditor, tmp_path: Path) -> None:
    path, policy = seen(tmp_path)
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text("waivers:\n" + waiver(rule="protocol-not-alowed"), encoding="utf-8")
    done = auditor("evaluate", path, "-p", policy, "--waivers", waivers)
    assert (done.code, done.out) == (2, "")
    assert f'{waivers}:2:14: unknown rule "protocol-not-alowed"; did you mean "protocol-not-allowed"?' in done.err


def test_every_format_is_written_by_its_suffix(auditor: Auditor, tmp_path: Path) -> None:
    path, policy = seen(tmp_path)
    reports = {
        suffix: tmp_path / f"report.{suffix}" for suffix in ("json", "html", "txt", "md", "sarif", "xml", "prom")
    }
    words = [word for file in reports.values() for word in ("--report", file)]
    assert auditor("evaluate", path, "-p", policy, *words).code == 1
    texts = {suffix: file.read_text(encoding="utf-8") for suffix, file in reports.items()}
    assert json.loads(texts["sarif"])["version"] == "2.1.0"
    assert ET.fromstring(texts["xml"]).find(".//failure") is not None
    assert texts["md"].startswith("### auditor: Not compliant\n")
    assert 'auditor_verdict{policy="own",verdict="fail"} 1\n' in texts["prom"]
    assert "NOT COMPLIANT" in texts["txt"]
    assert all("protocol-not-allowed" in texts[suffix] for suffix in ("json", "html", "txt", "md", "sarif", "xml"))


def test_an_unknown_suffix_is_refused_with_those_that_are_known(auditor: Auditor, tmp_path: Path) -> None:
    path, _ = seen(tmp_path)
    done = auditor("evaluate", path, "--report", tmp_path / "report.pdf")
    assert done.code == 2
    assert ".json, .html, .txt, .md, .sarif, .xml, .prom" in done.err


def test_sarif_points_at_the_line_of_the_inventory_and_its_waivers_count(
    auditor: Auditor, address: Callable[[str], str], tmp_path: Path, policy: str
) -> None:
    where = address("sip-old-version").removeprefix("sips://")
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(
        f"operator: x\nendpoints:\n  - name: old\n    address: {where}\n    service: sip\nwaivers:\n"
        + waiver(target="old")
        + waiver(rule="certificate-root-not-allowed", target="old"),
        encoding="utf-8",
    )
    report = tmp_path / "report.sarif"
    auditor("audit", "-i", inventory, "-p", policy, "--report", report)
    results = json.loads(report.read_text(encoding="utf-8"))["runs"][0]["results"]
    assert {result["ruleId"]: bool(result["suppressions"]) for result in results}["protocol-not-allowed"]
    for result in results:
        (location,) = result["locations"]
        assert location["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 5}
        assert location["physicalLocation"]["artifactLocation"]["uri"].endswith("/inventory.yaml")
