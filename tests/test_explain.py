import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import Field
from ruamel.yaml import YAML

from auditor.cli.explain import explain
from auditor.errors import InputErrors
from auditor.model.finding import Remark
from auditor.model.observation import CertificateChainSeen
from auditor.model.report import RuleSummary
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.value import Value
from auditor.render.rule_page import example, explain_markdown, explain_text, parameters_of, summary_of
from auditor.rules import all_rules, rationale
from auditor.rules.tls.protocol_not_allowed import RULE


class Step(Value):
    issued_from: date
    maximum_days: int = Field(gt=0)


class Everything(Params):
    schedule: tuple[Step, ...] = Field(description="Steps | in order")
    fraction: float = Field(default=0.3333, ge=0, le=1, description="Share of the lifetime")
    days: int = Field(default=30, ge=0)
    edwards: bool = True
    names: dict[str, int] = Field(default={})
    note: str | None = None


def _check(_evidence: Evidence[CertificateChainSeen], _params: Everything) -> Iterator[Remark]:
    """Nothing, twice over."""
    yield from ()


ODD = Rule(
    id="certificate-odd",
    title="An odd rule",
    group=Group.CERTIFICATE,
    severity=Severity.LOW,
    citations=(Citation(document="A paper"),),
    remedy="Do  less.",
    observes=CertificateChainSeen,
    params=Everything,
    check=_check,
)


def _yaml(text: str) -> Any:
    return YAML(typ="safe").load(io.StringIO(text))


@pytest.mark.parametrize("rule", all_rules().values(), ids=all_rules())
def test_the_example_of_every_rule_is_a_setting_that_the_rule_takes(rule: Rule[Any, Any]) -> None:
    loaded = _yaml(example(rule))
    assert list(loaded["rules"]) == [rule.id]
    rule.params.model_validate(loaded["rules"][rule.id])


@pytest.mark.parametrize("rule", all_rules().values(), ids=all_rules())
@pytest.mark.parametrize("width", [60, 100])
def test_every_rule_fits_the_terminal_and_says_everything_about_itself(rule: Rule[Any, Any], width: int) -> None:
    text = explain_text(rule, width)
    for line in text.split("\nIn a policy\n")[0].splitlines():
        assert len(line) <= width
    flat = " ".join(text.split())
    whole = (rule.title, rationale(rule), summary_of(rule).remedy)
    squeezed = flat.replace(" ", "")
    assert all("".join(part.split()) in squeezed for part in whole)
    assert all(parameter.name in flat for parameter in parameters_of(rule))
    assert all(citation.url in text for citation in rule.citations)


@pytest.mark.parametrize("rule", all_rules().values(), ids=all_rules())
def test_every_rule_says_why_it_is_there_and_what_it_looks_at(rule: Rule[Any, Any]) -> None:
    page = explain_markdown(rule)
    assert rationale(rule)
    assert rule.check.__doc__
    assert page.startswith(f"# {rule.title}\n\n`{rule.id}`, severity {rule.severity}, ")
    assert page.endswith("\n")
    assert not page.endswith("\n\n")


def test_the_page_of_a_rule_reads_as_this() -> None:
    assert explain_markdown(RULE).split("## Parameters")[1] == (
        "\n\n| Name | Type | Default | Meaning |\n|---|---|---|---|\n"
        "| `allowed` | list of: one of SSLv2, SSLv3, TLSv1.0, TLSv1.1, TLSv1.2, TLSv1.3 | required "
        "| Protocol versions that may be accepted |\n\n"
        "## In a policy\n\n```yaml\nrules:\n  protocol-not-allowed:\n    allowed: [TLSv1.2, TLSv1.3]\n```\n\n"
        "## Sources\n\n- [RFC 8996](https://www.rfc-editor.org/rfc/rfc8996)\n"
        "- [RFC 9325, section 3.1.1](https://www.rfc-editor.org/rfc/rfc9325#section-3.1.1)\n"
    )


