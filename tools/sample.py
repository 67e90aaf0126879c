"""Writes reports/sample/: one report in each format, of a few endpoints and the deployment of the lab.

Run it by hand after a change.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from auditor.cli import run
from auditor.cli.client_role import ClientOptions, client_role
from auditor.cli.output import write_file
from auditor.evaluate import evaluate
from auditor.lab import start
from auditor.plan import make_plan

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
    at = datetime.now(UTC).replace(microsecond=0)
    with start(at) as lab, tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder) / "inventory.yaml"
        inventory.write_text(_only_shown(lab.inventory.read_text(encoding="utf-8")), encoding="utf-8")
        inputs = run.read_inputs((), inventory, "acg", (), at=at)
        plan = make_plan(inputs.policy, inputs.targets)
        own = ClientOptions(client_cert=lab.client_certificate, client_key=lab.client_key, trust_probe=True)
        seen = run.look(plan, at, client_role(own, inputs.policy, at), deadline=6.0)
    report = evaluate(plan, [*inputs.declared, *seen], at, at)
    SAMPLE.mkdir(parents=True, exist_ok=True)
    for suffix in ("html", "json", "md", "prom", "sarif", "txt", "xml"):
        path = SAMPLE / f"report.{suffix}"
        write_file(path, run.rendered(report, path))
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
