"""The options about revocation, and what comes of them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from auditor.cli.options import READABLE

if TYPE_CHECKING:
    from auditor.model.observation import Observation
    from auditor.model.policy import Policy

F = TypeVar("F", bound=Callable[..., Any])
_RULE = "certificate-revoked"

revocation_option: Callable[[F], F] = click.option(
    "--revocation", "lists", multiple=True, type=READABLE, metavar="FILE",
    help="A CRL or an OCSP response, PEM or DER, that tells which certificates are revoked; may be repeated.",
)  # fmt: skip
fetch_option: Callable[[F], F] = click.option(
    "--fetch-revocation", "fetch", is_flag=True,
    help="Fetch CRLs and OCSP responses from the public http addresses that stand in the certificates.",
)  # fmt: skip


def check_revocation(policy: "Policy", lists: Sequence[Path], *, fetch: bool = False) -> None:
    """Refuse the options where no rule would look at what they bring."""
    from auditor.inputs.documents.errors import InputError, InputErrors  # noqa: PLC0415 - --help stays quick

    if _RULE not in {setting.rule.id for setting in policy.settings}:
        errors = [
            InputError(f"{option} would not be looked at: the policy {policy.id} does not have {_RULE}")
            for option, given in (("--revocation", bool(lists)), ("--fetch-revocation", fetch))
            if given
        ]
        if errors:
            raise InputErrors(errors)


def with_revocation(
    seen: Sequence["Observation"], policy: "Policy", lists: Sequence[Path], *, fetch: bool = False
) -> list["Observation"]:
    """What was seen, with what the files say and what was fetched.  Raises ``InputErrors``."""
    from auditor.inputs.certificates.status_files import beside_chains, load_status_files  # noqa: PLC0415 - as above

    more: list[Observation] = [*seen]
    if lists:
        more += beside_chains(seen, load_status_files(lists))
    if fetch:
        from auditor.probes.status_servers import fetched  # noqa: PLC0415 - what connects is only loaded to connect

        click.echo("fetch revocation: asks the addresses that stand in the certificates", err=True)
        more += fetched(seen, policy.anchors)
    return more
