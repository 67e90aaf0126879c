"""The start of every certificate rule: each chain an endpoint sent, parsed, and linked as far as possible."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import Field

from auditor.certificates.dates import stale
from auditor.certificates.ending import Ending, EndingKind, well_known_roots
from auditor.certificates.facts import label
from auditor.certificates.path import Path, identity
from auditor.certificates.read import ChainTooLarge, MalformedCertificate, read_chain, read_request
from auditor.certificates.trust import Status, Trust, anchor_of
from auditor.certificates.usage import narrowed
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Evidence, Inconclusive, NotApplicable, Params, Remark, TrustAnchor


class AcceptedRoots(Params):
    """Roots a chain may end at."""

    roots: tuple[str, ...] = Field(
        default=(), description="Names of pinned root certificates (files in policies/roots)"
    )
    declared_roots: bool = Field(
        default=False, description="Whether roots the operator has declared as sent to onboarding are accepted too"
    )
    public_roots: bool = Field(
        default=False, description="Whether the public roots that certifi ships are accepted too"
    )


@dataclass(frozen=True)
class PeerChain:
    """One chain as an endpoint sent it."""

    sent: tuple[x509.Certificate, ...]
    ders: tuple[bytes, ...]
    trust: Trust
    """Against every root that is known by name, whether the policy accepts it or not."""
    at: datetime
    anchors: tuple[TrustAnchor, ...]
    leaf_position: int | None = None
    """Where the leaf stands in its file, from 1; none where that does not matter."""

    @property
    def leaf(self) -> x509.Certificate:
        """The endpoint's own certificate."""
        return self.sent[0]

    @property
    def subject(self) -> str:
        """The leaf's name and the start of its SHA-256."""
        return label(self.leaf)

    @property
    def linked(self) -> Path:
        """The certificates from the leaf up to the root, and the root itself where it is known."""
        root = self.trust.ending.root if self.trust.ending else None
        return self.trust.path if root is None or root in self.trust.path else (*self.trust.path, root)

    def toward(self, params: AcceptedRoots) -> Trust:
        """Return where the chain ends when only the roots that the policy accepts count."""
        accepted = [
            anchor
            for anchor in self.anchors
            if (params.declared_roots if anchor.declared else anchor.name in params.roots)
        ]
        found = anchor_of(self.ders, (*accepted, *(public_anchors() if params.public_roots else ())), self.at)
        if found.ending is None or self.trust.anchor is None:
            return found
        # It ends at a root that is known by name and not accepted, which says more than "not sent" would.
        known = Ending(EndingKind.ROOT_KNOWN, self.trust.path, root=self.trust.path[-1])
        return replace(found, path=known.path, ending=known)


def judge_chains(
    evidence: Evidence[CertificateChainSeen],
    judge: Callable[[PeerChain], Iterable[Remark]],
    judge_request: Callable[[x509.CertificateSigningRequest], Iterable[Remark]] | None = None,
) -> Iterator[Remark]:
    """Yield what ``judge`` says of every distinct chain, each remark once.

    A chain that cannot be read or linked within the bounds is inconclusive.  Of a certification request only rules with
    ``judge_request`` have something to say.
    """
    remarks: dict[Remark, None] = {}
    for seen in evidence.seen:
        judged = _judged_request(seen.request, judge_request) if seen.request else _judged(evidence, seen, judge)
        remarks |= dict.fromkeys(judged)
    yield from remarks


def _judged_request(
    der: bytes, judge: Callable[[x509.CertificateSigningRequest], Iterable[Remark]] | None
) -> list[Remark]:
    if judge is None:
        return [NotApplicable(reason="a certification request has no issuer, no dates and no chain yet")]
    try:
        return list(judge(read_request(der)))
    except MalformedCertificate as error:
        return [Inconclusive(subject="certification request", reason=str(error))]


def _judged(
    evidence: Evidence[CertificateChainSeen],
    seen: CertificateChainSeen,
    judge: Callable[[PeerChain], Iterable[Remark]],
) -> list[Remark]:
    certificates = seen.certificates
    try:
        sent = read_chain(certificates)
    except (MalformedCertificate, ChainTooLarge) as error:
        return [Inconclusive(subject=evidence.target.name, reason=str(error))]
    trust = anchor_of(certificates, evidence.anchors, evidence.at)
    if trust.status in {Status.LIMIT, Status.MALFORMED}:
        return [Inconclusive(subject=label(sent[0]), reason="; ".join(trust.reasons))]
    return list(judge(PeerChain(sent, certificates, trust, evidence.at, evidence.anchors, seen.leaf_position)))


def unreached(chain: PeerChain, trust: Trust) -> Remark:
    """Return what a rule about the way to an accepted root says of a chain without one: another rule reports that."""
    if trust.status in {Status.LIMIT, Status.MALFORMED}:
        return Inconclusive(subject=chain.subject, reason="; ".join(trust.reasons))
    if trust.anchor is None:
        return NotApplicable(reason="no chain leads to a root that the policy accepts")
    return NotApplicable(reason="RFC 5280 validation does not accept the chain in the first place")


def overlooked(chain: PeerChain, trust: Trust) -> Iterator[str]:
    """Yield what is wrong with certificates on the way to an accepted root that the rules without roots do not look at.

    Those rules follow the best path to any root known by name.  Where that is another one than the best path to a root
    the policy accepts, no other rule would notice that the latter is out of date or limits the usage.
    """
    for certificate in trust.path:
        if certificate in chain.linked:
            continue
        problem = stale(certificate, chain.at)
        if problem and certificate in trust.below:
            yield f"the way leads through {label(certificate)}, which {problem}"
        for purpose in narrowed(certificate, chain.leaf):
            yield f"the way leads through {label(certificate)}, which excludes {purpose}"


def under_public_root(trust: Trust) -> bool | None:
    """Return whether a chain ends at a public root; none when it ends at no root that is known."""
    if trust.anchor is not None:
        return not trust.anchor.declared or _public(trust.path[-1])
    if trust.ending is None or trust.ending.kind in {EndingKind.LEAF, EndingKind.AUTHORITY}:
        return None
    return trust.ending.root is not None and _public(trust.ending.root)


@cache
def public_anchors() -> tuple[TrustAnchor, ...]:
    """The public roots that certifi ships, for policies that accept whatever a web browser would."""
    return tuple(TrustAnchor(label(root), root.public_bytes(Encoding.DER)) for root in well_known_roots())


def _public(root: x509.Certificate) -> bool:
    return identity(root) in _public_identities()


@cache
def _public_identities() -> frozenset[bytes]:
    return frozenset(identity(known) for known in well_known_roots())
