"""What each tool says is accepted, read from its own output into IANA names by protocol version."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from auditor.model.report import Report
from auditor.model.tls import ProtocolVersion, suites_by_code
from bench.scene import Suites

_SSLYZE = {
    ProtocolVersion.SSL_2_0: "ssl_2_0_cipher_suites",
    ProtocolVersion.SSL_3_0: "ssl_3_0_cipher_suites",
    ProtocolVersion.TLS_1_0: "tls_1_0_cipher_suites",
    ProtocolVersion.TLS_1_1: "tls_1_1_cipher_suites",
    ProtocolVersion.TLS_1_2: "tls_1_2_cipher_suites",
    ProtocolVersion.TLS_1_3: "tls_1_3_cipher_suites",
}
_TESTSSL = {
    "ssl2": ProtocolVersion.SSL_2_0,
    "ssl3": ProtocolVersion.SSL_3_0,
    "tls1": ProtocolVersion.TLS_1_0,
    "tls1_1": ProtocolVersion.TLS_1_1,
    "tls1_2": ProtocolVersion.TLS_1_2,
    "tls1_3": ProtocolVersion.TLS_1_3,
}


class UnreadableError(Exception):
    """The tool gave no answer about the server; the text says what it gave instead."""


@dataclass(frozen=True)
class Reading:
    """One tool's answer about one server."""

    suites: Suites
    connections: int | None = None
    """By its own count, if it keeps one."""
    verdict: str = ""
    more: bool = False
    """Whether it says itself that there may be more suites than it lists."""
    inner: dict[str, float] = field(default_factory=dict)
    """``wall`` and ``cpu`` seconds taken inside the process, where the whole process is not what is measured."""


def read_auditor(output: str) -> list[Reading]:
    """The report of ``auditor audit --json``, one reading for each endpoint."""
    report = Report.model_validate(_json(output))
    open_questions = {
        finding.target for finding in report.findings if finding.rule == "cipher-suite-not-allowed" and finding.doubts
    }
    return [
        Reading(
            _suites({ProtocolVersion(seen.version): list(seen.suites) for seen in endpoint.versions}),
            endpoint.connections,
            report.verdict,
            endpoint.target in open_questions,
        )
        for endpoint in report.endpoints
    ]


def read_probe(output: str) -> list[Reading]:
    """The output of ``bench/probe.py``."""
    found = _json(output)
    suites = _suites({ProtocolVersion(version): names for version, names in found["suites"].items()})
    return [Reading(suites, found["connections"], more=found["more"], inner=found["inner"])]


def read_sslyze(output: str) -> list[Reading]:
    """The report of ``sslyze --json_out=-``."""
    readings = []
    for server in _json(output)["server_scan_results"]:
        if server["scan_result"] is None:
            raise UnreadableError("it could not connect")
        attempts = {version: server["scan_result"][name] for version, name in _SSLYZE.items()}
        failed = [version for version, attempt in attempts.items() if attempt["result"] is None]
        if failed:
            raise UnreadableError(f"{', '.join(failed)} ended in an error")
        accepted = {version: attempt["result"]["accepted_cipher_suites"] for version, attempt in attempts.items()}
        named = {version: [suite["cipher_suite"]["name"] for suite in suites] for version, suites in accepted.items()}
        readings.append(Reading(_suites(named)))
    return readings


def read_sslscan(output: str) -> list[Reading]:
    """The report of ``sslscan --xml=-``."""
    found: dict[ProtocolVersion, list[str]] = {}
    for cipher in _xml(output).iter("cipher"):
        version = ProtocolVersion(cipher.attrib["sslversion"])
        found.setdefault(version, []).append(_name(int(cipher.attrib["id"], 16)))
    return [Reading(_suites(found))]


def read_nmap(output: str) -> list[Reading]:
    """The report of ``nmap --script ssl-enum-ciphers -oX -``, one reading for each host that has one."""
    readings = []
    for host in _xml(output).iter("host"):
        found: dict[ProtocolVersion, list[str]] = {}
        for table in host.findall("ports/port/script[@id='ssl-enum-ciphers']/table"):
            names = [found.text or "" for found in table.findall("table[@key='ciphers']/table/elem[@key='name']")]
            # nmap writes the suites of TLS 1.3 with a key exchange that IANA's names do not have.
            found[ProtocolVersion(table.attrib["key"])] = [name.replace("TLS_AKE_WITH_", "TLS_") for name in names]
        readings.append(Reading(_suites(found)))
    return readings


def read_testssl(output: str) -> list[Reading]:
    """The findings of ``testssl -E --jsonfile``."""
    found: dict[ProtocolVersion, list[str]] = {}
    for finding in _json(output):
        parts = re.fullmatch(r"cipher-((?:ssl|tls)[0-9_]+?)_x([0-9a-f]+)", finding["id"])
        if parts:
            found.setdefault(_TESTSSL[parts[1]], []).append(_name(int(parts[2], 16)))
        elif finding["severity"] == "FATAL":
            raise UnreadableError(finding["finding"])
    return [Reading(_suites(found))]


def _suites(found: dict[ProtocolVersion, list[str]]) -> Suites:
    return {version: frozenset(found.get(version, ())) for version in ProtocolVersion}


def _name(code: int) -> str:
    suite = suites_by_code().get(code)
    return suite.name if suite else f"0x{code:04X}"


def _json(text: str) -> Any:  # noqa: ANN401 - whatever the tool wrote
    try:
        return json.loads(text)
    except ValueError as error:
        raise UnreadableError(f"its output is no JSON: {text[-200:]!r}") from error


def _xml(text: str) -> ET.Element:
    try:
        return ET.fromstring(text)  # noqa: S314 - from a scanner we started
    except ET.ParseError as error:
        raise UnreadableError(f"its output is no XML: {text[-200:]!r}") from error
