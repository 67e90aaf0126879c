"""The example report in every format, as files one can open.

After a change that is meant, write them anew with ``RENEW_SNAPSHOTS=1 pytest tests/render/test_snapshots.py``, and
look at them.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.model.report import Report
from auditor.model.source_location import SourceLocation
from auditor.render.formats import json, junit, markdown, prometheus, sarif
from auditor.render.html import document as html
from auditor.render.terminal import requirement_table, table
from tests.render import example

SNAPSHOTS = Path(__file__).parent / "snapshots"
RENDERERS: dict[str, Callable[[Report], str]] = {
    "report.html": html.render,
    "report.json": json.render,
    "report.md": markdown.render,
    "report.prom": prometheus.render,
    "report.sarif": lambda report: sarif.render(report, {example.SBC_1: SourceLocation("estate/inventory.yaml", 3, 5)}),
    "report.xml": junit.render,
    "report.txt": lambda report: table.render(report, width=100, colour=False),
    "report-wide.txt": lambda report: table.render(report, width=160, colour=False),
    "requirements.txt": lambda report: requirement_table.render(report, width=100),
}


@pytest.mark.parametrize("name", RENDERERS)
def test_the_example_renders_exactly_as_the_file_that_was_reviewed(name: str) -> None:
    text = RENDERERS[name](example.ANSWERED)
    if os.environ.get("RENEW_SNAPSHOTS"):
        (SNAPSHOTS / name).write_text(text, encoding="utf-8", newline="\n")
    assert text == (SNAPSHOTS / name).read_text(encoding="utf-8"), "RENEW_SNAPSHOTS=1 writes it anew"


@pytest.mark.parametrize("name", RENDERERS)
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    assert RENDERERS[name](example.ANSWERED) == RENDERERS[name](example.ANSWERED.model_copy())
