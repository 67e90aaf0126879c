"""Severities of violations."""

from enum import StrEnum


class Severity(StrEnum):
    """Ordered from least to most; compare by ``rank``."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info up to 4 for critical."""
        return list(Severity).index(self)
