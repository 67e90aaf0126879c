"""``auditor certificate``: certificates, and requests for them, judged in files before they are deployed."""

from pathlib import Path
from typing import Any

import click

from auditor.cli.options import Bounded, epilog, policy_option, report_options, root_option, waivers_option
from auditor.cli.revocation import check_revocation, fetch_option, revocation_option, with_revocation


class _File(click.Path):
    """A file, a directory or the standard input; an empty name, as of a variable that is not set, is not "."."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's signature
        if not value:
            self.fail("a file has a name, and this is empty", param, ctx)
        return super().convert(value, param, ctx)


@click.command(
    epilog=epilog(
        "auditor certificate sbc1.pem sbc1.key --root private-root.pem --name sbc1.example.net",
        "auditor certificate new.pem --replaces sbc1.example.net:5061",
        "auditor certificate certificates/ --at 2027-03-15",
    )
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_File(allow_dash=True, path_type=Path))
@policy_option
@root_option
@waivers_option
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="FQDN",
    help="A name, or an address, that the certificate has to be for; may be repeated.",
)
@click.option(
    "--service",
    type=click.Choice(["sip", "https"]),
    default="sip",
    show_default=True,
    help="By whose rules names are compared.",
)
@click.option(
    "--role",
    type=click.Choice(["server", "client", "both"]),
    help="The TLS roles it is used in; by default those of the policy.",
)
@click.option("--replaces", metavar="HOST:PORT|FILE", help="What it replaces: nothing that has may be lost.")
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
@report_options  # fmt: skip
def certificate(  # noqa: PLR0913 - one parameter an option
    files: tuple[Path, ...],
    policy_name: str,
    roots: tuple[Path, ...],
    waivers: Path | None,
    *,
    names: tuple[str, ...],
    service: str,
    role: str | None,
    replaces: str | None,
    lists: tuple[Path, ...],
    fetch: bool,
    as_of: str | None,
    key_passphrase_fd: int | None,
    reports: tuple[Path, ...],
    as_json: bool,
    fail_on: str | None,
) -> int:
    """Audit certificates in files before they are deployed.

    A FILE is PEM in any order, DER, PKCS #7, PKCS #12 or a certification request; a directory of such files; or - for
    the standard input.  A private key is matched to its certificate and not looked at any further.
    """
    from auditor.cli import certificate_inputs as inputs  # noqa: PLC0415 - --help stays quick
    from auditor.cli import run  # noqa: PLC0415 - as above
    from auditor.cli.passphrases import asking  # noqa: PLC0415 - as above
    from auditor.evaluate import evaluate  # noqa: PLC0415 - as above
    from auditor.inputs.certificates.declared_roots import load_declared_roots  # noqa: PLC0415 - as above
    from auditor.inputs.certificates.file_targets import observe_files  # noqa: PLC0415 - as above
    from auditor.inputs.inventory.waiver_file import load_waivers  # noqa: PLC0415 - as above
    from auditor.model.severity import Severity  # noqa: PLC0415 - as above
    from auditor.plan import make_plan  # noqa: PLC0415 - as above
    from auditor.policy.read import load_policy  # noqa: PLC0415 - as above
    from auditor.probes.lint import with_lint  # noqa: PLC0415 - as above

    run.check_reports(reports)
    now = run.now()
    at = inputs.moment(as_of, now)
    policy = load_policy(policy_name, load_declared_roots(roots))
    use = inputs.use_of(service, names, role)
    inputs.check_judged(policy, names=names, role=role, replaces=replaces)
    check_revocation(policy, lists, fetch=fetch)
    passphrase = asking(key_passphrase_fd, prompt=Path("-") not in files)
    bundles, notes = inputs.gather(files, passphrase)
    for note in notes:
        click.echo(note, err=True)
    old = None if replaces is None else inputs.replaced(replaces, passphrase, now)
    targets, found = observe_files(bundles, use, at, old)
    plan = inputs.checked(make_plan(policy, targets))
    seen = with_lint(with_revocation(found, policy, lists, fetch=fetch), plan.asks)
    waived = load_waivers(waivers) if waivers else ()
    report = evaluate(plan, seen, at, now, Severity(fail_on) if fail_on else None, waived)
    report = report.model_copy(update={"notes": (*report.notes, *notes)})
    return run.publish(report, reports, as_json=as_json, sources=inputs.sources(targets, policy_name))
