"""Rules and policies of an installed distribution: found by their entry points, and never missing in silence."""

import hashlib
import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.policy.shipped import policy_directory
from tests.api.distribution import POLICY, RULE, Distribution, install

pytestmark = pytest.mark.slow

ROOT = policy_directory() / "roots" / "digicert-global-root-g2.pem"
NAMED = 'plug-in example-auditor 1.2, entry point "example = example_auditor.'


@pytest.fixture
def distribution(tmp_path: Path) -> Distribution:
    return install(tmp_path)


def test_a_rule_of_ones_own_judges_by_a_policy_of_ones_own(distribution: Distribution) -> None:
    done = distribution.run("certificate", str(ROOT), "-p", "example-operator", "--json")
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    (finding,) = report["findings"]
    assert (finding["rule"], finding["outcome"]) == ("example-issuer-not-allowed", "fail")
    assert finding["violations"][0]["observed"] == "DigiCert Global Root G2"
    assert report["rules"]["example-issuer-not-allowed"]["remedy"] == "Order the certificate from Example Issuing CA."


def test_the_policy_is_listed_and_shown(distribution: Distribution) -> None:
    assert "example-operator" in distribution.run("policy", "list").stdout
    assert "example-issuer-not-allowed" in distribution.run("policy", "show", "example-operator").stdout


def test_a_file_can_set_the_rule_and_extend_the_policy(distribution: Distribution, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    head = "id: own\nversion: '1'\ntitle: Own\nextends: example-operator\nrules:\n"
    own.write_text(head + "  example-issuer-not-allowed: {issuers: [Other CA], severity: low}\n", encoding="utf-8")
    assert distribution.run("policy", "check", str(own)).returncode == 0
    own.write_text(head + "  example-issuer-not-allowed: {isuers: [Other CA]}\n", encoding="utf-8")
    done = distribution.run("policy", "check", str(own))
    assert done.returncode == 2
    assert f"{own}:6:" in done.stderr
    assert "isuers" in done.stderr


def test_the_rule_is_explained(distribution: Distribution) -> None:
    done = distribution.run("explain", "example-issuer-not-allowed")
    assert done.returncode == 0, done.stderr
    assert "Certificates of Example Operator come from its own CA" in done.stdout
    assert "issuers" in done.stdout


def test_the_rule_is_described_for_code_scanning(distribution: Distribution, tmp_path: Path) -> None:
    path = tmp_path / "report.sarif"
    distribution.run("certificate", str(ROOT), "-p", "example-operator", "--report", str(path))
    (rule,) = json.loads(path.read_text(encoding="utf-8"))["runs"][0]["tool"]["driver"]["rules"]
    assert rule["id"] == "example-issuer-not-allowed"
    assert "revokes within the hour" in rule["fullDescription"]["text"]


def test_a_policy_may_name_roots_that_its_package_pins(distribution: Distribution) -> None:
    der = x509.load_pem_x509_certificate(ROOT.read_bytes()).public_bytes(Encoding.DER)
    pin = hashlib.sha256(der).hexdigest()
    distribution.write("example_auditor/policies/roots/example-root.pem", ROOT.read_text(encoding="ascii"))
    distribution.write(
        "example_auditor/policies/example-operator.yaml",
        f"{POLICY}  certificate-root-not-allowed: {{roots: [example-root]}}\n",
    )
    missing = distribution.run("policy", "show", "example-operator")
    assert missing.returncode == 2
    assert f'{NAMED}policies" of auditor.policies: the root example-root needs both' in missing.stderr
    distribution.write("example_auditor/policies/__init__.py", f'PINS = {{"example-root": "{pin}"}}\n')
    assert distribution.run("policy", "show", "example-operator").returncode == 0
    distribution.write("example_auditor/policies/__init__.py", f'PINS = {{"example-root": "{"0" * 64}"}}\n')
    wrong = distribution.run("policy", "show", "example-operator")
    assert wrong.returncode == 2
    assert "this is not the pinned root" in wrong.stderr


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("rules/__init__.py", "import no_such_module\n", "it cannot be imported (ModuleNotFoundError: "),
        ("rules/__init__.py", "raise SystemError('no')\n", 'it cannot be imported (SystemError: "no")'),
        ("rules/example_issuer_not_allowed.py", "1 +\n", "a rule cannot be imported (SyntaxError: "),
        ("rules/__init__.py", "raise SystemExit(0)\n", 'it cannot be imported (SystemExit: "0")'),
        ("rules/other.py", "raise SystemExit(0)\n", 'a rule cannot be imported (SystemExit: "0")'),
        ("policies/__init__.py", "raise SystemExit(0)\n", 'it cannot be imported (SystemExit: "0")'),
        ("policies/__init__.py", "PINS = ['example-root']\n", "PINS must be a dictionary of names"),
        ("rules/other.py", RULE, "other defines the rule example-issuer-not-allowed; a rule's file is named after it"),
        ("rules/other.py", "", "example_auditor.rules.other defines no RULE"),
        (
            "rules/certificate_expired.py",
            RULE.replace("example-issuer-not-allowed", "certificate-expired"),
            "there is a rule certificate-expired already",
        ),
        (
            "rules/example_issuer_not_allowed.py",
            RULE.replace("check=check", "check=common_name", 1),
            "the RULE of example_auditor.rules.example_issuer_not_allowed cannot be used: check is not a function of",
        ),
        (
            "rules/example_issuer_not_allowed.py",
            RULE.replace("remedy=lambda params:", "remedy=5 or", 1),
            "remedy of the",
        ),
        (
            "rules/example_issuer_not_allowed.py",
            RULE.replace("citations=(", "citations=(5, ", 1),
            "citations of the rule",
        ),
        ("policies/acg.yaml", POLICY, "a policy acg exists already"),
        ("policies/roots/digicert-global-root-g2.pem", "", "a root digicert-global-root-g2 exists already"),
    ],
)
def test_a_broken_plug_in_is_one_clear_error(distribution: Distribution, file: str, text: str, message: str) -> None:
    distribution.write(f"example_auditor/{file}", text)
    done = distribution.run("policy", "list")
    assert (done.returncode, done.stdout) == (2, "")
    assert NAMED in done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_rule_about_renewals_makes_replaces_an_option_that_has_an_effect(distribution: Distribution) -> None:
    renewal = RULE.replace("CertificateChainSeen", "RenewalSeen").replace("seen.certificates[0]", "seen.chains[0][0]")
    renewal = renewal.replace("if not seen.certificates:", "if not seen.chains:")
    distribution.write("example_auditor/rules/example_issuer_not_allowed.py", renewal)
    done = distribution.run("certificate", str(ROOT), "--replaces", str(ROOT), "-p", "example-operator", "--json")
    assert done.returncode == 1, done.stderr
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["rule"], finding["outcome"]) == ("example-issuer-not-allowed", "fail")


