"""``auditor policy coverage``: every requirement behind a policy, and what answers it."""

import json
from pathlib import Path

import pytest

from auditor.policy.read import load_policy
from tests.cli.conftest import Auditor, auditor
from tests.deployment.test_faults import INVENTORIES

__all__ = ["auditor"]
REQUIREMENTS = load_policy("acg").requirements


def test_the_acg_requirements_are_complete() -> None:
    assert len(REQUIREMENTS) >= 130
    assert {requirement.id for requirement in REQUIREMENTS} >= {"CON-01", "ER-14", "SEC-34", "DER-12", "TIM-08"}


def test_what_answers_it_stands_in_the_table(auditor: Auditor) -> None:
    done = auditor("policy", "coverage")
    assert done.code == 0
    assert all(requirement.id in done.out for requirement in REQUIREMENTS)
    assert done.out.rstrip().splitlines()[-1].startswith(f"{len(REQUIREMENTS)} requirements of acg ")
    assert "protocol-not-allowed (server)" in done.out


def test_as_json_it_says_where_the_rules_must_pass_and_what_the_policy_lacks(auditor: Auditor) -> None:
    done = auditor("policy", "coverage", "acg", "--json")
    found = {entry["id"]: entry for entry in json.loads(done.out)}
    assert found["SEC-19"]["applies"] == "https"
    assert {need["at"] for need in found["SEC-19"]["needs"]} == {"https-server", "https-client"}
    assert {id_: entry["not_in_policy"] for id_, entry in found.items() if entry["not_in_policy"]} == {
        "SEC-20": ["certificate-revoked"],
        "TIM-06": ["signature-scheme-weak"],
    }
    assert found["SEC-31"]["derived"]
    assert "answer" not in found["SEC-19"]
    strict = {entry["id"]: entry for entry in json.loads(auditor("policy", "coverage", "acg-strict", "--json").out)}
    assert strict["SEC-29"]["not_in_policy"] == ["cipher-suite-order"]


def test_a_policy_without_a_requirements_file_says_so(auditor: Auditor) -> None:
    done = auditor("policy", "coverage", "mozilla-modern")
    assert (done.code, done.out) == (
        0,
        "The policy mozilla-modern names no requirements file, so there are no requirements to list.\n",
    )
    assert auditor("policy", "coverage", "mozilla-modern", "--json").out == "[]\n"


@pytest.mark.parametrize("name", ["maps", "lab"])
def test_with_an_inventory_it_says_what_that_alone_answers(auditor: Auditor, name: str) -> None:
    done = auditor("policy", "coverage", "acg", "-i", INVENTORIES / f"{name}.yaml", "--json")
    found = {entry["id"]: entry["answer"] for entry in json.loads(done.out)}
    assert found["CON-01"] == "met"
    assert found["ER-06"] == "not-applicable"
    assert found["SEC-10"] == "open"
    assert (found["CON-12"] == "not-applicable") == (name == "lab")


def test_an_inventory_that_declares_nothing_leaves_everything_open_that_it_could_answer(
    auditor: Auditor, tmp_path: Path
) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text("operator: x\ndeployment: {}\nendpoints: [{name: a, address: '127.0.0.1:5061'}]\n")
    done = auditor("policy", "coverage", "-i", path)
    lines = {line.split()[0]: line for line in done.out.splitlines() if line[:3] in ("CON", "ER-", "SEC")}
    assert lines["CON-12"].rstrip().endswith("open")
    assert lines["SEC-10"].rstrip().endswith("open")
    assert lines["ER-06"].rstrip().endswith("open"), "whether there is a circuit is not declared"
