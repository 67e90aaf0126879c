"""Whether an endpoint trusts a root, by how it rejects a forged issuer with the root's name; only on request.

A certificate that names the root as its issuer but was signed by another key fails in one of two ways: a peer that
holds the root checks the signature and sends decrypt_error, one that does not finds no issuer and sends unknown_ca.  A
canary that names an invented issuer shows what "no issuer" looks like at this peer.  If both look alike, a root that
the peer announces, or the lab's CA, shows whether the peer distinguishes the cases at all; else trust stays unknown.
(Known as root-store probing; it works in both versions, in TLS 1.3 with the alert after the handshake.)
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.minting.certificate_builder import common_name
from auditor.minting.client_certificates import MOST_ROOTS, forged_client_certificate
from auditor.minting.forged_issuer import ForgedIssuer, announced, forged_issuer
from auditor.model.asks import Asks
from auditor.model.observation import RootTrustSeen
from auditor.model.tls import Alert, alert_name
from auditor.probes.connection import OutOfBudgetError
from auditor.probes.server.client_role import ClientRole
from auditor.probes.server.invalid_client_certificates import RequestingVersion
from auditor.probes.tls.attempt import NoAnswer
from auditor.probes.tls.controls import Controls
from auditor.probes.tls.exchange import exchange

_WITHIN: Final = "for a forged issuer with the root's name"


@dataclass(frozen=True)
class _ForgeryAnswer:
    """How a forged issuer was rejected; an alert, or why there is none."""

    alert: int | None
    words: str


def root_trust(
    controls: Controls, requesting_versions: Sequence[RequestingVersion], role: ClientRole, asks: Asks, at: datetime
) -> Iterator[RootTrustSeen]:
    """One observation for each root, in the first version that answers, or in the last that was tried."""
    open_roots = [forged_issuer(*root) for root in role.roots(asks.trust_roots)]
    for number, requesting in enumerate(requesting_versions):
        found = _probe(controls, requesting, role, open_roots, at)
        last = number == len(requesting_versions) - 1
        yield from (seen for seen in found if last or seen.trusted is not None)
        determined = {seen.root for seen in found if seen.trusted is not None}
        open_roots = [root for root in open_roots if root.name not in determined]
        if not open_roots:
            return


def _probe(
    controls: Controls, requesting: RequestingVersion, role: ClientRole, roots: Sequence[ForgedIssuer], at: datetime
) -> list[RootTrustSeen]:
    answers: dict[str, _ForgeryAnswer] = {}
    canary, distinguishes, why = _ForgeryAnswer(None, "not tested"), False, ""
    try:
        canary = _ask(controls, requesting, ForgedIssuer("canary", common_name(f"Canary {secrets.token_hex(8)}")), at)
        for root in roots:
            answers[root.name] = _ask(controls, requesting, root, at)
        distinguishes = any(answer.alert == Alert.decrypt_error for answer in answers.values())
        if not distinguishes and canary.alert == Alert.unknown_ca:
            distinguishes = any(
                _ask(controls, requesting, known, at).alert == Alert.decrypt_error
                for known in _calibration(requesting, role, roots)
            )
    except OutOfBudgetError as error:
        why = str(error)
    return [
        RootTrustSeen(
            target=controls.peer.target.name,
            at=at,
            version=requesting.version,
            root=root.name,
            trusted=_trusted(answers[root.name], canary, distinguishes=distinguishes) if root.name in answers else None,
            evidence=f"{answers[root.name].words} {_WITHIN}, {canary.words} for an invented issuer"
            if root.name in answers
            else why,
        )
        for root in roots
    ]


def _trusted(answer: _ForgeryAnswer, canary: _ForgeryAnswer, *, distinguishes: bool) -> bool | None:
    if canary.alert != Alert.unknown_ca:
        return None
    if answer.alert == Alert.decrypt_error:
        return True
    return False if answer.alert == Alert.unknown_ca and distinguishes else None


def _calibration(
    requesting: RequestingVersion, role: ClientRole, roots: Sequence[ForgedIssuer]
) -> Iterator[ForgedIssuer]:
    """Roots that this peer should hold: the lab's CA, and what it announces itself."""
    if role.authority is not None:
        certificate: x509.Certificate = role.authority.chain[-1]
        yield forged_issuer("lab", certificate.public_bytes(Encoding.DER))
    for root in list(announced(requesting.authorities, roots))[:MOST_ROOTS]:
        yield root
        yield replace(root, elliptic=True)


def _ask(controls: Controls, requesting: RequestingVersion, root: ForgedIssuer, at: datetime) -> _ForgeryAnswer:
    identity = forged_client_certificate(root, at, alone=True)
    exchanged = exchange(controls.peer, requesting.version, requesting.suites, identity=identity, ask=False)
    controls.record(requesting.version, exchanged.answer)
    if isinstance(exchanged.answer, NoAnswer):
        return _ForgeryAnswer(None, exchanged.answer.reason)
    if not exchanged.presented:
        return _ForgeryAnswer(None, "nothing")
    return _ForgeryAnswer(
        exchanged.alert, "no alert" if exchanged.alert is None else f"alert {alert_name(exchanged.alert)}"
    )
