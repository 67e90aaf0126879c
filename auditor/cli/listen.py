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
        codes="Exit codes: 0 compliant, 1 not compliant, 2 the input is wrong, 3 inconclusive (for example, nobody "
        "connected).",
    )
)
@policy_option
@root_option
@listen_options
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="PATH",
              help="Write the observations to this file, for `auditor evaluate`.")  # fmt: skip
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

    Each address is shown one certificate per connection: first a valid one, if there is one, then those it must
    reject. Its ClientHello, its certificate and its reactions are judged by the policy.
    """
    from auditor import pipeline  # noqa: PLC0415 - --help stays quick
    from auditor.cli.listening import observe_clients  # noqa: PLC0415 - as above
    from auditor.cli.output import publish  # noqa: PLC0415 - as above
    from auditor.model.severity import Severity  # noqa: PLC0415 - as above

    pipeline.check_report_files(reports)
    if output is not None:
        pipeline.check_observation_file(output)
    at = pipeline.now()
    policy = pipeline.load_policy(policy_name, roots=roots)
    found = observe_clients(options, policy, at)
    if output is not None:
        pipeline.write_observations(output, found)
    # Listening may take days, so the report is later than the observations.
    report = pipeline.evaluate_observations(found, policy, fail_on=Severity(fail_on) if fail_on else None)
    return publish(report, reports, as_json=as_json)
