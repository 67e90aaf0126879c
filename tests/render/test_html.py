import base64
import hashlib
import re
from itertools import pairwise

import pytest
from markupsafe import escape

from auditor.model.answer import AnswerKind, FindingKey
from auditor.model.finding import NotTested, Outcome, reason_text
from auditor.model.report import Report, Verdict
from auditor.model.subject import TARGET, subject_text
from auditor.render.html import document as html
from auditor.render.html.page import MOST_LINKS, MOST_PICTURES
from auditor.render.wording import cited
from auditor.sanitise import clean
from tests.render import example
from tests.render.large import estate
from tests.render.parsed import Document

REPORTS = {
    "rich": example.REPORT,
    "answered": example.ANSWERED,
    "unfinished": example.UNFINISHED,
    "compliant": example.COMPLIANT,
    "unreachable": example.UNREACHABLE,
}
EMPTY = example.report((), (), Verdict.INCONCLUSIVE)


@pytest.fixture(params=[*REPORTS, "empty"])
def document(request: pytest.FixtureRequest) -> Document:
    return Document(html.render(REPORTS.get(request.param, EMPTY)))


def test_every_tag_is_closed_in_order_and_the_page_has_its_language(document: Document) -> None:
    assert document.all("html")[0].attributes == {"lang": "en"}
    assert not document._open


def test_every_id_is_there_once(document: Document) -> None:
    ids = document.values("id")
    assert len(ids) == len(set(ids))


def test_every_internal_link_and_label_has_its_target(document: Document) -> None:
    ids = set(document.values("id"))
    links = {href[1:] for href in document.values("href") if href.startswith("#")}
    labels = {name for value in document.values("aria-labelledby") for name in value.split()}
    assert links | labels <= ids
    assert links


