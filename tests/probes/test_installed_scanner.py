"""The versions of sslyze, nassl and the libraries in nassl."""

import re
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
import sslyze

from auditor.model.scanner import ScannerVersions
from auditor.probes import installed_scanner
from auditor.probes.installed_scanner import scanner_versions


@pytest.fixture(autouse=True)
def afresh() -> None:
    scanner_versions.cache_clear()


def test_the_versions_are_those_installed() -> None:
    found = scanner_versions()
    assert found.sslyze == sslyze.__version__.__version__
    assert found.nassl is not None
    assert len(found.openssl) == 2
    assert all(re.fullmatch(r"[0-9.]+[a-z]*", version) for version in found.openssl)
    assert list(found.openssl) == sorted(found.openssl, reverse=True)


def test_what_is_not_installed_or_not_readable_is_unknown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(_package: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(installed_scanner, "version", missing)
    monkeypatch.setattr(installed_scanner, "find_spec", lambda _name: None)
    assert scanner_versions() == ScannerVersions(sslyze="unknown")
    (tmp_path / "_nassl.so").write_bytes(b"no version")
    monkeypatch.setattr(installed_scanner, "find_spec", lambda _name: _Spec([str(tmp_path)]))
    assert installed_scanner._openssl() == ()


class _Spec:
    def __init__(self, places: list[str]) -> None:
        self.submodule_search_locations = places
