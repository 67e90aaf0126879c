"""What ``auditor listen`` is told."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from auditor.cli.options import READABLE, Bounded, Number

# The names of the listener's cases; a test holds the two lists together, and --help need not load a TLS library.
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
                 help="The address of this machine to listen on."),
    click.option("--port", cls=Bounded, type=click.IntRange(0, 65535), default=5061, show_default=True, metavar="N",
                 help="The port; 0 takes a free one."),
    click.option("--server-name", metavar="FQDN", help="The name clients are to expect; by default the one each asks "
                 "for."),
    click.option("--client-name", metavar="FQDN", help="The name the clients' certificates have to be for."),
    click.option("--cert", type=READABLE, metavar="PEM", help="A certificate that the clients trust, with its "
                 "intermediates: it shows what their refusals of bad ones are worth."),
    click.option("--key", type=READABLE, metavar="PEM", help="Its private key.  The passphrase of an encrypted key is "
                 "read from AUDITOR_KEY_PASSPHRASE."),
    click.option("--ca", type=READABLE, metavar="PEM", help="A CA that the clients trust: it signs the good "
                 "certificate, and those that have expired or are for another name."),
    click.option("--ca-key", type=READABLE, metavar="PEM", help="Its private key."),
    click.option("--cases", metavar="A,B,C", help=f"What to show: {', '.join(CASES)}."),
    click.option("--once", is_flag=True, help="End when one client has been through all cases."),
    click.option("--expect", cls=Bounded, type=click.IntRange(1, 512), metavar="N",
                 help="End when so many clients have."),
    click.option("--duration", cls=Bounded, type=Number(0.1, 604_800), metavar="SECONDS", help="End after so long."),
    click.option("--hold", cls=Bounded, type=Number(0.1, 20), default=5.0, show_default=True, metavar="SECONDS",
                 help="How long a client may stay silent after the handshake."),
)  # fmt: skip


def listen_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the command gets them as one value, ``options``."""

    @functools.wraps(command)
    def gather(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - a command's own parameters
        names = ListenOptions.__dataclass_fields__
        options = ListenOptions(**{name: kwargs.pop(name) for name in names})
        return command(*args, options=options, **kwargs)

    decorated: Callable[..., Any] = gather
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated
