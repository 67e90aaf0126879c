"""The cost of deriving a key from a passphrase, read from the file before any work is done.

The writer of a PKCS #12 or an encrypted key chose the number of iterations: two thousand million of them keep a
machine busy for an hour, in a library that cannot be interrupted.
"""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Final

MOST_ITERATIONS: Final = 5_000_000
"""Of PBKDF2 and of PKCS #12's own derivation; some 2,000 to 1,000,000 are usual."""
MOST_SCRYPT: Final = 2**24
"""Of N times r times p (RFC 7914); 131,072 is usual."""
_MOST_DEPTH: Final = 32
_OCTET_STRING: Final = 0x04
_INTEGER: Final = 0x02
_CONSTRUCTED: Final = 0x20
_INDEFINITE: Final = 0x80


def too_costly(ber: bytes) -> bool:
    """Return whether some derivation in the DER or BER is beyond the bounds; encrypted parts cannot be checked.

    PBKDF2-params (RFC 8018), pkcs-12PbeParams and MacData (RFC 7292), and scrypt-params (RFC 7914) are all a salt and
    then the numbers that say how much work there is.
    """
    return any(map(_costly, _numbers(ber)))


def _costly(numbers: Sequence[int]) -> bool:
    return prod(numbers[:3]) > MOST_SCRYPT if len(numbers) > 2 else numbers[0] > MOST_ITERATIONS


def _numbers(ber: bytes) -> Iterator[list[int]]:
    """The integers behind each octet string, also in octet strings that hold DER."""
    waiting = [(ber, 0)]
    while waiting:
        content, depth = waiting.pop()
        elements = list(_elements(content))
        for position, (tag, value) in enumerate(elements):
            is_octet_string = tag & ~_CONSTRUCTED == _OCTET_STRING
            if is_octet_string and (found := _integers(elements[position + 1 : position + 5])):
                yield found
            if depth < _MOST_DEPTH and (tag & _CONSTRUCTED or (is_octet_string and value[:1] == b"\x30")):
                waiting.append((value, depth + 1))


def _integers(elements: Sequence[tuple[int, bytes]]) -> list[int]:
    found: list[int] = []
    for tag, value in elements:
        if tag != _INTEGER:
            break
        found.append(int.from_bytes(value[:16]))
    return found


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The values of one level, as far as they are whole.

    The library takes BER as well: one of indefinite length reaches to the end here, what follows it being taken for a
    part of it.
    """
    position = 0
    while position + 2 <= len(content):
        tag, length, start = content[position], content[position + 1], position + 2
        if length == _INDEFINITE:
            length = len(content) - start
        elif length & 0x80:
            size = length & 0x7F
            length, start = int.from_bytes(content[start : start + size]), start + size
        position = start + length
        if position > len(content):
            return
        if tag:  # none is the end of an indefinite length
            yield tag, content[start:position]
