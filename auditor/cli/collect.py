"""``auditor collect``: look, write down what was seen, judge nothing."""

from pathlib import Path

import click

from auditor.cli.client_role import ClientOptions, client_options, client_role
from auditor.cli.options import epilog, limit_options, policy_option, target_arguments
from auditor.cli.revocation import check_revocation, fetch_option, with_revocation


@click.command(
    epilog=epilog(
        "auditor collect sbc1.example.net:5061 -o seen.jsonl",
        "auditor collect -i inventory.yaml -p acg-strict -o seen.jsonl",
        codes="Exit codes: 0 written, whatever was seen; 2 the input is wrong.",
    )
)
@target_arguments
@policy_option
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="JSON lines, one observation each.",
)
@click.option(
    "--thorough",
    is_flag=True,
    help="Ask every refused hello five times, and set sslyze's enumeration (some 540 connections) beside ours.",
)
@fetch_option
@client_options
@limit_options
def collect(  # noqa: PLR0913 - one parameter an option
    targets: tuple[str, ...],
    inventory: Path | None,
    policy_name: str,
    output: Path,
    *,
    thorough: bool,
    fetch: bool,
    deadline: float,
    max_connections: int,
    rate: float | None,
    jobs: int,
    client: ClientOptions,
) -> int:
    """Look at endpoints and write down what was seen, for `auditor evaluate`.

    The policy decides what is looked at.
    """
    from auditor.cli import run  # noqa: PLC0415 - --help stays quick
    from auditor.plan import make_plan  # noqa: PLC0415 - as above
    from auditor.render.wording import number  # noqa: PLC0415 - as above

    run.check_output(output)
    at = run.now()
    inputs = run.read_inputs(targets, inventory, policy_name, (), at=at)
    check_revocation(inputs.policy, (), fetch=fetch)
    role = client_role(client, inputs.policy, at)
    plan = make_plan(inputs.policy, inputs.targets, thorough=thorough)
    seen = run.look(plan, at, role, deadline=deadline, max_connections=max_connections, rate=rate, jobs=jobs)
    seen = [*inputs.declared, *with_revocation(seen, inputs.policy, (), fetch=fetch)]
    run.write_observations(output, inputs.targets, seen, at)
    click.echo(
        f"{output}: written, {number(len(seen), 'observation')} of {number(len(inputs.targets), 'target')}", err=True
    )
    return 0
