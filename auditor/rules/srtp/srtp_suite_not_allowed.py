"""A suite that the peer does not support is useless, and an attacker may choose a weaker one.

AES_CM_128_HMAC_SHA1_32, for example, shortens the authentication tag to four bytes.  A suite that the policy does not
list only makes offers longer, and shows a profile that was made for something else.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import SdpSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.srtp import CryptoSuite
from auditor.model.subject import MediaSubject
from auditor.rules._shared import all_of
from auditor.rules.srtp._shared import judged, nothing_keyed, sections


class AllowedSuites(Params):
    """Suites that may be named."""

    suites: tuple[CryptoSuite, ...] = Field(
        default=("AES_CM_128_HMAC_SHA1_80",), min_length=1, description="Crypto suites (IANA names) that may be named"
    )


def check(evidence: Evidence[SdpSeen], params: AllowedSuites) -> Iterator[Remark]:
    """Every crypto attribute of a section that is not rejected must name a suite of the list."""
    applies = False
    for seen in judged(evidence.seen):
        for subject, media in sections(seen):
            applies = applies or bool(media.cryptos or media.malformed)
            for suite in dict.fromkeys(crypto.suite for crypto in media.cryptos):
                if suite not in params.suites:
                    yield Violation(
                        subject=subject,
                        expected=f"only {all_of(params.suites)}",
                        observed=f"{suite} {'chosen' if seen.role == 'answer' else 'named'}",
                    )
            for problem in media.malformed:
                yield Doubt(subject=subject, reason=problem)
        for problem in seen.malformed:
            applies = True
            yield Doubt(subject=MediaSubject(source=seen.source), reason=problem)
    if not applies:
        yield nothing_keyed(evidence.seen, "no crypto suite is named")


RULE = Rule(
    id="srtp-suite-not-allowed",
    title="SDP names an SRTP crypto suite that is not allowed",
    group=Group.SRTP,
    severity=Severity.MEDIUM,
    citations=(Citation(document="RFC 4568", section="6.2", url="https://www.rfc-editor.org/rfc/rfc4568#section-6.2"),),
    remedy=lambda params: (
        f"Remove every crypto suite except {all_of(params.suites)} from the SRTP profile of this trunk."
    ),
    observes=SdpSeen,
    params=AllowedSuites,
    check=check,
)
