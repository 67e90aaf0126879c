"""Targets and observations from what clients did at the listener.  Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from auditor.minting.server_certificates import ServerCertificateCase
from auditor.model.observation import (
    CertificateChainSeen,
    ClientCertificatePresentedSeen,
    ClientHelloSeen,
    ConnectionsUsed,
    NotAttempted,
    NotObserved,
    Observation,
    ServerCertificateCaseSeen,
    SipMessageSeen,
    kinds_of,
)
from auditor.model.target import ClientTarget, Perspective, Service, SessionDescriptionTarget
from auditor.model.tls import ProtocolVersion
from auditor.probes.client.client_cases import ClientRecord, older_versions, treatments
from auditor.sanitise import clean

_NEEDS_TRUST = "needs a certificate that the client trusts (--ca and --ca-key, or --cert and --key)"
_LATER = frozenset({"lint"})
"""Kinds derived later from the other observations."""
_NOT_TESTED = {
    "certificate-chain": "the client presents its certificate only to a server that it trusts; this " + _NEEDS_TRUST,
    "client-certificate-presented": "the client gets that far only with a server that it trusts; this " + _NEEDS_TRUST,
    "root-trust": "the listener does not test which roots a client trusts",
    "revocation": "a client staples no OCSP response; provide CRLs or OCSP responses with --revocation",
    "sdp": "no INVITE with a session description arrived",
}
_TRUSTED = "auditor listen --ca PEM --ca-key PEM, or --cert PEM --key PEM"
_CLOSES = {
    "certificate-chain": _TRUSTED,
    "client-certificate-presented": _TRUSTED,
    "root-trust": "auditor certificate --trust-store FILE",
    "revocation": "--revocation FILE",
    "sdp": "auditor sdp FILE, or a call to auditor listen",
}
"""What would test each of them."""


def observed(
    clients: Sequence[ClientRecord], at: datetime, port: int, client_name: str | None
) -> tuple[tuple[ClientTarget, ...], list[Observation]]:
    """Return one target per address, and its observations.

    ``client_name`` is the name that every client's certificate must contain; with several clients the address is added
    to tell them apart.
    """
    targets = []
    observations: list[Observation] = []
    for client in clients:
        name = client.address
        if client_name is not None:
            name = client_name if len(clients) == 1 else f"{client_name}@{client.address}"
        http = client.services["HTTP"] > client.services["SIP"]
        target = ClientTarget(
            name=name,
            port=port,
            service=Service.HTTPS if http else Service.SIP,
            address=client.address,
            server_name=client_name,
        )
        targets.append(target)
        observations += _observed(client, name, at)
    return tuple(targets), observations


_CAPTURE = "auditor sdp FILE, a packet capture of these messages"


def without_tls(
    addresses: Iterable[str], at: datetime
) -> tuple[tuple[SessionDescriptionTarget, ...], list[Observation]]:
    """Return one target for each address that sent SIP without TLS, and the message as far as it counts."""
    targets = tuple(SessionDescriptionTarget(name=f"SIP without TLS from {address}") for address in addresses)
    unread = "SIP arrived without TLS, and was not read further"
    seen: list[Observation] = []
    for target in targets:
        seen.append(SipMessageSeen(target=target.name, at=at, source=target.name, transport="tcp"))
        seen += (
            NotAttempted(target=target.name, at=at, wanted=kind, reason=unread, closes=_CAPTURE)
            for kind in ("sdp", "dscp")
        )
    return targets, seen


def _observed(client: ClientRecord, target: str, at: datetime) -> list[Observation]:
    seen: list[Observation] = [
        *_client_hellos(client, target, at),
        *_cases(client, target, at),
        *_presented(client, target, at),
        *(
            CertificateChainSeen(
                target=target, at=at, role="client", versions=_sorted(versions), certificates=certificates
            )
            for certificates, versions in client.chains.items()
        ),
        *(found.model_copy(update={"target": target}) for found in client.descriptions),
    ]
    if client.unreadable:
        reason = f"{client.unreadable} session descriptions were not readable"
        seen.append(NotObserved(target=target, at=at, wanted="sdp", reason=reason))
    kinds = {observation.kind for observation in seen} | ({"sdp"} if client.unreadable else set())
    seen += [_missing(client, target, at, kind) for kind in sorted(kinds_of(Perspective.CLIENT) - kinds - _LATER)]
    return [*seen, ConnectionsUsed(target=target, at=at, count=client.connections, seconds=0.0)]


def _missing(client: ClientRecord, target: str, at: datetime, kind: str) -> NotObserved | NotAttempted:
    if kind == "certificate-chain" and any(attempt.presented is False for attempt in client.attempts):
        return NotObserved(target=target, at=at, wanted=kind, reason="the client presented no certificate")
    if kind in _NOT_TESTED and (kind not in ("certificate-chain", "client-certificate-presented") or not _good(client)):
        return NotAttempted(target=target, at=at, wanted=kind, reason=_NOT_TESTED[kind], closes=_CLOSES[kind])
    return NotObserved(target=target, at=at, wanted=kind, reason=f"no handshake was completed: {_why(client)}")


def _good(client: ClientRecord) -> bool:
    return ServerCertificateCase.GOOD in client.cases


def _why(client: ClientRecord) -> str:
    good = [attempt.evidence for attempt in client.attempts if attempt.case is ServerCertificateCase.GOOD]
    return good[0] if good else "the client did not connect often enough"


def _client_hellos(client: ClientRecord, target: str, at: datetime) -> Iterator[ClientHelloSeen]:
    older, known = older_versions(client.attempts)
    for client_hello in client.client_hellos:
        versions = (
            client_hello.versions
            if client_hello.versions_listed
            else tuple(dict.fromkeys((*client_hello.versions, *older)))
        )
        yield ClientHelloSeen(
            target=target,
            at=at,
            versions=versions,
            versions_complete=client_hello.versions_known or known,
            suites=client_hello.suites,
            groups=client_hello.groups,
            signature_schemes=client_hello.signature_schemes,
            server_name=None if client_hello.server_name is None else clean(client_hello.server_name),
        )


def _cases(client: ClientRecord, target: str, at: datetime) -> Iterator[ServerCertificateCaseSeen]:
    shown = set()
    for treated in treatments(client.attempts):
        shown.add(treated.case)
        yield ServerCertificateCaseSeen(
            target=target,
            at=at,
            version=treated.version,
            case=treated.case,
            treatment=treated.treatment,
            evidence=treated.evidence,
            spoke=treated.spoke,
        )
    for case in client.cases:
        if case not in shown and case is not ServerCertificateCase.OLD_VERSION:
            evidence = "the client did not connect again, so this certificate was not presented"
            yield ServerCertificateCaseSeen(
                target=target, at=at, version=None, case=case, treatment="undetermined", evidence=evidence
            )


def _presented(client: ClientRecord, target: str, at: datetime) -> Iterator[ClientCertificatePresentedSeen]:
    """Return each answer once per version; an incomplete handshake shows nothing."""
    found: dict[tuple[ProtocolVersion | None, bool], str] = {}
    for attempt in client.attempts:
        if attempt.presented is not None:
            evidence = f"when the listener presented the certificate {attempt.case}"
            found.setdefault((attempt.version, attempt.presented), evidence)
    for (version, presented), evidence in found.items():
        yield ClientCertificatePresentedSeen(
            target=target, at=at, version=version, presented=presented, evidence=evidence
        )


def _sorted(versions: set[ProtocolVersion]) -> tuple[ProtocolVersion, ...]:
    return tuple(version for version in ProtocolVersion if version in versions)
