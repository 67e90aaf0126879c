"""The package of docs/plugins.md, installed without an installer: with its metadata, in a folder of sys.path."""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from auditor.minting.certificate_builder import CertificateSpec, Issuer, ValidityPeriod, common_name, mint
from auditor.minting.keys import ec_key
from tests.api.documents import files

SHOWN = files("plugins.md")
RULE = SHOWN["example_auditor/rules/example_issuer_not_allowed.py"]
POLICY = SHOWN["example_auditor/policies/example-operator.yaml"]


@dataclass(frozen=True)
class Distribution:
    """The folder for sys.path."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python with the distribution installed."""
        paths = [str(self.folder), *filter(None, [os.environ.get("PYTHONPATH")])]
        return subprocess.run(
            [sys.executable, *words],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run ``auditor`` with the distribution installed."""
        return self.python("-m", "auditor", *words)


def install(
    folder: Path, *, rules: str = "example_auditor.rules", policies: str = "example_auditor.policies"
) -> Distribution:
    """Lay out the package and its metadata; an empty entry point is left out."""
    distribution = Distribution(folder)
    lines = [
        line
        for group, value in (("auditor.rules", rules), ("auditor.policies", policies))
        if value
        for line in (f"[{group}]", f"example = {value}")
    ]
    metadata = "Metadata-Version: 2.1\nName: example-auditor\nVersion: 1.2\n"
    distribution.write("example_auditor-1.2.dist-info/METADATA", metadata)
    distribution.write("example_auditor-1.2.dist-info/entry_points.txt", "\n".join(lines) + "\n")
    for package in ("", "rules/", "policies/", "empty/"):
        distribution.write(f"example_auditor/{package}__init__.py", "")
    for name, text in SHOWN.items():
        distribution.write(name, text)
    distribution.write("example_auditor/vectors/sbc1.pem", certificate("sbc1.example.net", "Example Issuing CA"))
    return distribution


def certificate(subject: str, issuer: str) -> str:
    """PEM of a certificate that bears these common names."""
    validity = ValidityPeriod.days(datetime(2026, 1, 1, tzinfo=UTC), 0, 90)
    minted = mint(CertificateSpec(common_name(subject), validity), ec_key(), Issuer(common_name(issuer), ec_key()))
    return minted.public_bytes(Encoding.PEM).decode("ascii")
