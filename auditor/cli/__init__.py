"""The command line: one command per file, loaded only when used, to keep ``--help`` fast.

Only this package prints, and ends the process.
"""

import errno
import importlib
import sys
import traceback
from typing import Final

import click

from auditor import __version__

# Name of the command -> its module's attribute, and the line of help that --help shows without loading it.
_COMMANDS: Final = {
    "audit": ("auditor.cli.audit:audit", "Audit endpoints and a declared deployment."),
    "demo": ("auditor.cli.demo:demo", "Audit the built-in lab, and show that every planted fault is found."),
    "lab": ("auditor.cli.lab:lab", "Run the built-in lab until Ctrl-C, and print commands to try."),
    "listen": ("auditor.cli.listen:listen", "Play the gateway, and audit every client that connects."),
    "collect": ("auditor.cli.collect:collect", "Observe endpoints and write the observations to a file."),
    "evaluate": ("auditor.cli.evaluate:evaluate", "Judge files of observations as one audit; opens no connection."),
    "certificate": ("auditor.cli.certificate:certificate", "Audit certificates in files before they are deployed."),
    "sdp": ("auditor.cli.sdp:sdp", "Audit SDP offers and answers in files."),
    "requirements": (
        "auditor.cli.requirements:requirements",
        "List the requirements and their answers in a report.",
    ),
    "diff": ("auditor.cli.diff:diff", "Compare two JSON reports: what got worse, what got better."),
    "inventory": ("auditor.cli.inventory:inventory", "Start an inventory, or print one in normalised form."),
    "policy": ("auditor.cli.policy:policy", "List, show, check, compare and start policies."),
    "facts": ("auditor.cli.facts:facts", "Show, update and sign the dated facts that policies use."),
    "explain": (
        "auditor.cli.explain:explain",
        "Explain a rule: why it exists, and how to fix a violation.",
    ),
}
EPILOG: Final = (
    "Exit codes: 0 compliant, 1 not compliant, 2 the input is wrong, 3 inconclusive, 4 a bug in the auditor."
)
_CANNOT_WRITE: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_MOST_ERRORS: Final = 50
"""The most errors listed; a hostile file can have one in every line."""


class _Commands(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


@click.group(cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="auditor")
def cli() -> None:
    """Audit TLS endpoints, and the deployment that an inventory declares, against a policy.

    Try `auditor demo`, then `auditor audit sbc.example.net:5061`.  `auditor COMMAND --help` has examples.
    """


def main() -> None:
    """Run the command line and end the process with the exit code of the README."""
    try:
        code = cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = 2
    except click.Abort:
        click.echo("Stopped.", err=True)
        code = 130
    except Exception as error:  # noqa: BLE001 - the last place to turn an error into a sentence
        code = _report(error)
    sys.exit(code if isinstance(code, int) else 0)


def _report(error: Exception) -> int:
    """Report wrong input as errors to fix; report anything else as a bug, by its location and without its data."""
    from auditor.errors import InputErrors  # noqa: PLC0415 - only when something went wrong

    if isinstance(error, InputErrors):
        for single in error.errors[:_MOST_ERRORS]:
            click.echo(f"auditor: {single}", err=True)
        if len(error.errors) > _MOST_ERRORS:
            click.echo(f"auditor: and {len(error.errors) - _MOST_ERRORS} more errors", err=True)
        return 2
    if isinstance(error, OSError) and error.filename is not None:
        click.echo(f"auditor: {error.filename}: {error.strerror}", err=True)
        return 2
    if isinstance(error, OSError) and error.errno in _CANNOT_WRITE:
        click.echo(f"auditor: writing the result failed: {error.strerror}", err=True)
        return 2
    location = traceback.extract_tb(error.__traceback__)[-1]
    click.echo(
        f"auditor: a bug in the auditor ({type(error).__name__} in {location.name}, line {location.lineno}). "
        "Please report it with the command you ran.",
        err=True,
    )
    return 4
