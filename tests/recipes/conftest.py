"""A folder as a pipeline sees it: certificates, a root, and stand-ins for what only a real service has."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from ruamel.yaml import YAML

from tests.certificates.mint import AT, AnchorSpec, Spec, mint_chain

PROJECT = Path(__file__).parents[2]
RECIPES = PROJECT / "docs" / "recipes"
ISSUING = Spec(subject="Issuing CA")
GOOD = Spec(subject="sbc1.example.net")
BAD = Spec(subject="sbc1.example.net", key="rsa1024", not_after="+5d")

# The auditor itself, at the moment the certificates are made for.
_AUDITOR = f"""\
#!{sys.executable}
import sys
sys.path.insert(0, {str(PROJECT)!r})
from datetime import UTC, datetime
from auditor import pipeline
from auditor.cli import main
pipeline.now = lambda: datetime.fromtimestamp({int(AT.timestamp())}, UTC)
main()
"""
# Makes the folder of a virtual environment, and notes down what is installed into it.
_PYTHON = """\
#!/bin/bash
set -euo pipefail
[ "$1 $2" = "-m venv" ]
mkdir -p "$3/bin"
printf '#!/bin/bash\\necho "$@" >> "%s"\\n' "$NOTES" > "$3/bin/python"
chmod +x "$3/bin/python"
ln -sf "$STUBS/auditor" "$3/bin/auditor"
"""
_GIT = '#!/bin/bash\necho "git $*" >> "$NOTES"\n'


@dataclass(frozen=True)
class Ran:
    """How a script ended, what it printed, and what it asked the stand-ins for."""

    code: int
    out: str
    err: str
    notes: str


@dataclass(frozen=True)
class Pipeline:
    """A working folder with ``certificates/sbc1.pem`` and ``roots/root.pem``."""

    folder: Path
    stubs: Path

    def certificate(self, spec: Spec) -> Path:
        certificates, anchors = mint_chain((spec, ISSUING), (AnchorSpec(),), AT)
        for path, ders in (
            (self.folder / "certificates" / "sbc1.pem", certificates),
            (self.folder / "roots" / "root.pem", (anchors[0].der,)),
        ):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"".join(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in ders))
        return self.folder / "certificates" / "sbc1.pem"

    def bash(self, script: str, environment: Mapping[str, str] | None = None) -> Ran:
        """Run a script as the services do, and more strictly: the first command that fails ends it."""
        notes = self.stubs / "notes"
        notes.write_text("", encoding="utf-8")
        variables = {
            "PATH": f"{self.stubs}:{os.environ['PATH']}",
            "STUBS": str(self.stubs),
            "NOTES": str(notes),
            **(environment or {}),
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env=variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stdout + done.stderr
        return Ran(done.returncode, done.stdout, done.stderr, notes.read_text(encoding="utf-8"))


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    folder, stubs = tmp_path / "checkout", tmp_path / "stubs"
    folder.mkdir()
    stubs.mkdir()
    for name, content in (("auditor", _AUDITOR), ("python3", _PYTHON), ("git", _GIT)):
        (stubs / name).write_text(content, encoding="utf-8")
        (stubs / name).chmod(0o755)
    return Pipeline(folder, stubs)


def parsed(text: str) -> Any:
    """YAML as the services read it."""
    return YAML(typ="safe").load(text)


def parsed_file(path: Path) -> Any:
    return parsed(path.read_text(encoding="utf-8"))
