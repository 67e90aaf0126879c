"""``auditor audit``: policy and targets in, verdict out."""

from pathlib import Path

import click

from auditor.cli.client_role import ClientOptions, client_options, client_role
from auditor.cli.options import (
    LimitOptions,
    complete_option,
    dns_options,
    epilog,
    limit_options,
    lookups,
    policy_option,
    report_options,
    root_option,
    target_arguments,
    thorough_option,
    waivers_option,
)
from auditor.cli.revocation import fetch_option, revocation_option


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
@complete_option
@thorough_option
@click.option("--offline", is_flag=True, help="Connect to nothing: judge only what the inventory declares.")
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
    complete: bool,
    thorough: bool,
    offline: bool,
    dns: bool,
    resolver: str | None,
    lists: tuple[Path, ...],
    fetch: bool,
    limits: LimitOptions,
    client: ClientOptions,
) -> int:
    """Audit endpoints, and the deployment an inventory declares, against a policy.

    A TARGET is HOST:PORT, sips://HOST:PORT or https://HOST:PORT. Without a scheme, port 5061 means SIP and any other
    port HTTPS; write sips:// for SIP on another port.
    """
    from auditor import pipeline  # noqa: PLC0415 - --help stays quick
    from auditor.cli.output import publish  # noqa: PLC0415 - as above
    from auditor.cli.progress import shown  # noqa: PLC0415 - as above
    from auditor.model.severity import Severity  # noqa: PLC0415 - as above
    from auditor.sources import sources_of  # noqa: PLC0415 - as above

    pipeline.check_report_files(reports)
    at = pipeline.now()
    inputs = pipeline.read_inputs(targets, inventory, policy_name, roots, waivers)
    settings = limits.settings(
        client_role(client, at),
        thorough=thorough,
        offline=offline,
        dns=lookups(resolver, asked=dns),
        revocation=pipeline.Revocation(lists, fetch),
    )
    with shown(settings, inputs.policy) as progress:
        report = pipeline.audit(
            targets,
            inputs.policy,
            inventory=inputs.inventory,
            waivers=inputs.waivers,
            fail_on=Severity(fail_on) if fail_on else None,
            complete=complete or None,
            settings=settings,
            at=at,
            progress=progress,
        )
    requests = inputs.inventory.requests if inputs.inventory is not None else ()
    sources = sources_of(requests, report.endpoints, policy_name, inventory)
    return publish(report, reports, as_json=as_json, sources=sources)
