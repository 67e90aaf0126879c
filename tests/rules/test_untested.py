"""What was not tested for want of an opt-in: it spoils no finding, and where it is all there is, nothing passes."""

from datetime import UTC, datetime

import pytest

from auditor.evaluate import evaluate
from auditor.model.finding import Finding, Outcome
from auditor.model.observation import (
    ClientCertificateCaseSeen,
    ClientCertificateSeen,
    NotAttempted,
    Observation,
)
from auditor.model.subject import CertificateCaseSubject
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.rules.mutual_tls._shared import NEEDS_CA, UNPROVEN

AT = datetime(2035, 3, 1, tzinfo=UTC)
TARGET = ServerTarget(name="sbc", host="192.0.2.1", port=5061, service=Service.SIP, address="192.0.2.1")


def findings(*seen: Observation) -> dict[str, Finding]:
    plan = make_plan(load_policy("acg"), (TARGET,))
    return {finding.rule: finding for finding in evaluate(plan, seen, AT, AT).findings}


def refused(case: str) -> ClientCertificateCaseSeen:
    return ClientCertificateCaseSeen(
        target="sbc", at=AT, version=ProtocolVersion.TLS_1_3, case=case, treatment="refused", control="succeeded"
    )


@pytest.fixture
def safe() -> tuple[Observation, ...]:
    return tuple(refused(case) for case in ("self-signed", "impostor-root (digicert-global-root-g2)", "unrelated-ca"))


def test_cases_that_need_a_lab_s_ca_do_not_spoil_the_pass_and_are_named(safe: tuple[Observation, ...]) -> None:
    finding = findings(*safe)["client-certificate-unverified"]
    assert finding.outcome is Outcome.PASS
    assert all("--client-ca" in remark.reason for remark in finding.not_tested)
    assert CertificateCaseSubject(case="expired") in [remark.subject for remark in finding.not_tested]


def test_a_refusal_that_nothing_vouches_for_passes_and_says_so() -> None:
    seen = ClientCertificateSeen(
        target="sbc", at=AT, version=ProtocolVersion.TLS_1_3, requested=True, without="refused", evidence="alert 116"
    )
    finding = findings(seen)["client-certificate-not-required"]
    assert finding.outcome is Outcome.PASS
    assert [remark.reason for remark in finding.not_tested] == [UNPROVEN]
    proven = findings(seen.model_copy(update={"control": "succeeded"}))["client-certificate-not-required"]
    assert (proven.outcome, proven.not_tested) == (Outcome.PASS, ())


def test_a_rule_whose_only_case_needs_an_opt_in_does_not_pass(safe: tuple[Observation, ...]) -> None:
    finding = findings(*safe)["client-certificate-usage-strictness"]
    assert finding.outcome is Outcome.NOT_TESTED
    assert [remark.reason for remark in finding.not_tested] == [NEEDS_CA]


def test_a_trust_probe_that_nobody_asked_for_is_not_tested() -> None:
    gap = NotAttempted(target="sbc", at=AT, wanted="root-trust", reason="it has to be asked for (--trust-probe)")
    finding = findings(gap)["required-root-not-trusted"]
    assert finding.outcome is Outcome.NOT_TESTED
    assert [remark.reason for remark in finding.not_tested] == ["it has to be asked for (--trust-probe)"]
