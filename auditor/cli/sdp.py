"""``auditor sdp``: offers, answers and SIP messages in files and packet captures, judged by the rules about them."""

from pathlib import Path
from typing import Literal

import click

from auditor.cli.options import READABLE, epilog, policy_option, report_options
from auditor.cli.standard_input import given_files

_FILE = click.Path(dir_okay=False, allow_dash=True, path_type=Path)


@click.command(
    epilog=epilog(
        "auditor sdp offer-and-answer.txt",
        "auditor sdp offer.sdp --answer answer.sdp --report srtp.html",
        "auditor sdp trunk.pcapng --peer 20.0.0.0/28 -o seen.jsonl",
    )
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@policy_option
@click.option(
    "--role",
    type=click.Choice(["offer", "answer"]),
    help="The role of descriptions that stand alone; SIP messages mostly say it themselves.",
)
@click.option("--answer", type=_FILE, metavar="FILE",
              help="The session description that answers the one in the only other FILE.")  # fmt: skip
@click.option("--transport", type=click.Choice(["tls", "tcp", "udp", "file"]), default="file", show_default=True,
              help="The transport the messages travelled over, where that is known; a capture shows it.")  # fmt: skip
@click.option("--peer", "peers", multiple=True, metavar="RANGE",
              help="In a capture, judge only what was sent to or from this address or range, such as the gateway's.  "
                   "May be repeated.")  # fmt: skip
@click.option("-i", "--inventory", type=READABLE, metavar="FILE",
              help="The deployment's inventory: whether it uses VNet injection and Microsoft peering.")  # fmt: skip
@click.option("--vnet-injection", is_flag=True,
              help="The gateway is injected into a virtual network, so private addresses are allowed.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Also write the observations to this file, as JSON lines, for `auditor evaluate`.")  # fmt: skip
@report_options
def sdp(  # noqa: PLR0913 - one parameter an option
    files: tuple[Path, ...],
    policy_name: str,
    role: Literal["offer", "answer"] | None,
    *,
    answer: Path | None,
    transport: Literal["tls", "tcp", "udp", "file"],
    peers: tuple[str, ...],
    inventory: Path | None,
    output: Path | None,
    reports: tuple[Path, ...],
    vnet_injection: bool,
    as_json: bool,
    fail_on: str | None,
) -> int:
    """Audit SDP offers and answers in files and packet captures.

    A FILE is one session description; SIP messages with descriptions in them, such as a trace of an INVITE and its
    answers; or a packet capture (pcap, pcapng) of SIP over UDP or TCP. - is standard input. No key appears in any
    output.
    """
    from auditor import pipeline  # noqa: PLC0415 - --help stays quick
    from auditor.cli.output import publish  # noqa: PLC0415 - as above
    from auditor.inputs.captures import MAX_BYTES  # noqa: PLC0415 - as above
    from auditor.model.severity import Severity  # noqa: PLC0415 - as above
    from auditor.sources import sources_of_files  # noqa: PLC0415 - as above

    pipeline.check_report_files(reports)
    if output is not None:
        pipeline.check_observation_file(output)
    given = given_files((*files, *((answer,) if answer else ())), MAX_BYTES)
    policy = pipeline.load_policy(policy_name)
    observations = pipeline.observe_session_descriptions(
        given[: len(files)],
        policy,
        role=role or "unknown",
        transport=transport,
        answer=given[-1] if answer else None,
        peers=peers,
        vnet_injection=vnet_injection,
        inventory=pipeline.load_inventory(inventory) if inventory else None,
    )
    if output is not None:
        pipeline.write_observations(output, observations)
    report = pipeline.evaluate_observations(observations, policy, fail_on=Severity(fail_on) if fail_on else None)
    named = [str(file) for file in files if str(file) != "-"]
    return publish(report, reports, as_json=as_json, sources=sources_of_files(named, policy_name))
