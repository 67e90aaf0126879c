"""The page in a real browser: nothing overflows, nothing is refused, the filter filters."""

import base64
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from auditor.render.html import document as html
from tests.render import example

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
PAGE = html.render(example.ANSWERED)

# What the page looks like from inside, told to the page around it.
PROBE = """
(function () {
  var root = document.documentElement, said = [innerWidth, root.scrollWidth];
  var outcome = document.getElementById("filter-outcome"), words = document.getElementById("filter-text");
  var count = function () {
    return [].filter.call(document.querySelectorAll("article"), function (one) { return one.offsetParent; }).length;
  };
  said.push(count());
  outcome.value = "warn"; outcome.dispatchEvent(new Event("change"));
  said.push(count());
  outcome.value = ""; words.value = "SBC-2.VOICE"; words.dispatchEvent(new Event("input"));
  said.push(count());
  words.value = ""; words.dispatchEvent(new Event("input"));
  said.push(count());
  parent.postMessage("said " + said.join(" "), "*");
}());
"""

# A window of Chromium is never narrower than 500 pixels; a frame in it is as narrow as one likes.
FRAME = """<!doctype html>
<script>onmessage = function (event) { document.body.appendChild(document.createComment(event.data)); };</script>
<iframe src="inner.html" width="%d" height="800" style="border: 0"></iframe>
"""


def _browse(folder: Path, page: str) -> subprocess.CompletedProcess[str]:
    """Load the page; standard output is the document, standard error the console."""
    assert CHROMIUM
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    return subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--enable-logging=stderr",
            f"--user-data-dir={folder / 'profile'}",
            "--window-size=1400,900",
            "--virtual-time-budget=2000",
            "--dump-dom",
            file.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def _probed(page: str) -> str:
    digest = base64.b64encode(hashlib.sha256(PROBE.encode()).digest()).decode()
    return page.replace("; img-src", f" 'sha256-{digest}'; img-src").replace(
        "</body>", f"<script>{PROBE}</script></body>"
    )


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_the_window_and_its_filter_works(tmp_path: Path, width: int) -> None:
    (tmp_path / "inner.html").write_text(_probed(PAGE), encoding="utf-8")
    found = re.search(r"<!--said (.*?)-->", _browse(tmp_path, FRAME % width).stdout)
    assert found, "the probe did not run"
    inner, scrolled, shown, warned, of_one, again = map(int, found.group(1).split())
    assert inner == width
    assert scrolled <= width, "the body scrolls sideways"
    assert (shown, warned, of_one, again) == (16, 2, 9, 16)


def test_the_console_stays_empty(tmp_path: Path) -> None:
    console = [line for line in _browse(tmp_path, PAGE).stderr.splitlines() if ":CONSOLE" in line]
    assert console == []


def test_a_script_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    page = PAGE.replace("</main>", "<script>document.body.dataset.mine = 1</script></main>")
    loaded = _browse(tmp_path, page)
    assert "data-mine" not in loaded.stdout
    assert "Content Security Policy" in loaded.stderr


def test_without_its_script_everything_is_there_but_the_filter(tmp_path: Path) -> None:
    dump = _browse(tmp_path, re.sub("'sha256-[^']+'", "'none'", PAGE)).stdout
    assert re.search(r'<div id="filter"[^>]* hidden', dump)
    assert dump.count("<article") == 16
