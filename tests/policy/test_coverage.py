"""Every requirement behind a shipped policy is answered by a rule, or there is a reason that none does."""

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.model.requirement import Requirement, RequirementSource, SourceDocument
from auditor.model.severity import Severity
from auditor.policy.coverage import Answer, coverage
from auditor.policy.read import load_policy
from tests.cli.conftest import Auditor, auditor
from tests.deployment.test_faults import INVENTORIES

__all__ = ["auditor"]
PART = "Not checked: "
REQUIREMENTS = load_policy("acg").requirements


@pytest.mark.parametrize("name", ["acg", "acg-strict", "teams-direct-routing"])
def test_a_requirement_is_answered_by_a_rule_or_says_why_not(name: str) -> None:
    for answer in coverage(load_policy(name)):
        requirement = answer.requirement
        if answer.rules or answer.elsewhere:
            assert not requirement.reason or requirement.reason.startswith(PART), requirement.id
        else:
            assert requirement.reason, requirement.id
            assert not requirement.reason.startswith(PART), requirement.id


def test_the_acg_requirements_are_complete() -> None:
    assert len(REQUIREMENTS) == 132


def test_the_command_lists_them_all(auditor: Auditor) -> None:
    done = auditor("policy", "coverage")
    assert done.code == 0
    assert all(requirement.id in done.out for requirement in REQUIREMENTS)
    assert f"of {len(REQUIREMENTS)} requirements are answered by rules of acg" in done.out


def test_an_answer_names_its_rules_and_what_they_leave_out_or_the_rules_that_another_policy_has() -> None:
    source = RequirementSource(SourceDocument("d", "A document"))
    requirement = Requirement("X-1", "x", (source,), ("dns",), Severity.LOW, ("a", "b", "c"), f"{PART}the rest.")
    assert Answer(requirement, ("a", "b"), ("c",), "").by == f"a, b. {PART}the rest."
    assert Answer(requirement, (), ("c",), "").by == "not in this policy: c"
    assert Answer(replace(requirement, rules=(), reason="Nobody can."), (), (), "").by == "Nobody can."


def test_a_policy_without_a_requirements_file_says_so(auditor: Auditor) -> None:
    done = auditor("policy", "coverage", "mozilla-modern")
    assert (done.code, done.out) == (
        0,
        "The policy mozilla-modern names no requirements file, so there are no requirements to list.\n",
    )


@pytest.mark.parametrize("name", ["maps", "lab"])
def test_with_an_inventory_it_says_what_is_declared(auditor: Auditor, name: str) -> None:
    done = auditor("policy", "coverage", "acg", "-i", INVENTORIES / f"{name}.yaml")
    lines = {line.split()[0]: line for line in done.out.splitlines() if line[:3] in ("CON", "ER-", "SEC")}
    assert "declared" in lines["CON-01"]
    assert "does not apply" in lines["ER-06"]
    assert "needs an endpoint" in lines["SEC-10"]
    assert ("does not apply" in lines["CON-12"]) == (name == "lab")


def test_an_inventory_that_declares_nothing_says_so(auditor: Auditor, tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text("operator: x\ndeployment: {}\nendpoints: [{name: a, address: '127.0.0.1:5061'}]\n")
    done = auditor("policy", "coverage", "-i", path)
    lines = {line.split()[0]: line for line in done.out.splitlines() if line[:3] in ("CON", "ER-", "SEC")}
    assert "not declared" in lines["CON-12"]
    assert "observed at 1" in lines["SEC-10"]
