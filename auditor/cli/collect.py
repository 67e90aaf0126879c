"""``auditor collect``: observe, write the observations down, judge nothing."""

from pathlib import Path

import click

from auditor.cli.client_role import ClientOptions, client_options, client_role
from auditor.cli.options import (
    LimitOptions,
    dns_options,
    epilog,
    limit_options,
    lookups,
    policy_option,
    target_arguments,
    thorough_option,
)
from auditor.cli.revocation import fetch_option


@click.command(
    epilog=epilog(
        "auditor collect sbc1.example.net:5061 -o seen.jsonl",
        "auditor collect -i inventory.yaml --dns -p acg-strict -o seen.jsonl",
        codes="Exit codes: 0 written, whatever was observed; 2 the input is wrong.",
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
    help="Write the observations to this file, as JSON lines.",
)
@thorough_option
@dns_options
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
    dns: bool,
    resolver: str | None,
    fetch: bool,
    limits: LimitOptions,
    client: ClientOptions,
) -> int:
    """Observe endpoints and write a file for `auditor evaluate`.

    The policy decides what is observed.
    """
    from auditor import pipeline  # noqa: PLC0415 - --help stays quick
    from auditor.cli.progress import shown  # noqa: PLC0415 - as above
    from auditor.render.wording import number  # noqa: PLC0415 - as above

    pipeline.check_observation_file(output)
    at = pipeline.now()
    inputs = pipeline.read_inputs(targets, inventory, policy_name)
    settings = limits.settings(
        client_role(client, at),
        thorough=thorough,
        dns=lookups(resolver, asked=dns),
        revocation=pipeline.Revocation(fetch=fetch),
    )
    with shown(settings, inputs.policy) as progress:
        found = pipeline.collect_observations(
            targets, inputs.policy, inventory=inputs.inventory, settings=settings, at=at, progress=progress
        )
    pipeline.write_observations(output, found)
    count = f"{number(len(found.seen), 'observation')} of {number(len(found.targets), 'target')}"
    click.echo(f"{output}: written, {count}", err=True)
    return 0
