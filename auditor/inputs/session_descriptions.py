"""SDP and SIP messages in files: an error names the file and the line, and quotes nothing.

The reading itself is ``auditor.sip``, which the probes use as well.
"""

from collections.abc import Sequence
from datetime import datetime

from auditor.errors import InputError, InputErrors, quoted
from auditor.model.observation import NotAttempted, Observation, SdpSeen
from auditor.model.target import SessionDescriptionTarget, Target
from auditor.sanitise import clean
from auditor.sip import MalformedSdp, Origin, describe, descriptions, measured
from auditor.sip.description import Role, Transport

_BARE = "the file contains a session description but no SIP message"


def read_sdp(  # noqa: PLR0913 - where it stood, and what it was
    content: bytes,
    *,
    target: str,
    at: datetime,
    salt: bytes,
    source: str,
    transport: Transport,
    role: Role = "unknown",
    session: str = "",
) -> SdpSeen:
    """Read one bare session description.  Raises ``InputErrors`` with ``source`` as the file.

    ``salt`` is the run's own, random and never stored: it serves only to compare keys.
    """
    try:
        return describe(content, Origin(target, at, salt, source, transport), role=role, session=session)
    except MalformedSdp as error:
        raise _at(source, error) from None


def read_messages(
    content: bytes,
    *,
    target: str,
    at: datetime,
    salt: bytes,
    source: str,
    transport: Transport,
    role: Role = "unknown",
) -> tuple[SdpSeen, ...]:
    """Read one bare session description, or every one in the SIP messages.  Raises ``InputErrors`` likewise.

    ``role`` is that of what does not say it itself.
    """
    try:
        return descriptions(content, Origin(target, at, salt, source, transport), role=role)
    except MalformedSdp as error:
        raise _at(source, error) from None


def load_descriptions(
    files: Sequence[tuple[str, bytes]], *, at: datetime, salt: bytes, transport: Transport, role: Role = "unknown"
) -> tuple[tuple[Target, ...], tuple[Observation, ...]]:
    """One target for every file (its name and its content), every description in them, and the messages' lengths.

    Raises ``InputErrors`` with what is wrong with any of them.
    """
    targets: list[Target] = []
    seen: list[Observation] = []
    errors: list[InputError] = []
    for file, content in files:
        name = clean(file)
        if name in {target.name for target in targets}:
            errors.append(InputError(f"the file {quoted(file)} is listed twice"))
            continue
        targets.append(SessionDescriptionTarget(name=name))
        try:
            seen += read_messages(content, target=name, at=at, salt=salt, source=name, transport=transport, role=role)
            messages = measured(content, Origin(name, at, salt, name, transport))
            seen += messages or [NotAttempted(target=name, at=at, wanted="sip-message", reason=_BARE)]
        except InputErrors as wrong:
            errors += wrong.errors
    if errors:
        raise InputErrors(errors)
    return tuple(targets), tuple(seen)


def _at(source: str, error: MalformedSdp) -> InputErrors:
    return InputErrors([InputError(str(error), source, error.line)])
