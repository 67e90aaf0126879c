"""Hostile and broken peers: the audit ends in time, nothing passes that was not seen, and no other target suffers.

All are audited in one run, as ``auditor audit`` would do it, each at a loopback address of its own.
"""

import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

import pytest

from auditor.collect import collect
from auditor.evaluate import evaluate
from auditor.model.asks import Asks
from auditor.model.finding import Finding, Outcome, reason_text
from auditor.model.observation import Observation
from auditor.model.report import Report
from auditor.model.target import ServerTarget
from auditor.plan import Plan, make_plan
from auditor.policy.shipped import shipped_roots
from auditor.probes.budget import Limits
from auditor.probes.server.client_role import ClientRole
from auditor.probes.server.endpoint import observe
from testbed import peers
from testbed.certificates import AT, make_authority
from testbed.configuration import SERVER_NAME, Key
from testbed.process import closed_port
from tests.live.audit import live_policy
from tests.probes.hostile_cases import Case, cases, server_context

pytestmark = pytest.mark.slow

LIMITS = Limits(
    target_seconds=6.0,
    connection_seconds=1.0,
    connect_seconds=1.0,
    settle_seconds=0.1,
    answer_seconds=0.5,
    forbidden_suites=6,
)
SLACK_SECONDS = 3.0
"""For two busy cores."""
THREADS = 12
HEALTHY = "healthy"


@dataclass(frozen=True)
class Result:
    """What came of the one run."""

    cases: dict[str, Case]
    plan: Plan
    report: Report
    seconds: dict[str, float]

    def findings(self, target: str) -> dict[str, Finding]:
        """Of one target, by rule."""
        return {finding.rule: finding for finding in self.report.findings if finding.target == target}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Every peer and, among them, a healthy one, audited together."""
    authority = make_authority()
    directory = tmp_path_factory.mktemp("hostile")
    healthy = Case(
        HEALTHY, peers.speaking_tls(server_context(authority.leaves[Key.RSA], authority, directory, strict=True))
    )
    hostile = cases(authority, directory)
    every = {case.name: case for case in (*hostile, healthy)}
    assert len(every) == len(hostile) + 1
    seconds: dict[str, float] = {}

    def timed(target: ServerTarget, asks: Asks, limits: Limits, at: datetime) -> Iterator[Observation]:
        started = time.monotonic()
        yield from observe(target, asks, limits, at, ClientRole(anchors=shipped_roots()))
        seconds[target.name] = time.monotonic() - started

    with ExitStack() as stack:
        targets = tuple(_start(case, number, stack) for number, case in enumerate(every.values(), 1))
        plan = make_plan(live_policy(authority, stack.enter_context(closed_port())), targets)
        pool = stack.enter_context(ThreadPoolExecutor(THREADS))
        observations = list(collect(plan, LIMITS, AT, pool, timed))
    return Result(every, plan, evaluate(plan, observations, AT, AT), seconds)


def _start(case: Case, number: int, stack: ExitStack) -> ServerTarget:
    address = f"127.0.1.{number}"
    port = stack.enter_context(peers.serving(case.behave, address, case.accepts))
    return ServerTarget(
        name=case.name, host=SERVER_NAME, port=port, service=case.service, address=address, server_name=SERVER_NAME
    )


def test_one_finding_comes_of_every_check(result: Result) -> None:
    promised = [(check.setting.rule.id, check.target.name) for check in result.plan.checks]
    assert [(finding.rule, finding.target) for finding in result.report.findings] == promised


def test_no_probe_and_no_rule_breaks(result: Result) -> None:
    assert set(result.seconds) == set(result.cases)
    broken = [
        (finding.target, reason_text(finding)) for finding in result.report.findings if "bug" in reason_text(finding)
    ]
    assert broken == []


UNJUDGED = {Outcome.INCONCLUSIVE, Outcome.NOT_TESTED}


def unproven(finding: Finding) -> bool:
    """No client certificate that has to be accepted is shown here, so a refusal proves too little, and it says so."""
    if finding.outcome is Outcome.PASS:
        return "not proven" in reason_text(finding)
    return finding.outcome is Outcome.WARN and all("not proven" in seen.observed for seen in finding.violations)


def test_what_is_open_says_why(result: Result) -> None:
    for finding in result.report.findings:
        says_why = (finding.outcome is Outcome.INCONCLUSIVE) == bool(reason_text(finding)) or unproven(finding)
        assert says_why or finding.outcome in {
            Outcome.NOT_APPLICABLE,
            Outcome.NOT_TESTED,
            Outcome.FAIL,
            Outcome.WARN,
        }, finding


def test_every_audit_ends_within_its_deadline(result: Result) -> None:
    """A peer that speaks TLS, however slowly, has up to four times as long, see ``Limits``."""
    for name, case in result.cases.items():
        most = LIMITS.target_seconds * (1 if case.unseen else 4) + SLACK_SECONDS
        assert result.seconds[name] <= most, name


def test_nothing_is_judged_that_a_peer_does_not_show(result: Result) -> None:
    judged = {
        (name, rule)
        for name, case in result.cases.items()
        for rule, finding in result.findings(name).items()
        if rule.startswith(case.unseen) and finding.outcome not in UNJUDGED and rule not in case.found
    }
    assert judged == set()


def test_a_rule_that_a_peer_violates_never_passes(result: Result) -> None:
    passed = {
        (name, rule)
        for name, case in result.cases.items()
        for rule in case.guilty
        if result.findings(name)[rule].outcome in {Outcome.PASS, Outcome.NOT_APPLICABLE}
    }
    assert passed == set()


def test_a_rule_that_a_peer_does_not_violate_never_fails(result: Result) -> None:
    accused = {
        (name, rule, finding.violations)
        for name, case in result.cases.items()
        for rule, finding in result.findings(name).items()
        if finding.outcome in {Outcome.FAIL, Outcome.WARN} and rule not in case.guilty and not unproven(finding)
    }
    assert accused == set()


def test_what_is_plain_to_see_is_found(result: Result) -> None:
    for name, case in result.cases.items():
        for rule in case.found:
            assert result.findings(name)[rule].outcome is Outcome.FAIL, (name, rule)


def test_the_healthy_target_among_them_is_judged_in_full(result: Result) -> None:
    outcomes = {finding.outcome for finding in result.findings(HEALTHY).values() if not unproven(finding)}
    assert outcomes <= {Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.NOT_TESTED}


def test_nothing_in_the_report_can_move_a_terminal_or_turn_text_round(result: Result) -> None:
    text = "".join(_strings(result.report.model_dump(mode="json")))
    assert {character for character in text if unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"}} == set()
    assert "evil" in text, "the name with control characters is not in the report at all"


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str):
        yield value
