"""Where a chain that reaches no allowed root ends: what a reader needs to know to fix it.

certifi's collection of public roots, and Microsoft's, are consulted to tell a complete chain under the wrong root from
a chain that lacks a certificate.  They explain a finding; they never make a chain trusted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from cryptography import x509

from auditor.certificates.distinguished import same_name
from auditor.certificates.path import Path, identity, issued_by, self_signed
from auditor.certificates.root_programs import RootProgram, program_roots
from auditor.model.trust_anchor import TrustAnchor


class EndingKind(StrEnum):
    """The kinds of end of a path without an anchor."""

    SELF_SIGNED = "self-signed"
    """At the leaf, which is its own issuer."""
    ROOT_SENT = "root-sent"
    """At a self-signed certificate that was sent."""
    ROOT_KNOWN = "root-known"
    """At or just below a well-known public root."""
    AUTHORITY = "authority"
    """At an issuing certificate whose own issuer is neither sent nor known."""
    LEAF = "leaf"
    """At the leaf, whose issuer is neither sent nor known."""


@dataclass(frozen=True)
class Ending:
    """The end of a path that reaches no anchor."""

    kind: EndingKind
    path: Path
    root: x509.Certificate | None = None
    """The well-known or self-signed root, if there is one."""
    forged: TrustAnchor | None = None
    """An anchor with the name of the missing issuer or of the final root, but with another key."""
    wrong_key: x509.Certificate | None = None
    """A sent certificate that has the missing issuer's name but did not make the signature."""


def best_ending(
    partial: tuple[Path, ...], chain: Path, anchors: Mapping[x509.Certificate, TrustAnchor], at: datetime
) -> Ending:
    """Return the most informative end: one at a root first, then the one most in date, then the longest."""

    def rank(ending: Ending) -> tuple[bool, int, int]:
        open_end = ending.kind in {EndingKind.AUTHORITY, EndingKind.LEAF}
        stale = [c for c in ending.path if not c.not_valid_before_utc <= at <= c.not_valid_after_utc]
        return open_end, len(stale), -len(ending.path)

    return min((_ending(path, chain, anchors) for path in partial), key=rank)


def _ending(path: Path, chain: Path, anchors: Mapping[x509.Certificate, TrustAnchor]) -> Ending:
    last = path[-1]
    if self_signed(last):
        kind = EndingKind.ROOT_SENT if len(path) > 1 else EndingKind.SELF_SIGNED
        return Ending(kind, path, root=last, forged=_bearing(last.subject, anchors))
    known = [
        root
        for root in (*well_known_roots(), *more_public_roots())
        if identity(root) == identity(last) or issued_by(last, root)
    ]
    if known:
        return Ending(EndingKind.ROOT_KNOWN, path, root=known[0])
    return Ending(
        EndingKind.AUTHORITY if len(path) > 1 else EndingKind.LEAF,
        path,
        forged=_bearing(last.issuer, anchors),
        wrong_key=next((other for other in chain if same_name(other.subject, last.issuer) and other not in path), None),
    )


def _bearing(name: x509.Name, anchors: Mapping[x509.Certificate, TrustAnchor]) -> TrustAnchor | None:
    return next((anchor for root, anchor in anchors.items() if same_name(root.subject, name)), None)


@cache
def well_known_roots() -> tuple[x509.Certificate, ...]:
    """Return the public roots that certifi ships, in its order."""
    return tuple(root.certificate for root in program_roots(RootProgram.MOZILLA))


@cache
def more_public_roots() -> tuple[x509.Certificate, ...]:
    """Return the roots that Microsoft's program has for TLS servers and has not excluded, in its order."""
    return tuple(root.certificate for root in program_roots(RootProgram.MICROSOFT) if root.disallowed_from is None)
