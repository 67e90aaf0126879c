"""Standard output and exit codes."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from auditor.model.report import Report
    from auditor.sources import Sources

EXIT_CODES: Final = {"pass": 0, "fail": 1, "inconclusive": 3}


def say(text: str) -> None:
    """Print a result.  A reader that has seen enough, such as head, does not change the exit code."""
    try:
        click.echo(text, nl=False)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # what is left would be written when the process ends
        os.close(nowhere)


def terminal_width() -> int:
    """Columns to fill: the terminal's, within what reads well."""
    return max(80, min(shutil.get_terminal_size((120, 40)).columns, 160))


def publish(report: "Report", reports: Sequence[Path], *, as_json: bool, sources: "Sources | None" = None) -> int:
    """Write the reports, print the result on standard output, and return the exit code."""
    from auditor.pipeline import write_report  # noqa: PLC0415 - not for commands without a report
    from auditor.render.formats import json  # noqa: PLC0415 - as above
    from auditor.render.terminal import table  # noqa: PLC0415 - as above

    for path in reports:
        write_report(path, report, sources=sources)
    if as_json:
        say(json.render(report))
    else:
        say(table.render(report, width=terminal_width(), colour=sys.stdout.isatty()) + "\n")
    return EXIT_CODES[report.verdict]
