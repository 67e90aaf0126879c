"""A scan beside an inventory: the inventory says which service and which site a scanned endpoint is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.model.observation import PlaintextSeen
from auditor.model.report import Report
from auditor.model.target import ServerTarget, Service
from auditor.pipeline import Observations, evaluate_observations, load_inventory, load_policy
from auditor.policy.shipped import policy_directory
from tests.inputs.sslyze.doctored import HAPROXY, read, scan, server

EXAMPLE = policy_directory() / "examples" / "inventory-standard.yaml"


def judged(tmp_path: Path, port: int, asked_for: str = "sbc-a.example.net", listed: str = "") -> Report:
    document, inventory = scan(HAPROXY), tmp_path / "inventory.yaml"
    server(document)["server_location"].update(hostname="sbc-a.example.net", port=port, ip_address="193.5.122.1")
    server(document)["network_configuration"]["tls_server_name_indication"] = asked_for
    text = EXAMPLE.read_text(encoding="utf-8")
    inventory.write_text(text.replace("sbc-a.example.net:5061", listed or f"sbc-a.example.net:{port}"))
    return evaluate_observations(read(tmp_path, document), load_policy("acg"), inventory=load_inventory(inventory))


def about(report: Report) -> dict[str, str | None]:
    return {endpoint.target: endpoint.service for endpoint in report.endpoints}


@pytest.mark.parametrize("port", [5061, 5062])
def test_a_listed_endpoint_has_the_service_and_the_site_of_the_inventory(tmp_path: Path, port: int) -> None:
    found = about(judged(tmp_path, port))
    assert found[f"sbc-a.example.net:{port}"] == "sip"
    assert "site A: SIP server" not in found
    assert {"site B: SIP server", "HTTPS server"} <= set(found), "a SIP endpoint is not the HTTPS endpoint"


def test_an_endpoint_that_was_asked_for_another_name_is_not_the_one_of_the_site(tmp_path: Path) -> None:
    found = about(judged(tmp_path, 5062, asked_for="other.example.net"))
    assert found["sbc-a.example.net:5062"] == "sip"
    assert "site A: SIP server" in found


def test_an_endpoint_that_is_not_listed_stays_what_its_port_says(tmp_path: Path) -> None:
    found = about(judged(tmp_path, 5062, listed="sbc-a.example.net:5061"))
    assert found["sbc-a.example.net:5062"] == "https"
    assert "site A: SIP server" in found


def test_a_service_that_was_probed_stays() -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    target = ServerTarget(
        name="t", host="sbc-a.example.net", port=5061, service=Service.HTTPS, server_name="sbc-a.example.net"
    )
    seen = PlaintextSeen(target="t", at=at, transport="tcp", port=80, answered=None)
    report = evaluate_observations(
        Observations(at, (target,), (seen,)), load_policy("acg"), inventory=load_inventory(EXAMPLE), generated_at=at
    )
    assert about(report)["t"] == "https"
