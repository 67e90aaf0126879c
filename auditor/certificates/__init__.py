"""Certificates: DER to facts, chains to the pinned roots.  Bounded work on hostile input; no network and no clock.

``facts`` lists what a certificate contains, ``anchor_of`` where a chain ends and whether RFC 5280 accepts it.
The parts: ``read`` (bounds, parsing), ``path`` (linking by signature), ``verify`` (validation of one path),
``ending`` (why no root was reached), ``names``, ``usage`` and ``strength`` (one aspect each), ``chains`` (a chain as
an endpoint sent it).
"""

from auditor.certificates.facts import facts
from auditor.certificates.read import ChainTooLarge, MalformedCertificate
from auditor.certificates.trust import Status, Trust, anchor_of

__all__ = ["ChainTooLarge", "MalformedCertificate", "Status", "Trust", "anchor_of", "facts"]
