"""All that is seen of one endpoint: the interview, plaintext beside TLS, known weaknesses, a call to a test number.

A compliant endpoint with two suites a version takes 14 connections, and one more for each client certificate it is
shown in each version.  Whatever ends the interview early (time, budget, a peer that falls silent) leaves questions
undetermined, never answered.
"""

from collections.abc import Iterator
from datetime import datetime

from auditor.model.asks import Asks
from auditor.model.observation import CipherSuitesSeen, ConnectionsUsed, NotSeen, Observation
from auditor.model.target import ServerTarget, Service
from auditor.probes.budget import Limits
from auditor.probes.connection import OutOfBudgetError, Peer
from auditor.probes.server.cipher_suites import compared
from auditor.probes.server.client_role import NOBODY, ClientRole
from auditor.probes.server.interview import OPENINGS, Interview
from auditor.probes.server.invite import invite
from auditor.probes.server.plaintext import plaintext_on_own_port, plaintext_sip
from auditor.probes.server.told import observations
from auditor.probes.tls.controls import Series


def observe(
    target: ServerTarget, asks: Asks, limits: Limits, at: datetime, role: ClientRole = NOBODY
) -> Iterator[Observation]:
    """Everything ``asks`` wants to know about ``target``, shown to it as ``role``.  Never raises for a peer."""
    if target.address is None:
        reason = target.unresolved or "it has no address"
        yield from (NotSeen(target=target.name, at=at, wanted=kind, reason=reason) for kind in sorted(asks.kinds))
        return
    peer = Peer(target, limits)
    interview = Interview(Series(peer, thorough=asks.exhaustive), asks, at, role)
    try:
        interview.run()
    except OutOfBudgetError as error:
        interview.stop(str(error))
    yield from _thorough(interview) if asks.exhaustive and interview.speaks_tls else observations(interview)
    yield from _plaintext(peer, asks, at, interview)
    yield from _weaknesses(interview)
    yield from _invited(interview, role)
    yield ConnectionsUsed(target=target.name, at=at, count=peer.connections, seconds=round(peer.elapsed(), 3))


def _thorough(interview: Interview) -> Iterator[Observation]:
    """The same observations, with sslyze's exhaustive enumeration beside what elimination found."""
    from auditor.probes.server.sslyze_commands import exhaustive_suites  # noqa: PLC0415 - sslyze whole, only where it is asked for

    found = exhaustive_suites(interview.series.peer)
    for observation in observations(interview):
        yield compared(observation, found) if isinstance(observation, CipherSuitesSeen) else observation


def _plaintext(peer: Peer, asks: Asks, at: datetime, interview: Interview) -> Iterator[Observation]:
    if "plaintext" not in asks.kinds:
        return
    series = interview.series
    try:
        # Silence is an answer only while the peer still answers: its newest hello, or another one, was accepted.
        alive = interview.speaks_tls and (series.last_accepted == series.asked - 1 or series.control())
        yield interview.plaintext or plaintext_on_own_port(peer, at, speaks_tls=alive)
        if peer.target.service is Service.SIP:
            yield from plaintext_sip(peer, asks.plaintext_ports - {peer.target.port}, at, alive=alive)
    except OutOfBudgetError as error:
        reason = interview.stopped or str(error)
        yield NotSeen(target=peer.target.name, at=at, wanted="plaintext", reason=reason)


def _weaknesses(interview: Interview) -> Iterator[Observation]:
    series, asks, at = interview.series, interview.asks, interview.at
    if "weakness" not in asks.kinds:
        return
    name = series.peer.target.name
    if not interview.speaks_tls:
        yield NotSeen(target=name, at=at, wanted="weakness", reason="no TLS handshake could be made")
        return
    from auditor.probes.server.sslyze_commands import known_weaknesses  # noqa: PLC0415 - sslyze whole, only where it is asked for

    found = known_weaknesses(series.peer, asks.weaknesses, at)
    if all(seen.vulnerable for seen in found) or _answers_still(series):
        yield from found
        return
    # sslyze takes a connection that is closed or reset for "not vulnerable".
    yield from (seen for seen in found if seen.vulnerable)
    yield NotSeen(target=name, at=at, wanted="weakness", reason="the peer did not accept a hello after sslyze's scan")


def _invited(interview: Interview, role: ClientRole) -> Iterator[Observation]:
    """The call to the test number, in the newest version that is spoken, where one was asked for."""
    target = interview.target
    if "sdp" not in interview.asks.kinds or role.invitation is None or target.service is not Service.SIP:
        return
    accepted = [interview.results[version] for version in OPENINGS if interview.results[version].accepted]
    if not accepted:
        yield NotSeen(target=target.name, at=interview.at, wanted="sdp", reason="no TLS handshake could be made")
        return
    peer, found = interview.series.peer, accepted[0]
    suites = list(found.accepted)
    yield from invite(peer, found.version, suites, role.invitation, interview.at, identity=role.identity)


def _answers_still(series: Series) -> bool:
    try:
        return series.control()
    except OutOfBudgetError:
        return False
