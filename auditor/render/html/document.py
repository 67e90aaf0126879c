"""The report as one HTML page that can be sent to anyone: nothing is loaded, and it reads the same without scripts.

A content security policy allows the page's one script by its hash and nothing else, so even markup that got past
the escaping could not run.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from auditor.model.answer import AnswerKind
from auditor.model.finding import Outcome
from auditor.model.report import Report
from auditor.render.cleaned import cleaned
from auditor.render.html.page import page
from auditor.render.html.timeline import MOST_BARS
from auditor.render.wording import (
    ANSWER_SYMBOLS,
    ANSWER_WORDS,
    ANSWERED_AS,
    COUNTED_AS,
    NO_REASON,
    OUTCOME_SYMBOLS,
    OUTCOME_WORDS,
    SSLYZE_DOES,
    WAIVER_WORDS,
    headline,
    number,
    scanned,
    standing,
    summary,
    verdict_words,
    waived,
)

_TEMPLATES = Path(__file__).parent / "templates"


def render(report: Report) -> str:
    """The report as a complete HTML document; the same report gives the same text."""
    report = cleaned(report)
    script = (_TEMPLATES / "filter.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return _template().render(
        report=report,
        page=page(report),
        summary=summary(report),
        verdict_word=verdict_words(report),
        standing=standing(report),
        headline=headline(report),
        style=Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        script_hash=f"sha256-{digest}",
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        AnswerKind=AnswerKind,
        answer_words=ANSWER_WORDS,
        answered_as=ANSWERED_AS,
        answer_symbols=ANSWER_SYMBOLS,
        Outcome=Outcome,
        words=OUTCOME_WORDS,
        counted_as=COUNTED_AS,
        symbols=OUTCOME_SYMBOLS,
        number=number,
        scanned=scanned,
        sslyze_does=SSLYZE_DOES,
        waived=waived,
        waiver_words=WAIVER_WORDS,
        no_reason=NO_REASON,
        most_bars=MOST_BARS,
    )
    return environment.get_template("report.html.jinja")
