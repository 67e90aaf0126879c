"""What must hold in every run, whatever the machine: counts and answers, never times."""

from collections.abc import Iterator, Mapping, Sequence

from auditor.model.tls import ProtocolVersion
from auditor.probes.budget import Limits
from bench.compare import Cell, differences
from bench.many import Batch
from bench.scene import Suites
from testbed.oracles.sslyze import missed_by_sslyze

MOST_CONNECTIONS = 14
"""To a verdict on a compliant endpoint with two suites a version."""


def broken(
    cells: Sequence[Cell],
    far: Sequence[Cell],
    batches: Sequence[Batch],
    truths: Mapping[str, Suites],
    *,
    isolated: bool,
) -> Iterator[str]:
    """One sentence for every claim that did not hold.  ``isolated`` says the connection counts are no one else's."""
    sslyze = {cell.stage.title: cell for cell in cells if cell.tool.name == "sslyze"}
    for cell in cells:
        if cell.tool.name == "auditor" or not cell.tool.whole:
            yield from _one(cell, sslyze.get(cell.stage.title), truths[cell.stage.title], isolated=isolated)
    for cell in far:
        if cell.tool.name == "auditor":
            yield from _suites(cell, truths[cell.stage.title], f"auditor, {cell.stage.title}, far away")
    for batch in batches:
        if batch.name == "auditor" and batch.right < batch.endpoints:
            yield f"auditor, {batch.endpoints} endpoints: it was right about {batch.right}"


def _one(cell: Cell, sslyze: Cell | None, true: Suites, *, isolated: bool) -> Iterator[str]:
    where = f"{cell.tool.name}, {cell.stage.title}"
    yield from (f"{where}: {complaint}" for complaint in cell.complaints)
    if cell.deaths:
        yield f"{where}: the server died in {cell.deaths} of {len(cell.runs)} runs"
    yield from _suites(cell, true, where)
    if isolated:
        yield from _own_count(cell, where)
    if cell.tool.name == "auditor":
        yield from _verdict(cell, where)
        yield from _beside_sslyze(cell, sslyze, where)
    if cell.parallel is not None and cell.parallel > 1:
        yield f"{where}: it held {cell.parallel} connections open at once, and should hold one"


def _suites(cell: Cell, true: Suites, where: str) -> Iterator[str]:
    for reading in cell.readings:
        for version, (missed, invented) in differences(reading, true).items():
            stopped = reading.more and len(reading.suites[version]) >= Limits().forbidden_suites
            if missed and not stopped:
                yield f"{where}: it misses {_few(missed)} in {version}"
            if invented:
                yield f"{where}: it reports {_few(invented)} in {version}, which the server does not accept"


def _own_count(cell: Cell, where: str) -> Iterator[str]:
    for found, reading in cell.answers:
        if reading.connections is not None and found.connections != reading.connections:
            yield f"{where}: it counts {reading.connections} connections, the kernel accepted {found.connections}"


def _verdict(cell: Cell, where: str) -> Iterator[str]:
    deserved = "pass" if cell.stage.compliant else "fail"
    # Its own count, which where it can be checked is the kernel's: elsewhere the kernel counts other programs as well.
    for reading in cell.readings:
        if cell.stage.compliant and (reading.connections is None or reading.connections > MOST_CONNECTIONS):
            yield f"{where}: {reading.connections} connections to a verdict, more than {MOST_CONNECTIONS}"
        if reading.verdict != deserved:
            yield f"{where}: the verdict is {reading.verdict}, and should be {deserved}"


def _beside_sslyze(cell: Cell, other: Cell | None, where: str) -> Iterator[str]:
    """The same accepted suites as sslyze's but for what that is known to miss, where both list everything."""
    if other is None or not other.readings:
        return
    theirs = other.readings[0].suites
    for reading in cell.readings:
        for version in ProtocolVersion:
            ours = reading.suites[version] - missed_by_sslyze(version)
            if theirs[version] - ours and not reading.more:
                yield f"{where}: sslyze accepts {_few(theirs[version] - ours)} in {version}, the auditor does not"
            if ours - theirs[version]:
                yield f"{where}: it accepts {_few(ours - theirs[version])} in {version}, sslyze does not"


def _few(names: frozenset[str]) -> str:
    shown = sorted(names)[:3]
    return ", ".join(shown) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
