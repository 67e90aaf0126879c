"""The pipeline as a library: progress, cancellation, values in memory, and no clock but the caller's."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import auditor
from auditor import pipeline
from auditor.lab import Lab, start
from auditor.rules import all_rules

pytestmark = pytest.mark.slow

AT = datetime(2040, 3, 1, 12, 30, tzinfo=UTC)
SDP = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with start(AT) as lab:
        yield lab


@pytest.fixture
def policy(lab: Lab) -> auditor.Policy:
    return auditor.load_policy("acg", roots=[lab.root_pem])


@pytest.fixture
def target(lab: Lab) -> str:
    (found,) = [endpoint for endpoint in lab.endpoints if endpoint.name == "sip-compliant"]
    return f"sips://{found.address}"


@pytest.fixture(autouse=True)
def no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "now", lambda: pytest.fail("it read the clock"))


def test_progress_begins_before_the_first_connection_and_counts_targets(policy: auditor.Policy, target: str) -> None:
    steps: list[auditor.Progress] = []
    targets = [target, "sips://127.0.0.1:9"]
    report = auditor.audit(targets, policy, at=AT, progress=steps.append)
    assert [(step.finished, step.total) for step in steps] == [(0, 2), (1, 2), (2, 2)]
    assert {step.target for step in steps[1:]} == {name.removeprefix("sips://") for name in targets}
    assert (report.generated_at, report.observed_at) == (AT, AT)


def test_what_was_cancelled_is_inconclusive_and_never_a_pass(policy: auditor.Policy, target: str) -> None:
    stop = threading.Event()
    steps: list[auditor.Progress] = []

    def progress(step: auditor.Progress) -> None:
        steps.append(step)
        if step.finished == 1:
            stop.set()

    one_by_one = auditor.CollectSettings(jobs=1)
    others = [f"sips://127.0.0.{number}:9" for number in (2, 3)]
    seen = auditor.collect_observations(
        [target, *others], policy, settings=one_by_one, at=AT, progress=progress, cancel=stop
    )
    report = auditor.evaluate_observations(seen, policy, generated_at=AT)
    assert [step.finished for step in steps] == [0, 1]
    first, *rest = (endpoint.target for endpoint in report.endpoints)
    assert any(finding.outcome is auditor.Outcome.PASS for finding in report.findings if finding.target == first)
    for name in rest:
        findings = [finding for finding in report.findings if finding.target == name]
        assert findings
        assert {finding.outcome for finding in findings} == {auditor.Outcome.INCONCLUSIVE}
        assert {doubt.reason for finding in findings for doubt in finding.doubts} == {"cancelled"}
    assert report.verdict is not auditor.Verdict.PASS


def test_names_are_not_looked_up_once_it_is_cancelled(lab: Lab) -> None:
    estate, policy = auditor.load_inventory(lab.inventory), auditor.load_policy("acg")
    settings = auditor.CollectSettings(dns=auditor.Dns("127.0.0.1:9"))
    seen = auditor.collect_observations((), policy, inventory=estate, settings=settings, at=AT, cancel=lambda: True)
    report = auditor.evaluate_observations(seen, policy, inventory=estate, generated_at=AT)
    about_names = {rule.id for rule in all_rules().values() if rule.observation_kind == "dns"}
    findings = [finding for finding in report.findings if finding.rule in about_names]
    assert findings
    assert {doubt.reason for finding in findings for doubt in finding.doubts} == {"cancelled"}
    assert {finding.outcome for finding in findings} == {auditor.Outcome.INCONCLUSIVE}


def test_revocation_and_linting_that_were_cancelled_are_inconclusive(lab: Lab, target: str, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        'id: own\nversion: "1"\ntitle: Own\nextends: acg-strict\nrules:\n  certificate-lint-rfc5280: {}\n',
        encoding="utf-8",
    )
    policy = auditor.load_policy(path, roots=[lab.root_pem])
    stop = threading.Event()
    seen = auditor.collect_observations(
        [target],
        policy,
        settings=auditor.CollectSettings(revocation=auditor.Revocation(fetch=True)),
        at=AT,
        progress=lambda step: stop.set() if step.finished else None,
        cancel=stop,
    )
    report = auditor.evaluate_observations(seen, policy, generated_at=AT)
    for rule in ("certificate-revoked", "certificate-lint-rfc5280"):
        (finding,) = [finding for finding in report.findings if finding.rule == rule]
        assert finding.outcome is auditor.Outcome.INCONCLUSIVE
        assert "cancelled" in {doubt.reason for doubt in finding.doubts}


def test_an_exception_of_the_callback_ends_collecting_and_is_raised(policy: auditor.Policy) -> None:
    def progress(step: auditor.Progress) -> None:
        if step.finished:
            raise RuntimeError("the caller's own")

    with pytest.raises(RuntimeError, match="the caller's own"):
        auditor.audit(["sips://127.0.0.1:9"], policy, at=AT, progress=progress)


def test_offline_observations_judge_no_endpoint(lab: Lab) -> None:
    estate = auditor.load_inventory(lab.inventory)
    settings = auditor.CollectSettings(offline=True)
    report = auditor.audit((), auditor.load_policy("acg"), inventory=estate, settings=settings, at=AT)
    judged = {finding.target for finding in report.findings if finding.outcome is not auditor.Outcome.NOT_TESTED}
    assert judged == {"deployment"}
    assert any("because --offline was used" in note for note in report.notes)


def test_the_inventory_brings_its_roots_and_waivers(lab: Lab, tmp_path: Path, target: str) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(
        "operator: Example\n"
        f"endpoints:\n  - {{name: sbc-1, address: '{target.removeprefix('sips://')}', service: sip}}\n"
        f"roots:\n  - {{file: '{lab.root_pem}', sent: 2040-01-01}}\n"
        "waivers:\n  - {rule: certificate-name-mismatch, target: sbc-1, reason: known, approved_by: A. N. Other,"
        " ticket: NET-1, expires: 2040-12-31}\n",
        encoding="utf-8",
    )
    estate = auditor.load_inventory(path)
    report = auditor.audit((), auditor.load_policy("acg"), inventory=estate, at=AT)
    outcomes = {finding.rule: finding.outcome for finding in report.findings}
    assert outcomes["certificate-root-not-allowed"] is auditor.Outcome.PASS
    assert [status.waiver.rule for status in report.waivers] == ["certificate-name-mismatch"]


def test_observations_are_written_and_read_back(policy: auditor.Policy, tmp_path: Path) -> None:
    seen = auditor.collect_observations(["sips://127.0.0.1:9"], policy, at=AT)
    auditor.write_observations(tmp_path / "seen.jsonl", seen)
    assert auditor.read_observations(tmp_path / "seen.jsonl") == seen


def test_certificates_in_memory_are_judged_for_a_name(lab: Lab) -> None:
    policy = auditor.load_policy("acg", roots=[lab.root_pem])
    content = lab.client_certificate.read_bytes()
    use = auditor.CertificateUse(names=("Client.Example.NET",))
    report = auditor.audit_certificates([("new", content)], policy, use=use, at=AT)
    outcomes = {finding.rule: finding.outcome for finding in report.findings}
    assert outcomes["certificate-name-mismatch"] is auditor.Outcome.PASS
    assert {endpoint.target for endpoint in report.endpoints} == {"new"}


@pytest.mark.parametrize(
    ("files", "use", "message"),
    [
        ([("new", b"nothing")], None, "new: "),
        ([("new", b"")], None, "new: "),
        ([Path("/no/such/file.pem")], None, "the file cannot be read"),
        ([("new", b"")], auditor.CertificateUse(names=("no name",)), "--name: "),
        ([("new", b"x" * 20_000_000)], None, "is larger than"),
    ],
)
def test_certificates_that_cannot_be_read_are_wrong_input(
    policy: auditor.Policy,
    files: list[Path | tuple[str, bytes]],
    use: auditor.CertificateUse | None,
    message: str,
) -> None:
    with pytest.raises(auditor.InputErrors, match=message):
        auditor.audit_certificates(files, policy, use=use, at=AT)


def test_a_session_description_in_memory_is_judged() -> None:
    report = auditor.audit_session_descriptions([("offer", SDP)], auditor.load_policy("acg"), role="offer", at=AT)
    assert report.verdict is auditor.Verdict.FAIL
    with pytest.raises(auditor.InputErrors, match="is larger than"):
        auditor.audit_session_descriptions([("offer", b"v" * 20_000_000)], auditor.load_policy("acg"), at=AT)


@pytest.mark.parametrize(
    ("targets", "settings", "message"),
    [
        ((), auditor.CollectSettings(), "nothing to audit"),
        (("sbc1.example.net",), auditor.CollectSettings(), "the port is missing"),
        (("127.0.0.1:9", "127.0.0.1:9"), auditor.CollectSettings(), "appears twice"),
        (("127.0.0.1:9",), auditor.CollectSettings(dns=auditor.Dns()), "no inventory"),
        (("127.0.0.1:9",), auditor.CollectSettings(dns=auditor.Dns(), offline=True), "--offline forbids it"),
    ],
)
def test_wrong_input_is_raised_before_anything_is_connected_to(
    policy: auditor.Policy, targets: tuple[str, ...], settings: auditor.CollectSettings, message: str
) -> None:
    with pytest.raises(auditor.InputErrors, match=message):
        auditor.audit(targets, policy, settings=settings, at=AT, progress=lambda _step: pytest.fail("it began"))


def test_status_files_that_no_rule_looks_at_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text('id: own\nversion: "1"\ntitle: Own\nsource: a test\nrules:\n  certificate-expired: {}\n')
    settings = auditor.CollectSettings(revocation=auditor.Revocation(fetch=True))
    with pytest.raises(auditor.InputErrors, match="does not include certificate-revoked"):
        auditor.audit(["127.0.0.1:9"], auditor.load_policy(path), settings=settings, at=AT)


def test_a_client_certificate_needs_its_key(lab: Lab) -> None:
    with pytest.raises(auditor.InputErrors, match="a client certificate and its private key must be given together"):
        auditor.load_client(lab.client_certificate, at=AT)
    client = auditor.load_client(lab.client_certificate, lab.client_key, at=AT)
    assert client.identity is not None


def test_an_unknown_format_is_wrong_input(policy: auditor.Policy) -> None:
    report = auditor.audit_certificates([("root", policy.anchors[0].der)], policy, at=AT)
    with pytest.raises(auditor.InputErrors, match='unknown report format "htm"; did you mean "html"'):
        auditor.render_report(report, "htm")
    with pytest.raises(auditor.InputErrors, match="unknown format"):
        auditor.write_report(Path("report.pdf"), report)
