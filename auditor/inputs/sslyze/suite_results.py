"""What sslyze's enumeration of cipher suites proves, version by version.

sslyze lists a suite as rejected after anything but a completed handshake: an alert, a close, a reset, a timeout, an
error of its own library.  Only some of these are answers, and the error message beside each suite says which it was.

* An alert ``protocol_version`` rejects the whole version; ``handshake_failure`` and ``insufficient_security`` reject
  what was offered.
* Up to TLS 1.2 a client without a certificate may get ``handshake_failure``, or a close, for that reason alone.  Then
  sslyze lists a suite that the endpoint accepts as rejected.  So there has to be a sign that this was not the reason.
* A close without an alert counts if it came to every suite of the version, and nothing else in the scan looks like a
  server that had enough of it.  So does "wrong version number": an answer in another version than the ClientHello's,
  which is how an alert looks to sslyze that comes in a record of a newer version.
* All else leaves the suite undetermined, and so do suites that sslyze did not offer.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auditor.inputs.sslyze.scan_file import ENUMERATIONS, VERSIONS
from auditor.model.observation import AcceptedSuite, CipherSuitesSeen, Undetermined
from auditor.model.tls import ProtocolVersion, suites_by_name, suites_of
from auditor.sanitise import clean

_VERSION_ALERT: Final = "TLS alert: protocol version"
_SUITE_ALERTS: Final = ("TLS alert: handshake failure", "TLS error: insufficient security")
_ONLY_TO_ALL: Final = (
    "Server interrupted the TLS handshake",
    "Server closed the connection during the TLS handshake",
    "TLS error: wrong version number",
)
"""Rejections if they came to every suite of a version."""
_NO_ANSWER: Final = (
    "Connection to server timed out during the TLS handshake",
    "Server rejected the connection",
)
"""A timeout and a reset."""
_TLS_1_0_TO_1_2: Final = (ProtocolVersion.TLS_1_0, ProtocolVersion.TLS_1_1, ProtocolVersion.TLS_1_2)


@dataclass(frozen=True)
class Enumeration:
    """One version's results."""

    accepted: tuple[str, ...]
    rejected: Mapping[str, str]
    """By suite, sslyze's error message."""
    curves: frozenset[str]
    """Groups of the key exchanges that completed."""
    supported: bool

    @property
    def authenticated(self) -> bool:
        """Whether a handshake in which the endpoint could have requested a certificate went through."""
        known = suites_by_name()
        return any(not (name in known and known[name].anonymous) for name in self.accepted)

    @property
    def version_rejected(self) -> bool:
        """Whether every answer was the alert that rejects the version."""
        return not self.accepted and bool(self.rejected) and set(self.rejected.values()) == {_VERSION_ALERT}


@dataclass(frozen=True)
class Enumerations:
    """The results of all versions at one server, and how far its rejections can be relied on."""

    found: Mapping[ProtocolVersion, Enumeration | str]
    """The result; or why there is none."""
    highest: ProtocolVersion | None
    """The version in which sslyze completed its first handshake."""
    unsteady: str
    """The first sign that the server stopped answering in between; empty if there is none."""
    certificate_was_no_reason: bool
    """Whether, up to TLS 1.2, no handshake failed because sslyze presented no certificate."""

    def observations(self, target: str, at: datetime, release: str) -> Iterator[CipherSuitesSeen]:
        """One observation for every version."""
        for version in ProtocolVersion:
            found = self.found[version]
            why = found if isinstance(found, str) else self._contradiction(version, found)
            if isinstance(found, str) or why:
                doubts = tuple(Undetermined(subject=suite.name, reason=why) for suite in suites_of(version))
                yield CipherSuitesSeen(target=target, at=at, version=version, undetermined=doubts)
            else:
                yield self._seen(version, found, target, at, release)

    def _contradiction(self, version: ProtocolVersion, found: Enumeration) -> str:
        """Why the results of a version count for nothing; empty if they do."""
        if found.accepted:
            return ""
        if version is self.highest or found.supported:
            return f"sslyze reports that {version} is supported, and that every cipher suite was rejected"
        return "" if found.rejected else f"sslyze reports no result for any cipher suite of {version}"

    def _seen(
        self, version: ProtocolVersion, found: Enumeration, target: str, at: datetime, release: str
    ) -> CipherSuitesSeen:
        known = suites_by_name()
        doubts = {
            name: f"sslyze reports {name} as accepted, and this auditor does not know it"
            for name in found.accepted
            if name not in known
        }
        refused = []
        for name, message in found.rejected.items():
            if name in found.accepted:
                continue
            if why_not := self._unproven(version, found, message):
                doubts[name] = why_not
            else:
                refused.append(name)
        if found.version_rejected:
            refused = [suite.name for suite in suites_of(version)]
        else:
            listed = {*found.accepted, *found.rejected, *refused}
            unasked = f"sslyze {release} did not offer it"
            doubts |= {suite.name: unasked for suite in suites_of(version) if suite.name not in listed}
        messages = Counter(found.rejected.values())
        return CipherSuitesSeen(
            target=target,
            at=at,
            version=version,
            accepted=tuple(AcceptedSuite(name=name) for name in found.accepted if name in known),
            refused=tuple(refused),
            undetermined=tuple(Undetermined(subject=name, reason=reason) for name, reason in doubts.items()),
            evidence=tuple(f"{count} cipher suites: {message}" for message, count in messages.most_common(8)),
        )

    def _unproven(self, version: ProtocolVersion, found: Enumeration, message: str) -> str:
        """Why a rejection with this message is none; empty if it is one."""
        if message == _VERSION_ALERT:
            return ""
        if message not in (*_SUITE_ALERTS, *_ONLY_TO_ALL):
            return f"sslyze counts this as a rejection: {message}"
        if message in _ONLY_TO_ALL and found.accepted:
            return f"this is no rejection in a version with accepted cipher suites: {message}"
        if message in _ONLY_TO_ALL and self.unsteady:
            return f"{message}; this is no rejection where the server stopped answering in between ({self.unsteady})"
        if version is ProtocolVersion.TLS_1_3 or found.authenticated or self.certificate_was_no_reason:
            return ""
        return f"sslyze presented no accepted client certificate, which may be the reason of this: {message}"


