"""``auditor requirements``: every requirement and its answer, from a JSON report or from files of observations."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from auditor.cli.options import READABLE, complete_option, epilog, policy_option, root_option, waivers_option

if TYPE_CHECKING:
    from auditor.model.report import Report

_OF_RECORDS = {
    "policy_name": "--policy",
    "inventory": "--inventory",
    "roots": "--root",
    "waivers": "--waivers",
    "complete": "--complete",
}
"""The options that say how observations are judged."""


@click.command(
    epilog=epilog(
        "auditor requirements audit.json",
        "auditor requirements audit.json --open",
        "auditor requirements seen.jsonl clients.jsonl -i inventory.yaml --json",
        codes="Exit codes: 0 listed, 2 the input is wrong.",
    )
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=READABLE)
@click.option("--open", "only_open", is_flag=True, help="List only what is open, and what closes it.")
@click.option("--json", "as_json", is_flag=True, help="Print the answers as JSON.")
@click.option(
    "-i",
    "--inventory",
    type=READABLE,
    metavar="FILE",
    help="With observations: the operator's roots and waivers, and the deployment if no FILE has observed it.",
)
@policy_option
@root_option
@waivers_option
@complete_option
@click.pass_context
def requirements(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    files: tuple[Path, ...],
    inventory: Path | None,
    policy_name: str,
    roots: tuple[Path, ...],
    waivers: Path | None,
    *,
    only_open: bool,
    as_json: bool,
    complete: bool,
) -> None:
    """List the requirements of the documents behind the policy and the answer to each, worst first.

    FILE is a JSON report (`--report FILE.json`); or one or several files of observations (-o), which are judged as
    `auditor evaluate` judges them. What is open says what closes it.
    """
    from auditor.cli.output import say, terminal_width  # noqa: PLC0415 - --help stays quick
    from auditor.inputs.observation_file import is_observation_file  # noqa: PLC0415 - as above
    from auditor.inputs.reports.report_file import load_report  # noqa: PLC0415 - as above
    from auditor.model.answer import AnswerKind  # noqa: PLC0415 - as above
    from auditor.render.formats.json import render_answers  # noqa: PLC0415 - as above
    from auditor.render.terminal import requirement_table as table  # noqa: PLC0415 - as above

    if len(files) > 1 or is_observation_file(files[0]):
        found = _judged(files, inventory, policy_name, roots, waivers, complete=complete)
    else:
        _refuse_options(context, files[0])
        found = load_report(files[0])
    only = (AnswerKind.OPEN,) if only_open else tuple(AnswerKind)
    say(render_answers(found, only) if as_json else table.render(found, width=terminal_width(), only=only))


def _refuse_options(context: click.Context, report: Path) -> None:
    """A report was judged when it was written, so an option that says how would have no effect."""
    from auditor.errors import InputError, InputErrors  # noqa: PLC0415 - --help stays quick

    given = [words for name, words in _OF_RECORDS.items() if _is_given(context, name)]
    if given:
        message = f"this is a report, which was judged already: leave out {', '.join(given)}"
        raise InputErrors([InputError(message, str(report))])


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is not ParameterSource.DEFAULT


def _judged(
    files: tuple[Path, ...],
    inventory: Path | None,
    policy_name: str,
    roots: tuple[Path, ...],
    waivers: Path | None,
    *,
    complete: bool,
) -> "Report":
    from auditor import pipeline  # noqa: PLC0415 - --help stays quick
    from auditor.inputs.inventory.waiver_file import load_waivers  # noqa: PLC0415 - as above

    return pipeline.evaluate_observations(
        pipeline.join_observations([(str(path), pipeline.read_observations(path)) for path in files]),
        pipeline.load_policy(policy_name, roots=roots),
        inventory=pipeline.load_inventory(inventory) if inventory is not None else None,
        waivers=load_waivers(waivers) if waivers else (),
        complete=complete or None,
    )
