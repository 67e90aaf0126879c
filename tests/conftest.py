"""What holds for all tests."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# In CI the same examples every time, so that a change is judged by the change; elsewhere new ones on every run.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session", autouse=True)
def wide_terminal() -> Iterator[None]:
    """Tables are as wide as the terminal, and a worker of pytest-xdist says it is narrower than one that is not."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("COLUMNS", "120")
        yield
