"""The options that say as which client the auditor appears: what they prove, what is said of them, what is wrong."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from auditor.inputs.observation_file import read_observations
from auditor.lab import Lab
from auditor.model.observation import ClientCertificateCaseSeen, RootTrustSeen
from tests.cli.conftest import Auditor

pytestmark = pytest.mark.slow

Address = Callable[[str], str]
PASSPHRASE = "correct horse"
POLICY = """\
id: own
version: "1"
title: Own
source: a test
fail_on: medium
rules:
  client-certificate-not-required: {}
  client-certificate-unverified: {}
  required-root-not-trusted: {roots: [digicert-tls-rsa4096-root-g5]}
"""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "mutual.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return str(path)


@pytest.fixture
def encrypted(lab: Lab, tmp_path: Path) -> Path:
    """The lab's client key, encrypted."""
    key = load_pem_private_key(lab.client_key.read_bytes(), None)
    path = tmp_path / "encrypted.key"
    encryption = BestAvailableEncryption(PASSPHRASE.encode("ascii"))
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    return path


def own(lab: Lab, key: Path | None = None) -> tuple[object, ...]:
    return ("--client-cert", lab.client_certificate, "--client-key", key or lab.client_key)


def test_without_a_certificate_refusals_are_a_warning_and_with_one_a_proof(
    auditor: Auditor, address: Address, lab: Lab, policy: str
) -> None:
    blind = auditor("audit", address("sip-compliant"), "-p", policy)
    assert blind.code == 0
    assert "enforcement is not proven" in blind.out
    proven = auditor("audit", address("sip-compliant"), "-p", policy, *own(lab))
    assert proven.code == 0
    assert "not proven" not in proven.out
    assert "client certificate: presents CN=client.example.net,O=Example Operator to 1 target" in proven.err


@pytest.mark.parametrize("name", ["sip-client-certificate-any", "sip-client-certificate-by-name"])
def test_an_endpoint_that_takes_an_impostor_fails_without_any_opt_in(
    auditor: Auditor, address: Address, policy: str, name: str
) -> None:
    done = auditor("audit", address(name), "-p", policy)
    assert done.code == 1
    assert "client-certificate-unverified" in done.out


def test_an_endpoint_that_drops_everybody_is_a_warning_when_blind_and_open_with_a_control(
    auditor: Auditor, address: Address, lab: Lab, policy: str
) -> None:
    assert auditor("audit", address("https-refuses-everybody"), "-p", policy).code == 0
    assert auditor("audit", address("https-refuses-everybody"), "-p", policy, *own(lab)).code == 3


def test_the_trust_probe_is_said_on_standard_error_and_seen(
    auditor: Auditor, address: Address, policy: str, tmp_path: Path
) -> None:
    output = tmp_path / "seen.jsonl"
    done = auditor("collect", address("sip-peer-root-missing"), "-p", policy, "-o", output, "--trust-probe")
    assert done.code == 0
    assert "trust probe: presents forged issuers of digicert-tls-rsa4096-root-g5 to 1 target" in done.err
    _, seen = read_observations(output)
    assert {one.root for one in seen if isinstance(one, RootTrustSeen)} == {"digicert-tls-rsa4096-root-g5"}
    # This endpoint of the lab does not hold that root, and tells it from the one it announces.
    assert {one.trusted for one in seen if isinstance(one, RootTrustSeen)} == {False}
    assert [one for one in seen if isinstance(one, ClientCertificateCaseSeen)]


def test_a_passphrase_comes_from_the_environment_or_a_file_descriptor(
    auditor: Auditor,
    address: Address,
    lab: Lab,
    policy: str,
    encrypted: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ("audit", address("sip-compliant"), "-p", policy, *own(lab, encrypted))
    monkeypatch.delenv("AUDITOR_KEY_PASSPHRASE", raising=False)
    without = auditor(*words)
    assert without.code == 2
    assert without.err.strip().endswith("this private key is encrypted; set its passphrase in AUDITOR_KEY_PASSPHRASE")
    monkeypatch.setenv("AUDITOR_KEY_PASSPHRASE", PASSPHRASE)
    assert auditor(*words).code == 0
    monkeypatch.setenv("AUDITOR_KEY_PASSPHRASE", "wrong")
    wrong = auditor(*words)
    assert wrong.code == 2
    assert "is the passphrase the right one?" in wrong.err
    reading, writing = os.pipe()
    try:
        os.write(writing, f"{PASSPHRASE}\nmore\n".encode("ascii"))
        os.close(writing)
        assert auditor(*words, "--key-passphrase-fd", reading).code == 0
    finally:
        os.close(reading)
    closed = auditor(*words, "--key-passphrase-fd", reading)
    assert closed.code == 2
    assert "the descriptor is not readable" in closed.err
    for done in (without, wrong, closed):
        assert PASSPHRASE not in done.out + done.err
        assert len(done.err.splitlines()) == 1


def test_half_of_a_pair_is_one_sentence(auditor: Auditor, lab: Lab) -> None:
    target = "sips://127.0.0.1:5061"
    done = auditor("audit", target, "--client-cert", lab.client_certificate)
    assert (done.code, done.err) == (2, "auditor: --client-cert requires --client-key\n")
    done = auditor("audit", target, "--client-ca-key", lab.client_key)
    assert (done.code, done.err) == (2, "auditor: --client-ca-key requires --client-ca\n")


def test_a_certificate_that_is_no_ca_cannot_be_the_lab_s_ca(auditor: Auditor, lab: Lab) -> None:
    words = ("--client-ca", lab.client_certificate, "--client-ca-key", lab.client_key)
    done = auditor("audit", "sips://127.0.0.1:5061", *words)
    assert done.code == 2
    assert "not a CA certificate" in done.err
