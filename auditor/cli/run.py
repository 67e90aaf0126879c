"""From the words of a command line to targets, observations and files."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.client_role import opt_ins
from auditor.cli.output import say, terminal_width, write_file
from auditor.cli.sources import Sources, sources_of
from auditor.inputs.certificates.declared_roots import load_declared_roots
from auditor.inputs.documents.errors import InputError, InputErrors
from auditor.inputs.inventory.declared_deployment import NOTHING_DECLARED, observe_deployment
from auditor.inputs.inventory.read import load_inventory
from auditor.inputs.inventory.waiver_file import load_waivers
from auditor.inputs.targets import parse_targets, targets_of
from auditor.model.observation import End, Observation, Run
from auditor.model.policy import Policy
from auditor.model.report import Report, Verdict
from auditor.model.target import ServerTarget, Target
from auditor.model.waiver import Waiver
from auditor.plan import Plan
from auditor.policy.read import load_policy

if TYPE_CHECKING:
    from auditor.probes.server.client_role import ClientRole

EXIT_CODES = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3}
_OFFLINE = "no name was looked up (--offline)"


@dataclass(frozen=True)
class Inputs:
    """What a command line names."""

    policy: Policy
    targets: tuple[Target, ...]
    waivers: tuple[Waiver, ...] = ()
    sources: Sources = field(default_factory=Sources)
    declared: tuple[Observation, ...] = ()
    """What the inventory says of the deployment."""


def now() -> datetime:
    """The run's one clock reading, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def read_inputs(
    targets: Sequence[str],
    inventory: Path | None,
    policy: str,
    roots: Sequence[Path],
    waivers: Path | None = None,
    *,
    at: datetime | None = None,
    offline: bool = False,
) -> Inputs:
    """Policy, targets, declared roots and waivers, and the deployment as declared ``at`` that moment, if there is one.

    Every name is resolved, but ``offline``.  Raises ``InputErrors``.
    """
    from auditor.probes.resolve import resolve  # noqa: PLC0415 - not for commands without a network

    requests, declared = parse_targets(targets), load_declared_roots(roots)
    waived = load_waivers(waivers) if waivers else ()
    own, said = NOTHING_DECLARED
    if inventory is not None:
        listed = load_inventory(inventory)
        requests, declared = (*listed.requests, *requests), (*listed.roots, *declared)
        waived = (*listed.waivers, *waived)
        if listed.deployment is not None and at is not None:
            own, said = observe_deployment(listed.deployment, at, listed.proofs)
    if not requests and not own:
        message = "nothing to audit: name a TARGET such as sbc.example.net:5061, or an --inventory"
        raise InputErrors([InputError(message)])
    resolved = targets_of(requests, (lambda _host: _OFFLINE) if offline else resolve)
    sources = sources_of(requests, (*own, *resolved), policy, inventory)
    return Inputs(load_policy(policy, declared), (*own, *resolved), waived, sources, said)


def look(
    plan: Plan,
    at: datetime,
    role: "ClientRole",
    *,
    deadline: float = 30.0,
    max_connections: int = 120,
    rate: float | None = None,
    jobs: int = 64,
) -> list[Observation]:
    """Collect everything the plan asks for, with progress and what was opted in to on standard error."""
    from auditor.collect import collect  # noqa: PLC0415 - as above
    from auditor.probes.budget import Limits  # noqa: PLC0415 - as above
    from auditor.probes.lint import with_lint  # noqa: PLC0415 - as above
    from auditor.probes.server.endpoint import observe  # noqa: PLC0415 - as above

    for line in opt_ins(role, plan.asks.trust_roots, len(plan.endpoints)):
        click.echo(line, err=True)
    limits = Limits(target_seconds=deadline, connections=max_connections, connections_per_second=rate)
    with ThreadPoolExecutor(max_workers=jobs) as executor, _progress(plan.endpoints) as done:
        seen = list(collect(plan, limits, at, executor, partial(observe, role=role), done))
    return with_lint(seen, plan.asks)


