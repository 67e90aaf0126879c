"""What a peer sends reaches the reader as text, in every format and from every field."""

import json as stdlib_json
import re
from collections.abc import Callable
from functools import cache

import pytest

from auditor.model.answer import AnswerKind, Confirmation, FindingKey, RequirementAnswer
from auditor.model.finding import Doubt, Finding, NotTested, Outcome, Violation
from auditor.model.report import CertificateFacts, EndpointSummary, Report, RuleSummary, Verdict
from auditor.model.rule import Citation
from auditor.model.subject import TARGET, Named
from auditor.model.target import OWED
from auditor.model.waiver import Waiver, WaiverState, WaiverStatus
from auditor.render.formats import json, junit, markdown, prometheus, sarif
from auditor.render.html import document as html
from auditor.render.terminal import requirement_table, table
from auditor.sanitise import clean
from tests.render import example
from tests.render.hostile import FORBIDDEN, PAYLOADS
from tests.render.parsed import Document

OURS = [
    element for report in (example.ANSWERED, example.UNFINISHED) for element in Document(html.render(report)).elements
]
OUR_TAGS = {element.tag for element in OURS}
OUR_ATTRIBUTES = {name for element in OURS for name in element.attributes}


def _report(payloads: tuple[str, ...]) -> Report:
    """Every payload in every field that may come from outside."""
    findings, endpoints, waivers = [], [], []
    answers: list[RequirementAnswer] = []
    rules: dict[str, RuleSummary] = {}
    certificates: dict[str, CertificateFacts] = {}
    for position, payload in enumerate(payloads):
        target = f"{position} {payload}"
        outcomes = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WAIVED, Outcome.PASS, Outcome.NOT_APPLICABLE)
        waiver = Waiver(
            rule=payload,
            target=payload,
            reason=payload,
            approved_by=payload,
            ticket=payload,
            expires=example.AT.date(),
        )
        waivers.append(WaiverStatus(waiver=waiver, state=WaiverState.UNUSED, findings=0))
        rules[payload] = example.summary(
            payload,
            group=payload,
            remedy=payload,
            citations=(Citation(document=payload, section=payload, url=payload),),
            requirements=(payload,),
        )
        findings += [
            Finding(
                rule=payload if outcome is Outcome.FAIL else f"rule-{outcome}",
                target=target,
                outcome=outcome,
                violations=(Violation(subject=Named(name=payload), expected=payload, observed=payload),)
                * (outcome is Outcome.FAIL),
                doubts=(Doubt(subject=Named(name=payload), reason=payload),) * (outcome is not Outcome.NOT_APPLICABLE),
                not_tested=(NotTested(subject=TARGET, reason=payload),) * (outcome is Outcome.PASS),
                not_applicable=payload * (outcome is Outcome.NOT_APPLICABLE),
                basis=(payload,),
                waiver=waiver if outcome is Outcome.WAIVED else None,
            )
            for outcome in outcomes
        ]
        facts = example.certificate(payload, payload, "2026-01-01", "2027-01-01", key=payload, names=(payload,))
        named = facts.model_copy(update={"subject": f"CN={payload}", "sha256": payload, "signature_algorithm": payload})
        certificates |= {facts.sha256: facts, payload: named}
        model = example.ENDPOINTS[4]
        endpoints.append(
            model.model_copy(
                update={
                    "target": target,
                    "host": payload,
                    "address": payload,
                    "server_name": payload,
                    "service": payload,
                    "versions": (model.versions[0].model_copy(update={"version": payload, "suites": (payload,)}),),
                    "chains": (
                        model.chains[0].model_copy(
                            update={
                                "certificates": (facts.sha256, payload),
                                "anchor_name": payload,
                                "versions": (payload,),
                            }
                        ),
                    ),
                }
            )
        )
        answers += [
            _answer(f"{kind} {payload}", kind, payload, target)
            for kind in (AnswerKind.NOT_MET, *_EVERY[position % 5 :])
        ]
        owed = f"owed {position} {payload}"
        endpoints.append(EndpointSummary(target=owed, perspective=OWED, service=payload, site=payload))
        untested = NotTested(subject=TARGET, reason=payload, whole=True, closes=payload)
        findings.append(Finding(rule="rule-owed", target=owed, outcome=Outcome.NOT_TESTED, not_tested=(untested,)))
    found = example.report(
        tuple(findings), tuple(endpoints), Verdict.FAIL, tuple(waivers), payloads, rules, certificates
    )
    return example.answered(found, *answers)


