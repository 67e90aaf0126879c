"""A session parameter can take away what the name of the suite promises.

UNENCRYPTED_SRTP, UNENCRYPTED_SRTCP and UNAUTHENTICATED_SRTP switch off encryption or authentication while the crypto
line looks like any other.  An answer with several crypto lines leaves open which key is in use; RFC 4568 demands one.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import CryptoSeen, SdpSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.srtp import UNKNOWN, WEAKENING, judged, sections

_ONE_LINE = "one crypto line in an answer"


def check(evidence: Evidence[SdpSeen], _params: NoParameters) -> Iterator[Remark]:
    """No crypto line weakens itself, and an answer has one."""
    any_line = False
    for seen in judged(evidence.seen):
        for name, media in sections(seen):
            lines = len(media.cryptos) + len(media.malformed)
            any_line = any_line or lines > 0
            for crypto in media.cryptos:
                yield from _parameters(name, crypto)
            if len(media.cryptos) > 1 and seen.role == "answer":
                yield Violation(subject=name, expected=_ONE_LINE, observed=f"{len(media.cryptos)} crypto lines")
            elif len(media.cryptos) > 1 and seen.role == "unknown":
                reason = (
                    f"{len(media.cryptos)} crypto lines are right in an offer and wrong in an answer, and it is not "
                )
                yield Doubt(subject=name, reason=f"{reason}known which this is")
            for problem in media.malformed:
                yield Doubt(subject=name, reason=problem)
        for problem in seen.malformed:
            any_line = True
            yield Doubt(subject=seen.source, reason=problem)
    if not any_line:
        yield NotApplicable(reason="there is no crypto line")


def _parameters(name: str, crypto: CryptoSeen) -> Iterator[Remark]:
    named = [parameter.removeprefix("-").upper() for parameter in crypto.parameters]
    weakening = [parameter for parameter in WEAKENING if parameter in named]
    if weakening:
        yield Violation(
            subject=f"{name}, tag {crypto.tag}",
            expected=f"{crypto.suite} without {', '.join(WEAKENING)}",
            observed=", ".join(weakening),
        )
    if UNKNOWN.upper() in named:
        yield Doubt(subject=f"{name}, tag {crypto.tag}", reason="there is a session parameter that is not known")


RULE = Rule(
    id="srtp-protection-weakened",
    title="An SRTP session parameter switches off encryption or authentication",
    group=Group.SRTP,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 4568", section="6.3.2", url="https://www.rfc-editor.org/rfc/rfc4568#section-6.3.2"),
        Citation(document="RFC 4568", section="6.3.3", url="https://www.rfc-editor.org/rfc/rfc4568#section-6.3.3"),
        Citation(document="RFC 4568", section="7.1.2", url="https://www.rfc-editor.org/rfc/rfc4568#section-7.1.2"),
    ),
    remedy=(
        "Switch on SRTP and SRTCP encryption and authentication in the SRTP profile of this trunk, and answer with the "
        "one crypto line that was chosen."
    ),
    observes=SdpSeen,
    params=NoParameters,
    check=check,
)
