r"""The report as metrics in Prometheus' text format 0.0.4, for the textfile collector of node_exporter.

Everything is a gauge.  Times are seconds since 1970-01-01 UTC.  The verdict is a series for each of its values, of
which one is 1, so an alert can use ``auditor_verdict{verdict="pass"} == 0``.  A pass says nothing about what nobody
looked at: that is ``auditor_requirements{answer="open"}``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from auditor.model.answer import AnswerKind
from auditor.model.finding import Outcome
from auditor.model.report import Report, Verdict
from auditor.render.cleaned import cleaned

Labels: TypeAlias = tuple[tuple[str, str], ...]

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def render(report: Report) -> str:
    """The report as metrics, one per line, with a newline at the end."""
    report = cleaned(report)
    policy = ("policy", report.policy.id)
    verdicts: dict[Labels, int] = {
        (policy, ("verdict", verdict.value)): int(verdict is report.verdict) for verdict in Verdict
    }
    parts = (
        _metric("auditor_verdict", "1 for the verdict of the last audit, 0 for the others.", verdicts),
        *_requirements(report),
        _metric("auditor_finding_outcome", "Checks of the last audit, by target and outcome.", _outcomes(report)),
        _metric(
            "auditor_certificate_not_after_timestamp_seconds",
            "Expiry time of a certificate that the target sent, or of the pinned root of its chain.",
            _expiry(report),
        ),
        _metric(
            "auditor_audit_timestamp_seconds",
            "Time of the last audit.",
            {(policy,): int(report.observed_at.timestamp())},
        ),
    )
    return "".join(parts)


def _requirements(report: Report) -> Iterator[str]:
    """Every answer, zeros too; nothing where the policy has no requirements, so that no zero sounds like an answer."""
    if report.completeness is not None:
        counts = Counter(found.answer for found in report.requirements)
        meaning = "Requirements of the documents behind the policy, by their answer in the last audit."
        series: dict[Labels, int] = {
            (("policy", report.policy.id), ("answer", kind.value)): counts[kind] for kind in AnswerKind
        }
        yield _metric("auditor_requirements", meaning, series)


def _outcomes(report: Report) -> dict[Labels, int]:
    """Every outcome of every target, zeros too: a series that comes and goes cannot be alerted on."""
    counts = Counter((finding.target, finding.outcome) for finding in report.findings)
    targets = dict.fromkeys(finding.target for finding in report.findings)
    return {
        (("policy", report.policy.id), ("target", target), ("outcome", outcome.value)): counts[target, outcome]
        for target in targets
        for outcome in Outcome
    }


def _expiry(report: Report) -> dict[Labels, int]:
    """Each certificate once per target, however many chains contain it; an unreadable one has no date."""
    return {
        (
            ("target", endpoint.target),
            ("subject", report.certificates[key].subject),
            ("sha256", key),
        ): int(report.certificates[key].not_after.timestamp())
        for endpoint in report.endpoints
        for chain in endpoint.chains
        for key in (*chain.certificates, *((chain.anchor,) if chain.anchor else ()))
        if report.certificates[key].key  # empty for one that could not be read
    }


def _metric(name: str, meaning: str, series: Mapping[Labels, int]) -> str:
    lines = [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
    lines += [f"{name}{{{_labels(labels)}}} {value}" for labels, value in series.items()]
    return "\n".join(lines) + "\n"


def _labels(labels: Iterable[tuple[str, str]]) -> str:
    return ",".join(f'{key}="{value.translate(_ESCAPES)}"' for key, value in labels)
