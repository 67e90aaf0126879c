"""Authorities for the tests of certificates that are shown."""

import pytest

from auditor.lab.pki import Pki, make_pki
from tests.probes.conftest import AT


@pytest.fixture(scope="session")
def pki() -> Pki:
    return make_pki(AT)
