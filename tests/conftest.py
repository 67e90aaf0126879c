"""What holds for all tests."""

import copy
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import settings

from auditor.inputs.documents import yaml

# In CI the same examples every time, so that a change is judged by the change; elsewhere new ones on every run.  How
# long an example takes depends on what else the machine does.
settings.register_profile("own", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
# For `make check`, which asks only which lines are reached.
settings.register_profile("few", deadline=None, derandomize=True, max_examples=10)
settings.load_profile("ci" if os.environ.get("CI") else "own")


parsed_once = lru_cache(maxsize=64)(yaml.parse_yaml)


def parse_yaml(content: bytes, file: str, limits: yaml.ReadLimits = yaml.USUAL) -> yaml.Document:
    document = parsed_once(content, file, limits)
    return replace(document, data=copy.deepcopy(document.data))


# A worker loads the same policies a thousand times, and parsing them would take a third of its time.
yaml.parse_yaml = parse_yaml


@pytest.fixture(scope="session", autouse=True)
def wide_terminal() -> Iterator[None]:
    """Tables are as wide as the terminal, and a worker of pytest-xdist says it is narrower than one that is not."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("COLUMNS", "120")
        yield
