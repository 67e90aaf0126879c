"""The test number of ``--invite``."""

import re

from auditor.errors import InputError, InputErrors, quoted
from auditor.inputs.targets import split_target
from auditor.model.invitation import Invitation

_USER = re.compile(r"\+?[A-Za-z0-9*._-]{1,64}")


def parse_invitation(text: str, salt: bytes) -> Invitation:
    """Read ``sip:NUMBER@HOST`` or ``sips:NUMBER@HOST``, with a port or without.  ``InputErrors`` when it is wrong."""
    scheme, colon, rest = text.partition(":")
    user, at, host = rest.partition("@")
    if not (colon and at) or scheme not in ("sip", "sips") or not _USER.fullmatch(user):
        raise InputErrors([InputError(f"--invite {quoted(text)} is not of the form sip:NUMBER@HOST")])
    try:
        # The scheme gives a host without a port its default, so both forms are accepted.
        checked, port, _service = split_target(f"sips://{host}")
    except ValueError as error:
        raise InputErrors([InputError(f"--invite {quoted(text)}: {error}")]) from None
    named = f"{checked.bracketed}:{port}" if re.search(r":[0-9]+$", host.rpartition("]")[2]) else checked.bracketed
    return Invitation(f"{scheme}:{user}@{named}", salt)
