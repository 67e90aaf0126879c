"""Media are sent to the address in the description.  A private address there cannot be reached: the call has no audio.

A NAT that translates packets does not translate the addresses inside them, unless the SBC knows its public address.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotApplicable, NotTested, Remark
from auditor.model.observation import SdpSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.subject import TARGET, MediaSubject
from auditor.rules.sip._shared import VirtualNetwork, not_public, private_allowed
from auditor.rules.srtp._shared import OF_A_CALL, judged, nothing_accepted, sections


def check(evidence: Evidence[SdpSeen], params: VirtualNetwork) -> Iterator[Remark]:
    """The c= line, the candidates and the RTCP address of each section that is not rejected must be public."""
    if private_allowed(evidence.target, vnet_injection=params.vnet_injection):
        yield NotApplicable(reason="VNet injection is declared, which allows private addresses")
        return
    applies = named = False
    for seen in judged(evidence.seen):
        whole = MediaSubject(source=seen.source)
        for subject, media in sections(seen):
            applies = True
            shared = () if any(address.place == "c=" for address in media.addresses) else seen.addresses
            yield from not_public(subject, media.addresses, names=False)
            yield from not_public(whole, shared, names=False)
            if not any(address.place == "c=" for address in (*media.addresses, *shared)):
                yield Doubt(subject=subject, reason="no c= line says where to send the media")
            named = named or any(address.form != "placeholder" for address in (*media.addresses, *shared))
        if why := nothing_accepted(seen):
            applies = True
            yield Doubt(subject=whole, reason=why, closes=OF_A_CALL)
    if not applies:
        yield NotApplicable(reason="no description of a call was observed")
    elif not named:
        reason = "the media are on hold, and no address is named: provide an offer or answer of an active call"
        yield NotTested(subject=TARGET, reason=reason, whole=True, closes="auditor sdp FILE, of an active call")


RULE = Rule(
    id="sdp-address-not-public",
    title="SDP names an address that is not public",
    group=Group.SRTP,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 8866", section="5.7", url="https://www.rfc-editor.org/rfc/rfc8866#section-5.7"),
        Citation(document="RFC 6890", url="https://www.rfc-editor.org/rfc/rfc6890"),
    ),
    remedy=(
        "Configure the SBC's public media address (NAT traversal, static NAT), so that c= lines and candidates contain "
        "it. With VNet injection, declare it: --vnet-injection, or an inventory."
    ),
    observes=SdpSeen,
    params=VirtualNetwork,
    check=check,
)
