"""``auditor demo``: the lab, audited, with counts of planted, found and false faults."""

import sys
from dataclasses import replace
from pathlib import Path

import click


@click.command(epilog="Exit codes: 0 every planted fault is found and none invented, 1 otherwise.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("reports"),
    show_default=True,
    help="Folder for the reports; created if it does not exist.",
)
def demo(output: Path) -> int:
    """Start an example operator's estate on this machine, audit it, and show the report.

    It listens on loopback and reaches nothing else.
    """
    from auditor import pipeline  # noqa: PLC0415 - --help stays quick
    from auditor.cli.output import terminal_width  # noqa: PLC0415 - as above
    from auditor.cli.progress import shown  # noqa: PLC0415 - as above
    from auditor.lab import clients, start  # noqa: PLC0415 - as above
    from auditor.lab.score import score  # noqa: PLC0415 - as above
    from auditor.probes.budget import Limits  # noqa: PLC0415 - as above
    from auditor.render.terminal import table  # noqa: PLC0415 - as above

    at = pipeline.now()
    output.mkdir(parents=True, exist_ok=True)
    with start(at) as lab:
        inputs = pipeline.read_inputs((), lab.inventory, "acg")
        estate = f"{len(lab.endpoints)} endpoints of an example operator on loopback"
        click.echo(f"Auditing {estate}, and its declared deployment.", err=True)
        # One endpoint never answers; on loopback six seconds are enough to know.
        client = pipeline.load_client(lab.client_certificate, lab.client_key, trust_probe=True, at=at)
        settings = pipeline.CollectSettings(limits=Limits(target_seconds=6.0), client=client)
        with shown(settings, inputs.policy) as progress:
            found = pipeline.collect_observations(
                (), inputs.policy, inventory=inputs.inventory, settings=settings, at=at, progress=progress
            )
        click.echo("Listening, and auditing the clients that call the gateway.", err=True)
        callers, called = clients.hear(lab.pki)
    found = replace(found, targets=(*found.targets, *callers), seen=(*found.seen, *called))
    report = pipeline.evaluate_observations(found, inputs.policy, generated_at=at)
    click.echo(table.render(report, width=terminal_width(), colour=sys.stdout.isatty()))
    paths = [output / f"demo.{suffix}" for suffix in ("html", "json", "txt")]
    for path in paths:
        pipeline.write_report(path, report)
    result = score((*lab.endpoints, lab.deployment, *clients.clients()), report.findings)
    click.echo(f"\nReports written: {', '.join(map(str, paths))}")
    click.echo(
        f"Planted faults found: {len(result.found)}.  Missed: {len(result.missed)}.  "
        f"False alarms: {len(result.false_alarms)}.  Passes without evidence: {len(result.unfounded)}.  "
        f"Needlessly inconclusive: {len(result.undecided)}."
    )
    for label in ("missed", "false_alarms", "unfounded", "undecided"):
        for name, rule in getattr(result, label):
            click.echo(f"  {label.replace('_', ' ')}: {rule} at {name}")
    click.echo(
        "The audit fails because these endpoints and their deployment are broken on purpose." if result.perfect else ""
    )
    return 0 if result.perfect else 1
