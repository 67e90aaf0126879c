"""``auditor evaluate``: judge observations that were written down earlier."""

from pathlib import Path

import click

from auditor.cli.options import (
    READABLE,
    complete_option,
    epilog,
    policy_option,
    report_options,
    root_option,
    waivers_option,
)
from auditor.cli.revocation import revocation_option


@click.command(
    epilog=epilog(
        "auditor evaluate seen.jsonl -p acg-strict",
        "auditor evaluate seen.jsonl --root private-root.pem --report report.html",
        "auditor evaluate scan.json -p acg",
        "auditor evaluate seen.jsonl clients.jsonl srtp.jsonl -i inventory.yaml --complete",
    )
)
@click.argument("observations", metavar="FILE...", nargs=-1, required=True, type=READABLE)
@click.option(
    "-i",
    "--inventory",
    type=READABLE,
    metavar="FILE",
    help="The operator's roots and waivers, and the deployment if no FILE has observed it.",
)
@policy_option
@root_option
@waivers_option
@revocation_option
@report_options
@complete_option
def evaluate(  # noqa: PLR0913 - one parameter an option
    observations: tuple[Path, ...],
    inventory: Path | None,
    policy_name: str,
    roots: tuple[Path, ...],
    waivers: Path | None,
    reports: tuple[Path, ...],
    *,
    lists: tuple[Path, ...],
    as_json: bool,
    fail_on: str | None,
    complete: bool,
) -> int:
    """Judge files of observations as one audit; opens no connection.

    A FILE is the output (-o) of `auditor collect`, `auditor listen`, `auditor sdp` or `auditor certificate`, or an
    existing scan of `sslyze --json_out`. Dates are judged as of the latest observation. What the policy needs and was
    not observed is inconclusive.
    """
    from auditor import pipeline  # noqa: PLC0415 - --help stays quick
    from auditor.cli.output import publish  # noqa: PLC0415 - as above
    from auditor.inputs.inventory.waiver_file import load_waivers  # noqa: PLC0415 - as above
    from auditor.model.severity import Severity  # noqa: PLC0415 - as above
    from auditor.sources import sources_of_files  # noqa: PLC0415 - as above

    pipeline.check_report_files(reports)
    found = pipeline.join_observations([(str(path), pipeline.read_observations(path)) for path in observations])
    listed = pipeline.load_inventory(inventory) if inventory is not None else None
    policy = pipeline.load_policy(policy_name, roots=roots)
    report = pipeline.evaluate_observations(
        pipeline.with_revocation(found, policy, pipeline.Revocation(lists)),
        policy,
        inventory=listed,
        waivers=load_waivers(waivers) if waivers else (),
        fail_on=Severity(fail_on) if fail_on else None,
        complete=complete or None,
    )
    return publish(report, reports, as_json=as_json, sources=sources_of_files((), policy_name))
