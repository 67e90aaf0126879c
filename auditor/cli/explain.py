"""``auditor explain``: one rule as a page in the terminal."""

import shutil

import click

from auditor.cli.options import epilog
from auditor.errors import InputError, InputErrors, quoted, suggestion
from auditor.render.rule_page import explain_text
from auditor.rules import all_rules


@click.command(
    "explain",
    epilog=epilog("auditor explain certificate-root-expired", codes="Exit codes: 0 explained, 2 unknown rule."),
)
@click.argument("rule")
def explain(rule: str) -> None:
    """Explain what RULE checks, why, how a policy sets it, and how to fix a violation."""
    rules = all_rules()
    if rule not in rules:
        raise InputErrors([InputError(f"unknown rule {quoted(rule)}{suggestion(rule, rules)}")])
    click.echo(explain_text(rules[rule], shutil.get_terminal_size().columns), nl=False)
