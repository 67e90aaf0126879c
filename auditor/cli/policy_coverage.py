"""``auditor policy coverage``: the requirements behind a policy, and the rules that answer them."""

from dataclasses import replace
from pathlib import Path

import click

from auditor.cli.options import READABLE, epilog


@click.command(
    epilog=epilog(
        "auditor policy coverage acg",
        "auditor policy coverage acg -i inventory.yaml",
        codes="Exit codes: 0 listed, 2 the input is wrong.",
    )
)
@click.argument("name", metavar="[POLICY]", default="acg")
@click.option(
    "-i", "--inventory", type=READABLE, metavar="FILE", help="Show what this inventory provides for the rules."
)
def coverage(name: str, inventory: Path | None) -> None:
    """List the requirements behind a policy and the rules that answer them.

    A requirement that no rule answers is listed with the reason.  With an inventory, also say whether
    the inventory declares what the rules need.
    """
    from tabulate import tabulate  # noqa: PLC0415 - --help stays quick

    from auditor import pipeline  # noqa: PLC0415 - as above
    from auditor.cli.output import terminal_width  # noqa: PLC0415 - as above
    from auditor.policy.coverage import coverage as cover  # noqa: PLC0415 - as above

    policy = pipeline.load_policy(name)
    if not policy.requirements:
        click.echo(f"The policy {policy.id} names no requirements file, so there are no requirements to list.")
        return
    findings, endpoints = None, 0
    if inventory is not None:
        listed = pipeline.load_inventory(inventory)
        endpoints = len(listed.endpoints)
        offline = pipeline.CollectSettings(offline=True)
        findings = pipeline.audit((), policy, inventory=replace(listed, waivers=()), settings=offline).findings
    answers = cover(policy, findings, endpoints)
    rows = [
        (
            answer.requirement.id,
            answer.requirement.statement,
            answer.by,
            *((answer.given,) if findings is not None else ()),
        )
        for answer in answers
    ]
    headers = ("Id", "Requirement", "Answered by", *(("Inventory",) if findings is not None else ()))
    width = max(30, (terminal_width() - 32) // 2)
    click.echo(tabulate(rows, headers, maxcolwidths=[12, width, width, 18][: len(headers)]))
    answered = sum(bool(answer.rules) for answer in answers)
    click.echo(f"\n{answered} of {len(answers)} requirements are answered by rules of {policy.id} {policy.version}.")
