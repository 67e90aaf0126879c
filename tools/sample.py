"""Writes reports/sample/: one report in each format, of a few endpoints and the deployment of the lab.

Run it by hand after a change.
"""

import sys
import tempfile
from pathlib import Path

from auditor import pipeline
from auditor.lab import start
from auditor.probes.budget import Limits

SAMPLE = Path(__file__).resolve().parent.parent / "reports" / "sample"
SHOWN = (
    "sip-compliant",
    "sip-two-certificates",
    "sip-old-version",
    "sip-missing-intermediate",
    "https-expiring",
    "sip-client-certificate-tls13-only",
    "sip-silent",
)


def main() -> int:
    """Audit the endpoints and write the reports."""
    at = pipeline.now()
    with start(at) as lab, tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder) / "inventory.yaml"
        inventory.write_text(_only_shown(lab.inventory.read_text(encoding="utf-8")), encoding="utf-8")
        client = pipeline.load_client(lab.client_certificate, lab.client_key, trust_probe=True, at=at)
        settings = pipeline.CollectSettings(limits=Limits(target_seconds=6.0), client=client)
        listed = pipeline.load_inventory(inventory)
        report = pipeline.audit((), pipeline.load_policy("acg"), inventory=listed, settings=settings, at=at)
    SAMPLE.mkdir(parents=True, exist_ok=True)
    for suffix in ("html", "json", "md", "prom", "sarif", "txt", "xml"):
        pipeline.write_report(SAMPLE / f"report.{suffix}", report)
    return 0


def _only_shown(inventory: str) -> str:
    """The lab's inventory without the endpoints that the sample leaves out; an endpoint has five lines."""
    lines = inventory.splitlines(keepends=True)
    first, last = lines.index("endpoints:\n") + 1, lines.index("roots:\n")
    blocks = ["".join(lines[start : start + 5]) for start in range(first, last, 5)]
    kept = [block for block in blocks if block.split(maxsplit=2)[2].split("\n")[0] in SHOWN]
    return "".join([*lines[:first], *kept, *lines[last:]])


if __name__ == "__main__":
    sys.exit(main())
