"""What goes to standard output."""

import os
import shutil
import sys

import click


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