@pytest.mark.parametrize(
    ("before", "after", "function"),
    [
        ("' or '.join(params.issuers)", "params.issuer", "remedy"),
        ("check=check,", "check=check,\n    asks=lambda params: params.asks,", "asks"),
    ],
)
def test_a_function_of_a_rule_that_raises_is_an_error_of_the_policy_that_sets_the_rule(
    distribution: Distribution, before: str, after: str, function: str
) -> None:
    assert before in RULE
    distribution.write("example_auditor/rules/example_issuer_not_allowed.py", RULE.replace(before, after))
    done = distribution.run("certificate", str(ROOT), "-p", "example-operator")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{function} of example-issuer-not-allowed failed with AttributeError" in done.stderr
    assert "example-operator.yaml:6:" in done.stderr


@pytest.mark.parametrize(
    ("rules", "policies", "message"),
    [
        ("no_such_package", "", "it cannot be imported (ModuleNotFoundError: "),
        ("example_auditor.rules.example_issuer_not_allowed", "", "it names a module; it must name a package"),
        ("example_auditor.empty", "", "it has no rules"),
        ("", "example_auditor", "its folder holds no policy (*.yaml)"),
    ],
)
def test_a_broken_entry_point_is_one_clear_error(tmp_path: Path, rules: str, policies: str, message: str) -> None:
    done = install(tmp_path, rules=rules, policies=policies).run("policy", "list")
    assert (done.returncode, done.stdout) == (2, "")
    assert "plug-in example-auditor 1.2, entry point" in done.stderr
    assert message in done.stderr


