"""An SRTP key that is used twice protects neither use: two streams under one key stream reveal each other.

Each side must choose a fresh key for every media stream.  A device that answers with the offer's own key, or uses one
key in two streams or two calls, does not.  The audit compares keys by a salted digest and does not keep them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import SdpSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import MediaSubject, subject_text
from auditor.rules.srtp._shared import judged, section_subject

_MOST_USES = 8
"""Uses of one key that are compared with each other; more would only repeat the finding."""


@dataclass(frozen=True)
class _KeyUse:
    """One key in one media section."""

    seen: SdpSeen
    index: int

    @property
    def subject(self) -> MediaSubject:
        return section_subject(self.seen, self.index)


def check(evidence: Evidence[SdpSeen], _params: NoParameters) -> Iterator[Remark]:
    """No key may appear in an offer and its answer, in two sections, or in two calls."""
    uses: dict[str, list[_KeyUse]] = defaultdict(list)
    sections = set()
    for number, seen in enumerate(evidence.seen):
        for index, media in enumerate(seen.media):
            for digest in dict.fromkeys(key.digest for crypto in media.cryptos for key in crypto.keys):
                uses[digest].append(_KeyUse(seen, index))
                sections.add((number, index))
    for together in uses.values():
        yield from _compared(together)
    doubts = [(seen, media.malformed[0]) for seen in judged(evidence.seen) for media in seen.media if media.malformed]
    yield from (Doubt(subject=MediaSubject(source=seen.source), reason=problem) for seen, problem in doubts)
    if len(sections) < 2 and not doubts:
        yield NotApplicable(reason="fewer than two keys were observed, so there is nothing to compare")


def _compared(uses: list[_KeyUse]) -> Iterator[Remark]:
    """Report the worst reuse of one key, once."""
    found: dict[str, tuple[_KeyUse, _KeyUse]] = {}
    for one, other in combinations(uses[:_MOST_USES], 2):
        found.setdefault(_relation(one, other), (one, other))
    for what in ("an answer with the key of its offer", "two media sections", "two calls"):
        if what in found:
            one, other = found[what]
            observed = f"the same key as in {subject_text(one.subject)} ({what})"
            yield Violation(subject=other.subject, expected="a fresh key", observed=observed)
            return
    if "unknown" in found:
        one, other = found["unknown"]
        reason = (
            f"the same key as in {subject_text(one.subject)}; whether both belong to the same side of the same call is "
            "not known"
        )
        yield Doubt(subject=other.subject, reason=reason)


def _relation(one: _KeyUse, other: _KeyUse) -> str:
    """How two uses of one key relate; empty where the same side uses it for the same stream again."""
    if one.seen is other.seen:
        return "two media sections"
    if one.seen.session and other.seen.session and one.seen.session != other.seen.session:
        return "two calls"
    if not (one.seen.session and other.seen.session):
        return "unknown"
    if one.seen.exchange == other.seen.exchange and {one.seen.role, other.seen.role} == {"offer", "answer"}:
        return "an answer with the key of its offer"
    # A later offer of the same call may keep its key for the same stream (RFC 4568 section 7.1.4).
    return "" if one.index == other.index else "two media sections"


RULE = Rule(
    id="srtp-key-reused",
    title="SRTP key is used more than once",
    group=Group.SRTP,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 4568", section="7.1.2", url="https://www.rfc-editor.org/rfc/rfc4568#section-7.1.2"),
        Citation(document="RFC 4568", section="8", url="https://www.rfc-editor.org/rfc/rfc4568#section-8"),
        Citation(document="RFC 3711", section="9.1", url="https://www.rfc-editor.org/rfc/rfc3711#section-9.1"),
    ),
    remedy=(
        "Configure or update the SBC to generate a fresh SRTP key for every stream of every call.  A fixed "
        "key, or one copied from the offer, is a fault of its software or its settings."
    ),
    observes=SdpSeen,
    params=NoParameters,
    check=check,
)
