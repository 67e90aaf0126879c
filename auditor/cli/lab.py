"""``auditor lab``: the embedded estate, kept running until it is stopped."""

import contextlib
import signal
import textwrap
import threading

import click

from auditor.cli.output import terminal_width
from auditor.lab import Lab, start
from auditor.pipeline import now


@click.command("lab", epilog="Exit code: 0 when it was ended.")
def lab() -> None:
    """Run compliant and deliberately broken endpoints on loopback until Ctrl-C, and print commands to try."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with start(now()) as running:
        click.echo(_guide(running))
        with contextlib.suppress(KeyboardInterrupt):
            stop.wait()
    click.echo("The lab has ended; its files are deleted.", err=True)


def _guide(running: Lab) -> str:
    width = max(len(endpoint.name) for endpoint in running.endpoints)
    first = running.endpoints[0]
    lines = [
        f"{len(running.endpoints)} endpoints are running.  Their certificates and keys are valid for this run only.",
        "",
        *(
            line
            for endpoint in running.endpoints
            for line in _row(f"  {endpoint.name:{width}}  {endpoint.address}", endpoint.fault or "Compliant.")
        ),
        *_row(f"  {running.deployment.name:{width}}  in the inventory", running.deployment.fault),
        "",
        "Try, in another terminal:",
        "",
        "  # audit the whole estate by the acg policy",
        f"  auditor audit -i {running.inventory} -p acg",
        "  # the same, with an HTML report",
        f"  auditor audit -i {running.inventory} -p acg --report lab.html",
        "  # audit the declared deployment only, without a network",
        f"  auditor audit -i {running.inventory} --offline",
        f"  # {first.name} as another client sees it: accepted with the operator's certificate, rejected without",
        f"  openssl s_client -connect {first.address} -servername {first.server_name} -CAfile {running.root_pem} \\",
        f"      -cert {running.client_certificate} -key {running.client_key}",
        f"  openssl s_client -connect {first.address} -servername {first.server_name} -CAfile {running.root_pem}",
        "",
        "Press Ctrl-C to end the lab.",
    ]
    return "\n".join(lines)


def _row(what: str, fault: str) -> list[str]:
    """What runs, and behind it what is wrong, or below it where the terminal is narrow."""
    if len(line := f"{what:62}  {fault}") <= terminal_width():
        return [line]
    return [what, *textwrap.wrap(fault, terminal_width(), initial_indent=" " * 6, subsequent_indent=" " * 6)]
