"""The options for the auditor's client role."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import READABLE, Bounded, gathered

if TYPE_CHECKING:
    from auditor.model.policy import Policy
    from auditor.probes.server.client_role import ClientRole


@dataclass(frozen=True)
class ClientOptions:
    """What the command line says of it."""

    client_cert: Path | None = None
    client_key: Path | None = None
    client_ca: Path | None = None
    client_ca_key: Path | None = None
    key_passphrase_fd: int | None = None
    trust_probe: bool = False
    invite: str | None = None


_OPTIONS = (
    click.option("--client-cert", type=READABLE, metavar="PEM",
                 help="A valid client certificate, with its intermediates, used as a positive control; without one, "
                 'rejections are reported as "not proven".'),
    click.option("--client-key", type=READABLE, metavar="PEM",
                 help="Its private key.  The passphrase of an encrypted key is read from AUDITOR_KEY_PASSPHRASE."),
    click.option("--client-ca", type=READABLE, metavar="PEM",
                 help="A CA that endpoints in a lab trust; it signs the invalid certificates that are "
                 "presented, such as expired ones."),
    click.option("--client-ca-key", type=READABLE, metavar="PEM", help="Its private key."),
    click.option("--key-passphrase-fd", cls=Bounded, type=click.IntRange(0, 1024), metavar="N",
                 help="Read the passphrase from file descriptor N, up to the end of the line."),
    click.option("--trust-probe", is_flag=True,
                 help="Present certificates of forged issuers that carry the names of the required roots, to learn "
                 "whether endpoints trust these roots."),
    click.option("--invite", metavar="sip:NUMBER@HOST",
                 help="Call this test number at every SIP endpoint with an SRTP offer, and hang up at once."),
)  # fmt: skip


client_options = gathered("client", ClientOptions, *_OPTIONS)
"""Add the options; the command gets them as one value, ``client``."""


def client_role(options: ClientOptions, at: datetime) -> "ClientRole":
    """Read the certificates and keys.  Raises ``InputErrors``."""
    from auditor.cli.passphrases import given  # noqa: PLC0415 - --help stays quick
    from auditor.pipeline import load_client  # noqa: PLC0415 - as above

    check_pair(options.client_cert, options.client_key, "--client-cert", "--client-key")
    check_pair(options.client_ca, options.client_ca_key, "--client-ca", "--client-ca-key")
    return load_client(
        options.client_cert,
        options.client_key,
        ca=options.client_ca,
        ca_key=options.client_ca_key,
        passphrase=given(options.key_passphrase_fd),
        trust_probe=options.trust_probe,
        invite=options.invite,
        at=at,
    )


def announced(role: "ClientRole", policy: "Policy", where: str) -> Iterator[str]:
    """One line for each opt-in that is used; ``where`` is, for example, "2 targets"."""
    from auditor.plan import make_plan  # noqa: PLC0415 - as above

    if role.identity is not None:
        yield f"client certificate: presents {_subject(role.identity.certificate)} to {where}"
    if role.authority is not None:
        yield f"client CA: presents certificates signed by {_subject(role.authority.certificate)} to {where}"
    if role.trust_probe:
        roots = make_plan(policy, ()).asks.trust_roots
        yield f"trust probe: presents forged issuers of {', '.join(roots) or 'no root'} to {where}"
    if role.invitation is not None:
        yield f"invite: calls {role.invitation.uri} at {where}, and hangs up at once"


def _subject(certificate: Any) -> str:  # noqa: ANN401 - x509.Certificate, which costs --help time to import
    from auditor.sanitise import clean  # noqa: PLC0415 - as above

    return clean(certificate.subject.rfc4514_string() or "a certificate with an empty subject", limit=120)


def check_pair(certificate: Path | None, key: Path | None, *names: str) -> None:
    """Refuse one of two options that need each other.  Raises ``InputErrors``."""
    from auditor.errors import InputError, InputErrors  # noqa: PLC0415 - as above

    if (certificate is None) != (key is None):
        given, missing = names if certificate is not None else reversed(names)
        raise InputErrors([InputError(f"{given} requires {missing}")])
