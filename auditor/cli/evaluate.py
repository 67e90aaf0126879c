"""``auditor evaluate``: judge what was seen earlier."""

from pathlib import Path

import click

from auditor.cli.options import READABLE, epilog, policy_option, report_options, root_option, waivers_option
from auditor.cli.revocation import check_revocation, revocation_option, with_revocation


@click.command(
    epilog=epilog(
        "auditor evaluate seen.jsonl -p acg-strict",
        "auditor evaluate seen.jsonl --root private-root.pem --report report.html",
    )
)
@click.argument("observations", type=READABLE)
@policy_option
@root_option
@waivers_option
@revocation_option
@report_options
def evaluate(  # noqa: PLR0913 - one parameter an option
    observations: Path,
    policy_name: str,
    roots: tuple[Path, ...],
    waivers: Path | None,
    reports: tuple[Path, ...],
    *,
    lists: tuple[Path, ...],
    as_json: bool,
    fail_on: str | None,
) -> int:
    """Judge what was seen earlier (a file of `auditor collect`); opens no connection.

    Dates are judged as of the day the observations were made.  What the policy asks and nobody looked at is
    inconclusive.
    """
    from auditor.cli import run  # noqa: PLC0415 - --help stays quick
    from auditor.cli.sources import Sources, policy_place  # noqa: PLC0415 - as above
    from auditor.evaluate import evaluate as judge  # noqa: PLC0415 - as above
    from auditor.inputs.certificates.declared_roots import load_declared_roots  # noqa: PLC0415 - as above
    from auditor.inputs.inventory.waiver_file import load_waivers  # noqa: PLC0415 - as above
    from auditor.inputs.observation_file import read_observations  # noqa: PLC0415 - as above
    from auditor.model.severity import Severity  # noqa: PLC0415 - as above
    from auditor.plan import make_plan  # noqa: PLC0415 - as above
    from auditor.policy.read import load_policy  # noqa: PLC0415 - as above

    run.check_reports(reports)
    head, seen = read_observations(observations)
    policy = load_policy(policy_name, load_declared_roots(roots))
    check_revocation(policy, lists)
    plan = make_plan(policy, head.targets)
    seen = with_revocation(seen, policy, lists)
    accepted = load_waivers(waivers) if waivers else ()
    report = judge(plan, seen, head.at, run.now(), Severity(fail_on) if fail_on else None, accepted)
    return run.publish(report, reports, as_json=as_json, sources=Sources(policy=policy_place(policy_name)))
