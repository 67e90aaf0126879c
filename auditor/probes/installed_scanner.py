"""The versions of sslyze, nassl and the OpenSSL libraries that make the ClientHellos.

nassl tells nobody which OpenSSL libraries it was built with, so their versions are read from the files of its two
extension modules, which are not loaded for that.
"""

import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from auditor.model.scanner import ScannerVersions

_OPENSSL = re.compile(rb"OpenSSL ([0-9]+\.[0-9]+\.[0-9]+[a-z]{0,2})  ?[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4}")
"""As in OPENSSL_VERSION_TEXT, with the day of the release."""


@cache
def scanner_versions() -> ScannerVersions:
    """The versions that are installed."""
    return ScannerVersions(sslyze=_version("sslyze") or "unknown", nassl=_version("nassl"), openssl=_openssl())


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _openssl() -> tuple[str, ...]:
    """The libraries in nassl's extension modules, newest first."""
    package = find_spec("nassl")
    folders = [Path(place) for place in (package.submodule_search_locations or ())] if package else []
    modules = [path for folder in folders for path in folder.glob("_nassl*") if path.suffix in (".so", ".pyd")]
    found = {match[1].decode("ascii") for path in modules if (match := _OPENSSL.search(path.read_bytes()))}
    return tuple(sorted(found, key=_numbers, reverse=True))


def _numbers(text: str) -> tuple[tuple[int, ...], str]:
    numbers = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    return tuple(int(part) for part in numbers.split(".")), text.removeprefix(numbers)
