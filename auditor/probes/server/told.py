"""What an interview says: observations of what was seen, and for everything that was asked and not seen, why."""

from collections.abc import Iterator, Sequence
from typing import Final

from auditor.model.observation import (
    CertificateChainSeen,
    CipherSuitesSeen,
    ClientCertificateSeen,
    GroupsSeen,
    NotSeen,
    Observation,
    RevocationSeen,
    SignatureSchemesSeen,
    StatusSource,
    Undetermined,
)
from auditor.model.tls import ProtocolVersion, suites_of
from auditor.probes.server.cipher_suites import VersionResult
from auditor.probes.server.client_authentication import no_certificate_seen
from auditor.probes.server.interview import OPENINGS, Interview
from auditor.probes.tls.attempt import Accepted, Refused

_NEEDS_TLS: Final = (
    "cipher-suites",
    "certificate-chain",
    "client-certificate",
    "groups",
    "signature-schemes",
    "revocation",
)
_NOT_STAPLED: Final = "no OCSP response was stapled"
_NOT_ASKED: Final = "no OCSP response was had together with this certificate"


def observations(interview: Interview) -> Iterator[Observation]:
    """What was seen, and for everything that was asked and not seen, why."""
    reason = interview.stopped or "it was not asked"
    heard = interview.speaks_tls or any(isinstance(held.answer, Refused) for held in interview.exchanges.values())
    if not heard:
        for kind in sorted(interview.asks.kinds & set(_NEEDS_TLS)):
            yield NotSeen(target=interview.target.name, at=interview.at, wanted=kind, reason=reason)
        yield from interview.mutual.unseen(reason)
        yield from interview.mutual.sip(interview.exchanges)
        return
    for result in interview.results.values():
        _close(result, reason)
    if "cipher-suites" in interview.asks.kinds:
        yield from (_suites_seen(interview, result) for result in interview.results.values())
    if "client-certificate" in interview.asks.kinds:
        yield from _client_certificates(interview, reason)
    if "certificate-chain" in interview.asks.kinds:
        yield from _chains_seen(interview, reason)
    if "revocation" in interview.asks.kinds:
        yield from _stapled(interview, reason)
    yield from interview.mutual.observations(reason)
    if "client-certificate-case" in interview.asks.kinds:
        yield from _maybe_spoken(interview, "client-certificate-case", OPENINGS)
    yield from interview.mutual.sip(interview.exchanges)
    yield from interview.extra
    yield from _stricter_missing(interview)


def _stricter_missing(interview: Interview) -> Iterator[NotSeen]:
    """Groups and signatures that nothing was learnt about, version by version."""
    seen = {
        (found.kind, found.version) for found in interview.extra if isinstance(found, GroupsSeen | SignatureSchemesSeen)
    }
    for kind, versions in (("groups", OPENINGS), ("signature-schemes", OPENINGS[1:])):
        if kind not in interview.asks.kinds:
            continue
        spoken = [version for version in versions if interview.results[version].accepted]
        yield from _maybe_spoken(interview, kind, versions)
        for version in spoken:
            if (kind, version) not in seen:
                reason = f"{version}: {interview.stopped or 'it was not asked'}"
                yield NotSeen(target=interview.target.name, at=interview.at, wanted=kind, reason=reason)
        if not spoken:
            reason = f"no suite was accepted in {' or '.join(versions)}"
            yield NotSeen(target=interview.target.name, at=interview.at, wanted=kind, reason=reason)


def _close(result: VersionResult, reason: str) -> None:
    """What is not known by now is undetermined."""
    for _, _, suites in result.waiting:
        result.give_up(suites, reason)
    known = {**result.accepted, **result.refused, **result.undetermined}
    result.give_up([suite for suite in suites_of(result.version) if suite not in known], reason)


def _suites_seen(interview: Interview, result: VersionResult) -> CipherSuitesSeen:
    first, accepted = result.first_pick, result.accepted
    held = interview.exchanges.get(result.version)
    opened = held is not None and isinstance(held.answer, Accepted)
    both = any(suite.cbc for suite in accepted) and any(suite.aead for suite in accepted)
    # With a single suite to choose from, nobody's order shows.
    preference = interview.preference.get(result.version)
    return CipherSuitesSeen(
        target=interview.target.name,
        at=interview.at,
        version=result.version,
        accepted=tuple(accepted.values()),
        refused=tuple(suite.name for suite in result.refused),
        undetermined=result.doubts(),
        possibly_more=result.possibly_more,
        preference=preference if len(accepted) > 1 else None,
        prefers_cbc=first.cbc if first is not None and both and opened else None,
        evidence=tuple(result.evidence),
    )


