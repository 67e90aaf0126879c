"""Help for every command, quickly, and without what a scan needs."""

import subprocess
import sys

import pytest

from auditor import __version__
from auditor.cli import _COMMANDS, EPILOG
from tests.cli.conftest import Auditor

HEAVY = {"sslyze", "nassl", "cryptography", "OpenSSL", "pydantic", "ruamel", "jinja2", "jsonschema"}


def test_help_lists_every_command_and_the_exit_codes(auditor: Auditor) -> None:
    done = auditor("--help")
    assert done.code == 0
    assert all(f"  {name} " in done.out for name in _COMMANDS)
    assert EPILOG.split(":")[0] in done.out


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_has_help(auditor: Auditor, command: str) -> None:
    done = auditor(command, "--help")
    assert done.code == 0
    assert "Usage: auditor" in done.out or f" {command} " in done.out


def test_the_version_is_that_of_the_package(auditor: Auditor) -> None:
    done = auditor("--version")
    assert (done.code, done.out) == (0, f"auditor, version {__version__}\n")


def test_help_loads_nothing_that_a_scan_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "auditor", "--help"],
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "click" in loaded
    assert not loaded & HEAVY
    assert "Usage:" in done.stdout


@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), (["audit"], 2), (["audit", "nowhere"], 2), ([], 2)])
def test_the_process_ends_with_the_exit_code(words: list[str], code: int) -> None:
    done = subprocess.run([sys.executable, "-m", "auditor", *words], capture_output=True, timeout=30, check=False)
    assert done.returncode == code
    assert b"Traceback" not in done.stdout + done.stderr