def enumerations(server: Mapping[str, Any], attempts: Mapping[str, Any], failures: Mapping[str, str]) -> Enumerations:
    """Read the results of one server; ``failures`` says of commands without a result why there is none."""
    found: dict[ProtocolVersion, Enumeration | str] = {
        version: failures[command] if command in failures else _enumeration(attempts[command]["result"])
        for command, (_name, version) in ENUMERATIONS.items()
    }
    results = {version: result for version, result in found.items() if isinstance(result, Enumeration)}
    probed = server.get("connectivity_result") or {}
    shown = bool(server["network_configuration"].get("tls_client_auth_credentials"))
    highest = VERSIONS.get(probed.get("highest_tls_version_supported", ""))
    return Enumerations(
        found,
        highest,
        _unsteady(results, highest, attempts),
        certificate_was_no_reason=not shown
        and (
            # sslyze counts a suite as accepted as soon as a certificate is requested, but only then.
            probed.get("client_auth_requirement") == "REQUIRED"
            or any(result.authenticated for version, result in results.items() if version is not _NEWEST)
            or all(version in results and results[version].version_rejected for version in _TLS_1_0_TO_1_2)
        ),
    )


_NEWEST: Final = ProtocolVersion.TLS_1_3


_SEVERAL: Final = "listed twice, with different error messages"
_MOST_UNKNOWN: Final = 20
"""The most accepted suites that nobody here knows."""


def _enumeration(result: Mapping[str, Any]) -> Enumeration:
    known = suites_by_name()
    accepted = result["accepted_cipher_suites"]
    keys = [suite.get("ephemeral_key") or {} for suite in accepted]
    names = tuple(dict.fromkeys(suite["cipher_suite"]["name"] for suite in accepted))
    unknown = [clean(name, limit=100) for name in names if name not in known]
    rejected: dict[str, str] = {}
    for suite in result["rejected_cipher_suites"]:
        name, message = suite["cipher_suite"]["name"], clean(suite["error_message"].strip(), limit=120)
        if name in known and rejected.setdefault(name, message) != message:
            rejected[name] = _SEVERAL
    return Enumeration(
        accepted=(*(name for name in names if name in known), *unknown[:_MOST_UNKNOWN]),
        rejected=rejected,
        curves=frozenset(str(key["curve_name"]) for key in keys if key.get("curve_name")),
        supported=result["is_tls_version_supported"],
    )


def _unsteady(
    results: Mapping[ProtocolVersion, Enumeration], highest: ProtocolVersion | None, attempts: Mapping[str, Any]
) -> str:
    """The first sign that the server stopped answering in between."""
    for version, result in results.items():
        if any(message in _NO_ANSWER for message in result.rejected.values()):
            message = next(message for message in result.rejected.values() if message in _NO_ANSWER)
            return f"{version}: {message}"
        if result.accepted and any(message in _ONLY_TO_ALL for message in result.rejected.values()):
            return f"{version}: accepted handshakes, and ended others without an alert"
        if version is highest and not result.accepted:
            return f"{version}: accepted a handshake, and rejected every cipher suite afterwards"
    for command, attempt in attempts.items():
        if isinstance(attempt, dict) and attempt.get("error_reason") in ("CONNECTIVITY_ISSUE", "BUG_IN_SSLYZE"):
            return f"sslyze's command {clean(command, limit=40)} failed ({attempt['error_reason']})"
    return ""
