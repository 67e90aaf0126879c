"""The rounds: every tool against every server, one after another, A B C A B C."""

import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from auditor.model.tls import ProtocolVersion
from bench.measure import Run, TookTooLongError, alive, run
from bench.readings import Reading, UnreadableError
from bench.scene import Scene, Stage, Suites, serving
from bench.tools import Tool
from bench.witness import witness
from testbed.certificates import Authority

Costs = tuple[float, float, float, float, float]
"""Connections, wall seconds, CPU seconds, MiB of memory, CPU seconds of the server."""


@dataclass
class Cell:
    """All runs of one tool against one server."""

    stage: Stage
    tool: Tool
    runs: list[Run] = field(default_factory=list)
    answers: list[tuple[Run, Reading]] = field(default_factory=list)
    """The runs that gave an answer, and the answer."""
    complaints: list[str] = field(default_factory=list)
    """Why a run gave no answer, one sentence each."""
    deaths: int = 0
    """Runs after which the server was no longer there."""
    parallel: int | None = None
    """The most connections it held open at once, where that was looked at."""

    @property
    def readings(self) -> list[Reading]:
        """The answers alone."""
        return [reading for _, reading in self.answers]

    def median(self, value: Callable[[Run], float]) -> float:
        """The middle of the runs."""
        return statistics.median(value(found) for found in self.runs)

    @property
    def wall(self) -> float:
        """Median seconds: of the whole process, or of what it measured inside."""
        if self.tool.whole or not self.readings:
            return self.median(lambda found: found.wall)
        return statistics.median(reading.inner["wall"] for reading in self.readings)

    @property
    def cpu(self) -> float:
        """Median seconds on a CPU, of the same."""
        if self.tool.whole or not self.readings:
            return self.median(lambda found: found.cpu)
        return statistics.median(reading.inner["cpu"] for reading in self.readings)

    @property
    def connections(self) -> float:
        """Median number the kernel accepted for one interview."""
        times = self.readings[0].inner.get("rounds", 1) if self.readings else 1
        return self.median(lambda found: found.connections) / times

    @property
    def memory(self) -> float:
        """Median peak, MiB."""
        return self.median(lambda found: found.memory)

    @property
    def server_cpu(self) -> float:
        """Median CPU seconds of the server."""
        return self.median(lambda found: found.server_cpu)

    @property
    def costs(self) -> Costs:
        """All of it."""
        return self.connections, self.wall, self.cpu, self.memory, self.server_cpu


def compare(
    stages: Iterable[Stage],
    tools: Sequence[Tool],
    authority: Authority,
    rounds: int,
    *,
    sparing: bool = False,
    prefix: Sequence[str] = (),
) -> list[Cell]:
    """Measure every pair ``rounds`` times; ``sparing`` asks the slow tools only about the first server."""
    cells = [
        Cell(stage, tool)
        for number, stage in enumerate(stages)
        for tool in tools
        if not (sparing and tool.slow and number)
    ]
    for _ in range(rounds):
        for cell in cells:
            with serving([cell.stage.configuration], authority) as (scene,):
                _measure(cell, scene, prefix)
            note(f"{cell.stage.title}: {cell.tool.name}, {cell.runs[-1].wall:.2f} s" if cell.runs else "no run")
    return cells


def _measure(cell: Cell, scene: Scene, prefix: Sequence[str]) -> None:
    words = cell.tool.words(scene, scene.server.port)
    try:
        found = run(words, servers=scene.processes, prefix=prefix)
        cell.runs.append(found)
        cell.answers.append((found, cell.tool.reading(scene, found)))
    except (TookTooLongError, UnreadableError) as error:
        cell.complaints.append(str(error))
    cell.deaths += not all(alive(process) for process in scene.processes)


def watch(cells: Iterable[Cell], authority: Authority) -> None:
    """Look at every cell's tool once more, through the forwarder that counts parallel connections."""
    for cell in cells:
        with (
            serving([cell.stage.configuration], authority) as (scene,),
            witness(scene.server.configuration.address, scene.server.port) as seen,
        ):
            done = run(cell.tool.words(scene, seen.port))
            try:
                watched = cell.tool.reading(scene, done)
            except UnreadableError as error:
                cell.complaints.append(f"through the forwarder: {error}")
                continue
        if any(watched.suites.values()) and seen.most:
            cell.parallel = seen.most
        else:
            cell.complaints.append("through the forwarder it saw no server")


def differences(reading: Reading, true: Suites) -> dict[ProtocolVersion, tuple[frozenset[str], frozenset[str]]]:
    """What it misses and what it invents, by version; versions in which it is right are left out."""
    pairs = {
        version: (true[version] - reading.suites[version], reading.suites[version] - true[version]) for version in true
    }
    return {version: pair for version, pair in pairs.items() if any(pair)}


def note(text: str) -> None:
    """Say on standard error how far the run is."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
