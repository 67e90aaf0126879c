"""An SRTP key that is used twice protects neither time: two streams under one key stream give each other away.

Each side chooses a key of its own, fresh for every media stream.  An answer that sends the offer's key back, or one
key in two streams or two calls, is a device that does not.  Keys are compared by a salted digest that is good for
nothing else.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import SdpSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.srtp import judged

_MOST_USES = 8
"""Uses of one key that are compared with each other; more would only say the same again."""


@dataclass(frozen=True)
class _Use:
    """One key in one media section."""

    seen: SdpSeen
    index: int

    def __str__(self) -> str:
        return f"{self.seen.source}, media {self.index + 1} ({self.seen.media[self.index].media})"


def check(evidence: Evidence[SdpSeen], _params: NoParameters) -> Iterator[Remark]:
    """No key is seen in an offer and its answer, in two sections, or in two calls."""
    uses: dict[str, list[_Use]] = defaultdict(list)
    places = set()
    for number, seen in enumerate(evidence.seen):
        for index, media in enumerate(seen.media):
            for digest in dict.fromkeys(key.digest for crypto in media.cryptos for key in crypto.keys):
                uses[digest].append(_Use(seen, index))
                places.add((number, index))
    for together in uses.values():
        yield from _compared(together)
    doubts = [(seen, media.malformed[0]) for seen in judged(evidence.seen) for media in seen.media if media.malformed]
    yield from (Doubt(subject=seen.source, reason=problem) for seen, problem in doubts)
    if len(places) < 2 and not doubts:
        yield NotApplicable(reason="fewer than two keys were seen, so that there is nothing to compare")


def _compared(uses: list[_Use]) -> Iterator[Remark]:
    """The worst that is to be said of one key, once."""
    said: dict[str, tuple[_Use, _Use]] = {}
    for one, other in combinations(uses[:_MOST_USES], 2):
        said.setdefault(_relation(one, other), (one, other))
    for what in ("an answer with the key of its offer", "two media sections", "two calls"):
        if what in said:
            one, other = said[what]
            yield Violation(
                subject=str(other), expected="a key of its own", observed=f"the same key as in {one} ({what})"
            )
            return
    if "unknown" in said:
        one, other = said["unknown"]
        reason = f"the same key as in {one}, which may belong to the same side of the same call or not"
        yield Doubt(subject=str(other), reason=reason)


def _relation(one: _Use, other: _Use) -> str:
    """What two uses of one key are to each other; empty where the same side uses it for the same stream again."""
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
    title="An SRTP key is used more than once",
    group=Group.SRTP,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 4568", section="7.1.2", url="https://www.rfc-editor.org/rfc/rfc4568#section-7.1.2"),
        Citation(document="RFC 4568", section="8", url="https://www.rfc-editor.org/rfc/rfc4568#section-8"),
        Citation(document="RFC 3711", section="9.1", url="https://www.rfc-editor.org/rfc/rfc3711#section-9.1"),
    ),
    remedy=(
        "Let the session border controller make a key of its own for every stream and every call; a fixed key, or one "
        "copied from the offer, is a fault of its software or settings."
    ),
    observes=SdpSeen,
    params=NoParameters,
    check=check,
)
