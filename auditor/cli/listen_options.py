"""The options of ``auditor listen``."""

from dataclasses import dataclass
from pathlib import Path

import click

from auditor.cli.options import READABLE, Bounded, Number, gathered

# The names of the listener's cases, so --help need not load a TLS library.  A test keeps the two lists equal.
CASES = (
    "good",
    "self-signed",
    "impostor-root",
    "unrelated-ca",
    "expired",
    "wrong-name",
    "common-name-only",
    "wildcard",
    "old-version",
)


@dataclass(frozen=True)
class ListenOptions:
    """What the command line says."""

    host: str
    port: int
    server_name: str | None
    client_name: str | None
    cert: Path | None
    key: Path | None
    ca: Path | None
    ca_key: Path | None
    cases: str | None
    once: bool
    expect: int | None
    duration: float | None
    hold: float


_OPTIONS = (
    click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS",
                 help="The IP address of this machine to listen on."),
    click.option("--port", cls=Bounded, type=click.IntRange(0, 65535), default=5061, show_default=True, metavar="N",
                 help="The port to listen on; 0 picks a free one."),
    click.option("--server-name", metavar="FQDN", help="The server name that clients expect; by default the one "
                 "that each client asks for (SNI)."),
    click.option("--client-name", metavar="FQDN", help="The DNS name that the clients' certificates must contain."),
    click.option("--cert", type=READABLE, metavar="PEM", help="A certificate that the clients trust, with its "
                 "intermediates, used as a positive control."),
    click.option("--key", type=READABLE, metavar="PEM", help="Its private key.  The passphrase of an encrypted key is "
                 "read from AUDITOR_KEY_PASSPHRASE."),
    click.option("--ca", type=READABLE, metavar="PEM", help="A CA that the clients trust; it signs the good "
                 "certificate, and the expired and wrongly named ones."),
    click.option("--ca-key", type=READABLE, metavar="PEM", help="Its private key."),
    click.option("--cases", metavar="A,B,C", help=f"The cases to run: {', '.join(CASES)}."),
    click.option("--once", is_flag=True, help="Exit after one client has completed all cases."),
    click.option("--expect", cls=Bounded, type=click.IntRange(1, 512), metavar="N",
                 help="Exit after N clients have completed all cases."),
    click.option("--duration", cls=Bounded, type=Number(0.1, 604_800), metavar="SECONDS", help="Exit after this time."),
    click.option("--hold", cls=Bounded, type=Number(0.1, 20), default=5.0, show_default=True, metavar="SECONDS",
                 help="How long a client may stay silent after the handshake before its connection is closed."),
)  # fmt: skip


listen_options = gathered("options", ListenOptions, *_OPTIONS)
"""Add the options; the command gets them as one value, ``options``."""
