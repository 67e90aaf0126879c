"""``auditor policy`` through click's runner."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli.policy import policy
from auditor.errors import InputErrors
from auditor.policy.read import load_policy
from auditor.policy.shipped import shipped_policies

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
