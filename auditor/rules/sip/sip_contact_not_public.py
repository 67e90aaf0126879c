"""The peer sends the rest of a dialog to the Contact.  A private address there cannot be reached.

The call is set up, and then no BYE and no re-INVITE arrives.
"""

from collections.abc import Iterator

from auditor.model.finding import NotApplicable, Remark
from auditor.model.observation import SipMessageSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.subject import SipMessageSubject
from auditor.rules.sip._shared import VirtualNetwork, not_public, private_allowed


def check(evidence: Evidence[SipMessageSeen], params: VirtualNetwork) -> Iterator[Remark]:
    """The host of each Contact must be a name in public DNS or a public address."""
    if private_allowed(evidence.target, vnet_injection=params.vnet_injection):
        yield NotApplicable(reason="VNet injection is declared, which allows private addresses")
        return
    for seen in evidence.seen:
        yield from not_public(SipMessageSubject(source=seen.source, part="its Contact"), seen.contacts, names=True)
    if not any(seen.contacts for seen in evidence.seen):
        yield NotApplicable(reason="no message has a Contact")


RULE = Rule(
    id="sip-contact-not-public",
    title="SIP Contact names an address that is not public",
    group=Group.SIP,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 3261", section="8.1.1.8", url="https://www.rfc-editor.org/rfc/rfc3261#section-8.1.1.8"),
        Citation(document="RFC 6890", url="https://www.rfc-editor.org/rfc/rfc6890"),
    ),
    remedy=(
        "Configure the SBC to put its own public name or address into Contact. With VNet injection, declare it: "
        "--vnet-injection, or an inventory."
    ),
    observes=SipMessageSeen,
    params=VirtualNetwork,
    check=check,
)
