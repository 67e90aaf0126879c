"""The crypto attribute of SDP security descriptions (RFC 4568 section 9.1), without its keys."""

import base64
import binascii
import hashlib
import hmac
import re

from auditor.model.observation import CryptoSeen, KeySeen
from auditor.model.srtp import HARMLESS, KEY_LENGTHS, UNKNOWN, WEAKENING

_MOST_KEYS = 16
"""The most keys in one line."""
_MOST_PARAMETERS = 32
_MOST_CHARACTERS = 4096
_SUITE = re.compile(r"[A-Z0-9]{1,6}(_[A-Z0-9]{1,6}){1,7}")
_PARAMETER = re.compile(r"[A-Z0-9]{1,8}(_[A-Z0-9]{1,8}){0,3}")
_LIFETIME = re.compile(r"(2\^)?[0-9]{1,15}")
_MKI = re.compile(r"[0-9]{1,128}:[0-9]{1,3}")
_KNOWN_SUITES = {name.casefold() for name in KEY_LENGTHS}
_KNOWN_PARAMETERS = {name.casefold() for name in (*WEAKENING, *HARMLESS)}


class MalformedCrypto(ValueError):  # noqa: N818 - it says what the line is
    """What is wrong with a line, in words that quote nothing of it."""


def read_crypto(value: str, salt: bytes) -> CryptoSeen:
    """Read what follows ``a=crypto:``.  Raises ``MalformedCrypto``, without a cause that could hold the key."""
    if len(value) > _MOST_CHARACTERS:
        raise MalformedCrypto(f"it has more than {_MOST_CHARACTERS} characters")
    if value[:1] in (" ", "\t"):
        raise MalformedCrypto("there is a space before the tag")
    fields = re.split(r"[ \t]+", value.rstrip(" \t"))
    if len(fields) < 3:
        raise MalformedCrypto("it has no tag, suite and key in this order")
    tag, suite, keys, *parameters = fields
    if not re.fullmatch(r"[0-9]{1,9}", tag):
        raise MalformedCrypto("the tag is not a number of one to nine digits")
    if not _plain_suite(suite):
        raise MalformedCrypto("the text in place of the crypto suite is not a suite name")
    if len(parameters) > _MOST_PARAMETERS:
        raise MalformedCrypto(f"it has more than {_MOST_PARAMETERS} session parameters")
    parts = keys.split(";", _MOST_KEYS)
    if len(parts) > _MOST_KEYS:
        raise MalformedCrypto(f"it has more than {_MOST_KEYS} keys")
    return CryptoSeen(
        tag=int(tag),
        suite=suite,
        keys=tuple(_read_key(part, salt) for part in parts),
        parameters=tuple(_plain_parameter(parameter) for parameter in parameters),
    )


def digest(salt: bytes, purpose: bytes, value: bytes) -> str:
    """Return a digest that only shows equality within one run: HMAC-SHA256, cut to 16 hexadecimal digits."""
    return hmac.new(salt, purpose + b"\0" + value, hashlib.sha256).hexdigest()[:16]


def _plain_suite(name: str) -> bool:
    """Whether it is a suite's name in any case, or one that is too unlike base64 to be a key."""
    return name.casefold() in _KNOWN_SUITES or (len(name) <= 40 and _SUITE.fullmatch(name) is not None)


def _plain_parameter(text: str) -> str:
    """The name of a session parameter, with RFC 4568's ``-`` for an optional one and without its value."""
    name = text.partition("=")[0]
    bare = name.removeprefix("-")
    plain = bare.casefold() in _KNOWN_PARAMETERS or (len(bare) <= 32 and _PARAMETER.fullmatch(bare) is not None)
    return name if plain else UNKNOWN


def _read_key(text: str, salt: bytes) -> KeySeen:
    method, colon, rest = text.partition(":")
    if not colon:
        raise MalformedCrypto("a key has no key method")
    if method != "inline":
        inline = method.casefold() == "inline"
        raise MalformedCrypto(
            "the key method inline is not in lower case" if inline else "the key method is not inline"
        )
    key, *more = rest.split("|")
    if not key:
        raise MalformedCrypto("a key is empty")
    if len(more) > 2 or not _lifetime_and_mki(more):
        raise MalformedCrypto("the text after a key is not a lifetime and a master key identifier")
    decoded = _decoded(key)
    return KeySeen(
        octets=None if decoded is None else len(decoded),
        digest=digest(salt, b"key", key.encode("utf-8") if decoded is None else decoded),
    )


def _lifetime_and_mki(parts: list[str]) -> bool:
    match parts:
        case []:
            return True
        case [either]:
            return bool(_LIFETIME.fullmatch(either) or _MKI.fullmatch(either))
        case [lifetime, mki]:
            return bool(_LIFETIME.fullmatch(lifetime) and _MKI.fullmatch(mki))
    return False


def _decoded(key: str) -> bytes | None:
    """The bytes of base64, whose padding may be left out (RFC 4568 section 6.1); none if it is no base64."""
    bare = key.rstrip("=")
    if len(key) - len(bare) > 2 or not re.fullmatch(r"[A-Za-z0-9+/]*", bare):
        return None
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return None
