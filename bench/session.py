"""The session: everything is measured, the page printed, the claims judged."""

import argparse
import hashlib
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import auditor
from auditor.policy.shipped import policy_directory
from bench.claims import broken
from bench.compare import Cell, compare, note, watch
from bench.delay import SERVER, far_client, round_trip
from bench.files import file_batches
from bench.inventories import inventory_runs
from bench.many import batches
from bench.page import Results, render
from bench.scene import STAGES, Stage, present, truth
from bench.startup import starts
from bench.tools import AUDITOR, TOOLS, Tool, probes
from testbed import certificates
from testbed.certificates import Authority

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def main() -> int:
    """Run; the exit code is 1 when a claim is broken."""
    parser = argparse.ArgumentParser(prog="bench.session")
    parser.add_argument("rounds", type=int)
    for word in ("--quick", "--write", "--isolated"):
        parser.add_argument(word, action="store_true")
    chosen = parser.parse_args()
    if chosen.isolated:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    # The certificates are dated around this; the auditor's command line reads the real clock.
    certificates.AT = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - a program, with one clock reading
    results = _measure(chosen.rounds, quick=chosen.quick, isolated=chosen.isolated)
    text = render(results)
    sys.stdout.write(text)
    if chosen.write:
        _PAGE.write_text(text, encoding="utf-8")
    for sentence in results.broken:
        note(f"BROKEN: {sentence}")
    return 1 if results.broken else 0


def _measure(rounds: int, *, quick: bool, isolated: bool) -> Results:
    before = _fingerprint()
    authority = certificates.make_authority()
    stages = present(STAGES)
    tools = tuple(tool for tool in TOOLS if tool.installed)
    missing = [tool.name for tool in TOOLS if not tool.installed]
    missing += [stage.configuration.implementation for stage in STAGES if stage not in stages]
    for name in missing:
        note(f"not installed, so left out: {name}")
    truths = {stage.title: truth(stage, authority) for stage in stages}
    measured = (*tools, *probes(1 if quick else 5))
    cells = compare(stages, measured, authority, rounds, sparing=quick)
    watch([cell for cell in cells if cell.tool is AUDITOR or (cell.stage == stages[0] and cell.tool.whole)], authority)
    few = max(1, rounds // 2)
    far, far_note = _from_afar(stages, tools, authority, few, quick=quick, isolated=isolated)
    first = stages[0]
    many = batches(first.configuration, truths[first.title], authority, 16 if quick else 200, few)
    failures = list(broken(cells, far, many, truths, isolated=isolated))
    if _fingerprint() != before:
        failures.insert(0, "the auditor itself was changed while it was measured, so nothing below counts")
    return Results(
        rounds=rounds,
        isolated=isolated,
        tools=measured,
        missing=missing,
        truths=truths,
        cells=cells,
        starts=starts(5 if quick else 20),
        batches=many,
        few=few,
        far=far,
        far_note=far_note,
        broken=tuple(failures),
        files=file_batches(authority, 100 if quick else 5000),
        inventories=inventory_runs((1000,) if quick else (1000, 10_000, 100_000)),
    )


def _fingerprint() -> str:
    """Of the package and the policies, as they are on disk at this moment."""
    package = Path(auditor.__file__).parent
    kinds = (".py", ".csv", ".yaml", ".pem")
    files = [path for folder in (package, policy_directory()) for path in folder.rglob("*") if path.suffix in kinds]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def _from_afar(
    stages: tuple[Stage, ...],
    tools: tuple[Tool, ...],
    authority: Authority,
    rounds: int,
    *,
    quick: bool,
    isolated: bool,
) -> tuple[list[Cell], str]:
    """The first and the last server again, 50 ms away, and the delay as measured; or why there is none."""
    if quick:
        return [], "Left out: the quick run has no time for it."
    if not isolated:
        return [], "Left out: it needs a network namespace of its own."
    distant = [
        replace(stage, configuration=replace(stage.configuration, host=SERVER)) for stage in (stages[0], stages[-1])
    ]
    try:
        with far_client() as prefix:
            measured = f"A TCP handshake took {round_trip(prefix) * 1000:.1f} ms (median of 9)."
            return compare(distant, tools, authority, rounds, sparing=True, prefix=prefix), measured
    except (OSError, subprocess.SubprocessError) as error:
        return [], f"Left out: this machine does not allow it ({error})."


if __name__ == "__main__":
    sys.exit(main())
