"""``auditor certificate``: certificates, and requests for them, judged before they are deployed."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import READABLE, Bounded, epilog, policy_option, report_options, root_option, waivers_option
from auditor.cli.revocation import FETCHES, fetch_option, revocation_option

if TYPE_CHECKING:
    from auditor.model.target import Role

_ROLES: "dict[str, tuple[Role, ...]]" = {
    "server": ("server",),
    "client": ("client",),
    "both": ("server", "client"),
}


class _File(click.Path):
    """A file, a directory or the standard input; an empty name, as of a variable that is not set, is not "."."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's signature
        if not value:
            self.fail("a file name is empty", param, ctx)
        return super().convert(value, param, ctx)


@click.command(
    epilog=epilog(
        "auditor certificate sbc1.pem sbc1.key --root private-root.pem --name sbc1.example.net",
        "auditor certificate new.pem --replaces sbc1.example.net:5061",
        "auditor certificate certificates/ --at 2027-03-15",
        "auditor certificate --trust-store /etc/ssl/certs/ca-certificates.crt",
    )
)
@click.argument("files", metavar="[FILE]...", nargs=-1, type=_File(allow_dash=True, path_type=Path))
@policy_option
@root_option
@click.option(
    "-i",
    "--inventory",
    type=READABLE,
    metavar="FILE",
    help="The inventory with the roots that were sent to onboarding, and the day each was sent.",
)
@waivers_option
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="FQDN",
    help="A name, or an address, that the certificate must contain; may be repeated.",
)
@click.option(
    "--service",
    type=click.Choice(["sip", "https"]),
    default="sip",
    show_default=True,
    help="Name-matching rules: sip (RFC 5922) or https (RFC 9525).",
)
@click.option(
    "--role",
    type=click.Choice(["server", "client", "both"]),
    help="The TLS roles the certificate is used in; by default those of the policy.",
)
@click.option(
    "--replaces",
    metavar="HOST:PORT|FILE",
    help="What it replaces: fail if the new certificate drops a name, a usage or a root that the old one had.",
)
@click.option(
    "--trust-store",
    "trust_stores",
    multiple=True,
    type=_File(allow_dash=True, path_type=Path),
    metavar="FILE",
    help="The roots that an endpoint verifies its peers with: fail if a required one is missing; may be repeated.",
)
@revocation_option
@fetch_option
@click.option("--at", "as_of", metavar="DATE", help="Judge as of this day (YYYY-MM-DD, from 00:00 UTC) or moment.")
@click.option(
    "--key-passphrase-fd",
    cls=Bounded,
    type=click.IntRange(0, 1024),
    metavar="N",
    help="Read the passphrase from this file descriptor, up to the end of the line.  Without it that of "
    "AUDITOR_KEY_PASSPHRASE is taken, or it is asked for at the terminal.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write the observations to this file, as JSON lines, for `auditor evaluate`.",
)
@report_options  # fmt: skip
def certificate(  # noqa: PLR0913 - one parameter an option
    files: tuple[Path, ...],
    policy_name: str,
    roots: tuple[Path, ...],
    inventory: Path | None,
    waivers: Path | None,
    *,
    names: tuple[str, ...],
    service: str,
    role: str | None,
    replaces: str | None,
    trust_stores: tuple[Path, ...],
    lists: tuple[Path, ...],
    fetch: bool,
    as_of: str | None,
    key_passphrase_fd: int | None,
    output: Path | None,
    reports: tuple[Path, ...],
    as_json: bool,
    fail_on: str | None,
) -> int:
    """Audit certificates in files before they are deployed.

    A FILE is PEM in any order, DER, PKCS #7, PKCS #12 or a certification request; a directory of such files; or - for
    standard input. A private key is only matched to its certificate. With --trust-store no FILE is needed.
    """
    if not files and not trust_stores:
        raise click.UsageError("Missing argument 'FILE...', or the option --trust-store.")
    from auditor import pipeline  # noqa: PLC0415 - --help stays quick
    from auditor.cli.output import publish  # noqa: PLC0415 - as above
    from auditor.cli.passphrases import asking  # noqa: PLC0415 - as above
    from auditor.cli.standard_input import STANDARD_INPUT, given_files  # noqa: PLC0415 - as above
    from auditor.inputs.certificates.bundles import MAX_BYTES  # noqa: PLC0415 - as above
    from auditor.inputs.certificates.file_targets import Use  # noqa: PLC0415 - as above
    from auditor.inputs.certificates.trust_stores import MAX_BYTES as MAX_STORE_BYTES  # noqa: PLC0415 - as above
    from auditor.inputs.inventory.waiver_file import load_waivers  # noqa: PLC0415 - as above
    from auditor.model.severity import Severity  # noqa: PLC0415 - as above
    from auditor.model.target import Service  # noqa: PLC0415 - as above
    from auditor.sources import sources_of_files  # noqa: PLC0415 - as above

    pipeline.check_report_files(reports)
    if output is not None:
        pipeline.check_observation_file(output)
    now = pipeline.now()
    at = _moment(as_of, now)
    listed = pipeline.load_inventory(inventory) if inventory else None
    pipeline.check_roots(listed, now)
    policy = pipeline.load_policy(policy_name, roots=(*(listed.roots if listed else ()), *roots))
    if fetch:
        click.echo(FETCHES, err=True)
    _check_standard_input(files, trust_stores)
    found = pipeline.observe_certificates(
        given_files(files, MAX_BYTES),
        policy,
        trust_stores=given_files(trust_stores, MAX_STORE_BYTES),
        use=Use(Service(service), names, _ROLES[role] if role else ()),
        replaces=given_files([Path("-")], MAX_BYTES)[0] if replaces == "-" else replaces,
        revocation=pipeline.Revocation(lists, fetch),
        passphrase=asking(key_passphrase_fd, prompt=Path("-") not in (*files, *trust_stores)),
        at=at,
    )
    for note in found.notes:
        click.echo(note, err=True)
    if output is not None:
        pipeline.write_observations(output, found)
    report = pipeline.evaluate_observations(
        found,
        policy,
        waivers=load_waivers(waivers) if waivers else (),
        fail_on=Severity(fail_on) if fail_on else None,
        generated_at=now,
    )
    named = [target.name for target in found.targets if target.name != STANDARD_INPUT]
    return publish(report, reports, as_json=as_json, sources=sources_of_files(named, policy_name))


def _check_standard_input(files: tuple[Path, ...], trust_stores: tuple[Path, ...]) -> None:
    """The standard input holds one thing."""
    from auditor.errors import InputError, InputErrors  # noqa: PLC0415 - --help stays quick

    if Path("-") in files and Path("-") in trust_stores:
        raise InputErrors([InputError("the standard input is listed twice")])


def _moment(text: str | None, now: datetime) -> datetime:
    """The moment that is judged as of: a day from its beginning in UTC, or ISO 8601 with an offset."""
    from auditor.errors import InputError, InputErrors, quoted  # noqa: PLC0415 - --help stays quick

    if text is None:
        return now
    try:
        found = datetime.combine(date.fromisoformat(text), datetime.min.time()) if len(text) == 10 else None
        found = found.replace(tzinfo=UTC) if found else datetime.fromisoformat(text)
        found = found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        message = f"--at: {quoted(text)} is neither a date such as 2027-03-15 nor a time such as 2027-03-15T12:00:00Z"
        raise InputErrors([InputError(message)])
    return found
