"""The client role of the auditor at an endpoint.  What is not given is not tried."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from auditor.model.identity import Identity
from auditor.model.invitation import Invitation
from auditor.model.observation import Observation
from auditor.model.target import ServerTarget
from auditor.model.trust_anchor import TrustAnchor

ReadDescription: TypeAlias = Callable[[bytes, ServerTarget, datetime], Iterator[Observation]]
"""Turns a session description (RFC 8866) from an answer to OPTIONS into observations without its keys."""


@dataclass(frozen=True)
class ClientRole:
    """The certificates and opt-ins that the operator gives the auditor, and the roots that the policy names."""

    identity: Identity | None = None
    """A valid client certificate, the positive control for rejections of others."""
    authority: Identity | None = None
    """A CA that the endpoint trusts, in a lab: it signs invalid certificates, such as expired ones."""
    trust_probe: bool = False
    """Whether to present forged issuers with the names of the required roots, to learn which roots it trusts."""
    anchors: tuple[TrustAnchor, ...] = ()
    """Every root that a policy may name."""
    read_description: ReadDescription | None = None
    """None discards session descriptions unread."""
    invitation: Invitation | None = None
    """A test number to call, to see how the endpoint answers an SRTP offer."""

    def roots(self, names: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
        """Name and DER of the roots among ``names`` that are known."""
        known = {anchor.name: anchor.der for anchor in self.anchors}
        return tuple((name, known[name]) for name in names if name in known)


NOBODY = ClientRole()