def test_a_page_shows_what_is_true_of_the_rule_in_one_audit() -> None:
    summary = RuleSummary(
        title="A title",
        group="A group",
        severity=Severity.CRITICAL,
        remedy="Do this.",
        citations=(Citation(document="A document", url="https://example.org/"),),
        requirements=("SEC-10", "DER-03"),
    )
    page = explain_markdown(RULE, summary)
    assert page.startswith("# A title\n\n`protocol-not-allowed`, severity critical, A group\n")
    assert "## Fix\n\nDo this.\n" in page
    assert page.endswith("- [A document](https://example.org/)\n\n## Requirements\n\nSEC-10, DER-03\n")


def test_a_remedy_that_depends_on_the_parameters_is_that_for_the_example() -> None:
    rule = Rule(**{**vars(ODD), "remedy": lambda params: f"Wait {params.days} days."})
    assert "## Fix\n\nWait 30 days.\n" in explain_markdown(rule)


def test_types_defaults_and_bounds_are_said_in_words() -> None:
    assert {parameter.name: (parameter.type, parameter.default) for parameter in parameters_of(ODD)} == {
        "schedule": (
            "list of: mapping with issued_from (date as YYYY-MM-DD), maximum_days (whole number, above 0)",
            "required",
        ),
        "fraction": ("number, at least 0, at most 1", "default 0.3333"),
        "days": ("whole number, at least 0", "default 30"),
        "edwards": ("true or false", "default true"),
        "names": ("mapping to: whole number", "default {}"),
        "note": ("text", "optional"),
    }


def test_an_example_takes_a_likely_value_where_there_is_no_default() -> None:
    assert _yaml(example(ODD))["rules"]["certificate-odd"] == {
        "schedule": [{"issued_from": "2026-03-15", "maximum_days": 1}],
        "fraction": 0.3333,
        "days": 30,
        "edwards": True,
    }


def test_a_bar_in_a_description_does_not_break_the_table() -> None:
    assert r"Steps \| in order" in explain_markdown(ODD)


def test_a_rule_without_sources_parameters_or_requirements_leaves_those_headings_out() -> None:
    bare = Rule(**{**vars(ODD), "params": Params, "citations": (), "remedy": ""})
    for page in (explain_markdown(bare), explain_text(bare, 80)):
        assert "Sources" not in page
        assert "Requirements" not in page
        assert "None. A policy enables the rule by naming it." in page
        assert _yaml("rules:" + page.split("rules:")[1].split("```")[0]) == {"rules": {"certificate-odd": {}}}
    assert "\nFix\n" not in explain_text(bare, 80)


def test_a_source_without_an_address_is_named_without_a_link() -> None:
    assert "- A paper\n" in explain_markdown(ODD)
    assert "Sources\n  A paper\n" in explain_text(ODD, 80)


def test_a_long_list_stands_an_entry_a_line() -> None:
    names = tuple(f"TLS_SUITE_NUMBER_{number}" for number in range(9))

    class Many(Params):
        allowed: tuple[str, ...] = names

    rule = Rule(**{**vars(ODD), "params": Many})
    text = example(rule)
    assert text.splitlines()[2:4] == ["    allowed:", "      - TLS_SUITE_NUMBER_0"]
    assert _yaml(text)["rules"]["certificate-odd"]["allowed"] == list(names)


def test_the_command_prints_the_page() -> None:
    result = CliRunner().invoke(explain, ["protocol-not-allowed"], env={"COLUMNS": "80"})
    assert result.exit_code == 0
    assert result.output == explain_text(RULE, 80)


def test_an_unknown_rule_is_refused_with_the_nearest_one_that_there_is() -> None:
    result = CliRunner().invoke(explain, ["protocol-not-alowed"])
    assert isinstance(result.exception, InputErrors)
    assert str(result.exception) == 'unknown rule "protocol-not-alowed"; did you mean "protocol-not-allowed"?'
