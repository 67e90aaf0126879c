"""``auditor diff``: two JSON reports, and what differs."""

from pathlib import Path

import click

from auditor.cli.options import READABLE, epilog


@click.command(
    epilog=epilog(
        "auditor diff last-week.json audit.json",
        "auditor diff baseline.json audit.json --fail-on-new --format markdown",
        codes="Exit codes: 0 compared, 2 the input is wrong; with --fail-on-new also 1 something new fails, 3 "
        "something is newly inconclusive, or newly open where every requirement must be answered.",
    )
)
@click.argument("old", type=READABLE)
@click.argument("new", type=READABLE)
@click.option(
    "--fail-on-new",
    is_flag=True,
    help="Exit 1 if anything newly fails, 3 if an important check is newly inconclusive.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "markdown", "json"]),
    default="table",
    show_default=True,
    help="The output format.",
)
def diff(old: Path, new: Path, *, fail_on_new: bool, form: str) -> int:
    """Show what got worse, better, appeared and disappeared between two JSON reports.

    Times, numbers of connections and remaining days are not compared.
    """
    from auditor.cli.output import say, terminal_width  # noqa: PLC0415 - --help stays quick
    from auditor.diff import compare  # noqa: PLC0415 - as above
    from auditor.inputs.reports.report_file import load_report  # noqa: PLC0415 - as above
    from auditor.render.difference import json, markdown, table  # noqa: PLC0415 - as above

    difference = compare(load_report(old), load_report(new))
    if form == "table":
        text = table.render(difference, width=terminal_width())
    else:
        text = json.render(difference) if form == "json" else markdown.render(difference)
    say(text)
    if not fail_on_new:
        return 0
    settled = difference.compared and not difference.new_doubts and not difference.new_open
    return 1 if difference.new_failures else 0 if settled else 3
