"""Kinds of target, as requirements name them: which targets are of a kind, and which rules can judge it."""

from dataclasses import dataclass

from auditor.model.requirement import TargetKind
from auditor.model.target import (
    CertificateFileTarget,
    ClientTarget,
    OwedTarget,
    Perspective,
    ServerTarget,
    Service,
    Target,
)


@dataclass(frozen=True)
class _Kind:
    perspective: Perspective
    service: Service | None
    """None for any."""
    words: str
    """What a target of the kind is called."""
    closes: str
    """What would give the audit one, if nothing is declared that says where it is."""


KINDS = {
    TargetKind.DEPLOYMENT: _Kind(
        Perspective.DEPLOYMENT,
        None,
        "declared deployment",
        "declare the deployment in an inventory (auditor inventory init, then -i FILE)",
    ),
    TargetKind.SERVER: _Kind(Perspective.SERVER, None, "endpoint", "name the endpoint as a TARGET or in an inventory"),
    TargetKind.SIP_SERVER: _Kind(
        Perspective.SERVER, Service.SIP, "SIP endpoint", "name the SIP endpoint as a TARGET or in an inventory"
    ),
    TargetKind.HTTPS_SERVER: _Kind(
        Perspective.SERVER, Service.HTTPS, "HTTPS endpoint", "name the HTTPS endpoint as a TARGET or in an inventory"
    ),
    TargetKind.CLIENT: _Kind(
        Perspective.CLIENT, None, "client", "have the client connect to auditor listen, which plays the gateway"
    ),
    TargetKind.SIP_CLIENT: _Kind(
        Perspective.CLIENT, Service.SIP, "SIP client", "have the SBC connect to auditor listen, which plays the gateway"
    ),
    TargetKind.HTTPS_CLIENT: _Kind(
        Perspective.CLIENT,
        Service.HTTPS,
        "HTTPS client",
        "have the HTTPS client connect to auditor listen on an HTTPS port",
    ),
    TargetKind.SESSION_DESCRIPTION: _Kind(
        Perspective.SDP,
        None,
        "session description",
        "audit an offer and an answer of the SBC with auditor sdp FILE",
    ),
    TargetKind.TRUST_STORE: _Kind(
        Perspective.TRUST_STORE,
        None,
        "trust store",
        "audit the roots that the SBC trusts with auditor certificate --trust-store FILE",
    ),
}


def is_of(target: Target | OwedTarget, kind: TargetKind) -> bool:
    """Whether the target is, or stands for, one of the kind."""
    stands_for = target.stands_for if isinstance(target, OwedTarget) else target.perspective
    wanted = KINDS[kind]
    return stands_for is wanted.perspective and wanted.service in (None, target.service)


def also_seen_at(target: Target | OwedTarget, kind: TargetKind) -> bool:
    """Whether the target may show by the way what the kind is asked for: a violation there counts, a pass does not.

    An endpoint or a client shows session descriptions while it is called, and a certificate in a file is one that an
    endpoint or a client is to present.
    """
    wanted = KINDS[kind]
    if kind is TargetKind.SESSION_DESCRIPTION:
        return isinstance(target, ServerTarget | ClientTarget)
    if isinstance(target, CertificateFileTarget) and wanted.perspective in (Perspective.SERVER, Perspective.CLIENT):
        return wanted.service in (None, target.service)
    return False
