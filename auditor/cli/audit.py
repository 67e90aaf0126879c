"""``auditor audit``: policy and targets in, verdict out."""

from pathlib import Path

import click

from auditor.cli.client_role import ClientOptions, client_options, client_role
from auditor.cli.dns import check_dns, dns_options, named_by_dns
from auditor.cli.options import (
    epilog,
    limit_options,
    policy_option,
    report_options,
    root_option,
    target_arguments,
    waivers_option,
)
from auditor.cli.revocation import check_revocation, fetch_option, revocation_option, with_revocation


@click.command(
    epilog=epilog(
        "auditor audit sbc1.example.net:5061 --root private-root.pem --report sbc1.html",
        "auditor audit -i inventory.yaml -p acg-strict --report audit.json",
        "auditor audit -i inventory.yaml --offline",
    )
)
@target_arguments
@policy_option
@root_option
@waivers_option
@report_options
@click.option(
    "--thorough",
    is_flag=True,
    help="Ask every refused hello five times, and set sslyze's enumeration (some 540 connections) beside ours.",
)
@click.option("--offline", is_flag=True, help="Connect to nothing: judge what the inventory declares, and no more.")
@dns_options
@revocation_option
@fetch_option
@client_options
@limit_options
def audit(  # noqa: PLR0913 - one parameter an option
    targets: tuple[str, ...],
    inventory: Path | None,
    policy_name: str,
    roots: tuple[Path, ...],
    waivers: Path | None,
    reports: tuple[Path, ...],
    *,
    as_json: bool,
    fail_on: str | None,
    thorough: bool,
    offline: bool,
    dns: bool,
    resolver: str | None,
    lists: tuple[Path, ...],
    fetch: bool,
    deadline: float,
    max_connections: int,
    rate: float | None,
    jobs: int,
    client: ClientOptions,
) -> int:
    """Audit endpoints, and the deployment an inventory declares, against a policy.

    A TARGET is HOST:PORT, sips://HOST:PORT or https://HOST:PORT; without a scheme port 5061 means SIP and any other
    HTTPS, so write sips:// for SIP on another port.
    """
    from auditor.cli import run  # noqa: PLC0415 - --help stays quick
    from auditor.evaluate import evaluate  # noqa: PLC0415 - as above
    from auditor.model.severity import Severity  # noqa: PLC0415 - as above
    from auditor.plan import make_plan  # noqa: PLC0415 - as above

    run.check_reports(reports)
    at = run.now()
    inputs = run.read_inputs(targets, inventory, policy_name, roots, waivers, at=at, offline=offline)
    check_revocation(inputs.policy, lists, fetch=fetch)
    check_dns(inputs, resolver, asked=dns, offline=offline)
    role = client_role(client, inputs.policy, at)
    plan = make_plan(inputs.policy, inputs.targets, thorough=thorough, offline=offline)
    seen = list(inputs.declared)
    if not offline:
        seen += run.look(plan, at, role, deadline=deadline, max_connections=max_connections, rate=rate, jobs=jobs)
    seen += named_by_dns(inputs, at, resolver, asked=dns)
    seen = with_revocation(seen, inputs.policy, lists, fetch=fetch)
    report = evaluate(plan, seen, at, at, Severity(fail_on) if fail_on else None, inputs.waivers)
    return run.publish(report, reports, as_json=as_json, sources=inputs.sources)
