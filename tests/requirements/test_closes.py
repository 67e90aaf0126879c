"""Whatever was not tested says what would test it."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import auditor
from auditor.evaluate import evaluate
from auditor.model.finding import Warning
from auditor.model.observation import NotAttempted, ServerCertificateCaseSeen
from auditor.model.target import DeploymentTarget
from auditor.model.tls import ProtocolVersion
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.rules.client._shared import judge_cases

AT = datetime(2040, 3, 1, tzinfo=UTC)
OLD = "inputs/reports/version_1.py"
"""Reports that were written before anything said so."""


def test_every_remark_that_something_was_not_tested_says_what_would_test_it() -> None:
    root = Path(auditor.__file__).parent
    found, silent = 0, []
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("NotTested", "NotAttempted"):
                found += 1
                if "closes" not in {keyword.arg for keyword in node.keywords} and not str(path).endswith(OLD):
                    silent.append(f"{path}:{node.lineno}")
    assert found > 25
    assert silent == []


def test_what_would_test_it_reaches_the_finding() -> None:
    gap = NotAttempted(target="deployment", at=AT, wanted="dns", reason="not asked", closes="--dns")
    report = evaluate(make_plan(load_policy("acg"), (DeploymentTarget(name="deployment"),)), (gap,), AT, AT)
    finding = next(one for one in report.findings if one.rule == "region-name-unresolved")
    assert [(one.reason, one.closes) for one in finding.not_tested] == [("not asked", "--dns")]


def test_a_rejection_by_a_client_without_a_control_is_unproven_and_no_deviation() -> None:
    seen = ServerCertificateCaseSeen(
        target="c",
        at=AT,
        version=ProtocolVersion.TLS_1_3,
        case="wrong-name",
        treatment="aborted",
        evidence="alert",
    )
    (remark,) = judge_cases((seen,), {"wrong-name": "certificate for another name"})
    assert isinstance(remark, Warning)
    assert (remark.unproven, remark.closes) == (True, "auditor listen --ca PEM --ca-key PEM")
