"""Key-exchange groups, and signatures with weak hashes if the client offers nothing better."""

from collections.abc import Sequence
from datetime import datetime

from nassl.ssl_client import OpenSslDigestNidEnum, OpenSslEvpPkeyEnum

from auditor.model.observation import GroupsSeen, SignatureSchemesSeen, Undetermined
from auditor.model.tls import CipherSuite, ProtocolVersion
from auditor.probes.server.cipher_suites import VersionResult
from auditor.probes.tls.attempt import Accepted, Refused
from auditor.probes.tls.client_setup import groups_of
from auditor.probes.tls.controls import Controls

# RFC 5246 section 7.4.1.4.1: HashAlgorithm in the first byte; 1 is MD5, 2 is SHA-1.
_WEAK_HASHES = {1: "md5", 2: "sha1"}
_SIGNATURES = {1: "rsa", 2: "dsa", 3: "ecdsa"}
_OFFERED_WEAK = tuple(
    (digest, key)
    for digest in (OpenSslDigestNidEnum.SHA1,)
    for key in (OpenSslEvpPkeyEnum.RSA, OpenSslEvpPkeyEnum.EC, OpenSslEvpPkeyEnum.DSA)
)


def groups(controls: Controls, result: VersionResult, at: datetime) -> GroupsSeen:
    """Which groups a version accepts, by elimination with the suites it is known to accept."""
    target, version = controls.peer.target.name, result.version
    suites = _elliptic(result)
    asked, accepted = list(groups_of(version)), list[str]()
    if not suites:
        doubts = [why for suite, why in result.undetermined.items() if _has_group(suite)]
        return GroupsSeen(
            target=target,
            at=at,
            version=version,
            refused=() if doubts else tuple(asked),
            undetermined=tuple(Undetermined(subject=group, reason=doubts[0]) for group in asked if doubts),
        )
    while asked:
        answer = controls.attempt(version, suites, groups=asked)
        if isinstance(answer, Accepted) and answer.group in asked:
            accepted.append(answer.group)
            asked.remove(answer.group)
            continue
        doubt = _doubt(controls, answer)
        return GroupsSeen(
            target=target,
            at=at,
            version=version,
            accepted=tuple(accepted),
            refused=() if doubt else tuple(asked),
            undetermined=tuple(Undetermined(subject=group, reason=doubt) for group in asked if doubt),
        )
    return GroupsSeen(target=target, at=at, version=version, accepted=tuple(accepted))


def _doubt(controls: Controls, answer: object) -> str:
    if isinstance(answer, Accepted):
        return "the peer chose a key-exchange group that was not offered"
    if not isinstance(answer, Refused):
        return str(getattr(answer, "reason", answer))
    if reason := controls.why_not_a_refusal(answer):
        return reason
    return (
        controls.unsteady
        if controls.verify()
        else controls.unsteady or "no accepted ClientHello confirms the rejection"
    )


def _elliptic(result: VersionResult) -> Sequence[CipherSuite]:
    return [suite for suite in result.accepted if _has_group(suite)]


def _has_group(suite: CipherSuite) -> bool:
    return "_ECDHE_" in suite.name or "_ECDH_anon_" in suite.name or suite.code >> 8 == 0x13


def weak_signatures(controls: Controls, result: VersionResult, at: datetime) -> SignatureSchemesSeen:
    """Whether TLS 1.2 key exchanges are signed with SHA-1 when the client offers nothing better (RFC 9155)."""
    target, version = controls.peer.target.name, ProtocolVersion.TLS_1_2
    suites = [suite for suite in result.accepted if "_ECDHE_" in suite.name]
    asked = tuple(f"{key}_sha1" for key in _SIGNATURES.values())
    if not suites:
        reason = "no ECDHE suite is accepted, so there is no signature to check"
        return SignatureSchemesSeen(
            target=target, at=at, version=version,
            undetermined=tuple(Undetermined(subject=name, reason=reason) for name in asked),
        )  # fmt: skip
    answer = controls.attempt(version, suites, signatures=_OFFERED_WEAK)
    if isinstance(answer, Accepted):
        scheme = answer.flight.signature
        name = _weak_scheme(scheme)
        if name:
            return SignatureSchemesSeen(target=target, at=at, version=version, accepted=(name,))
        if scheme is not None:
            return SignatureSchemesSeen(target=target, at=at, version=version, refused=asked)
    doubt = "the signature is not readable" if isinstance(answer, Accepted) else _doubt(controls, answer)
    return SignatureSchemesSeen(
        target=target,
        at=at,
        version=version,
        refused=() if doubt else asked,
        undetermined=tuple(Undetermined(subject=name, reason=doubt) for name in asked if doubt),
    )


def _weak_scheme(scheme: int | None) -> str | None:
    if scheme is None or scheme >> 8 not in _WEAK_HASHES:
        return None
    return f"{_SIGNATURES.get(scheme & 0xFF, hex(scheme & 0xFF))}_{_WEAK_HASHES[scheme >> 8]}"