_EVERY = tuple(AnswerKind)[1:]


def _answer(answer_id: str, kind: AnswerKind, payload: str, target: str) -> RequirementAnswer:
    key = FindingKey(rule=payload, target=target)
    return example.answer(
        answer_id,
        kind,
        statement=payload,
        sources=(Citation(document=payload, section=payload, url=payload),),
        reason=payload,
        closes=payload,
        derived=payload,
        findings=(key, FindingKey(rule=payload, target=payload)),
        confirmations=(
            Confirmation(statement=payload, by=payload, date=example.AT.date(), document=payload, sha256=payload),
        ),
    )


REPORT = _report(PAYLOADS)
FORMATS: dict[str, Callable[[Report], str]] = {
    # One page in which the chains are written in words, and two in which they are drawn.
    "html": lambda report: "".join(html.render(part) for part in (report, *halves())),
    "json": json.render,
    "junit": junit.render,
    "markdown": markdown.render,
    "prometheus": prometheus.render,
    "sarif": sarif.render,
    "table": lambda report: table.render(report, width=100, colour=False),
    "wide table": lambda report: table.render(report, width=160, colour=False),
    "requirements": lambda report: requirement_table.render(report, width=100),
    "answers": json.render_answers,
}


def halves() -> tuple[Report, Report]:
    return _report(PAYLOADS[:100]), _report(PAYLOADS[100:])


@cache
def rendered(name: str) -> str:
    """Made when it is first looked at: each takes seconds, and a worker may need none of them."""
    return FORMATS[name](REPORT)


@cache
def document(number: int) -> Document:
    return Document(html.render((REPORT, *halves())[number]))


@cache
def texts_of_elements() -> frozenset[str]:
    return frozenset(element.text for number in range(3) for element in document(number).elements)


def test_the_corpus_holds_two_hundred_strings() -> None:
    assert len(set(PAYLOADS)) == 200


@pytest.mark.parametrize("name", FORMATS)
def test_no_control_or_direction_character_is_left(name: str) -> None:
    assert [hex(ord(character)) for character in FORBIDDEN if character in rendered(name)] == []


def test_a_table_may_colour_but_lets_no_escape_through() -> None:
    coloured = table.render(REPORT, width=100, colour=True)
    assert set(re.findall(r"\x1b[^m]*m", coloured)) <= {"\x1b[1;31m", "\x1b[1;35m", "\x1b[36m", "\x1b[0m"}
    assert coloured.count("\x1b") == len(re.findall(r"\x1b\[[0-9;]+m", coloured))


def test_no_line_of_the_table_is_forged() -> None:
    assert not re.search(r"^(PASS|COMPLIANT)", rendered("table") + rendered("requirements"), re.MULTILINE)


def test_no_line_of_the_table_begins_a_formula() -> None:
    assert not re.search(r"^[=+@]", rendered("table") + rendered("wide table"), re.MULTILINE)


@pytest.mark.parametrize("number", range(3))
def test_markup_from_outside_makes_no_element_and_no_attribute(number: int) -> None:
    assert {element.tag for element in document(number).elements} <= OUR_TAGS
    assert {name for element in document(number).elements for name in element.attributes} <= OUR_ATTRIBUTES
    assert [len(document(number).all(tag)) for tag in ("script", "h1", "style")] == [1, 1, 1]


@pytest.mark.parametrize("number", range(3))
def test_no_payload_becomes_a_link_or_an_id(number: int) -> None:
    assert all(re.fullmatch(r"#[a-z0-9-]+|data:,", href) for href in document(number).values("href"))
    assert all(re.fullmatch(r"[a-z0-9-]+", value) for value in document(number).values("id"))
    assert all(re.fullmatch(r"[a-z -]+", value) for value in document(number).values("class"))


@pytest.mark.parametrize("payload", [payload for payload in PAYLOADS if set(payload) & set("<>\"'&")])
def test_markup_is_shown_as_the_text_it_is_and_never_stands_in_the_source(payload: str) -> None:
    assert clean(payload) in texts_of_elements()
    assert payload not in rendered("html")


def test_template_syntax_from_outside_is_not_evaluated() -> None:
    assert "{{ 7 * 7 }}{% raw %}" in texts_of_elements()


def test_json_gives_back_what_was_sent_though_it_never_holds_it_raw() -> None:
    findings = stdlib_json.loads(rendered("json"))["findings"]
    assert {finding["violations"][0]["observed"] for finding in findings if "violations" in finding} == set(PAYLOADS)
    assert "<" not in rendered("json")
