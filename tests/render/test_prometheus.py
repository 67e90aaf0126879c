"""The metrics, read back by Prometheus' own Python parser."""

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from auditor.model.finding import Outcome
from auditor.model.report import Verdict
from auditor.render.cleaned import cleaned
from auditor.render.formats import prometheus
from tests.render import example
from tests.render.test_hostile import REPORT as HOSTILE


def samples(text: str) -> dict[str, list[Sample]]:
    families = list(text_string_to_metric_families(text))
    assert all(family.type == "gauge" and family.documentation for family in families)
    return {family.name: list(family.samples) for family in families}


def test_the_verdict_is_one_series_of_three() -> None:
    for report, verdict in (
        (example.REPORT, "fail"),
        (example.COMPLIANT, "pass"),
        (example.UNREACHABLE, "inconclusive"),
    ):
        found = samples(prometheus.render(report))["auditor_verdict"]
        assert {sample.labels["verdict"]: sample.value for sample in found} == {
            value.value: float(value.value == verdict) for value in Verdict
        }
        assert {sample.labels["policy"] for sample in found} == {"acg"}


def test_every_target_has_a_count_of_every_outcome_and_they_add_up() -> None:
    found = samples(prometheus.render(example.REPORT))["auditor_finding_outcome"]
    assert len(found) == len(example.TARGETS) * len(Outcome)
    for outcome in Outcome:
        counted = sum(sample.value for sample in found if sample.labels["outcome"] == outcome.value)
        assert counted == example.REPORT.counts.get(outcome, 0)


def test_a_certificate_stands_once_for_each_target_with_its_last_second() -> None:
    found = samples(prometheus.render(example.REPORT))["auditor_certificate_not_after_timestamp_seconds"]
    expected = {
        (endpoint.target, key): example.CERTIFICATES[key].not_after.timestamp()
        for endpoint in example.ENDPOINTS
        for chain in endpoint.chains
        for key in (*chain.certificates, *((chain.anchor,) if chain.anchor else ()))
    }
    assert {(sample.labels["target"], sample.labels["sha256"]): sample.value for sample in found} == expected
    assert len(found) == len(expected)


def test_a_certificate_that_could_not_be_read_has_no_date() -> None:
    unreadable = example.ROOT.model_copy(update={"key": "", "subject": "not readable"})
    chain = example.ENDPOINTS[0].chains[0].model_copy(update={"certificates": ("00",), "anchor": None})
    endpoint = example.ENDPOINTS[0].model_copy(update={"chains": (chain,)})
    text = prometheus.render(example.report((), (endpoint,), Verdict.INCONCLUSIVE, certificates={"00": unreadable}))
    assert samples(text)["auditor_certificate_not_after_timestamp_seconds"] == []


def test_the_time_is_that_of_the_observation() -> None:
    (sample,) = samples(prometheus.render(example.REPORT))["auditor_audit_timestamp_seconds"]
    assert sample.value == example.AT.timestamp()


def test_labels_from_outside_come_back_as_they_were_and_make_no_other_series() -> None:
    text = prometheus.render(HOSTILE)
    found = samples(text)
    assert set(found) == {
        "auditor_verdict",
        "auditor_requirements",
        "auditor_finding_outcome",
        "auditor_certificate_not_after_timestamp_seconds",
        "auditor_audit_timestamp_seconds",
    }
    assert [sample.labels["target"] for sample in found["auditor_finding_outcome"][:: len(Outcome)]] == [
        endpoint.target for endpoint in cleaned(HOSTILE).endpoints
    ]
    keys = [(name, *sorted(sample.labels.items())) for name, series in found.items() for sample in series]
    assert len(keys) == len(set(keys))


def test_every_answer_is_counted_and_without_requirements_there_is_no_series() -> None:
    found = samples(prometheus.render(example.ANSWERED))["auditor_requirements"]
    assert {sample.labels["answer"]: sample.value for sample in found} == {
        "not-met": 2, "open": 1, "confirmed": 1, "met": 1, "provider": 1, "not-applicable": 1,
    }  # fmt: skip
    assert {sample.labels["policy"] for sample in found} == {"acg"}
    assert "auditor_requirements" not in prometheus.render(example.REPORT)
