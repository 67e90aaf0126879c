"""The results as one Markdown page: ratios first, then what they were made of, then how to repeat them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tabulate import tabulate

from bench.compare import Cell, Costs, differences
from bench.files import FileBatch, section
from bench.inventories import InventoryRun, inventories_section
from bench.machine import facts
from bench.many import Batch
from bench.scene import Suites
from bench.startup import Start
from bench.tools import Tool

_COSTS = ("connections", "wall", "CPU", "memory", "server's CPU")


@dataclass(frozen=True)
class Results:
    """Everything one run measured."""

    rounds: int
    isolated: bool
    tools: Sequence[Tool]
    missing: Sequence[str]
    truths: Mapping[str, Suites]
    cells: Sequence[Cell]
    starts: Sequence[Start]
    batches: Sequence[Batch]
    few: int
    """Rounds of the long parts: many endpoints, and far ones."""
    far: Sequence[Cell]
    far_note: str
    """The delay as measured; or why there is none."""
    broken: Sequence[str]
    files: Sequence[FileBatch]
    inventories: Sequence[InventoryRun]


def render(results: Results) -> str:
    """The page, with a newline at its end."""
    return "\n".join([*_head(results), *_ratios(results), *_tables(results), *_method(results)]).rstrip() + "\n"


def _head(results: Results) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield "<!-- Written by `python bench/run.py --write`; change bench/, not this page. -->"
    yield ""
    yield (
        "The auditor beside other tools, in one run, against the same freshly started servers on loopback.  Ratios "
        "travel from one machine to another; seconds do not."
    )
    yield ""
    claims = ["Held in this run:"] if not results.broken else ["**Did not hold in this run:**"]
    yield claims[0]
    yield ""
    held = [
        "at most 14 connections to a verdict on every compliant endpoint; that verdict is pass, and fail on the others",
        "the suites the server accepts, no more and no fewer (where the auditor stops early, it says so)",
        "the same accepted suites as sslyze but for those sslyze is known to miss",
        "the auditor's own count of connections is the kernel's" if results.isolated else "",
        "one connection at a time",
    ]
    yield from (f"* {line}" for line in (results.broken or held) if line)
    yield ""


def _ratios(results: Results) -> Iterator[str]:
    yield "## Ratios to the auditor"
    yield ""
    yield "How many times as much the other tool takes for one endpoint; below 1 it takes less."
    yield ""
    yield _table(["server", "tool", *_COSTS], _ratio_rows(results.cells))
    yield ""
    if results.far:
        yield "The same with a round trip of 50 ms:"
        yield ""
        yield _table(["server", "tool", *_COSTS], _ratio_rows(results.far))
        yield ""
    ours = next((batch for batch in results.batches if batch.name == "auditor"), None)
    if ours is not None:
        yield f"{ours.endpoints} endpoints in one go, each at an address of its own:"
        yield ""
        rows = [[batch.name, *_ratios_of(batch.costs, ours.costs)] for batch in results.batches if batch is not ours]
        yield _table(["tool", *_COSTS], rows)
        yield ""


def _ratio_rows(cells: Sequence[Cell]) -> list[list[str]]:
    rows = []
    for cell in cells:
        ours = next(found for found in cells if found.stage == cell.stage and found.tool.name == "auditor")
        if cell is not ours and cell.tool.whole and cell.runs and ours.runs:
            rows.append([cell.stage.title, cell.tool.name, *_ratios_of(cell.costs, ours.costs)])
    return rows


def _ratios_of(theirs: Costs, ours: Costs) -> list[str]:
    return [_times(their, our) for their, our in zip(theirs, ours, strict=True)]


def _tables(results: Results) -> Iterator[str]:
    yield "## One endpoint"
    yield ""
    yield (
        f"{_rounds(results.rounds)}.  Suites are counted by version; "
        "“truth” is what the server's configuration says, or `openssl s_client` asked suite by suite."
    )
    yield ""
    yield from _one_endpoint(results.cells, results.truths)
    yield "## Many endpoints"
    yield ""
    yield (
        f"{_rounds(results.few)}; every endpoint an address of its own with mutual TLS, all served by one "
        "nginx.  sslyze waits five seconds at each of them, ten side by side, so its CPU time tells more."
    )
    yield ""
    rows = [
        [
            batch.name,
            f"{batch.connections:.0f}",
            f"{batch.wall:.2f}",
            f"{batch.cpu:.2f}",
            f"{batch.server_cpu:.2f}",
            f"{batch.memory:.0f}",
            f"{batch.right} of {batch.endpoints}",
        ]
        for batch in results.batches
    ]
    yield _table(["tool", "connections", "wall s", "CPU s", "server's CPU s", "memory MiB", "right"], rows)
    yield ""
    yield "## With a round trip of 50 ms"
    yield ""
    yield f"{_rounds(results.few)}.  {results.far_note}" if results.far else results.far_note
    yield ""
    yield from _one_endpoint(results.far, results.truths)
    yield "## Before the first packet"
    yield ""
    first = results.starts[0]
    start_rows = [
        [
            start.name,
            f"{start.wall * 1000:.0f}",
            f"+{(start.wall - first.wall) * 1000:.0f}",
            f"{start.cpu * 1000:.0f}",
            f"{start.memory:.0f}",
        ]
        for start in results.starts
    ]
    yield _table(["command", "ms", "over python", "CPU ms", "memory MiB"], start_rows)
    yield ""
    yield from section(results.files)
    yield from inventories_section(results.inventories)


def _one_endpoint(cells: Sequence[Cell], truths: Mapping[str, Suites]) -> Iterator[str]:
    for title in dict.fromkeys(cell.stage.title for cell in cells):
        yield f"### {title}"
        yield ""
        yield f"Truth: {_counts(truths[title])}."
        yield ""
        rows = [_row(cell, truths[title]) for cell in cells if cell.stage.title == title and cell.runs]
        head = ["tool", "connections", "at once", "wall s", "CPU s", "memory MiB", "server's CPU ms", "suites", "right"]
        yield _table(head, rows)
        yield ""


def _row(cell: Cell, true: Suites) -> list[str]:
    return [
        cell.tool.name,
        f"{cell.connections:.0f}",
        str(cell.parallel) if cell.parallel is not None else "",
        f"{cell.wall:.3f}",
        f"{cell.cpu:.3f}",
        f"{cell.memory:.0f}",
        f"{cell.server_cpu * 1000:.0f}" if cell.tool.whole else "",
        _counts(cell.readings[0].suites) if cell.readings else "none",
        "; ".join(_judgement(cell, true)),
    ]


def _judgement(cell: Cell, true: Suites) -> Iterator[str]:
    """What came of all runs: right only where every one of them was."""
    wrong = [found for reading in cell.readings if (found := differences(reading, true))]
    if cell.readings and not wrong:
        yield "yes"
    if wrong:
        stopped = any(reading.more for reading in cell.readings)
        parts = [
            f"{word} {len(names)} in {version}"
            for version, (missed, invented) in wrong[0].items()
            for word, names in (("misses", missed), ("invents", invented))
            if names
        ]
        yield "stops early and says so" if stopped else f"no: {', '.join(parts)}"
        if len(wrong) < len(cell.readings):
            yield f"in {len(wrong)} of {len(cell.readings)} runs"
    if cell.complaints:
        yield f"no answer in {len(cell.complaints)} of {len(cell.readings) + len(cell.complaints)} runs"
    if cell.deaths:
        yield f"**the server died in {cell.deaths} of {len(cell.runs)} runs**"


def _method(results: Results) -> Iterator[str]:
    yield "## Machine, versions and method"
    yield ""
    yield from facts(results.tools)
    if results.missing:
        yield f"* Not installed, so left out: {', '.join(results.missing)}."
    yield (
        "* Connections: the kernel's count of accepted ones (`PassiveOpens` in `/proc/net/snmp`), "
        + ("in a network namespace that holds nothing else." if results.isolated else "of the whole machine.")
    )
    yield "* “At once”: the most connections held open at one moment, counted by a forwarder in a run of its own."
    yield (
        "* Time and memory of a tool are those of its process and all descendants it waited for (`wait4`); memory is "
        "the largest process's peak, and differences below some 10 MiB are indistinguishable.  "
        "Of “probe alone” the times are "
        "taken inside a process that has everything loaded."
    )
    yield "* The claims at the top are checked, and `bench/run.py` exits with 1 if one fails; times are not checked."
    yield ""
    yield "```"
    yield from (tool.shown for tool in results.tools)
    yield "```"
    yield ""
    yield (
        "sslyze is asked for all six versions and the certificates, and for nothing else; sslscan and nmap as they "
        "come; testssl for versions (`-p`) and suites by version (`-E`).  What each does beyond accepted suites "
        "differs.  Only the auditor asks how a client without a certificate is treated once the handshake is over: at "
        "nginx, which refuses it no sooner than in its HTTP answer, that takes half a second a version."
    )


def _rounds(number: int) -> str:
    return f"Medians of {number} interleaved rounds" if number > 1 else "One round"


def _times(theirs: float, ours: float) -> str:
    ratio = theirs / ours if ours else float("nan")
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}"


def _counts(suites: Suites) -> str:
    found = [f"{version.replace('TLSv', 'TLS ')}: {len(names)}" for version, names in suites.items() if names]
    return ", ".join(found) or "none"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return tabulate(rows, head, tablefmt="github", disable_numparse=True)
