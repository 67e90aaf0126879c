"""Lifetimes of certificates, as the CA/Browser Forum names them."""

from datetime import UTC, datetime, timedelta

SHORT_LIVED = ((datetime(2026, 3, 15, tzinfo=UTC), timedelta(days=7)), (None, timedelta(days=10)))
"""The longest lifetime of a short-lived certificate, by the first day of issue (Baseline Requirements 1.6.1)."""


def short_lived(issued: datetime, end: datetime) -> bool:
    """Return whether a certificate is short-lived, as the CA/Browser Forum defined it on its day of issue.

    The Baseline Requirements count the last second of a lifetime as well; a certificate of seven days to the second is
    called short-lived here.
    """
    longest = next(limit for since, limit in SHORT_LIVED if since is None or issued >= since)
    return end - issued <= longest
