"""What the probes' tests share: one set of certificates, real TLS backends, and the lab."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.lab import Lab, start
from auditor.lab.lab_endpoint import Leaf, plan_endpoint
from auditor.lab.pki import Pki, make_pki
from auditor.lab.session import LabSession, session_maker
from auditor.lab.settings import ServerSettings
from auditor.probes.connection import Peer

AT = datetime(2035, 3, 1, 12, 30, tzinfo=UTC)
Backend = Callable[[], LabSession]


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    with start(AT) as lab:
        yield lab


@pytest.fixture(scope="session")
def pki() -> Pki:
    return make_pki(AT)


@pytest.fixture(scope="session")
def backend(pki: Pki) -> Callable[[ServerSettings], Backend]:
    """Real TLS with an RSA and an EC certificate, one session a connection."""

    def make(settings: ServerSettings) -> Backend:
        planned = plan_endpoint(pki, "peer", settings=settings, leaves=(Leaf(pki.rsa), Leaf()))
        return session_maker(planned.settings, planned.credentials)

    return make


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Backing off is for peers with a memory; a script has none."""
    monkeypatch.setattr(Peer, "pause", lambda _self, _seconds: None)


@pytest.fixture
def tmp_path_policy(tmp_path: Path) -> Callable[[str], str]:
    """A policy file with these rules; its path."""

    def write(rules: str) -> str:
        path = tmp_path / "policy.yaml"
        path.write_text(
            f'id: own\nversion: "1"\ntitle: Own\nsource: a test\nfail_on: low\nrules:\n  {rules}\n', encoding="utf-8"
        )
        return str(path)

    return write
