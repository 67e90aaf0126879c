"""A distribution that is installed without an installer: a package and its metadata in a folder of sys.path."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

RULE = '''\
"""Certificates of Example Operator come from its own CA, which revokes within the hour."""

from collections.abc import Iterator

from auditor.certificates.facts import common_name
from auditor.certificates.read import read
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import TARGET


class IssuerParams(Params):
    """What a policy sets."""

    issuers: tuple[str, ...]


def check(evidence: Evidence[CertificateChainSeen], params: IssuerParams) -> Iterator[Remark]:
    """The issuer's common name is one of ``issuers``."""
    for seen in evidence.seen:
        if not seen.certificates:
            continue
        issuer = common_name(read(seen.certificates[0]).issuer) or "no common name"
        if issuer not in params.issuers:
            yield Violation(subject=TARGET, expected=f"an issuer of {', '.join(params.issuers)}", observed=issuer)


RULE = Rule(
    id="example-issuer-not-allowed",
    title="Certificate is not issued by an allowed CA",
    group=Group.CERTIFICATE,
    severity=Severity.HIGH,
    citations=(Citation(document="Example Operator, Certificate policy", section="4.1"),),
    remedy=lambda params: f"Order the certificate from {' or '.join(params.issuers)}.",
    observes=CertificateChainSeen,
    params=IssuerParams,
    check=check,
)
'''
POLICY = """\
id: example-operator
version: "1"
title: Example Operator
source: Example Operator, Certificate policy
rules:
  example-issuer-not-allowed: {issuers: [Example Issuing CA]}
"""


@dataclass(frozen=True)
class Distribution:
    """The folder for sys.path."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run ``auditor`` with the distribution installed."""
        paths = [str(self.folder), *filter(None, [os.environ.get("PYTHONPATH")])]
        return subprocess.run(
            [sys.executable, "-m", "auditor", *words],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )


def install(
    folder: Path, *, rules: str = "example_auditor.rules", policies: str = "example_auditor.policies"
) -> Distribution:
    """Lay out a distribution with one rule and one policy; an empty entry point is left out."""
    distribution = Distribution(folder)
    lines = [
        line
        for group, value in (("auditor.rules", rules), ("auditor.policies", policies))
        if value
        for line in (f"[{group}]", f"example = {value}")
    ]
    distribution.write(
        "example_auditor-1.2.dist-info/METADATA", "Metadata-Version: 2.1\nName: example-auditor\nVersion: 1.2\n"
    )
    distribution.write("example_auditor-1.2.dist-info/entry_points.txt", "\n".join(lines) + "\n")
    for package in ("", "rules/", "policies/", "empty/"):
        distribution.write(f"example_auditor/{package}__init__.py", "")
    distribution.write("example_auditor/rules/example_issuer_not_allowed.py", RULE)
    distribution.write("example_auditor/policies/example-operator.yaml", POLICY)
    return distribution
