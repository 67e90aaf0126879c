"""Which root a chain ends at, and whether RFC 5280 accepts the path to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from auditor.certificates.ending import Ending, EndingKind, best_ending
from auditor.certificates.path import Path, find_paths
from auditor.certificates.read import ChainTooLarge, MalformedCertificate, read, read_chain
from auditor.certificates.verify import Judgement, judge_private, judge_web, moment_for
from auditor.model.trust_anchor import TrustAnchor


class Status(StrEnum):
    """The outcome of the search for a path to an anchor."""

    TRUSTED = "trusted"
    """Validation accepts the path at ``Trust.moment``, when every certificate on it is in date."""
    ANCHOR_EXPIRED = "anchor-expired"
    """There is a path, but the anchor itself is out of date."""
    REJECTED = "rejected"
    """Names and signatures form a path, but validation rejects it."""
    UNJUDGED = "unjudged"
    """Names and signatures form a path, but validation is inconclusive."""
    NO_PATH = "no-path"
    MALFORMED = "malformed"
    LIMIT = "limit"


@dataclass(frozen=True)
class Trust:
    """The best path from a chain to the anchors, or why there is none."""

    status: Status
    reasons: tuple[str, ...] = ()
    anchor: TrustAnchor | None = None
    path: Path = ()
    """Leaf to anchor; without an anchor, as far as the certificates sent reach."""
    strict_reasons: tuple[str, ...] = ()
    """Why the web PKI profile rejects what RFC 5280 accepts."""
    judgement: Judgement = field(default_factory=Judgement)
    moment: datetime | None = None
    """The time of validation: the audit's, or the nearest at which everything on the path is in date."""
    ending: Ending | None = None
    """Without an anchor: where the path ends."""

    @property
    def below(self) -> Path:
        """The path without the root at its end: those whose dates and signatures are the endpoint's business."""
        rooted = self.anchor is not None or (self.ending is not None and self.ending.kind is EndingKind.ROOT_SENT)
        return self.path[:-1] if rooted and len(self.path) > 1 else self.path


def anchor_of(chain: Sequence[bytes], anchors: Sequence[TrustAnchor], at: datetime) -> Trust:
    """Return where ``chain`` (DER, leaf first) ends and what validation says of the way there.  Never raises.

    ``at`` is an aware datetime.  Of several paths the best is returned: one that is not refused before one that is,
    then one to an anchor in date, then the one with the fewest certificates out of date, then one that could be
    judged, then the shortest.  Dates of the leaf and of intermediates, names and extended key usage are left to their
    own rules.
    """
    return _anchor_of(tuple(chain), tuple(anchors), at)


@lru_cache(maxsize=256)
def _anchor_of(ders: tuple[bytes, ...], anchors: tuple[TrustAnchor, ...], at: datetime) -> Trust:
    try:
        chain = read_chain(ders)
        by_certificate = {read(anchor.der): anchor for anchor in reversed(anchors)}
    except MalformedCertificate as error:
        return Trust(Status.MALFORMED, (str(error),))
    except ChainTooLarge as error:
        return Trust(Status.LIMIT, (str(error),))
    found = find_paths(chain, tuple(by_certificate))
    if found.complete:
        candidates = [_judge(path, by_certificate[path[-1]], at) for path in found.complete]
        return _with_strict(min(candidates, key=lambda trust: _rank(trust, at)))
    if found.exhausted:
        return Trust(
            Status.LIMIT, ("the certificates can be linked in more ways than the auditor tries",), path=chain[:1]
        )
    ending = best_ending(found.partial, chain, by_certificate, at)
    return Trust(Status.NO_PATH, path=ending.path, ending=ending)


def _judge(path: Path, anchor: TrustAnchor, at: datetime) -> Trust:
    moment = moment_for(path, at)
    if moment is None:
        judgement = Judgement(doubts=("at no time is every certificate of the chain in date",))
    else:
        judgement = judge_private(path, moment)
    root = path[-1]
    if judgement.refusals:
        status = Status.REJECTED
    elif not root.not_valid_before_utc <= at <= root.not_valid_after_utc:
        status = Status.ANCHOR_EXPIRED
    else:
        status = Status.UNJUDGED if judgement.doubts else Status.TRUSTED
    return Trust(status, judgement.refusals + judgement.doubts, anchor, path, judgement=judgement, moment=moment)


def _with_strict(trust: Trust) -> Trust:
    if not trust.judgement.accepted or trust.moment is None:
        return trust
    return replace(trust, strict_reasons=judge_web(trust.path, trust.moment))


def _rank(trust: Trust, at: datetime) -> tuple[bool, bool, int, bool, int]:
    root = trust.path[-1]
    out_of_date = [
        certificate
        for certificate in trust.path[:-1]
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    ]
    root_out_of_date = not root.not_valid_before_utc <= at <= root.not_valid_after_utc
    refused, doubtful = bool(trust.judgement.refusals), bool(trust.judgement.doubts)
    return refused, root_out_of_date, len(out_of_date), doubtful, len(trust.path)
