"""``auditor listen``: play the gateway, and audit whoever connects."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.listen_options import listen_options
from auditor.cli.options import epilog, policy_option, report_options, root_option

if TYPE_CHECKING:
    from auditor.cli.listen_options import ListenOptions


@click.command(
    epilog=epilog(
        "auditor listen --host 192.0.2.1 --expect 1",
        "auditor listen --host 192.0.2.1 --ca lab-ca.pem --ca-key lab-ca.key --once",
        codes="Exit codes: 0 compliant, 1 not compliant, 2 the input is wrong, 3 could not tell (nobody connected, for "
        "one).",
    )
)
@policy_option
@root_option
@listen_options
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="PATH",
              help="Write down what was seen, for `auditor evaluate`.")  # fmt: skip
@report_options
def listen(
    policy_name: str,
    roots: tuple[Path, ...],
    options: "ListenOptions",
    output: Path | None,
    reports: tuple[Path, ...],
    *,
    as_json: bool,
    fail_on: str | None,
) -> int:
    """Listen like a gateway, and audit every client that connects.

    Each address is shown one certificate a connection: a good one, if there is one, then those it must refuse.  Its
    hello, its certificate and what it does are judged by the policy.
    """
    from auditor.cli import run  # noqa: PLC0415 - --help stays quick
    from auditor.cli.listening import hear  # noqa: PLC0415 - as above
    from auditor.evaluate import evaluate  # noqa: PLC0415 - as above
    from auditor.inputs.certificates.declared_roots import load_declared_roots  # noqa: PLC0415 - as above
    from auditor.model.severity import Severity  # noqa: PLC0415 - as above
    from auditor.plan import make_plan  # noqa: PLC0415 - as above
    from auditor.policy.read import load_policy  # noqa: PLC0415 - as above
    from auditor.probes.lint import with_lint  # noqa: PLC0415 - as above

    run.check_reports(reports)
    if output is not None:
        run.check_output(output)
    at = run.now()
    policy = load_policy(policy_name, load_declared_roots(roots))
    targets, seen = hear(options, policy, at)
    plan = make_plan(policy, targets)
    seen = with_lint(seen, plan.asks)
    if output is not None:
        run.write_observations(output, targets, seen, at)
    report = evaluate(plan, seen, at, run.now(), Severity(fail_on) if fail_on else None)
    return run.publish(report, reports, as_json=as_json)
