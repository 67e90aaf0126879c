"""Dates of certificates in words.  A certificate is valid from notBefore to notAfter, both included."""

from datetime import datetime, timedelta

from cryptography import x509

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def day(moment: datetime) -> str:
    """Return the day of a moment, as ``2026-11-20``."""
    return moment.date().isoformat()


def days(span: timedelta) -> str:
    """Return a span as whole days, rounded down: ``1 day``, ``12 days``."""
    whole = span // DAY
    return "1 day" if whole == 1 else f"{whole} days"


def hours(span: timedelta) -> str:
    """Return a span as whole hours, rounded down."""
    whole = span // HOUR
    return "1 hour" if whole == 1 else f"{whole} hours"


def expired(certificate: x509.Certificate, at: datetime) -> str | None:
    """Return since when a certificate has expired; none if it has not."""
    end = certificate.not_valid_after_utc
    return f"expired on {end:%Y-%m-%d %H:%M:%S} UTC" if at > end else None


def premature(certificate: x509.Certificate, at: datetime) -> str | None:
    """Return from when on a certificate is valid, if that lies ahead; none if it does not."""
    start = certificate.not_valid_before_utc
    return f"is not valid before {start:%Y-%m-%d %H:%M:%S} UTC" if at < start else None


def stale(certificate: x509.Certificate, at: datetime) -> str | None:
    """Return why a certificate is out of date at a moment; none if it is in date."""
    return expired(certificate, at) or premature(certificate, at)


def lifetime_days(certificate: x509.Certificate) -> int:
    """Return the lifetime as the Baseline Requirements count it (6.3.2): any part of a day is a whole one."""
    span = certificate.not_valid_after_utc - certificate.not_valid_before_utc + timedelta(seconds=1)
    return -(-span // DAY)  # rounded up
