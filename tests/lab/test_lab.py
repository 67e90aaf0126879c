"""What the lab hands out: descriptions, files and an inventory."""

import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from ruamel.yaml import YAML

from auditor.lab import Lab, LabEndpoint, loop, start
from auditor.lab.declared import SITES
from auditor.model.target import Service
from tests.lab.conftest import AT

COMPLIANT = {"sip-compliant", "https-compliant", "sip-two-certificates", "sip-ipv6"}


def test_a_compliant_endpoint_expects_nothing_and_a_faulty_one_says_what_is_wrong(lab: Lab) -> None:
    assert {endpoint.name for endpoint in lab.endpoints if not endpoint.fault} <= COMPLIANT
    for endpoint in lab.endpoints:
        planted = endpoint.expected | endpoint.undecidable
        assert bool(planted) == (bool(endpoint.fault) and endpoint.name != "sip-silent")
        assert not endpoint.expected & endpoint.undecidable
        assert endpoint.fault == "" or endpoint.fault.endswith(".")


def test_there_are_more_than_two_dozen_faults_and_each_name_and_port_is_its_own(lab: Lab) -> None:
    assert sum(bool(endpoint.fault) for endpoint in lab.endpoints) > 24
    assert len({endpoint.name for endpoint in lab.endpoints}) == len(lab.endpoints)
    assert len({endpoint.address for endpoint in lab.endpoints}) == len(lab.endpoints)


def test_a_name_says_which_service_it_is(lab: Lab) -> None:
    for endpoint in lab.endpoints:
        assert endpoint.name.partition("-")[0] == endpoint.service
        assert endpoint.server_name == f"{endpoint.name}.example.net"


def test_the_inventory_says_what_runs_and_which_roots_are_declared(lab: Lab) -> None:
    inventory = YAML(typ="safe", pure=True).load(lab.inventory.read_text(encoding="utf-8"))
    assert {section: inventory[section] for section in ("operator", "endpoints", "roots")} == {
        "operator": "Example Operator",
        "endpoints": [
            {
                "name": endpoint.name,
                "address": endpoint.address,
                "service": str(endpoint.service),
                "server_name": endpoint.server_name,
                "site": SITES[position % 2],
            }
            for position, endpoint in enumerate(lab.endpoints)
        ],
        "roots": [{"file": str(path), "sent": AT.date()} for path in lab.roots],
    }
    assert lab.root_pem in lab.roots


def test_an_ipv6_address_stands_in_brackets() -> None:
    endpoint = LabEndpoint("a", Service.SIP, "a.example.net", "::1", 5061, "", frozenset(), inconclusive=False)
    assert endpoint.address == "[::1]:5061"


def test_the_client_s_key_is_for_its_owner_alone(lab: Lab) -> None:
    assert stat.S_IMODE(lab.client_key.stat().st_mode) == 0o600
    assert stat.S_IMODE(lab.directory.stat().st_mode) == 0o700
    leaf, issuer = x509.load_pem_x509_certificates(lab.client_certificate.read_bytes())
    leaf.verify_directly_issued_by(issuer)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"), start(datetime(2040, 3, 1)):  # noqa: DTZ001 - the point
        pass


def test_another_time_zone_and_fractions_of_a_second_make_the_same_certificates() -> None:
    moment = datetime(2040, 3, 1, 14, 30, 0, 999, tzinfo=timezone(timedelta(hours=2)))
    with start(moment) as lab:
        root = x509.load_pem_x509_certificate(lab.root_pem.read_bytes())
    assert root.not_valid_before_utc == datetime(2040, 3, 1, 12, 30, tzinfo=UTC) - timedelta(days=5 * 365)


def test_without_ipv6_the_endpoint_on_it_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = loop.listen

    def listen_on_ipv4(host: str) -> object:
        if ":" in host:
            raise OSError("address family not supported")
        return real(host)

    monkeypatch.setattr("auditor.lab.listen", listen_on_ipv4)
    with start(AT) as lab:
        assert "sip-ipv6" not in {endpoint.name for endpoint in lab.endpoints}


def test_where_nothing_can_be_listened_on_the_error_is_passed_on_and_nothing_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(host: str) -> object:
        raise PermissionError(host)

    monkeypatch.setattr("auditor.lab.listen", refuse)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(PermissionError), start(AT):
        pass
    assert list(tmp_path.iterdir()) == []
