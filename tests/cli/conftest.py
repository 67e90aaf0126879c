"""The command line, run in this process as ``auditor`` runs it, against the lab."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auditor import pipeline
from auditor.cli import main
from auditor.lab import Lab, start
from auditor.model.finding import Finding, reason_text

AT = datetime(2040, 3, 1, 12, 30, tzinfo=UTC)
POLICY = """\
id: own
version: "1"
title: Own
source: a test
fail_on: medium
rules:
  protocol-not-allowed: {allowed: [TLSv1.2, TLSv1.3]}
  protocol-preferred-missing: {preferred: TLSv1.3}
  client-certificate-not-required: {}
  certificate-root-not-allowed: {declared_roots: true}
  certificate-expired: {}
"""


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


Auditor = Callable[..., Done]


def reason(finding: dict[str, Any]) -> str:
    """Why a finding of a JSON report is open or does not apply, in one line."""
    return reason_text(Finding.model_validate(finding))


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    with start(AT) as lab:
        yield lab


@pytest.fixture
def address(lab: Lab) -> Callable[[str], str]:
    """The address of an endpoint of the lab, as a TARGET."""

    def find(name: str) -> str:
        (endpoint,) = [endpoint for endpoint in lab.endpoints if endpoint.name == name]
        return f"{'sips' if endpoint.service == 'sip' else 'https'}://{endpoint.address}"

    return find


@pytest.fixture
def policy(tmp_path: Path) -> str:
    """A policy that a compliant endpoint can meet by its address alone."""
    path = tmp_path / "own.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return str(path)


@pytest.fixture
def auditor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Auditor:
    """Run ``auditor`` with these words, at a moment of the test's own."""
    monkeypatch.setattr(pipeline, "now", lambda: AT)

    def call(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["auditor", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, printed.out, printed.err)

    return call
