"""Reserved and private AS numbers (IANA; RFC 7607, 5398, 6996, 7300)."""

_RESERVED = ((0, 0), (23456, 23456), (64496, 64511), (65535, 131071), (4294967295, 4294967295))
_MICROSOFT_OWN = ((8075, 8075), (12076, 12076), (65515, 65520))
_PRIVATE = ((64512, 65534), (4200000000, 4294967294))


def is_reserved(asn: int) -> bool:
    """Return whether the number is forbidden on a peering: reserved, for documentation, or Microsoft's own."""
    return _within(asn, (*_RESERVED, *_MICROSOFT_OWN))


def is_private(asn: int) -> bool:
    """Return whether the number is for private use."""
    return _within(asn, _PRIVATE)


def _within(asn: int, spans: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= asn <= last for first, last in spans)
