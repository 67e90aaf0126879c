"""As which client the auditor appears: the options, and how they become a role."""

import functools
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import READABLE, Bounded

if TYPE_CHECKING:
    from auditor.model.policy import Policy
    from auditor.model.target import ServerTarget
    from auditor.probes.server.client_role import ClientRole, ReadDescription


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
                 help="A certificate the endpoints have to accept, with its intermediates: it shows what their "
                 "refusals of bad ones are worth."),
    click.option("--client-key", type=READABLE, metavar="PEM",
                 help="Its private key.  The passphrase of an encrypted key is read from AUDITOR_KEY_PASSPHRASE."),
    click.option("--client-ca", type=READABLE, metavar="PEM",
                 help="A CA that endpoints in a lab trust: it signs expired certificates and the like to show them."),
    click.option("--client-ca-key", type=READABLE, metavar="PEM", help="Its private key."),
    click.option("--key-passphrase-fd", cls=Bounded, type=click.IntRange(0, 1024), metavar="N",
                 help="Read the passphrase from this file descriptor, up to the end of the line."),
    click.option("--trust-probe", is_flag=True,
                 help="Show endpoints impostors of the required roots, to learn whether they trust these."),
    click.option("--invite", metavar="sip:NUMBER@HOST",
                 help="Call this test number at every SIP endpoint with an offer of SRTP, and hang up at once."),
)  # fmt: skip


def client_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the command gets them as one value, ``client``."""

    @functools.wraps(command)
    def gather(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - a command's own parameters
        names = ClientOptions.__dataclass_fields__
        client = ClientOptions(**{name: kwargs.pop(name) for name in names})
        return command(*args, client=client, **kwargs)

    decorated: Callable[..., Any] = gather
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def client_role(options: ClientOptions, policy: "Policy", at: datetime) -> "ClientRole":
    """Read the certificates and keys.  Raises ``InputErrors``."""
    from auditor.cli.passphrases import given  # noqa: PLC0415 - --help stays quick
    from auditor.inputs.certificates.identities import load_authority, load_identity  # noqa: PLC0415 - as above
    from auditor.inputs.test_number import parse_invitation  # noqa: PLC0415 - as above
    from auditor.probes.server.client_role import ClientRole  # noqa: PLC0415 - as above

    own = _pair(options.client_cert, options.client_key, "--client-cert", "--client-key")
    lab = _pair(options.client_ca, options.client_ca_key, "--client-ca", "--client-ca-key")
    passphrase = given(options.key_passphrase_fd)
    return ClientRole(
        identity=load_identity(*own, passphrase, at) if own else None,
        authority=load_authority(*lab, passphrase, at) if lab else None,
        trust_probe=options.trust_probe,
        anchors=policy.anchors,
        read_description=_description_reader(),
        invitation=parse_invitation(options.invite, secrets.token_bytes(16)) if options.invite else None,
    )


def _description_reader() -> "ReadDescription":
    """Reads what stands in an answer to OPTIONS; keys are told apart by a salt that lives no longer than the run."""
    from auditor.model.observation import NotObserved, Observation  # noqa: PLC0415 - as above
    from auditor.sip import MalformedSdp, Origin, describe  # noqa: PLC0415 - as above

    salt = secrets.token_bytes(32)

    def read(content: bytes, target: "ServerTarget", at: datetime) -> "Iterator[Observation]":
        try:
            yield describe(content, Origin(target.name, at, salt, "the answer to OPTIONS", "tls"))
        except MalformedSdp as error:
            yield NotObserved(target=target.name, at=at, wanted="sdp", reason=f"in the answer to OPTIONS: {error}")

    return read


def opt_ins(role: "ClientRole", trust_roots: tuple[str, ...], targets: int) -> Iterator[str]:
    """One line for everything that was asked for beyond what every audit does."""
    where = "1 target" if targets == 1 else f"{targets} targets"
    if role.identity is not None:
        yield f"client certificate: shows {_subject(role.identity.certificate)} to {where}"
    if role.authority is not None:
        yield f"client CA: shows certificates signed by {_subject(role.authority.certificate)} to {where}"
    if role.trust_probe:
        yield f"trust probe: shows impostors of {', '.join(trust_roots) or 'no root'} to {where}"
    if role.invitation is not None:
        yield f"invite: calls {role.invitation.uri} at {where}, and hangs up at once"


def _subject(certificate: Any) -> str:  # noqa: ANN401 - x509.Certificate, which costs --help time to import
    from auditor.sanitise import clean  # noqa: PLC0415 - as above

    return clean(certificate.subject.rfc4514_string() or "a certificate without a subject", limit=120)


def _pair(certificate: Path | None, key: Path | None, *names: str) -> tuple[Path, Path] | None:
    from auditor.inputs.documents.errors import InputError, InputErrors  # noqa: PLC0415 - as above

    if certificate is not None and key is not None:
        return certificate, key
    if certificate is None and key is None:
        return None
    given, missing = names if certificate is not None else reversed(names)
    raise InputErrors([InputError(f"{given} needs {missing} beside it")])
