"""``auditor sdp``: offers and answers in files, judged by the rules about SRTP and about the length of messages."""

from pathlib import Path
from typing import Literal

import click

from auditor.cli.options import epilog, policy_option, report_options
from auditor.cli.standard_input import given_files

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
    help="The role of descriptions that stand alone; SIP messages mostly say it themselves.",
)
@click.option("--transport", type=click.Choice(["tls", "tcp", "udp", "file"]), default="file", show_default=True,
              help="The transport the messages travelled over, where that is known.")  # fmt: skip
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
    """Audit SDP offers and answers in files.

    A FILE is one session description, or SIP messages with descriptions in them, such as a trace of an INVITE and its
    answers; - is standard input. No key appears in any output.
    """
    from auditor import pipeline  # noqa: PLC0415 - --help stays quick
    from auditor.cli.output import publish  # noqa: PLC0415 - as above
    from auditor.model.severity import Severity  # noqa: PLC0415 - as above
    from auditor.sip import MAX_BYTES  # noqa: PLC0415 - as above
    from auditor.sources import sources_of_files  # noqa: PLC0415 - as above

    pipeline.check_report_files(reports)
    report = pipeline.audit_session_descriptions(
        given_files(files, MAX_BYTES),
        pipeline.load_policy(policy_name),
        role=role or "unknown",
        transport=transport,
        fail_on=Severity(fail_on) if fail_on else None,
    )
    named = [str(file) for file in files if str(file) != "-"]
    return publish(report, reports, as_json=as_json, sources=sources_of_files(named, policy_name))
