"""``auditor policy``: list, show, check, compare and start policies."""

import sys

import click
from tabulate import tabulate

from auditor.cli.options import epilog
from auditor.cli.output import terminal_width
from auditor.cli.policy_coverage import coverage
from auditor.cli.policy_init import init
from auditor.errors import InputError, InputErrors
from auditor.policy.effective import policy_differences, policy_yaml
from auditor.policy.read import load_policy
from auditor.policy.shipped import shipped_policies
from auditor.policy.sslyze_format import sslyze_configuration


@click.group()
def policy() -> None:
    """List, show, check, compare and start policies."""


policy.add_command(init)
policy.add_command(coverage)


@policy.command("list")
def list_() -> None:
    """List the policies that ship with the auditor and with plug-ins."""
    loaded = [load_policy(name) for name in shipped_policies()]
    rows = [(found.id, found.version, found.title, len(found.settings)) for found in loaded]
    headers, other_columns = ("Policy", "Version", "Title", "Rules"), max(len(found.id) for found in loaded) + 24
    click.echo(
        tabulate(rows, headers, disable_numparse=[1], maxcolwidths=[None, None, terminal_width() - other_columns, None])
    )


@policy.command(
    epilog=epilog(
        "auditor policy show acg",
        "auditor policy show ./example.yaml",
        "auditor policy show acg --format sslyze",
        codes="Exit codes: 0 printed, 2 the input is wrong.",
    )
)
@click.argument("name", metavar="[POLICY]", default="acg")
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "sslyze"]),
    default="yaml",
    show_default=True,
    help="As a policy file, or as a TLS configuration for sslyze --custom_tls_config.",
)
def show(name: str, form: str) -> None:
    """Print a policy in effect.

    POLICY is the name of a shipped policy or the path of a file; acg if not given.  The output is a policy file
    that extends nothing, with every default and every list written out.  As a TLS configuration for sslyze it says
    less than the policy; what it does not say is listed on standard error.
    """
    if form == "yaml":
        click.echo(policy_yaml(load_policy(name)), nl=False)
        return
    configuration = sslyze_configuration(load_policy(name))
    click.echo(configuration.text, nl=False)
    for note in configuration.notes:
        click.echo(f"note: {note}", err=True)


@policy.command(epilog=epilog("auditor policy check example.yaml", codes="Exit codes: 0 all are valid, 2 otherwise."))
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def check(files: tuple[str, ...]) -> None:
    """Check policy files, and print every error with file:line:column."""
    errors: list[InputError] = []
    for file in files:
        try:
            found = load_policy(file)
        except InputErrors as wrong:
            errors += wrong.errors
        else:
            click.echo(f"{file}: {found.id} {found.version}, {len(found.settings)} rules, SHA-256 {found.sha256}")
    if errors:
        raise InputErrors(errors)


@policy.command(
    epilog=epilog(
        "auditor policy diff acg ./example.yaml",
        codes="Exit codes: 0 same requirements, 1 different requirements, 2 the input is wrong.",
    )
)
@click.argument("old")
@click.argument("new")
def diff(old: str, new: str) -> None:
    """Show how the policy NEW differs from OLD.

    OLD and NEW are names of shipped policies or paths of files.
    """
    before, after = load_policy(old), load_policy(new)
    differences = policy_differences(before, after)
    for line in differences:
        click.echo(line)
    if not differences:
        click.echo(f"{old} and {new} have the same requirements.")
    sys.exit(1 if differences else 0)
