"""The resolver of ``--resolver``."""

import ipaddress

from auditor.errors import InputError, InputErrors, quoted

_PORT = 53


def parse_resolver(text: str) -> tuple[str, int]:
    """Read ``ADDRESS``, ``ADDRESS:PORT`` or ``[ADDRESS]:PORT``.  ``InputErrors`` when it is wrong."""
    try:
        return _split(text)
    except ValueError:
        message = f"--resolver: {quoted(text)} is not an IP address, nor one with a port such as 192.0.2.53:53"
        raise InputErrors([InputError(message)]) from None


def _split(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":") if text.count(":") == 1 or text.startswith("[") else (text, "", "")
    host = host or text
    number = int(port) if colon and not text.endswith("]") else _PORT
    if not 0 < number <= 65535:
        raise ValueError
    return str(ipaddress.ip_address((host if colon else text).strip("[]"))), number
