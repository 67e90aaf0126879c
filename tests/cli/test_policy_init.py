"""``auditor policy init`` against the lab: what it writes loads, and the endpoint it was made from passes it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.lab import Lab
from auditor.model.policy import Policy
from auditor.policy.read import load_policy
from tests.cli.conftest import Auditor

Address = Callable[[str], str]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "golden.yaml"


def params(policy: Policy) -> dict[str, dict[str, object]]:
    return {setting.rule.id: setting.params.model_dump(mode="json", by_alias=True) for setting in policy.settings}


def test_a_compliant_endpoint_gives_a_policy_that_it_passes(
    auditor: Auditor, address: Address, lab: Lab, file: Path
) -> None:
    made = auditor("policy", "init", address("sip-compliant"), "--root", lab.root_pem, "-o", file)
    assert (made.code, made.out) == (0, ""), made.err
    assert made.err.endswith(f"{file}: written; review it line by line before you use it\n")
    found = params(load_policy(str(file)))
    assert found["protocol-not-allowed"]["allowed"] == ["TLSv1.2", "TLSv1.3"]
    assert found["cipher-suite-not-allowed"]["TLSv1.2"] == [
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    ]
    assert found["certificate-root-not-allowed"] == {"roots": [], "declared_roots": True, "public_roots": False}
    assert found["group-not-allowed"]["allowed"]
    assert {"certificate-key-weak", "certificate-signature-weak", "client-certificate-not-required"} <= set(found)
    assert "acg forbids" not in file.read_text(encoding="utf-8")
    again = auditor("audit", address("sip-compliant"), "-p", file, "--root", lab.root_pem)
    assert again.code == 0, again.out


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("sip-old-version", "  # acg forbids this (high): TLSv1.1: "),
        ("sip-forbidden-suite", "  # acg forbids this (medium): TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "),
        ("sip-client-certificate-not-requested", "# - client-certificate-not-requested: acg forbids this (critical): "),
    ],
)
def test_a_faulty_endpoint_gives_a_policy_that_it_passes_and_that_says_what_acg_forbids(
    endpoint: str, said: str, auditor: Auditor, address: Address, lab: Lab, file: Path
) -> None:
    made = auditor("policy", "init", address(endpoint), "--root", lab.root_pem, "-o", file)
    text = file.read_text(encoding="utf-8")
    assert made.code == 0, made.err
    assert said in text
    assert auditor("audit", address(endpoint), "-p", file, "--root", lab.root_pem).code == 0
    assert auditor("audit", address(endpoint), "--root", lab.root_pem).code == 1


def test_a_chain_to_an_unknown_root_is_not_demanded_and_the_comment_says_so(
    auditor: Auditor, address: Address, file: Path
) -> None:
    made = auditor("policy", "init", address("sip-compliant"), "-o", file)
    assert made.code == 0, made.err
    assert "certificate-root-not-allowed" not in params(load_policy(str(file)))
    assert "to require its root, give it with --root" in file.read_text(encoding="utf-8")
    assert auditor("audit", address("sip-compliant"), "-p", file).code == 0


def test_a_policy_made_of_one_endpoint_is_failed_by_another(
    auditor: Auditor, address: Address, lab: Lab, file: Path
) -> None:
    auditor("policy", "init", address("sip-compliant"), "--root", lab.root_pem, "-o", file)
    judged = auditor("audit", address("sip-forbidden-suite"), "-p", file, "--root", lab.root_pem)
    assert judged.code == 1
    assert "cipher-suite-not-allowed" in judged.out


def test_another_policy_can_be_compared_with_and_standard_output_is_the_file(
    auditor: Auditor, address: Address, lab: Lab, file: Path
) -> None:
    made = auditor("policy", "init", address("sip-compliant"), "--against", "mozilla-modern", "--root", lab.root_pem)
    file.write_text(made.out, encoding="utf-8")
    assert load_policy(str(file)).source.endswith("for the rest")
    assert re.search(r"# mozilla-modern forbids this \(\w+\): TLSv1\.2: ", made.out)


def test_a_file_that_is_there_is_kept_unless_it_is_forced(
    auditor: Auditor, address: Address, lab: Lab, file: Path
) -> None:
    file.write_text("mine\n", encoding="utf-8")
    refused = auditor("policy", "init", address("sip-compliant"), "-o", file)
    assert (refused.code, refused.err) == (2, f"auditor: {file} already exists; use --force to overwrite it\n")
    assert file.read_text(encoding="utf-8") == "mine\n"
    assert auditor("policy", "init", address("sip-compliant"), "-o", file, "--force", "--root", lab.root_pem).code == 0
    assert load_policy(str(file)).settings


def test_an_endpoint_without_tls_gives_no_policy_and_could_not_be_told(
    auditor: Auditor, address: Address, file: Path
) -> None:
    made = auditor("policy", "init", address("sip-plaintext"), "-o", file)
    assert made.code == 3
    assert "no TLS handshake succeeded" in made.err
    assert not file.exists()
