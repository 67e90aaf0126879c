"""The options about DNS, and what comes of them."""

import ipaddress
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from auditor.cli.run import Inputs
    from auditor.model.observation import DeploymentSeen, Observation

F = TypeVar("F", bound=Callable[..., Any])


def dns_options(command: F) -> F:
    """Add the options."""
    command = click.option("--resolver", metavar="ADDRESS[:PORT]", help="The resolver that --dns asks, such as the "
                           "SBC's; by default this machine's.")(command)  # fmt: skip
    return click.option(
        "--dns", is_flag=True, help="Look up the names of the deployment: SRV, A and AAAA of the regions, CAA of the "
        "endpoints' own names.",
    )(command)  # fmt: skip


def check_dns(inputs: "Inputs", resolver: str | None, *, asked: bool, offline: bool) -> None:
    """Refuse what cannot be meant, before anything is connected to.  Raises ``InputErrors``."""
    from auditor.inputs.documents.errors import InputError, InputErrors  # noqa: PLC0415 - --help stays quick

    message = ""
    if resolver is not None and not asked:
        message = "--resolver needs --dns beside it"
    elif asked and offline:
        message = "--dns asks a resolver, and --offline asks nobody: leave out one of them"
    elif asked and not _declared(inputs):
        message = "--dns looks up the names of a deployment, and no inventory (-i) declares one"
    elif resolver is not None:
        _address(resolver)
    if message:
        raise InputErrors([InputError(message)])


def named_by_dns(inputs: "Inputs", at: datetime, resolver: str | None, *, asked: bool) -> "list[Observation]":
    """What DNS says of the deployment's names, where it is asked.  Raises ``InputErrors``."""
    from auditor.inputs.documents.errors import InputError, InputErrors  # noqa: PLC0415 - --help stays quick

    if not asked:
        return []
    from auditor.model.target import ServerTarget  # noqa: PLC0415 - as above
    from auditor.probes.dns import look_up, resolver_at  # noqa: PLC0415 - as above

    address, port = _address(resolver) if resolver is not None else (None, 53)
    try:
        found = resolver_at(address, port)
    except OSError as error:
        raise InputErrors([InputError(f"--dns: {error}")]) from None
    endpoints = (target for target in inputs.targets if isinstance(target, ServerTarget))
    own = [target.server_name for target in endpoints if target.server_name]
    return [answer for seen in _declared(inputs) for answer in look_up(seen.target, at, seen.declared, own, found)]


def _declared(inputs: "Inputs") -> "list[DeploymentSeen]":
    from auditor.model.observation import DeploymentSeen  # noqa: PLC0415 - --help stays quick

    return [seen for seen in inputs.declared if isinstance(seen, DeploymentSeen)]


def _address(resolver: str) -> tuple[str, int]:
    from auditor.inputs.documents.errors import InputError, InputErrors, quoted  # noqa: PLC0415 - --help stays quick

    try:
        return _place(resolver)
    except ValueError:
        message = f"--resolver: {quoted(resolver)} is not an IP address, nor one with a port such as 192.0.2.53:53"
        raise InputErrors([InputError(message)]) from None


def _place(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":") if text.count(":") == 1 or text.startswith("[") else (text, "", "")
    host = host or text
    number = int(port) if colon and not text.endswith("]") else 53
    if not 0 < number <= 65535:
        raise ValueError
    return str(ipaddress.ip_address((host if colon else text).strip("[]"))), number
