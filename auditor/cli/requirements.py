"""``auditor requirements``: every requirement and its answer, from a JSON report."""

from pathlib import Path

import click

from auditor.cli.options import READABLE, epilog


@click.command(
    epilog=epilog(
        "auditor requirements audit.json",
        "auditor requirements audit.json --open",
        "auditor requirements audit.json --json",
        codes="Exit codes: 0 listed, 2 the input is wrong.",
    )
)
@click.argument("report", type=READABLE)
@click.option("--open", "only_open", is_flag=True, help="List only what is open, and what would answer it.")
@click.option("--json", "as_json", is_flag=True, help="Print the answers as JSON.")
def requirements(report: Path, *, only_open: bool, as_json: bool) -> None:
    """List the requirements of the documents behind the policy and the answer to each, worst first.

    REPORT is a JSON report (`--report FILE.json`). What is open says what would answer it.
    """
    from auditor.cli.output import say, terminal_width  # noqa: PLC0415 - --help stays quick
    from auditor.inputs.reports.report_file import load_report  # noqa: PLC0415 - as above
    from auditor.model.answer import AnswerKind  # noqa: PLC0415 - as above
    from auditor.render.formats.json import render_answers  # noqa: PLC0415 - as above
    from auditor.render.terminal import requirement_table as table  # noqa: PLC0415 - as above

    found = load_report(report)
    only = (AnswerKind.OPEN,) if only_open else tuple(AnswerKind)
    say(render_answers(found, only) if as_json else table.render(found, width=terminal_width(), only=only))