def test_what_is_wrong_with_the_rules_is_not_said_of_the_policy(distribution: Distribution) -> None:
    distribution.write("example_auditor/rules/other.py", "")
    done = distribution.run("policy", "show", "example-operator")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("severity=Severity.HIGH", "severity='high'", 'TypeError: "severity of the rule is of the wrong type"'),
        ("group=Group.CERTIFICATE", "group=3", "group of the rule is of the wrong type"),
        ("params=IssuerParams", "params=dict", "params of the rule is of the wrong type"),
        ("observes=CertificateChainSeen", "observes='certificate-chain'", "observes of the rule is of the wrong type"),
        ("observes=CertificateChainSeen", "observes=CertificateChainSeen.__base__", "observes of the rule is of the"),
        ("check=check", "check=None", "check of the rule is of the wrong type"),
        ("check=check", "check=check, rests_on=['circuits']", "rests_on of the rule is of the wrong type"),
        ('id="example-issuer-not-allowed"', 'id="example_issuer_not_allowed"', "a rule's file is named after it"),
        ("remedy=lambda params:", "remedy=lambda params: 1 / 0 or", "remedy of example-issuer-not-allowed failed"),
        ("check=check", "check=check, asks=lambda params: None", "asks of example-issuer-not-allowed returned None"),
    ],
)
def test_a_rule_that_cannot_be_used_is_one_clear_error(
    distribution: Distribution, before: str, after: str, message: str
) -> None:
    distribution.write("example_auditor/rules/example_issuer_not_allowed.py", RULE.replace(before, after))
    done = distribution.run("certificate", str(ROOT), "-p", "example-operator")
    assert (done.returncode, done.stdout) == (2, "")
    assert NAMED in done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("statement", "code", "reason"),
    [
        ("yield 'an issuer that is not allowed'", 3, "the rule returned str, which is no remark"),
        ("yield Violation", 3, "the rule returned ModelMetaclass, which is no remark"),
        ("yield None", 3, "the rule returned NoneType, which is no remark"),
        ("raise SystemExit(0)", 3, "the rule failed with SystemExit"),
        ("yield type('Own', (Violation,), {})(subject=TARGET, expected='e', observed='o')", 1, ""),
    ],
)
def test_a_check_that_breaks_or_returns_something_else_never_passes(
    distribution: Distribution, statement: str, code: int, reason: str
) -> None:
    check, rest = RULE.index('    """The common name'), RULE.index("RULE = Rule(")
    text = f"{RULE[:check]}    {statement}\n\n\n{RULE[rest:]}"
    distribution.write("example_auditor/rules/example_issuer_not_allowed.py", text)
    done = distribution.run("certificate", str(ROOT), "-p", "example-operator", "--json")
    assert done.returncode == code, done.stderr
    (finding,) = json.loads(done.stdout)["findings"]
    assert [reason in doubt["reason"] for doubt in finding.get("doubts", ())] == [True] * bool(reason)


def test_a_policy_cannot_bear_the_name_of_another(distribution: Distribution) -> None:
    distribution.write("example_auditor/policies/other.yaml", POLICY.replace("id: example-operator", "id: acg"))
    done = distribution.run("policy", "list")
    assert done.returncode == 2
    assert """other.yaml:1:5: the id of a plug-in's policy is the name of its file, "other\"""" in done.stderr


@pytest.mark.parametrize("metadata", [b"", b"\xff\xfe"])
def test_a_plug_in_whose_metadata_cannot_be_read_is_one_clear_error(tmp_path: Path, metadata: bytes) -> None:
    distribution = install(tmp_path, rules="no_such_package")
    (tmp_path / "example_auditor-1.2.dist-info" / "METADATA").write_bytes(metadata)
    done = distribution.run("policy", "list")
    assert (done.returncode, done.stdout) == (2, "")
    assert "plug-in of an unnamed distribution, entry point" in done.stderr


def test_a_policy_that_is_wrong_names_its_line_and_its_plug_in(distribution: Distribution) -> None:
    distribution.write("example_auditor/policies/example-operator.yaml", POLICY.replace("issuers", "isuers"))
    done = distribution.run("policy", "list")
    assert done.returncode == 2
    assert "example-operator.yaml:6:" in done.stderr
    assert f'{NAMED}policies" of auditor.policies: its policy example-operator is wrong' in done.stderr
