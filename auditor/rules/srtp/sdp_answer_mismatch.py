"""An answer chooses from what was offered: the same sections, the same profile, and one crypto attribute by its tag.

Where an answer names a tag or a suite that was not offered for that section, the sides do not agree on a key.  The call
has no audio, or falls back to plain RTP.
"""

from collections import defaultdict
from collections.abc import Iterator

from auditor.model.finding import Doubt, NotApplicable, NotTested, Remark, Violation
from auditor.model.observation import MediaSeen, SdpSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import TARGET, MediaSubject
from auditor.model.target import ClientTarget
from auditor.rules.srtp._shared import accepted, judged, section_subject

_WITH = "put the offer and its answer in one file, or name the answer with --answer"
_CLOSES = "auditor sdp OFFER --answer ANSWER, or one file with both"


def check(evidence: Evidence[SdpSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each section that an answer accepts must have the medium, the profile, the tag and the suite of its offer."""
    offers: dict[tuple[str, str], list[SdpSeen]] = defaultdict(list)
    for seen in evidence.seen:
        if seen.role == "offer" and seen.session:
            offers[seen.session, seen.exchange].append(seen)
    answers = [seen for seen in judged(evidence.seen) if seen.role == "answer"]
    for answer in answers:
        subject = MediaSubject(source=answer.source)
        made = offers.get((answer.session, answer.exchange))
        if made is None:
            reason = f"the offer of this answer was not seen: {_WITH}"
            yield NotTested(subject=subject, reason=reason, whole=True, closes=_CLOSES)
        elif len({offer.media for offer in made}) > 1:
            yield Doubt(subject=subject, reason="several different offers have the Call-ID and CSeq of this answer")
        else:
            yield from _compared(made[0], answer)
    unknown = [seen for seen in judged(evidence.seen) if seen.role == "unknown" and not seen.capabilities]
    for seen in unknown:
        reason = f"whether this is an offer or an answer is not known: {_WITH}"
        yield NotTested(subject=MediaSubject(source=seen.source), reason=reason, whole=True, closes=_CLOSES)
    if not (answers or unknown):
        yield _without_answer(evidence)


def _without_answer(evidence: Evidence[SdpSeen]) -> Remark:
    if isinstance(evidence.target, ClientTarget):
        return NotApplicable(reason="a client makes offers, and the auditor answers none of them")
    return NotTested(subject=TARGET, reason=f"no answer was seen: {_WITH}", whole=True, closes=_CLOSES)


def _compared(offer: SdpSeen, answer: SdpSeen) -> Iterator[Remark]:
    if len(offer.media) != len(answer.media):
        yield Violation(
            subject=MediaSubject(source=answer.source),
            expected=f"{len(offer.media)} media sections, as in the offer",
            observed=f"{len(answer.media)} media sections",
        )
    for index, (offered, chosen) in enumerate(zip(offer.media, answer.media, strict=False)):
        if accepted(answer, chosen):
            subject = section_subject(answer, index)
            if not accepted(offer, offered):
                yield Violation(subject=subject, expected="port 0, as in the offer", observed=f"port {chosen.port}")
            else:
                yield from _section(subject, offered, chosen)


def _section(subject: MediaSubject, offered: MediaSeen, chosen: MediaSeen) -> Iterator[Remark]:
    for what, there, here in (
        ("the medium", offered.media, chosen.media),
        ("the profile", offered.profile.upper(), chosen.profile.upper()),
    ):
        if there != here:
            yield Violation(subject=subject, expected=f"{what} of the offer, {there}", observed=here)
    if offered.malformed or chosen.malformed:
        problem = (*offered.malformed, *chosen.malformed)[0]
        yield Doubt(subject=subject, reason=f"a crypto attribute of the offer or the answer is not readable: {problem}")
        return
    suites = {crypto.tag: crypto.suite for crypto in offered.cryptos}
    tags = ", ".join(map(str, suites)) or "none"
    for crypto in chosen.cryptos:
        at = subject.model_copy(update={"tag": crypto.tag})
        if crypto.tag not in suites:
            observed = f"tag {crypto.tag}, which was not offered"
            yield Violation(subject=at, expected=f"a tag of the offer: {tags}", observed=observed)
        elif crypto.suite != suites[crypto.tag]:
            expected = f"{suites[crypto.tag]}, which the offer gives this tag"
            yield Violation(subject=at, expected=expected, observed=crypto.suite)
    if suites and not chosen.cryptos:
        observed = "no crypto attribute, though the section is accepted"
        yield Violation(subject=subject, expected="one crypto attribute of the offer, or port 0", observed=observed)


RULE = Rule(
    id="sdp-answer-mismatch",
    title="SDP answer does not match its offer",
    group=Group.SRTP,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 4568", section="5.1.3", url="https://www.rfc-editor.org/rfc/rfc4568#section-5.1.3"),
        Citation(document="RFC 4568", section="7.1.2", url="https://www.rfc-editor.org/rfc/rfc4568#section-7.1.2"),
        Citation(document="RFC 3264", section="6", url="https://www.rfc-editor.org/rfc/rfc3264#section-6"),
    ),
    remedy=(
        "Configure or update the SBC to answer each media section with the profile of the offer and with the tag and "
        "the suite of one offered crypto attribute, or to reject the section with port 0."
    ),
    observes=SdpSeen,
    params=NoParameters,
    check=check,
)
