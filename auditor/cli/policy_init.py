"""``auditor policy init``: a starting policy from a known-good endpoint."""

from pathlib import Path

import click

from auditor.cli.client_role import ClientOptions, client_options, client_role
from auditor.cli.options import LimitOptions, epilog, limit_options, root_option


@click.command(
    epilog=epilog(
        "auditor policy init sbc1.example.net:5061 --root private-root.pem -o golden.yaml",
        codes="Exit codes: 0 written, 2 the input is wrong, 3 no TLS was observed, or part of "
        "it was inconclusive and left out.",
    )
)
@click.argument("target", metavar="HOST:PORT")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the policy to this file; by default to standard output.",
)
@click.option("--against", default="acg", show_default=True, metavar="NAME|FILE", help="The policy to compare with.")
@click.option("--force", is_flag=True, help="Overwrite the file if it exists.")
@root_option
@client_options
@limit_options
def init(
    target: str,
    output: Path | None,
    against: str,
    roots: tuple[Path, ...],
    *,
    force: bool,
    limits: LimitOptions,
    client: ClientOptions,
) -> int:
    """Write a starting policy from a known-good endpoint.

    The policy requires what HOST:PORT does today.  Comments mark what the policy it is compared with forbids.
    """
    from auditor import pipeline  # noqa: PLC0415 - --help stays quick
    from auditor.cli.progress import shown  # noqa: PLC0415 - as above
    from auditor.policy.starting import looked_at, speaks_tls, starting_policy  # noqa: PLC0415 - as above
    from auditor.writing import write_file  # noqa: PLC0415 - as above

    if output is not None:
        pipeline.check_observation_file(output)
        _refuse(output, force=force)
    at = pipeline.now()
    inputs = pipeline.read_inputs((target,), None, against, roots)
    targets = pipeline.resolve_targets((target,))
    _one(target, len(targets))
    policy = looked_at(inputs.policy)
    settings = limits.settings(client_role(client, at))
    with shown(settings, policy) as progress:
        seen = pipeline.collect_observations(targets, policy, settings=settings, at=at, progress=progress).seen
    if not speaks_tls(seen):
        click.echo("auditor: no TLS handshake succeeded, so there is nothing to make a policy from", err=True)
        return 3
    start = starting_policy(targets[0], seen, inputs.policy, at)
    if output is None:
        click.echo(start.text, nl=False)
    else:
        _refuse(output, force=force)
        write_file(output, start.text)
        click.echo(f"{output}: written; review it line by line before you use it", err=True)
    if start.undecided:
        click.echo(f"auditor: left out, because they were inconclusive: {', '.join(start.undecided)}", err=True)
    return 3 if start.undecided else 0


def _refuse(output: Path, *, force: bool) -> None:
    from auditor.errors import InputError, InputErrors  # noqa: PLC0415 - as above

    if output.exists() and not force:
        raise InputErrors([InputError(f"{output} already exists; use --force to overwrite it")])


def _one(target: str, addresses: int) -> None:
    from auditor.errors import InputError, InputErrors, quoted  # noqa: PLC0415 - as above

    if addresses != 1:
        raise InputErrors([InputError(f"{quoted(target)} has {addresses} addresses; name one of them")])
