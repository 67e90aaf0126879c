"""Summaries of targets, to read alongside the findings.  They decide nothing."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Literal

from auditor.certificates import MalformedCertificate, anchor_of, facts
from auditor.model.observation import (
    CertificateChainSeen,
    CipherSuitesSeen,
    ClientCertificateSeen,
    ConnectionsUsed,
    Observation,
)
from auditor.model.policy import Policy
from auditor.model.report import CertificateFacts, ChainSummary, EndpointSummary, VersionSummary
from auditor.model.target import OWED, ClientTarget, OwedTarget, ServerTarget, Target
from auditor.model.tls import ProtocolVersion

ClientCertificate = Literal["not requested", "optional", "required", "unknown", ""]


def summarise(
    target: Target, observations: Sequence[Observation], policy: Policy, certificates: dict[str, CertificateFacts]
) -> EndpointSummary:
    """Summarise what was observed of a target; the certificates of its chains are added to ``certificates``."""
    address, port = (target.address, target.port) if isinstance(target, ServerTarget | ClientTarget) else (None, None)
    used = next((seen for seen in observations if isinstance(seen, ConnectionsUsed)), None)
    return EndpointSummary(
        target=target.name,
        host=target.host if isinstance(target, ServerTarget) else address,
        address=address,
        port=port,
        service=target.service,
        perspective=target.perspective,
        server_name=target.names[0] if target.names else None,
        site=target.site if isinstance(target, ServerTarget) else None,
        connections=used.count if used else None,
        seconds=used.seconds if used else None,
        versions=tuple(_versions(observations)),
        chains=tuple(
            _chain(seen, policy, certificates)
            for seen in observations
            if isinstance(seen, CertificateChainSeen) and seen.certificates
        ),
    )


def owed_summary(owed: OwedTarget) -> EndpointSummary:
    """The summary of what no target stands for."""
    return EndpointSummary(target=owed.name, perspective=OWED, service=owed.service, site=owed.site)


def _versions(observations: Sequence[Observation]) -> Iterator[VersionSummary]:
    demands = {seen.version: _demand(seen) for seen in observations if isinstance(seen, ClientCertificateSeen)}
    order = list(ProtocolVersion)
    suites = [seen for seen in observations if isinstance(seen, CipherSuitesSeen)]
    for seen in sorted(suites, key=lambda found: order.index(found.version), reverse=True):
        yield VersionSummary(
            version=seen.version,
            spoken=seen.spoken,
            suites=tuple(suite.name for suite in seen.accepted),
            client_certificate=demands.get(seen.version, ""),
        )


def _demand(seen: ClientCertificateSeen) -> ClientCertificate:
    if seen.requested is None or (seen.requested and seen.without == "undetermined"):
        return "unknown"
    if not seen.requested:
        return "not requested"
    return "required" if seen.without == "refused" else "optional"


def _chain(seen: CertificateChainSeen, policy: Policy, known: dict[str, CertificateFacts]) -> ChainSummary:
    trust = anchor_of(seen.certificates, policy.anchors, seen.at)
    return ChainSummary(
        versions=tuple(seen.versions),
        certificates=tuple(_noted(der, seen, known) for der in seen.certificates[:_MOST_CERTIFICATES]),
        anchor=_noted(trust.anchor.der, seen, known) if trust.anchor else None,
        anchor_name=trust.anchor.name if trust.anchor else None,
    )


_MOST_CERTIFICATES = 16


def _noted(der: bytes, seen: CertificateChainSeen, known: dict[str, CertificateFacts]) -> str:
    """Put the facts of a certificate among those that are known, and return the key they have there."""
    key = sha256(der).hexdigest()
    if key not in known:
        known[key] = _facts(der, key, seen)
    return key


def _facts(der: bytes, key: str, seen: CertificateChainSeen) -> CertificateFacts:
    """Facts for an unreadable certificate, which keeps its position in the chain."""
    try:
        return facts(der)
    except MalformedCertificate as error:
        return CertificateFacts(
            subject=f"not readable: {error}",
            issuer="",
            serial_number="",
            not_before=seen.at,
            not_after=seen.at,
            key="",
            signature_algorithm="",
            names=(),
            sha256=key,
            certificate_authority=False,
        )
