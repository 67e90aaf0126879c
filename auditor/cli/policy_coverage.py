"""``auditor policy coverage``: the requirements behind a policy, and the rules that answer them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import READABLE, epilog

if TYPE_CHECKING:
    from auditor.model.answer import RequirementAnswer
    from auditor.model.policy import Policy
    from auditor.model.requirement import Need, Requirement


@click.command(
    epilog=epilog(
        "auditor policy coverage acg",
        "auditor policy coverage acg -i inventory.yaml",
        "auditor policy coverage acg --json",
        codes="Exit codes: 0 listed, 2 the input is wrong.",
    )
)
@click.argument("name", metavar="[POLICY]", default="acg")
@click.option(
    "-i", "--inventory", type=READABLE, metavar="FILE", help="Show what this inventory alone answers (as --offline)."
)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def coverage(name: str, inventory: Path | None, *, as_json: bool) -> None:
    """List the requirements behind a policy, and what answers each: in full, in part, by confirmation, by the provider.

    With an inventory, also show the answer that the inventory gives without any connection.
    """
    from tabulate import tabulate  # noqa: PLC0415 - --help stays quick

    from auditor import pipeline  # noqa: PLC0415 - as above
    from auditor.cli.output import say, terminal_width  # noqa: PLC0415 - as above

    policy = pipeline.load_policy(name)
    answers = {} if inventory is None else _answers(policy, inventory)
    if as_json:
        listed = [_value(requirement, policy, answers) for requirement in policy.requirements]
        say(json.dumps(listed, indent=2, ensure_ascii=False) + "\n")
        return
    if not policy.requirements:
        click.echo(f"The policy {policy.id} names no requirements file, so there are no requirements to list.")
        return
    rows = [tuple(_row(requirement, policy, answers)) for requirement in policy.requirements]
    headers = ("Id", "Requirement", "Answered", "By", *(("Inventory",) if answers else ()))
    width = max(30, (terminal_width() - 44) // 2)
    click.echo(tabulate(rows, headers, maxcolwidths=[12, width, 12, width, 20][: len(headers)]))
    click.echo(f"\n{_counted(policy)}")


def _answers(policy: "Policy", inventory: Path) -> "dict[str, RequirementAnswer]":
    from auditor import pipeline  # noqa: PLC0415 - --help stays quick

    given = replace(pipeline.load_inventory(inventory), waivers=())
    report = pipeline.audit((), policy, inventory=given, settings=pipeline.CollectSettings(offline=True))
    return {found.id: found for found in report.requirements}


def _row(requirement: "Requirement", policy: "Policy", answers: "Mapping[str, RequirementAnswer]") -> Iterator[str]:
    from auditor.requirements.extent import extent  # noqa: PLC0415 - --help stays quick

    yield requirement.id
    yield requirement.statement
    yield extent(requirement)
    yield ". ".join(
        filter(
            None,
            (
                "; ".join(_by(need) for need in requirement.needs),
                f"Not proved: {requirement.not_proved}" if requirement.not_proved else "",
                f"Confirmed by the statement {requirement.confirmation}" if requirement.confirmation else "",
                f"Not in this policy: {', '.join(missing)}" if (missing := _missing(requirement, policy)) else "",
                requirement.provider,
            ),
        )
    )
    if answers:
        yield answers[requirement.id].answer


def _by(need: "Need") -> str:
    other = f", or {_by(need.otherwise)}" if need.otherwise else ""
    return f"{', '.join(need.rules)} ({need.at}){other}"


def _missing(requirement: "Requirement", policy: "Policy") -> tuple[str, ...]:
    """Needed rules that the policy does not have: the requirement stays open under it."""
    own = {setting.rule.id for setting in policy.settings}
    return tuple(dict.fromkeys(rule for need in requirement.needs for rule in need.rules if rule not in own))


def _counted(policy: "Policy") -> str:
    from collections import Counter  # noqa: PLC0415 - --help stays quick

    from auditor.requirements.extent import Extent, extent  # noqa: PLC0415 - as above

    counts = Counter(map(extent, policy.requirements))
    each = ", ".join(f"{counts[one]} {one}" for one in Extent if counts[one])
    return f"{len(policy.requirements)} requirements of {policy.id} {policy.version}: {each}."


def _value(requirement: "Requirement", policy: "Policy", answers: "Mapping[str, RequirementAnswer]") -> dict[str, Any]:
    from auditor.requirements.extent import extent  # noqa: PLC0415 - --help stays quick

    answer = answers.get(requirement.id)
    return {
        "id": requirement.id,
        "statement": requirement.statement,
        "sources": [source.citation.model_dump() for source in requirement.sources],
        "severity": requirement.severity,
        "applies": requirement.applies,
        "answered": extent(requirement),
        "needs": [_need(need) for need in requirement.needs],
        "breaks": list(requirement.breaks),
        "related": list(requirement.related),
        "not_in_policy": list(_missing(requirement, policy)),
        "not_proved": requirement.not_proved,
        "confirmation": requirement.confirmation,
        "provider": requirement.provider,
        "derived": requirement.derived,
        **({"answer": answer.answer, "reason": answer.reason, "closes": answer.closes} if answer else {}),
    }


def _need(need: "Need") -> dict[str, Any]:
    other = {"or": _need(need.otherwise)} if need.otherwise else {}
    return {"at": need.at, "rules": list(need.rules), **other}
