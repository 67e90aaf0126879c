"""A session parameter can disable the protection that the name of the suite promises.

UNENCRYPTED_SRTP, UNENCRYPTED_SRTCP and UNAUTHENTICATED_SRTP disable encryption or authentication, while the crypto
attribute looks like any other.  An answer with several crypto attributes leaves open which key is in use; RFC 4568
requires one.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CryptoSeen, SdpSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.srtp import UNKNOWN, WEAKENING
from auditor.model.subject import MediaSubject
from auditor.rules.srtp._shared import judged, nothing_keyed, sections

_ONE = "one crypto attribute in an answer"


def check(evidence: Evidence[SdpSeen], _params: NoParameters) -> Iterator[Remark]:
    """No crypto attribute may weaken its suite, and an answer must have exactly one."""
    applies = False
    for seen in judged(evidence.seen):
        for subject, media in sections(seen):
            applies = applies or bool(media.cryptos or media.malformed)
            for crypto in media.cryptos:
                yield from _parameters(subject, crypto)
            several = f"{len(media.cryptos)} crypto attributes"
            if len(media.cryptos) > 1 and seen.role == "answer":
                yield Violation(subject=subject, expected=_ONE, observed=several)
            elif len(media.cryptos) > 1 and seen.role == "unknown":
                reason = (
                    f"{several} are right in an offer and wrong in an answer; whether this is an offer or an answer is "
                    "not known"
                )
                yield Doubt(subject=subject, reason=reason)
            for problem in media.malformed:
                yield Doubt(subject=subject, reason=problem)
        for problem in seen.malformed:
            applies = True
            yield Doubt(subject=MediaSubject(source=seen.source), reason=problem)
    if not applies:
        yield nothing_keyed(evidence.seen, "there is no crypto attribute")


def _parameters(section: MediaSubject, crypto: CryptoSeen) -> Iterator[Remark]:
    subject = MediaSubject(source=section.source, section=section.section, media=section.media, tag=crypto.tag)
    named = [parameter.removeprefix("-").upper() for parameter in crypto.parameters]
    weakening = [parameter for parameter in WEAKENING if parameter in named]
    if weakening:
        yield Violation(
            subject=subject,
            expected=f"{crypto.suite} without {', '.join(WEAKENING)}",
            observed=", ".join(weakening),
        )
    if UNKNOWN.upper() in named:
        yield Doubt(subject=subject, reason="the crypto attribute has an unknown session parameter")


RULE = Rule(
    id="srtp-protection-weakened",
    title="SRTP parameter disables encryption or authentication",
    group=Group.SRTP,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 4568", section="6.3.2", url="https://www.rfc-editor.org/rfc/rfc4568#section-6.3.2"),
        Citation(document="RFC 4568", section="6.3.3", url="https://www.rfc-editor.org/rfc/rfc4568#section-6.3.3"),
        Citation(document="RFC 4568", section="7.1.2", url="https://www.rfc-editor.org/rfc/rfc4568#section-7.1.2"),
    ),
    remedy=(
        "Enable SRTP and SRTCP encryption and authentication in the SRTP profile of this trunk, and answer with the "
        "one crypto attribute that was chosen."
    ),
    observes=SdpSeen,
    params=NoParameters,
    check=check,
)
