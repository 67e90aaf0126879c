"""``auditor policy``: look at policies, check them, compare them."""

import sys

import click
from tabulate import tabulate

from auditor.cli.policy_coverage import coverage
from auditor.cli.policy_init import init
from auditor.inputs.effective import policy_differences, policy_yaml
from auditor.inputs.errors import InputError, InputErrors
from auditor.inputs.policy import load_policy
from auditor.inputs.shipped import shipped_policies


@click.group()
def policy() -> None:
    """Look at policies, check them, compare them, start one."""


policy.add_command(init)
policy.add_command(coverage)


@policy.command("list")
def list_() -> None:
    """List the policies that ship with the auditor."""
    loaded = [load_policy(name) for name in shipped_policies()]
    rows = [(found.id, found.version, found.title, len(found.settings)) for found in loaded]
    click.echo(tabulate(rows, headers=("policy", "version", "title", "rules"), disable_numparse=[1]))


@policy.command()
@click.argument("name", metavar="[POLICY]", default="acg")
def show(name: str) -> None:
    """Print a policy in effect: with what it extends worked out and every default written down.

    POLICY is the name of a shipped policy or the path of a file.  What is printed is a policy file itself.
    """
    click.echo(policy_yaml(load_policy(name)), nl=False)


@policy.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def check(files: tuple[str, ...]) -> None:
    """Check policy files; every error is printed as file:line:column.  Exits 0 when all are right, 2 otherwise."""
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


@policy.command()
@click.argument("old")
@click.argument("new")
def diff(old: str, new: str) -> None:
    """Show what the policy NEW demands differently from OLD.  Exits 0 when both demand the same, 1 otherwise."""
    before, after = load_policy(old), load_policy(new)
    differences = policy_differences(before, after)
    for line in differences:
        click.echo(line)
    if not differences:
        click.echo(f"{old} and {new} demand the same.")
    sys.exit(1 if differences else 0)
