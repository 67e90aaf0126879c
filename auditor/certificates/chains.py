"""A chain as an endpoint sent it, linked to the roots that are known by name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.certificates.ending import Ending, EndingKind, more_public_roots, well_known_roots
from auditor.certificates.facts import certificate_subject, label
from auditor.certificates.path import Path, identity
from auditor.certificates.trust import Trust, anchor_of
from auditor.model.subject import CertificateSubject
from auditor.model.trust_anchor import TrustAnchor


@dataclass(frozen=True)
class PeerChain:
    """One chain as an endpoint sent it."""

    sent: tuple[x509.Certificate, ...]
    ders: tuple[bytes, ...]
    trust: Trust
    """Trust in every known root, whether or not the policy accepts it."""
    at: datetime
    anchors: tuple[TrustAnchor, ...]
    leaf_position: int | None = None
    """The position of the leaf in its file, from 1; None where it does not matter."""

    @property
    def leaf(self) -> x509.Certificate:
        """The endpoint's own certificate."""
        return self.sent[0]

    @property
    def subject(self) -> CertificateSubject:
        """The endpoint's own certificate, as the subject of a remark."""
        return certificate_subject(self.leaf)

    @property
    def linked(self) -> Path:
        """The certificates from the leaf up to the root, and the root itself where it is known."""
        root = self.trust.ending.root if self.trust.ending else None
        return self.trust.path if root is None or root in self.trust.path else (*self.trust.path, root)

    def toward(self, accepted: Sequence[TrustAnchor]) -> Trust:
        """Return where the chain ends when only the roots ``accepted`` count."""
        found = anchor_of(self.ders, accepted, self.at)
        if found.ending is None or self.trust.anchor is None:
            return found
        # It ends at a known root that is not accepted, which is more informative than "not sent".
        known = Ending(EndingKind.ROOT_KNOWN, self.trust.path, root=self.trust.path[-1])
        return replace(found, path=known.path, ending=known)


def ends_at_browser_root(trust: Trust) -> bool:
    """Return whether a chain without an anchor ends at one of the public roots that certifi ships."""
    return trust.ending is not None and trust.ending.root in well_known_roots()


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
    return frozenset(identity(known) for known in (*well_known_roots(), *more_public_roots()))
