"""A suite that the other side does not support is chosen by nobody, and a weaker one may be chosen by somebody.

AES_CM_128_HMAC_SHA1_32 cuts the authentication tag to four octets.  What the gateway does not support only makes
offers longer, and shows a profile that was made for something else.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import SdpSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.srtp import CryptoSuite, judged, sections


class AllowedSuites(Params):
    """Suites that may be named."""

    suites: tuple[CryptoSuite, ...] = Field(
        default=("AES_CM_128_HMAC_SHA1_80",), min_length=1, description="Crypto suites (IANA names) that may be named"
    )


def check(evidence: Evidence[SdpSeen], params: AllowedSuites) -> Iterator[Remark]:
    """Every crypto line of every section that is not rejected names a suite of the list."""
    any_line = False
    for seen in judged(evidence.seen):
        for name, media in sections(seen):
            any_line = any_line or bool(media.cryptos or media.malformed)
            for suite in dict.fromkeys(crypto.suite for crypto in media.cryptos):
                if suite not in params.suites:
                    yield Violation(
                        subject=name,
                        expected=f"no other suite than {', '.join(params.suites)}",
                        observed=f"{suite} {'chosen' if seen.role == 'answer' else 'named'}",
                    )
            for problem in media.malformed:
                yield Doubt(subject=name, reason=problem)
        for problem in seen.malformed:
            any_line = True
            yield Doubt(subject=seen.source, reason=problem)
    if not any_line:
        yield NotApplicable(reason="no crypto suite is named")


RULE = Rule(
    id="srtp-suite-not-allowed",
    title="An offer or answer names an SRTP crypto suite that the policy does not allow",
    group=Group.SRTP,
    severity=Severity.MEDIUM,
    citations=(Citation(document="RFC 4568", section="6.2", url="https://www.rfc-editor.org/rfc/rfc4568#section-6.2"),),
    remedy="Take every other crypto suite out of the SRTP profile of this trunk.",
    observes=SdpSeen,
    params=AllowedSuites,
    check=check,
)
