"""Peers accept SIP messages up to a certain size, and drop longer ones.

A call then fails for one subscriber, or through one softswitch that adds a header, and nowhere else.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Remark, Violation
from auditor.model.observation import SipMessageSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import SipMessageSubject


class SipLimits(Params):
    """The longest that the peer accepts, in bytes.  The default reads a limit of 10 kilobytes as 10,000 bytes."""

    octets: int = Field(default=10_000, ge=1, description="The whole message")
    request_uri: int = Field(default=256, ge=1, description="The request-URI")
    contact_uri: int = Field(default=256, ge=1, description="The URI of a Contact header")
    userinfo: int = Field(default=256, ge=1, description="The userinfo part of a URI")
    from_domain: int = Field(default=255, ge=1, description="The domain name in the From header")
    header_name: int = Field(default=32, ge=1, description="The name of a header")
    option_tags: int = Field(default=256, ge=1, description="A Supported, Require or Proxy-Require header")
    option_tag: int = Field(default=32, ge=1, description="An option tag")


_PARTS = {
    "octets": "the message",
    "request_uri": "its request-URI",
    "contact_uri": "its Contact URI",
    "userinfo": "the userinfo of a URI",
    "from_domain": "the domain in From",
    "header_name": "the name of a header",
    "option_tags": "a header of option tags",
    "option_tag": "an option tag",
}


def check(evidence: Evidence[SipMessageSeen], params: SipLimits) -> Iterator[Remark]:
    """Each part of each message must be within its own limit."""
    for seen in evidence.seen:
        for field, part in _PARTS.items():
            length, most = getattr(seen, field), getattr(params, field)
            if length > most:
                subject = SipMessageSubject(source=seen.source, part=part)
                yield Violation(subject=subject, expected=f"at most {most} bytes", observed=f"{length} bytes")


RULE = Rule(
    id="sip-message-too-large",
    title="SIP message exceeds the peer's size limits",
    group=Group.SIP,
    severity=Severity.LOW,
    citations=(Citation(document="RFC 3261", section="7", url="https://www.rfc-editor.org/rfc/rfc3261#section-7"),),
    remedy="Configure the SBC to remove headers and parameters that the peer does not need, and to shorten the others.",
    observes=SipMessageSeen,
    params=SipLimits,
    check=check,
)
