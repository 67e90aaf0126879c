"""Distinguished names compared as RFC 5280 section 7.1 says: letter case, outer and repeated spaces make no difference.

Nor does the string type an attribute is encoded in.  Some CAs write a name in one way into their own certificate and in
another into those they issue; peers accept that, while cryptography compares bytes.
"""

import unicodedata
from functools import lru_cache
from typing import TypeAlias

from cryptography import x509

Part: TypeAlias = frozenset[tuple[str, str | bytes]]


def same_name(one: x509.Name, other: x509.Name) -> bool:
    """Return whether two names are equal."""
    return one == other or (len(one.rdns) == len(other.rdns) and folded(one) == folded(other))


@lru_cache(maxsize=1024)
def folded(name: x509.Name) -> tuple[Part, ...]:
    """Return the parts of a name in the form in which they are compared, most general first."""
    return tuple(
        frozenset((attribute.oid.dotted_string, _folded(attribute.value)) for attribute in rdn) for rdn in name.rdns
    )


def _folded(value: str | bytes) -> str | bytes:
    if isinstance(value, bytes):
        return value
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())