def _client_certificates(interview: Interview, reason: str) -> Iterator[Observation]:
    for version, result in interview.results.items():
        held = interview.exchanges.get(version)
        if not result.accepted:
            continue
        why_not = interview.stopped or f"the question cannot be put in {version}"
        yield no_certificate_seen(interview.mutual, version, held, why_not)
        if why := _asks_nobody(result):
            yield ClientCertificateSeen(
                target=interview.target.name,
                at=interview.at,
                version=version,
                requested=False,
                without="undetermined",
                evidence=why,
            )
    if interview.speaks_tls:
        yield from _maybe_spoken(interview, "client-certificate")
    else:
        yield NotSeen(target=interview.target.name, at=interview.at, wanted="client-certificate", reason=reason)


def _maybe_spoken(
    interview: Interview, wanted: str, versions: Sequence[ProtocolVersion] = tuple(ProtocolVersion)
) -> Iterator[NotSeen]:
    """A version that may be spoken may treat clients differently, and show other certificates and groups."""
    open_versions: dict[str, list[ProtocolVersion]] = {}
    for result in (interview.results[version] for version in versions):
        if not result.accepted and result.undetermined:
            open_versions.setdefault(next(iter(result.undetermined.values())), []).append(result.version)
    for doubt, unknown in open_versions.items():
        reason = f"it could not be told whether {' or '.join(unknown)} is spoken: {doubt}"
        yield NotSeen(target=interview.target.name, at=interview.at, wanted=wanted, reason=reason)


def _chains_seen(interview: Interview, reason: str) -> Iterator[Observation]:
    chains: dict[tuple[bytes, ...], list[ProtocolVersion]] = {}
    for version, result in interview.results.items():
        for chain in result.chains:
            chains.setdefault(chain, []).append(version)
    for chain, versions in chains.items():
        yield CertificateChainSeen(
            target=interview.target.name, at=interview.at, versions=tuple(versions), certificates=chain
        )
    for version, result in interview.results.items():
        if result.accepted and not result.chains and not all(suite.anonymous for suite in result.accepted):
            reason = f"the certificates of {version} could not be read"
            yield NotSeen(target=interview.target.name, at=interview.at, wanted="certificate-chain", reason=reason)
    if interview.speaks_tls:
        yield from _maybe_spoken(interview, "certificate-chain", OPENINGS)
    elif not chains:
        yield NotSeen(target=interview.target.name, at=interview.at, wanted="certificate-chain", reason=reason)


def _stapled(interview: Interview, reason: str) -> Iterator[Observation]:
    """The OCSP response beside each chain; a chain that was seen without being asked for one has none."""
    name, at = interview.target.name, interview.at
    found: dict[tuple[bytes, ...], dict[bytes, None]] = {}
    for held in interview.exchanges.values():
        if isinstance(held.answer, Accepted) and held.answer.certificates and held.stapled is not None:
            found.setdefault(held.answer.certificates, {})[held.stapled] = None
    chains = dict.fromkeys(chain for result in interview.results.values() for chain in result.chains)
    for chain in (*found, *(chain for chain in chains if chain not in found)):
        responses = [der for der in found.get(chain, ()) if der]
        why = _NOT_STAPLED if chain in found else _NOT_ASKED
        yield RevocationSeen(
            target=name,
            at=at,
            certificates=chain,
            asked=("stapled",),
            found=tuple(StatusSource(form="ocsp", source="stapled", der=der) for der in responses),
            missing=() if responses else (Undetermined(subject="stapled", reason=why),),
        )
    if not chains and not found:
        yield NotSeen(target=name, at=at, wanted="revocation", reason=f"no certificate could be read: {reason}")


def _asks_nobody(result: VersionResult) -> str:
    """Why a client may get in without being asked for a certificate, although the exchange was; empty if not so."""
    anonymous = next((suite.name for suite in result.accepted if suite.anonymous), None)
    if anonymous is not None:
        return f"{anonymous} is accepted, with which no certificate can be asked for"
    if result.asked_for_certificate == {True, False}:
        return "on another connection no certificate was asked for"
    return ""
