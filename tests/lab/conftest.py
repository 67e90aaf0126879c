"""One lab for all tests, judged at a moment far from today: nothing in it may look at the clock.

The moment is one at which the root that the policy requires of peers, a real one, is still in force.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from auditor.lab import Lab, start

AT = datetime(2030, 3, 1, 12, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    with start(AT) as lab:
        yield lab