def test_headings_begin_with_one_h1_and_skip_no_level(document: Document) -> None:
    levels = [int(element.tag[1]) for element in document.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_have_captions_and_their_headers_a_scope(document: Document) -> None:
    assert len(document.all("caption")) == len(document.all("table"))
    assert all(header.attributes.get("scope") in {"row", "col"} for header in document.all("th"))


def test_landmarks_and_a_way_past_them_are_there(document: Document) -> None:
    assert len(document.all("main")) == len(document.all("header")) == 1
    assert document.all("nav")[0].attributes["aria-label"]
    assert document.all("a")[0].attributes["href"] == "#main"


def test_every_drawing_is_named_and_described(document: Document) -> None:
    drawings = [svg for svg in document.all("svg") if "role" in svg.attributes]
    described = [text for text in document.all("desc") if text.text]
    assert len(drawings) == len(described)
    assert all(svg.attributes["role"] == "img" and svg.attributes["aria-labelledby"] for svg in drawings)


def test_nothing_is_loaded_from_anywhere(document: Document) -> None:
    assert not document.values("src")
    assert not document.values("srcset")
    assert [link.attributes["href"] for link in document.all("link")] == ["data:,"]
    assert not re.search(r"url\(|@import|@font-face", document.all("style")[0].text)
    outside = [a.attributes["href"] or "" for a in document.all("a")]
    assert all(href.startswith(("#", "https://")) for href in outside)


def test_the_policy_of_the_page_allows_its_one_script_by_hash_and_nothing_else(document: Document) -> None:
    (script,) = document.all("script")
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert document.all("meta")[1].attributes["content"] == (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not [name for element in document.elements for name in element.attributes if name.startswith("on")]


def test_the_filter_is_hidden_until_the_script_shows_it(document: Document) -> None:
    (panel,) = (element for element in document.elements if element.attributes.get("id") == "filter")
    assert "hidden" in panel.attributes


def test_each_cell_of_the_matrix_leads_to_the_worst_finding_of_its_group() -> None:
    source = html.render(example.REPORT)
    matrix = source[source.index('<table class="matrix">') :].split("</table>")[0]
    row = matrix.split(f'">{example.SBC_2}</a>')[1].split("</tr>")[0]
    cells = re.findall(r'<td class="(\S+)"><a href="#(\S+)">(\w+) <i>(\d+)</i>', row)
    assert [(outcome, word, count) for outcome, _, word, count in cells] == [
        ("fail", "Fail", "1"),
        ("fail", "Fail", "1"),
        ("fail", "Fail", "4"),
        ("fail", "Fail", "1"),
        ("fail", "Fail", "1"),
    ]
    certificate = source.split(f'id="{cells[2][1]}"')[1].split("</article>")[0]
    assert "A certificate has expired" in certificate


def _between(source: str, begin: str, end: str) -> str:
    return source.split(begin)[1].split(end, maxsplit=1)[0]


def test_a_finding_shows_its_evidence_and_leads_to_its_rule() -> None:
    source = html.render(example.REPORT)
    finding = next(part for part in source.split("<article")[1:] if "protocol-not-allowed" in part)
    for fact in (
        "<b>TLSv1.0</b> <span><i>Observed</i> accepted with TLS_RSA_WITH_AES_256_CBC_SHA</span>",
        "<span><i>Required</i> rejected</span>",
        "How to fix protocol-not-allowed</a>",
    ):
        assert fact in finding.split("</article>")[0]
    (rule,) = re.findall('<a href="#(r[0-9]+)">How to fix protocol-not-allowed</a>', finding)
    entry = _between(source, f'id="{rule}"', "</div>")
    for fact in (
        "A protocol version is accepted that the policy does not allow",
        "set the minimum protocol to TLS 1.2.",
        '<a href="https://www.rfc-editor.org/rfc/rfc9325#section-3.1.1" rel="noreferrer">RFC 9325, section 3.1.1</a>',
        "<b>Requirements</b> SEC-10, DER-03",
    ):
        assert fact in entry


def test_subjects_of_which_the_same_was_observed_stand_together_however_many() -> None:
    source = html.render(example.REPORT)
    assert source.count("accepted in TLSv1.2</span>") == 1
    finding = next(
        seen for seen in example.REPORT.findings if seen.rule == "cipher-suite-not-allowed" and seen.evidence
    )
    assert ", ".join(subject_text(seen.subject) for seen in finding.violations) in source


def test_what_is_true_of_a_rule_stands_once() -> None:
    source = html.render(estate(3))
    for rule in example.RULES.values():
        assert source.count(str(escape(rule.remedy))) == 1
        for citation in rule.citations:
            assert source.count(f">{cited(citation)}</a>") == len(
                [one for one in example.RULES.values() if citation in one.citations]
            )


@pytest.mark.parametrize("copies", [1, 21])
def test_every_finding_of_every_endpoint_is_there(copies: int) -> None:
    report = estate(copies)
    source = html.render(report)
    sections = source.split('<section class="endpoint"')[1:]
    assert len(sections) == len(report.endpoints)
    for endpoint, section in zip(report.endpoints, sections, strict=True):
        text = section.split("</section>")[0]
        for finding in report.findings:
            if finding.target == endpoint.target:
                assert re.search(rf"[ >]{finding.rule}[ <]", text)
                for remark in finding.evidence:
                    assert str(escape(clean(remark.observed))) in text
                assert str(escape(reason_text(finding))) in text


def test_many_checks_without_an_answer_for_one_reason_are_one_finding_that_names_them_all() -> None:
    source = html.render(example.UNREACHABLE)
    assert source.count("<article") == 1
    assert "<b>Inconclusive</b> 15 checks for the same reason" in source
    for finding in example.UNREACHABLE.findings:
        assert f">{finding.rule}</a>" in source


def test_each_certificate_is_listed_once_with_all_who_send_it() -> None:
    source = html.render(example.REPORT)
    assert source.count(f'<dd class="code">{example.INTERMEDIATE.sha256}</dd>') == 1
    assert f"<dd>{example.SBC_1}, {example.SBC_6}</dd>" in source


def test_an_endpoint_beyond_the_first_hundred_takes_less_than_five_kilobytes() -> None:
    small, large = (len(html.render(estate(copies)).encode()) for copies in (21, 41))
    assert (large - small) / 100 < 5_000


def test_a_long_report_writes_its_chains_in_words_with_links_to_the_certificates() -> None:
    short, long = (html.render(estate(copies)) for copies in (MOST_PICTURES // 5, MOST_PICTURES // 5 + 1))
    assert short.count("<figure>") == MOST_PICTURES
    assert "<figure>" not in long
    chain = re.search(r"<p>Chain sent in TLSv1.0, TLSv1.2: (.*?)</p>", long)
    assert chain
    assert re.sub("<[^>]+>", "", chain[1]) == (
        "old-sbc.example.org issued by Acme Telephony Issuing CA 3 (Expired 51 days ago) issued by "
        "Acme Telephony Root CA leads to no pinned root."
    )
    document = Document(long)
    assert {href[1:] for href in document.values("href") if href.startswith("#")} <= set(document.values("id"))


def test_what_is_inconclusive_is_headed_as_such() -> None:
    source = html.render(example.REPORT)
    assert "<h4><b>Inconclusive</b> The preferred protocol version is not spoken</h4>" in source
    assert "<h4><b>Not tested</b> A known weakness is present</h4>" in source
    inconclusive = source.split("<h4><b>Inconclusive</b> ")[1].split("</article>")[0]
    assert "How to fix" not in inconclusive


def test_a_large_estate_says_that_its_picture_is_in_part() -> None:
    assert "The picture shows the 60 that expire first; the list below holds all" in html.render(estate(10))


def test_a_group_without_a_check_at_an_endpoint_says_so() -> None:
    two = (example.COMPLIANT.findings[0], example.UNREACHABLE.findings[-1])
    assert html.render(example.report(two, (), Verdict.INCONCLUSIVE)).count("<td>no check</td>") == 2


def test_an_endpoint_without_a_summary_still_has_its_findings() -> None:
    report: Report = example.COMPLIANT.model_copy(update={"endpoints": ()})
    source = html.render(report)
    assert "15 checks passed or not applicable" in source
    assert "Certificates by expiry" not in source


# Colours: the variables of style.css, in each of the three schemes, and what is set in which on what.
STYLE = (html._TEMPLATES / "style.css").read_text(encoding="utf-8")
ON_PAPER = ("ink", "muted", "link", "fail", "inconclusive", "warn", "pass", "other")
PAIRS = (
    *((text, paper) for text in ON_PAPER for paper in ("paper", "panel")),
    *((name, f"{name}-paper") for name in ("fail", "inconclusive", "warn", "pass", "other")),
    *(
        (text, f"{name}-paper")
        for text in ("ink", "muted")
        for name in ("fail", "inconclusive", "warn", "pass", "other")
    ),
)


def _schemes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\n\s*\}", STYLE, re.DOTALL)
    light, dark, paper = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in blocks)
    return {"light": light, "dark": dark, "print": paper}


def _luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(first: str, second: str) -> float:
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_stands_out_from_its_ground_by_4_5_to_1(scheme: str) -> None:
    colours = _schemes()[scheme]
    weak = {pair: _contrast(colours[pair[0]], colours[pair[1]]) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_bars_stand_out_by_3_to_1(scheme: str) -> None:
    colours = _schemes()[scheme]
    assert min(_contrast(colours[bar], colours["paper"]) for bar in ("bar", "warn", "fail")) >= 3


def test_no_colour_is_set_but_through_the_variables() -> None:
    rules = re.sub(r":root \{.*?\n\s*\}", "", STYLE, flags=re.DOTALL)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?!-)[^{]*;", rules.replace("#filter", "").replace("#overview", ""))


def test_a_deployment_beside_endpoints_has_one_cell_and_no_column() -> None:
    findings = (
        *example.REPORT.findings,
        example.REPORT.findings[0].model_copy(update={"target": "deployment", "rule": "bfd-missing"}),
    )
    endpoint = example.ENDPOINTS[0].model_copy(update={"target": "deployment", "perspective": "deployment"})
    rules = {"bfd-missing": example.summary(group="Deployment")}
    report = example.report(findings, (*example.ENDPOINTS, endpoint), Verdict.FAIL, rules=rules)
    matrix = html.render(report).split('<table class="matrix">')[1].split("</table>")[0]
    columns = matrix.count('<th scope="col">') - 1
    assert "Deployment</th>" not in matrix
    row = matrix.split(">deployment</a>")[1].split("</tr>")[0]
    assert row.count("<td") == 1
    assert f'colspan="{columns}"' in row


def test_a_cell_where_some_checks_were_not_made_says_of_how_many() -> None:
    passed = next(finding for finding in example.REPORT.findings if finding.outcome is Outcome.PASS)
    skipped = passed.model_copy(
        update={
            "outcome": Outcome.NOT_TESTED,
            "not_tested": (NotTested(subject=TARGET, reason="it has to be asked for"),),
        }
    )
    source = html.render(example.report((passed, skipped), (), Verdict.PASS))
    assert "Not tested <i>1 of 2</i>" in source


def _row(source: str, requirement: str) -> str:
    (row,) = (part for part in source.split("<tr")[1:] if f'<span class="code">{requirement}</span>' in part)
    return row.split("</tr>")[0]


def test_the_head_has_the_verdict_and_how_complete_the_audit_is_and_leads_to_the_requirements() -> None:
    source = html.render(example.UNFINISHED)
    head = source.split("<header")[1].split("</header>")[0]
    assert 'class="verdict pass unfinished"' in source
    assert "Compliant so far</h1>" in head
    assert "1 of 3 requirements answered, 2 open" in head
    assert '<a href="#requirements">' in head
    assert "<title>Compliant so far: 1 of 3 requirements answered, 2 open: " in source
    assert "\u2713" not in head


def test_requirements_stand_worst_first_each_with_links_to_its_findings() -> None:
    source = html.render(example.ANSWERED)
    section = _between(source, '<section id="requirements"', "</section>")
    assert re.findall('<span class="code">([A-Z0-9-]+)</span>', section) == [
        "SEC-10", "CON-20", "SEC-07", "CON-11", "SEC-21", "SEC-01", "CON-IP14",
    ]  # fmt: skip
    (href,) = re.findall('<a href="#(e[0-9-]+)">protocol-not-allowed at', _row(section, "SEC-10"))
    assert "protocol-not-allowed" in _between(source, f'<article class="fail" id="{href}"', "</article>")
    assert f'<a href="#e1-quiet">2 checks at {example.SBC_1}</a>' in _row(section, "SEC-21")
    assert "<b>Closed by</b> audit an offer" in _row(section, "SEC-07")
    assert "<dt>Document</dt><dd>spec-review.pdf</dd>" in _row(section, "CON-11")
    assert "<dt>Document</dt><dd>none named</dd>" in _row(section, "CON-11")
    assert "Derived: the document speaks of valid certificates" in _row(section, "SEC-21")
    assert [one for one in ("SEC-01", "SEC-10") if "Acknowledged by" in _row(section, one)] == ["SEC-01"]


def test_rules_lead_to_the_requirements_that_the_report_answers() -> None:
    source = html.render(example.ANSWERED)
    assert re.search(r'<b>Requirements</b> <a href="#q\d">SEC-10</a>, DER-03', source)


def test_a_finding_that_the_report_does_not_have_is_named_without_a_link_and_many_are_counted() -> None:
    keys = tuple(FindingKey(rule="r", target=f"t{position}") for position in range(MOST_LINKS + 3))
    report = example.answered(example.COMPLIANT, example.answer("X-1", AnswerKind.OPEN, findings=keys))
    row = _row(html.render(report), "X-1")
    assert '<p class="source">Findings: r at t0, ' in row
    assert "and 3 more" in row


def test_where_every_requirement_must_be_answered_the_page_says_so() -> None:
    required = example.answered(example.COMPLIANT, *example.UNFINISHED.requirements, required=True)
    assert "Every requirement of severity medium or above must be answered." in html.render(required)
    assert "must be answered." not in html.render(example.UNFINISHED)


def test_what_nobody_looked_at_has_a_section_and_rows_of_its_own_and_no_fixes() -> None:
    source = html.render(example.UNFINISHED)
    section = source.split('<section id="owed"')[1].split("<section id=")[0]
    assert section.count('<section class="endpoint"') == 2
    assert "have the SBC of site A connect to auditor listen" in section
    assert '<section id="rules"' not in source
    matrix = _between(source, '<table class="matrix">', "</table>")
    assert matrix.count('<tr class="owed">') == 2
    assert "Not tested <i>2</i>" in matrix
    alone = next(one for one in example.UNFINISHED.findings if one.outcome is Outcome.NOT_TESTED)
    one = example.report((alone,), example.UNFINISHED.endpoints, Verdict.INCONCLUSIVE)
    assert f"<code>{alone.rule}</code></p>" in html.render(one)
