"""Shared by the rules about SIP and SDP: transports without TLS, and addresses that are not public."""

from collections.abc import Iterable, Iterator

from pydantic import Field

from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import AddressSeen, HopSeen
from auditor.model.rule import Params
from auditor.model.subject import Subject
from auditor.model.target import SessionDescriptionTarget, Target
from auditor.network.addresses import why_not_public

PUBLIC = "a public address"


class VirtualNetwork(Params):
    """How the gateway is reached."""

    vnet_injection: bool = Field(
        default=False, description="Whether the gateway is injected into a virtual network: private addresses reach it"
    )


def in_the_clear(hop: HopSeen) -> bool:
    """Whether the hop has a transport without TLS."""
    return hop.transport in ("udp", "tcp", "sctp", "ws")


def hop_text(hop: HopSeen) -> str:
    """Which hop says what: the topmost Via is the hop that the message itself was sent over."""
    match hop.field:
        case "Via" if hop.position == 1:
            where = "the topmost Via (the hop of this message)"
        case "Via":
            where = f"Via {hop.position} (an earlier hop)"
        case "Request-URI":
            where = "the request-URI (the next hop)"
        case _:
            where = f"{hop.field} {hop.position}"
    return f"{where} says {hop.transport.upper()}"


def private_allowed(target: Target, *, vnet_injection: bool) -> bool:
    """Whether the gateway is declared to be injected into a virtual network, which private addresses reach."""
    return vnet_injection or (isinstance(target, SessionDescriptionTarget) and target.vnet_injection)


def not_public(subject: Subject, addresses: Iterable[AddressSeen], *, names: bool) -> Iterator[Remark]:
    """What is wrong with addresses; ``names`` says whether host names are usual there."""
    for seen in addresses:
        if seen.form == "unreadable":
            yield Doubt(subject=subject, reason=f"the address in {seen.place} is not readable")
        elif seen.form == "local-name":
            observed = f"{seen.place} with a host name of a local network"
            yield Violation(subject=subject, expected=PUBLIC, observed=observed)
        elif seen.form == "name" and not names:
            reason = f"{seen.place} has a host name: whether its addresses are public cannot be determined"
            yield Doubt(subject=subject, reason=reason)
        elif seen.form == "documentation":
            observed = f"{seen.place} with an address for documentation, which stands for another"
            yield Warning(subject=subject, expected=PUBLIC, observed=observed, unproven=True)
        elif seen.form == "address" and (why := why_not_public(seen.address)):
            observed = f"{seen.place} with {seen.address}: {why}"
            yield Violation(subject=subject, expected=PUBLIC, observed=observed)
