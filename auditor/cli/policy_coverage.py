"""``auditor policy coverage``: which rules answer which requirement."""

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
@click.option("-i", "--inventory", type=READABLE, metavar="FILE", help="Show what this inventory provides.")
def coverage(name: str, inventory: Path | None) -> None:
    """List every requirement and the rules that answer it.

    Where no rule does, the reason is given. With an inventory, it also says whether what a rule needs is declared
    there, or observed at its endpoints.
    """
    from tabulate import tabulate  # noqa: PLC0415 - --help stays quick

    from auditor import pipeline  # noqa: PLC0415 - as above
    from auditor.cli.output import terminal_width  # noqa: PLC0415 - as above
    from auditor.inputs.documents.yaml import read_yaml  # noqa: PLC0415 - as above
    from auditor.policy.coverage import coverage as cover  # noqa: PLC0415 - as above
    from auditor.policy.coverage import requirements_of  # noqa: PLC0415 - as above
    from auditor.policy.shipped import policy_directory  # noqa: PLC0415 - as above

    policy = pipeline.load_policy(name)
    requirements = requirements_of(read_yaml(policy_directory() / "requirements.yaml").data["requirements"])
    findings, endpoints = None, 0
    if inventory is not None:
        listed = pipeline.load_inventory(inventory)
        endpoints = len(listed.endpoints)
        offline = pipeline.CollectSettings(offline=True)
        findings = pipeline.audit((), policy, inventory=replace(listed, waivers=()), settings=offline).findings
    answers = cover(requirements, policy, findings, endpoints)
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
