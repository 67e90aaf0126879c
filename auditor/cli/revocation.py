"""The options about revocation."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from auditor.cli.options import READABLE

F = TypeVar("F", bound=Callable[..., Any])
FETCHES = "fetch revocation: connects to the addresses in the certificates"
"""The note on standard error when the auditor connects to addresses that the user did not name."""

revocation_option: Callable[[F], F] = click.option(
    "--revocation", "lists", multiple=True, type=READABLE, metavar="FILE",
    help="A CRL or an OCSP response, PEM or DER, that says which certificates are revoked; may be repeated.",
)  # fmt: skip
fetch_option: Callable[[F], F] = click.option(
    "--fetch-revocation", "fetch", is_flag=True,
    help="Fetch CRLs and OCSP responses from the public http addresses in the certificates.",
)  # fmt: skip
