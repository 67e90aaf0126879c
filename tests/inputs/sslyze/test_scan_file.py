"""Files that are not what sslyze writes: one sentence with the place, and nothing of their content that is secret."""

import json
from pathlib import Path

import pytest

from auditor.errors import InputErrors
from auditor.inputs.sslyze.scan_file import is_sslyze_scan, read_scan
from auditor.pipeline import read_observations
from tests.inputs.sslyze.doctored import NGINX, Change, Json, read, result, scan, server


def _drop(key: str) -> Change:
    return lambda document: document.pop(key)


WRONG: list[tuple[Change, str]] = [
    (_drop("server_scan_results"), "server_scan_results"),
    (_drop("date_scans_started"), "date_scans_started"),
    (lambda document: document.update(date_scans_started="yesterday"), "date_scans_started must be a moment"),
    (lambda document: document.update(date_scans_started="0001-01-01T00:00:00+23:59"), "must be a moment"),
    (lambda document: document.update(server_scan_results=[]), "names no server"),
    (lambda document: document.update(server_scan_results={}), "must be a list"),
    (lambda document: document["server_scan_results"].append(7), "must be a mapping"),
    (lambda document: server(document).pop("scan_result"), "scan_result"),
    (lambda document: server(document).update(scan_result=[]), "scan_result must be a mapping"),
    (lambda document: server(document)["server_location"].update(port=0), "port must be at least 1"),
    (lambda document: server(document)["server_location"].update(port="443"), "port must be a whole number"),
    (lambda document: server(document)["server_location"].update(hostname="a b"), "server_location"),
    (lambda document: server(document)["server_location"].update(hostname=""), "the host is missing"),
    (lambda document: server(document)["server_location"].update(ip_address="nowhere"), "server_location"),
    (
        lambda document: server(document)["network_configuration"].update(tls_server_name_indication="a_b.example"),
        "underscore",
    ),
    (
        lambda document: result(document, "tls_1_2_cipher_suites").update(tls_version_used="TLS_1_0"),
        "tls_version_used of tls_1_2_cipher_suites must be TLS_1_2",
    ),
    (lambda document: result(document, "heartbleed").update(is_vulnerable_to_heartbleed="no"), "must be true or false"),
    (lambda document: result(document, "robot").update(robot_result=None), "robot_result must be text"),
    (
        lambda document: result(document, "tls_1_2_cipher_suites")["rejected_cipher_suites"][0].pop("error_message"),
        "error_message",
    ),
    (
        lambda document: document.update(
            invalid_server_strings=[{"server_string": "x.example", "error_message": ""}] * 2000
        ),
        "more than 2000 servers",
    ),
    (
        lambda document: result(document, "certificate_info").update(
            certificate_deployments=result(document, "certificate_info")["certificate_deployments"] * 17
        ),
        "more than 16 certificate_deployments",
    ),
    (
        lambda document: document.update(invalid_server_strings=[{"server_string": "x:99999", "error_message": ""}]),
        "neither can it be judged",
    ),
]


@pytest.mark.parametrize(("change", "words"), WRONG, ids=lambda found: found if isinstance(found, str) else "")
def test_each_error_is_a_sentence_with_its_place(tmp_path: Path, change: Change, words: str) -> None:
    document = scan(NGINX)
    change(document)
    with pytest.raises(InputErrors) as caught:
        read(tmp_path, document)
    assert words in str(caught.value)
    assert all(error.file.endswith("scan.json") and error.line for error in caught.value.errors)


def test_the_proxys_password_is_nowhere_in_an_error_or_an_observation(tmp_path: Path) -> None:
    document = scan(NGINX)
    server(document)["server_location"]["http_proxy_settings"] = {"basic_auth_password": "tr0ub4dor"}
    assert "tr0ub4dor" not in str(read(tmp_path, document))
    server(document)["server_location"]["port"] = None
    with pytest.raises(InputErrors) as caught:
        read(tmp_path, document)
    assert "tr0ub4dor" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ['{"server_scan_results": [', '{"sslyze_version": NaN}', '{"sslyze_url": "\x00"}', "\ufeff{"]
)
def test_what_only_begins_like_a_scan(tmp_path: Path, text: str) -> None:
    path = tmp_path / "scan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputErrors, match=r"scan\.json:1"):
        read_observations(path)


def test_a_scan_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "any.name"
    document = scan(NGINX)
    for indent, sort in ((None, False), (4, False), (None, True)):
        path.write_text(json.dumps(document, indent=indent, sort_keys=sort), encoding="utf-8")
        assert is_sslyze_scan(path)
        assert len(read_observations(path).targets) == 1
    path.write_text('{"kind":"run","auditor_version":"\\"server_scan_results\\":"}', encoding="utf-8")
    assert not is_sslyze_scan(path)
    assert not is_sslyze_scan(tmp_path)
    assert not is_sslyze_scan(tmp_path / "no such file")


def test_a_moment_without_a_zone_is_utc_and_long_numbers_are_read(tmp_path: Path) -> None:
    document: Json = scan(NGINX)
    document["date_scans_started"] = "2026-11-21T18:59:52.990471"
    path = tmp_path / "scan.json"
    text = json.dumps(document)
    path.write_text(text.replace('"port": ', f'"rsa_n": {"9" * 5000}, "port": ', 1), encoding="utf-8")
    assert read_scan(path).started.isoformat() == "2026-11-21T18:59:52+00:00"


def test_a_large_scan_is_read_and_a_larger_one_refused(tmp_path: Path) -> None:
    document: Json = scan(NGINX)
    servers = []
    for port in range(1, 21):
        one = server(scan(NGINX))
        one["server_location"]["port"] = port
        servers.append(one)
    document["server_scan_results"] = servers
    assert len(read(tmp_path, document).targets) == 20
    path = tmp_path / "scan.json"
    with path.open("r+b") as file:
        file.truncate(49 * 1024 * 1024)
    with pytest.raises(InputErrors, match="larger than"):
        read_observations(path)
