"""All observations of one endpoint: the scan, plaintext next to TLS, known weaknesses, a call to a test number.

A compliant endpoint with two suites per version takes 14 connections, and one more for each client certificate
presented in each version.  Whatever ends the scan early (time, budget, a peer that stops answering) leaves questions
undetermined, never answered.
"""

from collections.abc import Iterator
from datetime import datetime

from auditor.model.asks import Asks
from auditor.model.observation import CipherSuitesSeen, ConnectionsUsed, NotObserved, Observation
from auditor.model.target import ServerTarget, Service
from auditor.probes.budget import Limits
from auditor.probes.connection import OutOfBudgetError, Peer
from auditor.probes.server.cipher_suites import compared
from auditor.probes.server.client_role import NOBODY, ClientRole
from auditor.probes.server.invite import invite
from auditor.probes.server.plaintext import plaintext_http, plaintext_on_own_port, plaintext_sip
from auditor.probes.server.scan import OPENINGS, Scan
from auditor.probes.tls.controls import Controls


def observe(
    target: ServerTarget, asks: Asks, limits: Limits, at: datetime, role: ClientRole = NOBODY
) -> Iterator[Observation]:
    """Observe everything that ``asks`` requests of ``target``, as the client ``role``.  Never raises for a peer."""
    if target.address is None:
        reason = target.unresolved or "it has no address"
        yield from (NotObserved(target=target.name, at=at, wanted=kind, reason=reason) for kind in sorted(asks.kinds))
        return
    peer = Peer(target, limits)
    scan = Scan(Controls(peer, thorough=asks.exhaustive), asks, at, role)
    try:
        scan.run()
    except OutOfBudgetError as error:
        scan.stop(str(error))
    yield from _thorough(scan) if asks.exhaustive and scan.speaks_tls else scan.observations()
    yield from _plaintext(peer, asks, at, scan)
    yield from _weaknesses(scan)
    yield from _called(scan, role)
    yield ConnectionsUsed(target=target.name, at=at, count=peer.connections, seconds=round(peer.elapsed(), 3))


def _thorough(scan: Scan) -> Iterator[Observation]:
    """The same observations, compared with sslyze's exhaustive enumeration."""
    from auditor.probes.server.sslyze_commands import exhaustive_suites  # noqa: PLC0415 - sslyze whole, only where it is asked for

    found = exhaustive_suites(scan.controls.peer)
    for observation in scan.observations():
        yield compared(observation, found) if isinstance(observation, CipherSuitesSeen) else observation


def _plaintext(peer: Peer, asks: Asks, at: datetime, scan: Scan) -> Iterator[Observation]:
    if "plaintext" not in asks.kinds:
        return
    controls = scan.controls
    try:
        # Silence is an answer only while the peer still answers: the newest attempt, or another one, was accepted.
        alive = scan.speaks_tls and (controls.last_accepted == controls.attempt_count - 1 or controls.verify())
        yield scan.plaintext or plaintext_on_own_port(peer, at, speaks_tls=alive)
        if peer.target.service is Service.SIP:
            yield from plaintext_sip(peer, asks.plaintext_ports - {peer.target.port}, at, alive=alive)
        else:
            yield from plaintext_http(peer, asks.plaintext_http_ports - {peer.target.port}, at, alive=alive)
    except OutOfBudgetError as error:
        reason = scan.stopped or str(error)
        yield NotObserved(target=peer.target.name, at=at, wanted="plaintext", reason=reason)


def _weaknesses(scan: Scan) -> Iterator[Observation]:
    controls, asks, at = scan.controls, scan.asks, scan.at
    if "weakness" not in asks.kinds:
        return
    name = controls.peer.target.name
    if not scan.speaks_tls:
        yield NotObserved(target=name, at=at, wanted="weakness", reason="no TLS handshake succeeded")
        return
    from auditor.probes.server.sslyze_commands import known_weaknesses  # noqa: PLC0415 - sslyze whole, only where it is asked for

    found = known_weaknesses(controls.peer, asks.weaknesses, at)
    if all(seen.vulnerable for seen in found) or _answers_still(controls):
        yield from found
        return
    # sslyze takes a connection that is closed or reset for "not vulnerable".
    yield from (seen for seen in found if seen.vulnerable)
    yield NotObserved(
        target=name, at=at, wanted="weakness", reason="the peer did not accept a ClientHello after sslyze's scan"
    )


def _called(scan: Scan, role: ClientRole) -> Iterator[Observation]:
    """The call to the test number, in the newest version that is spoken, where one was asked for."""
    target = scan.target
    if "sdp" not in scan.asks.kinds or role.invitation is None or target.service is not Service.SIP:
        return
    accepted = [scan.results[version] for version in OPENINGS if scan.results[version].accepted]
    if not accepted:
        yield NotObserved(target=target.name, at=scan.at, wanted="sdp", reason="no TLS handshake succeeded")
        return
    peer, found = scan.controls.peer, accepted[0]
    suites = list(found.accepted)
    yield from invite(peer, found.version, suites, role.invitation, scan.at, identity=role.identity)


def _answers_still(controls: Controls) -> bool:
    try:
        return controls.verify()
    except OutOfBudgetError:
        return False
