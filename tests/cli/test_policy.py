"""``auditor policy`` through click's runner."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.x509.oid import SignatureAlgorithmOID
from nassl.ephemeral_key_info import _OPENSSL_NID_TO_SECG_ANSI_X9_62  # noqa: TID251 - its names of curves
from sslyze.mozilla_tls_profile.tls_config_checker import TlsConfigurationAsJson  # noqa: TID251 - its reader

from auditor.cli.policy import policy
from auditor.errors import InputErrors
from auditor.policy import sslyze_format
from auditor.policy.read import load_policy
from auditor.policy.shipped import shipped_policies
from auditor.policy.sslyze_format import sslyze_configuration

CHILD = 'id: mine\nversion: "1"\ntitle: Mine\nextends: acg\n'


@pytest.fixture
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("policy") / "mine.yaml"


def run(*arguments: str | Path) -> tuple[int, str]:
    """The exit code and what was printed; wrong input is raised, as it is to the program's main function."""
    result = CliRunner().invoke(policy, list(map(str, arguments)))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_list_names_every_shipped_policy_with_its_version_and_number_of_rules() -> None:
    code, output = run("list")
    assert code == 0
    lines = {line.split()[0]: line for line in output.splitlines()[2:]}
    assert set(lines) == set(shipped_policies())
    assert lines["acg"].split()[1] == "2026.11"
    assert lines["acg"].endswith(f" {len(load_policy('acg').settings)}")


def test_show_prints_acg_unless_told_otherwise() -> None:
    assert run("show") == run("show", "acg")
    assert run("show", "rfc9325")[1].startswith(f"# In effect, SHA-256 {load_policy('rfc9325').sha256}\nid: rfc9325\n")


@pytest.mark.parametrize("name", shipped_policies())
def test_what_show_prints_can_be_loaded_and_demands_the_same(name: str, file: Path) -> None:
    code, output = run("show", name)
    file.write_text(output, encoding="utf-8")
    assert code == 0
    assert run("diff", name, file) == (0, f"{name} and {file} have the same requirements.\n")


def test_check_says_what_a_good_file_is(file: Path) -> None:
    file.write_text(CHILD, encoding="utf-8")
    code, output = run("check", file)
    assert code == 0
    assert output.startswith(f"{file}: mine 1, {len(load_policy('acg').settings)} rules, SHA-256 ")


def test_check_reports_the_errors_of_all_files_and_still_says_which_is_good(file: Path) -> None:
    other = file.with_name("other.yaml")
    file.write_text(CHILD + "rules: {x: {}, y: {}}\n", encoding="utf-8")
    other.write_text(CHILD + "z: 1\n", encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        run("check", file, "acg", other)
    assert [str(error) for error in caught.value.errors] == [
        f'{file}:5:9: unknown rule "x"',
        f'{file}:5:16: unknown rule "y"',
        (
            f'{other}:5:1: unknown key "z"; known are id, version, title, source, fail_on, complete, extends, '
            "requirements, lists, rules, disable"
        ),
    ]


def test_check_needs_a_file() -> None:
    assert run("check")[0] == 2


def test_diff_says_what_the_second_policy_demands_differently(file: Path) -> None:
    file.write_text(
        CHILD + "fail_on: high\nrules:\n  certificate-expires-soon: {days: 60, severity: high}\n"
        "  protocol-not-allowed: {allowed: [TLSv1.1, TLSv1.2, TLSv1.3]}\n"
        "  cipher-suite-not-allowed: {TLSv1.1: [TLS_RSA_WITH_AES_128_CBC_SHA]}\n"
        "  group-not-allowed: {allowed: [x25519]}\n"
        "  signature-scheme-weak: {}\ndisable: [{rule: certificate-wildcard, reason: no}]\n",
        encoding="utf-8",
    )
    code, output = run("diff", "acg", file)
    assert code == 1
    assert output.splitlines() == [
        "~ fail_on: medium → high",
        "~ certificate-expires-soon.severity: medium → high",
        "~ certificate-expires-soon.days: 30 → 60",
        "- certificate-wildcard",
        "+ cipher-suite-not-allowed.TLSv1.1: TLS_RSA_WITH_AES_128_CBC_SHA",
        '+ group-not-allowed (medium) {"allowed": ["x25519"]}',
        "+ protocol-not-allowed.allowed: TLSv1.1",
        "+ signature-scheme-weak (medium)",
    ]


def test_diff_of_a_policy_that_does_not_exist_is_wrong_input() -> None:
    with pytest.raises(InputErrors, match='unknown policy "acq"; did you mean "acg"'):
        run("diff", "acg", "acq")


@pytest.mark.parametrize("name", ["acg", "acg-strict", "rfc9325", "mozilla-modern", "teams-direct-routing"])
def test_show_writes_a_configuration_that_sslyze_reads(name: str) -> None:
    result = CliRunner().invoke(policy, ["show", name, "--format", "sslyze"])
    assert result.exit_code == 0
    loaded = TlsConfigurationAsJson.model_validate_json(result.stdout)
    settings = {setting.rule.id: setting.params.model_dump(by_alias=True) for setting in load_policy(name).settings}
    versions = settings["protocol-not-allowed"]["allowed"]
    assert loaded.tls_versions == {str(version) for version in versions}
    assert loaded.ciphersuites == set(settings["cipher-suite-not-allowed"]["TLSv1.3"])
    assert loaded.ciphers.iana == set(settings["cipher-suite-not-allowed"].get("TLSv1.2") or ())
    assert "note: certificate-key-weak: " in result.stderr
    assert "certificate-chain-incomplete" in result.stderr


def test_what_a_policy_does_not_limit_sslyze_is_to_allow(file: Path) -> None:
    file.write_text(
        'id: mine\nversion: "1"\ntitle: Mine\nsource: a test\nfail_on: low\nrules:\n'
        "  protocol-not-allowed: {allowed: [TLSv1.0, TLSv1.2]}\n",
        encoding="utf-8",
    )
    loaded = TlsConfigurationAsJson.model_validate_json(sslyze_configuration(load_policy(str(file))).text)
    assert loaded.tls_versions == {"TLSv1", "TLSv1.2"}
    assert {"TLS_RSA_WITH_NULL_MD5", "TLS_RSA_WITH_AES_128_GCM_SHA256"} <= loaded.ciphers.iana
    assert {"X25519", "sect163k1", "brainpoolP512r1"} <= loaded.tls_curves
    assert {"rsassaPss", "sha1WithRSAEncryption"} <= loaded.certificate_signatures
    assert (loaded.rsa_key_size, loaded.maximum_certificate_lifespan) == (None, 36_500)


def test_the_curves_and_signatures_are_named_as_sslyze_names_them() -> None:
    assert set(sslyze_format._CURVES) == set(_OPENSSL_NID_TO_SECG_ANSI_X9_62.values())
    names = {oid._name for oid in vars(SignatureAlgorithmOID).values() if hasattr(oid, "_name")}
    own = {name for names in sslyze_format._SIGNATURES.values() for name in names}
    assert own | set(sslyze_format._UNBOUND_SIGNATURES) <= names
