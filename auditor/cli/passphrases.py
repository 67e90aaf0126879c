"""Sources of passphrases: a file descriptor, the environment, a prompt; never an argument, which others can see."""

import os
import sys
from collections.abc import Callable

import click

from auditor.errors import InputError, InputErrors
from auditor.inputs.certificates.identities import PASSPHRASE_VARIABLE

_MOST = 1024
"""Bytes."""


def from_descriptor(descriptor: int) -> bytes:
    """Read to the end of the line and no further: the rest may be for another reader."""
    line = b""
    try:
        while len(line) < _MOST and (byte := os.read(descriptor, 1)) not in (b"", b"\n"):
            line += byte
    except OSError:
        message = f"--key-passphrase-fd {descriptor}: the descriptor is not readable; provide it with {descriptor}<FILE"
        raise InputErrors([InputError(message)]) from None
    return line.removesuffix(b"\r")


def given(descriptor: int | None) -> bytes | None:
    """The passphrase from the descriptor, else from the environment, if there is one."""
    if descriptor is not None:
        return from_descriptor(descriptor)
    return os.environb.get(PASSPHRASE_VARIABLE.encode("ascii"))


def asking(descriptor: int | None, *, prompt: bool) -> Callable[[str], bytes | None]:
    """The same, asked for at the terminal where it is given in neither way; ``prompt`` says whether that may be."""
    known = given(descriptor)

    def passphrase(what: str) -> bytes | None:
        if known is not None or not prompt or not sys.stdin.isatty():
            return known
        typed: str = click.prompt(f"Passphrase of {what}", hide_input=True, err=True, default="", show_default=False)
        return typed.encode()

    return passphrase
