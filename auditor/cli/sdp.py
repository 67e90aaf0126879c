"""``auditor sdp``: offers and answers in files, judged by the rules about SRTP and about the length of messages."""

import sys
from pathlib import Path
from typing import Literal

import click

from auditor.cli.options import epilog, policy_option, report_options

_FILE = click.Path(dir_okay=False, allow_dash=True, path_type=Path)


@click.command(
    epilog=epilog(
        "auditor sdp offer-and-answer.txt",
        "auditor sdp offer.sdp --role offer --report srtp.html",
    )
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@policy_option
@click.option(
    "--role",
    type=click.Choice(["offer", "answer"]),
    help="What bare descriptions are; SIP messages mostly say it themselves.",
)
@click.option("--transport", type=click.Choice(["tls", "tcp", "udp", "file"]), default="file", show_default=True,
              help="How the messages travelled, where that is known.")  # fmt: skip
@report_options
def sdp(
    files: tuple[Path, ...],
    policy_name: str,
    role: Literal["offer", "answer"] | None,
    transport: Literal["tls", "tcp", "udp", "file"],
    reports: tuple[Path, ...],
    *,
    as_json: bool,
    fail_on: str | None,
) -> int:
    """Audit SDP offers and answers that are handed in as files.

    A FILE is one session description, or SIP messages with descriptions in them, such as a trace of an INVITE and its
    answers; - is the standard input.  No key is in any output.
    """
    import secrets  # noqa: PLC0415 - --help stays quick

    from auditor.cli import run  # noqa: PLC0415 - as above
    from auditor.cli.sources import Sources, policy_place  # noqa: PLC0415 - as above
    from auditor.evaluate import evaluate  # noqa: PLC0415 - as above
    from auditor.inputs.documents.errors import InputError, InputErrors  # noqa: PLC0415 - as above
    from auditor.inputs.session_descriptions import load_descriptions  # noqa: PLC0415 - as above
    from auditor.model.severity import Severity  # noqa: PLC0415 - as above
    from auditor.model.source_location import SourceLocation  # noqa: PLC0415 - as above
    from auditor.plan import make_plan  # noqa: PLC0415 - as above
    from auditor.policy.read import load_policy  # noqa: PLC0415 - as above

    run.check_reports(reports)
    at = run.now()
    policy = load_policy(policy_name)
    targets, seen = load_descriptions(
        [_read(file) for file in files],
        at=at,
        salt=secrets.token_bytes(16),
        transport=transport,
        role=role or "unknown",
    )
    plan = make_plan(policy, targets)
    if not plan.checks:
        raise InputErrors([InputError(f"the policy {policy.id} has no rule about session descriptions")])
    report = evaluate(plan, seen, at, at, Severity(fail_on) if fail_on else None)
    places = {str(file): SourceLocation(str(file)) for file in files if str(file) != "-"}
    return run.publish(report, reports, as_json=as_json, sources=Sources(places, policy_place(policy_name)))


def _read(file: Path) -> tuple[str, bytes]:
    """The name to show for a file, and its octets, or enough of them to be refused."""
    from auditor.inputs.documents.files import check_size, read_bytes  # noqa: PLC0415 - as above
    from auditor.sip import MAX_BYTES  # noqa: PLC0415 - as above

    if str(file) != "-":
        return str(file), read_bytes(file, MAX_BYTES)
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    check_size(content, MAX_BYTES, "standard input")
    return "standard input", content
