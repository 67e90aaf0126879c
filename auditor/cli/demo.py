"""``auditor demo``: the lab, audited, and the count of what was planted, found and made up."""

import sys
from pathlib import Path

import click


@click.command(epilog="Exit codes: 0 every planted fault is found and none invented, 1 otherwise.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("reports"),
    show_default=True,
    help="Folder for the reports; made if it is not there.",
)
def demo(output: Path) -> int:
    """Start an example operator's estate on this machine, audit it, and show the report.

    It listens on loopback and reaches nothing else.
    """
    from auditor.cli import run  # noqa: PLC0415 - --help stays quick
    from auditor.cli.client_role import ClientOptions, client_role  # noqa: PLC0415 - as above
    from auditor.cli.output import terminal_width, write_file  # noqa: PLC0415 - as above
    from auditor.evaluate import evaluate  # noqa: PLC0415 - as above
    from auditor.lab import clients, start  # noqa: PLC0415 - as above
    from auditor.lab.score import score  # noqa: PLC0415 - as above
    from auditor.plan import make_plan  # noqa: PLC0415 - as above
    from auditor.render.terminal import table  # noqa: PLC0415 - as above

    at = run.now()
    output.mkdir(parents=True, exist_ok=True)
    with start(at) as lab:
        inputs = run.read_inputs((), lab.inventory, "acg", (), at=at)
        plan = make_plan(inputs.policy, inputs.targets)
        estate = f"{len(lab.endpoints)} endpoints of an example operator on loopback"
        click.echo(f"Auditing {estate}, and the deployment it declares.", err=True)
        # One endpoint never answers; on loopback six seconds are enough to know.
        own = ClientOptions(client_cert=lab.client_certificate, client_key=lab.client_key, trust_probe=True)
        seen = run.look(plan, at, client_role(own, inputs.policy, at), deadline=6.0)
        click.echo("Listening, and auditing those that call the gateway.", err=True)
        callers, heard = clients.hear(lab.pki)
    plan, seen = make_plan(inputs.policy, (*inputs.targets, *callers)), [*inputs.declared, *seen, *heard]
    report = evaluate(plan, seen, at, at)
    click.echo(table.render(report, width=terminal_width(), colour=sys.stdout.isatty()))
    paths = [output / f"demo.{suffix}" for suffix in ("html", "json", "txt")]
    for path in paths:
        write_file(path, run.rendered(report, path))
    result = score((*lab.endpoints, lab.deployment, *clients.clients()), report.findings)
    click.echo(f"\nReports written: {', '.join(map(str, paths))}")
    click.echo(
        f"Planted faults found: {len(result.found)}.  Missed: {len(result.missed)}.  "
        f"False alarms: {len(result.false_alarms)}.  Passes without evidence: {len(result.unfounded)}.  "
        f"Undecided without need: {len(result.undecided)}."
    )
    for label in ("missed", "false_alarms", "unfounded", "undecided"):
        for name, rule in getattr(result, label):
            click.echo(f"  {label.replace('_', ' ')}: {rule} at {name}")
    click.echo(
        "The audit fails because these endpoints and their deployment are broken on purpose." if result.perfect else ""
    )
    return 0 if result.perfect else 1
