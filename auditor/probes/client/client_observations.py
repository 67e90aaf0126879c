"""From what clients did at the listener to targets and observations.  Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from auditor.model.observation import (
    OBSERVED_FROM,
    CertificateChainSeen,
    ClientCertificatePresentedSeen,
    ClientHelloSeen,
    ConnectionsUsed,
    NotSeen,
    NotTested,
    Observation,
    ServerCertificateCaseSeen,
)
from auditor.model.target import ClientTarget, Perspective, Service
from auditor.model.tls import ProtocolVersion
from auditor.probes.client.client_cases import Series, older_versions, treatments
from auditor.probes.client.shown_certificates import Case
from auditor.sanitise import clean

_NEEDS_TRUST = "it needs a certificate that the client trusts (--ca and --ca-key, or --cert and --key)"
_LATER = frozenset({"lint"})
"""What is told from the other observations, once they are there."""
_NOT_TESTED = {
    "certificate-chain": "the client presents its certificate only to a server that it trusts: " + _NEEDS_TRUST,
    "client-certificate-presented": "the client gets that far only with a server that it trusts: " + _NEEDS_TRUST,
    "root-trust": "whether a client trusts a root is not tested by the listener",
    "revocation": "a client staples nothing; hand in CRLs or OCSP responses (--revocation)",
    "sdp": "no INVITE with a session description arrived",
}


def observed(
    clients: Sequence[Series], at: datetime, port: int, client_name: str | None
) -> tuple[tuple[ClientTarget, ...], list[Observation]]:
    """One target an address, and all that was seen of it.

    ``client_name`` is the name every client's certificate has to be for; with several clients the address is added to
    tell them apart.
    """
    targets = []
    observations: list[Observation] = []
    for series in clients:
        name = series.address
        if client_name is not None:
            name = client_name if len(clients) == 1 else f"{client_name}@{series.address}"
        http = series.services["HTTP"] + series.services["HTTP/2"] > series.services["SIP"]
        target = ClientTarget(
            name=name,
            port=port,
            service=Service.HTTPS if http else Service.SIP,
            address=series.address,
            server_name=client_name,
        )
        targets.append(target)
        observations += _observed(series, name, at)
    return tuple(targets), observations


def _observed(series: Series, target: str, at: datetime) -> list[Observation]:
    seen: list[Observation] = [
        *_hellos(series, target, at),
        *_cases(series, target, at),
        *_presented(series, target, at),
        *(
            CertificateChainSeen(
                target=target, at=at, role="client", versions=_sorted(versions), certificates=certificates
            )
            for certificates, versions in series.chains.items()
        ),
        *(found.model_copy(update={"target": target}) for found in series.descriptions),
    ]
    if series.unreadable:
        reason = f"{series.unreadable} session descriptions could not be read"
        seen.append(NotSeen(target=target, at=at, wanted="sdp", reason=reason))
    kinds = {observation.kind for observation in seen} | ({"sdp"} if series.unreadable else set())
    seen += [_missing(series, target, at, kind) for kind in sorted(OBSERVED_FROM[Perspective.CLIENT] - kinds - _LATER)]
    return [*seen, ConnectionsUsed(target=target, at=at, count=series.connections, seconds=0.0)]


def _missing(series: Series, target: str, at: datetime, kind: str) -> NotSeen | NotTested:
    if kind == "certificate-chain" and any(meeting.presented is False for meeting in series.meetings):
        return NotSeen(target=target, at=at, wanted=kind, reason="the client presented no certificate")
    if kind in _NOT_TESTED and (kind not in ("certificate-chain", "client-certificate-presented") or not _good(series)):
        return NotTested(target=target, at=at, wanted=kind, reason=_NOT_TESTED[kind])
    return NotSeen(target=target, at=at, wanted=kind, reason=f"no handshake was completed: {_why(series)}")


def _good(series: Series) -> bool:
    return Case.GOOD in series.cases


def _why(series: Series) -> str:
    good = [meeting.evidence for meeting in series.meetings if meeting.case is Case.GOOD]
    return good[0] if good else "the client did not connect often enough"


def _hellos(series: Series, target: str, at: datetime) -> Iterator[ClientHelloSeen]:
    older, known = older_versions(series.meetings)
    for hello in series.hellos:
        versions = hello.versions if hello.versions_listed else tuple(dict.fromkeys((*hello.versions, *older)))
        yield ClientHelloSeen(
            target=target,
            at=at,
            versions=versions,
            versions_complete=hello.versions_known or known,
            suites=hello.suites,
            groups=hello.groups,
            signature_schemes=hello.signature_schemes,
            server_name=None if hello.server_name is None else clean(hello.server_name),
        )


def _cases(series: Series, target: str, at: datetime) -> Iterator[ServerCertificateCaseSeen]:
    met = set()
    for treated in treatments(series.meetings):
        met.add(treated.case)
        yield ServerCertificateCaseSeen(
            target=target,
            at=at,
            version=treated.version,
            case=treated.case,
            treatment=treated.treatment,
            evidence=treated.evidence,
            spoke=treated.spoke,
        )
    for case in series.cases:
        if case not in met and case is not Case.OLD_VERSION:
            evidence = "the client did not connect again, so this certificate was not shown"
            yield ServerCertificateCaseSeen(
                target=target, at=at, version=None, case=case, treatment="undetermined", evidence=evidence
            )


def _presented(series: Series, target: str, at: datetime) -> Iterator[ClientCertificatePresentedSeen]:
    """Each answer once a version; a handshake that was not completed says nothing."""
    found: dict[tuple[ProtocolVersion | None, bool], str] = {}
    for meeting in series.meetings:
        if meeting.presented is not None:
            found.setdefault((meeting.version, meeting.presented), f"with the certificate {meeting.case} shown")
    for (version, presented), evidence in found.items():
        yield ClientCertificatePresentedSeen(
            target=target, at=at, version=version, presented=presented, evidence=evidence
        )


def _sorted(versions: set[ProtocolVersion]) -> tuple[ProtocolVersion, ...]:
    return tuple(version for version in ProtocolVersion if version in versions)
