"""The gateway takes SIP messages up to a size, and drops what is longer.

A call then fails for one subscriber, or through one softswitch that adds a header, and nowhere else.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Remark, Violation
from auditor.model.observation import SipMessageSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity


class SipLimits(Params):
    """The longest that is taken, in octets.  A kilobyte is not defined there; 1,000 octets are one in any case."""

    octets: int = Field(default=10_000, ge=1, description="The whole message")
    request_uri: int = Field(default=256, ge=1, description="The request-URI")
    contact_uri: int = Field(default=256, ge=1, description="The URI of a Contact header")
    userinfo: int = Field(default=256, ge=1, description="The userinfo part of a URI")
    from_domain: int = Field(default=255, ge=1, description="The domain name in the From header")
    header_name: int = Field(default=32, ge=1, description="The name of a header")
    option_tags: int = Field(default=256, ge=1, description="A Supported, Require or Proxy-Require header")
    option_tag: int = Field(default=32, ge=1, description="An option tag")


_NAMES = {
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
    """Each part of each message is measured by itself."""
    for seen in evidence.seen:
        for field, name in _NAMES.items():
            length, most = getattr(seen, field), getattr(params, field)
            if length > most:
                yield Violation(
                    subject=f"{seen.source}: {name}", expected=f"at most {most} octets", observed=f"{length} octets"
                )


RULE = Rule(
    id="sip-message-too-large",
    title="A SIP message is larger than the gateway takes",
    group=Group.SIP,
    severity=Severity.LOW,
    citations=(Citation(document="RFC 3261", section="7", url="https://www.rfc-editor.org/rfc/rfc3261#section-7"),),
    remedy="Let the SBC take out headers and parameters the gateway does not need, and shorten those it keeps.",
    observes=SipMessageSeen,
    params=SipLimits,
    check=check,
)
