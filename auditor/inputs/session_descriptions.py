"""SDP and SIP messages in files and packet captures: an error names the file and the line, and quotes nothing.

The reading itself is ``auditor.sip``, which the probes use as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from auditor.errors import InputError, InputErrors, quoted
from auditor.inputs.captures import is_capture, load_capture
from auditor.model.deployment import Deployment
from auditor.model.observation import NotAttempted, Observation, SdpSeen, Transport
from auditor.model.target import SessionDescriptionTarget, Target
from auditor.network.addresses import Range, parse_range
from auditor.network.connections import only_vnet_injection, uses_microsoft_peering
from auditor.sanitise import clean
from auditor.sip import MalformedSdp, Origin, descriptions, measured, paired
from auditor.sip.description import Role

_BARE = "the file contains a session description but no SIP message"
_NO_PACKETS = "only a packet capture shows DSCP values"
_WITH_MESSAGE = "auditor sdp FILE, with the SIP message around the description"
_CAPTURE = "auditor sdp FILE, a packet capture of a call"


@dataclass(frozen=True)
class Known:
    """What whoever gives the files knows about them."""

    role: Role = "unknown"
    """That of what does not say it itself."""
    transport: Transport = "file"
    """How the messages in files were transported; a capture shows it."""
    vnet_injection: bool = False
    microsoft_peering: bool | None = None
    peers: tuple[Range, ...] = ()
    """Only what was sent to or from these counts in a capture."""


def known_of(declared: Deployment | None) -> Known:
    """What a declared deployment says about its SIP and media."""
    if declared is None:
        return Known()
    return Known(
        vnet_injection=only_vnet_injection(declared, declared.links),
        microsoft_peering=uses_microsoft_peering(declared),
    )


def parse_peers(texts: Sequence[str]) -> tuple[Range, ...]:
    """Read addresses or ranges.  Raises ``InputErrors`` with all that are neither."""
    found: list[Range] = []
    errors: list[InputError] = []
    for text in texts:
        try:
            found.append(parse_range(text))
        except ValueError as error:
            errors.append(InputError(f"the peer {quoted(text)} is not an address or a range: {error}"))
    if errors:
        raise InputErrors(errors)
    return tuple(found)


def load_descriptions(
    files: Sequence[tuple[str, bytes]],
    *,
    at: datetime,
    salt: bytes,
    transport: Transport = "file",
    role: Role = "unknown",
    known: Known | None = None,
    answer: tuple[str, bytes] | None = None,
) -> tuple[tuple[Target, ...], tuple[Observation, ...]]:
    """One target for every file (its name and its content), with every description and message in it.

    ``answer`` is a description that answers the one in the only file.  ``known`` takes the place of ``transport`` and
    ``role``.  Raises ``InputErrors`` with what is wrong with any of them.
    """
    about = known or Known(role=role, transport=transport)
    targets: list[Target] = []
    seen: list[Observation] = []
    errors: list[InputError] = []
    if answer is not None and len(files) != 1:
        raise InputErrors([InputError("an answer goes with one offer: name one file with --answer")])
    if about.peers and not any(is_capture(content) for _, content in files):
        raise InputErrors([InputError("only a packet capture shows peers: leave out --peer")])
    for file, content in files:
        name = clean(file)
        if name in {target.name for target in targets}:
            errors.append(InputError(f"the file {quoted(file)} is listed twice"))
            continue
        targets.append(
            SessionDescriptionTarget(
                name=name, vnet_injection=about.vnet_injection, microsoft_peering=about.microsoft_peering
            )
        )
        try:
            origin = Origin(name, at, salt, name, about.transport)
            seen += _observed(content, origin, about) if answer is None else _pair(content, answer, origin)
        except InputErrors as wrong:
            errors += wrong.errors
    if errors:
        raise InputErrors(errors)
    return tuple(targets), tuple(seen)


def _observed(content: bytes, origin: Origin, known: Known) -> Iterator[Observation]:
    if is_capture(content):
        yield from load_capture(content, origin, known.peers)
        return
    try:
        yield from descriptions(content, origin, role=known.role)
        messages = measured(content, origin)
    except MalformedSdp as error:
        raise _at(origin.source, error) from None
    yield from messages or [_missing(origin, "sip-message", _BARE, _WITH_MESSAGE)]
    yield _missing(origin, "dscp", _NO_PACKETS, _CAPTURE)


def _pair(content: bytes, answer: tuple[str, bytes], origin: Origin) -> Iterator[Observation]:
    """An offer and its answer, each a bare description in a file of its own."""
    source = clean(answer[0])
    errors: list[InputError] = []
    found: list[SdpSeen] = []
    for file, text, role in ((origin.source, content, "offer"), (source, answer[1], "answer")):
        try:
            found.append(paired(text, origin, file, "offer" if role == "offer" else "answer"))
        except MalformedSdp as error:
            errors += _at(file, error).errors
    if errors:
        raise InputErrors(errors)
    yield from found
    yield _missing(origin, "sip-message", _BARE, _WITH_MESSAGE)
    yield _missing(origin, "dscp", _NO_PACKETS, _CAPTURE)


def _missing(origin: Origin, wanted: str, reason: str, closes: str) -> NotAttempted:
    return NotAttempted(target=origin.target, at=origin.at, wanted=wanted, reason=reason, closes=closes)


def _at(source: str, error: MalformedSdp) -> InputErrors:
    return InputErrors([InputError(str(error), source, error.line)])