@contextmanager
def _progress(targets: Sequence[ServerTarget]) -> Iterator["_Progress"]:
    from tqdm import tqdm  # noqa: PLC0415 - as above

    progress = _Progress(len(targets))
    if sys.stderr.isatty():
        with tqdm(total=len(targets), unit="target", file=sys.stderr, leave=False) as bar:
            progress.bar = bar
            yield progress
    else:
        yield progress


class _Progress:
    """A bar on a terminal, a line a target elsewhere."""

    def __init__(self, total: int) -> None:
        self.total, self.finished = total, 0
        self.bar: object | None = None

    def __call__(self, target: ServerTarget) -> None:
        self.finished += 1
        if self.bar is not None:
            self.bar.update()  # type: ignore[attr-defined]  # tqdm's bar
        else:
            click.echo(f"{self.finished}/{self.total} {target.name}", err=True)


def write_observations(
    path: Path, targets: Sequence[Target], observations: Sequence[Observation], at: datetime
) -> None:
    """JSON lines: the run, one observation a line, and how many there are."""
    from auditor import __version__  # noqa: PLC0415

    run = Run(auditor_version=__version__, at=at, targets=tuple(targets))
    values = [run, *observations, End(observations=len(observations))]
    write_file(path, "".join(f"{value.model_dump_json()}\n" for value in values))


def publish(report: Report, reports: Sequence[Path], *, as_json: bool, sources: Sources | None = None) -> int:
    """Write the reports, print the result on standard output, and return the exit code."""
    from auditor.render.formats import json  # noqa: PLC0415 - not for commands without a report
    from auditor.render.terminal import table  # noqa: PLC0415 - not for commands without a report

    for path in reports:
        write_file(path, rendered(report, path, sources))
    if as_json:
        say(json.render(report))
    else:
        say(table.render(report, width=terminal_width(), colour=sys.stdout.isatty()) + "\n")
    return EXIT_CODES[report.verdict]


def check_reports(reports: Sequence[Path]) -> None:
    """Refuse a report that could not be written in the end, before anything is scanned."""
    errors = []
    for path in reports:
        if path.suffix not in _FORMATS:
            errors.append(InputError(f"{path.name}: no such format; the suffix is one of {', '.join(_FORMATS)}"))
        errors += _no_folder(path)
    if errors:
        raise InputErrors(errors)


def check_output(path: Path) -> None:
    """The same for a file of observations."""
    if errors := _no_folder(path):
        raise InputErrors(errors)


def _no_folder(path: Path) -> list[InputError]:
    folder = path.absolute().parent
    if not folder.is_dir():
        return [InputError(f"{path}: the folder {path.parent} does not exist")]
    if not os.access(folder, os.W_OK | os.X_OK):
        return [InputError(f"{path}: nothing may be written to the folder {path.parent}")]
    return []


def rendered(report: Report, path: Path, sources: Sources | None = None) -> str:
    """The report in the format of the path's suffix."""
    from auditor.render.formats import json, junit, markdown, prometheus, sarif  # noqa: PLC0415 - as above
    from auditor.render.html import document as html  # noqa: PLC0415 - as above
    from auditor.render.terminal import table  # noqa: PLC0415 - as above

    match path.suffix:
        case ".sarif":
            places = sources or Sources()
            return sarif.render(report, places.targets, places.policy)
        case ".txt":
            return table.render(report, width=120, colour=False)
    renderers: dict[str, Callable[[Report], str]] = {
        ".json": json.render,
        ".html": html.render,
        ".md": markdown.render,
        ".xml": junit.render,
        ".prom": prometheus.render,
    }
    return renderers[path.suffix](report)


_FORMATS = (".json", ".html", ".txt", ".md", ".sarif", ".xml", ".prom")
