"""Trust stores as they are found and made: this machine's, certifi's, OpenSSL's with settings, and Java's."""

import subprocess
from pathlib import Path

import certifi
import pytest

from auditor.model.finding import Outcome
from auditor.pipeline import audit_certificates, load_policy
from testbed.process import NotAvailableError, program

pytestmark = pytest.mark.live

ROOTS = Path(__file__).parents[2] / "policies" / "roots"
G2, G3 = (ROOTS / f"digicert-global-root-{name}.pem" for name in ("g2", "g3"))
DEBIAN = Path("/etc/ssl/certs/ca-certificates.crt")
PASSWORD = "changeit"


def missing(store: Path, passphrase: bytes | None = None) -> Outcome:
    """The outcome of the one rule about required roots."""
    report = audit_certificates([], load_policy("acg"), trust_stores=[store], passphrase=lambda _what: passphrase)
    (found,) = [finding for finding in report.findings if finding.rule == "trust-store-root-missing"]
    return found.outcome


def run(*command: str | Path) -> None:
    subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=30)


def test_the_store_of_certifi_holds_the_root() -> None:
    assert missing(Path(certifi.where())) is Outcome.PASS


def test_the_store_of_this_machine_holds_the_root() -> None:
    if not DEBIAN.is_file():
        raise NotAvailableError("ca-certificates is not installed")
    assert missing(DEBIAN) is Outcome.PASS


def test_a_store_with_the_text_that_openssl_writes(tmp_path: Path) -> None:
    store = tmp_path / "roots.pem"
    run(program("openssl"), "x509", "-in", G2, "-text", "-out", store)
    assert missing(store) is Outcome.PASS


@pytest.mark.parametrize(
    ("settings", "outcome"),
    [
        (("-addtrust", "serverAuth", "-addtrust", "clientAuth"), Outcome.PASS),
        (("-addtrust", "anyExtendedKeyUsage"), Outcome.PASS),
        (("-setalias", "G2"), Outcome.PASS),
        (("-addtrust", "emailProtection"), Outcome.FAIL),
        (("-addreject", "clientAuth"), Outcome.FAIL),
        (("-addreject", "serverAuth", "-setalias", "G2"), Outcome.FAIL),
        (("-addreject", "emailProtection"), Outcome.PASS),
    ],
)
def test_openssl_s_trust_settings(settings: tuple[str, ...], outcome: Outcome, tmp_path: Path) -> None:
    store = tmp_path / "roots.pem"
    run(program("openssl"), "x509", "-in", G2, "-trustout", *settings, "-out", store)
    assert b"TRUSTED CERTIFICATE" in store.read_bytes()
    assert missing(store) is outcome


@pytest.mark.parametrize(("root", "outcome"), [(G2, Outcome.PASS), (G3, Outcome.FAIL)])
def test_a_store_that_java_has_written(root: Path, outcome: Outcome, tmp_path: Path) -> None:
    store = tmp_path / "cacerts.p12"
    run(
        program("keytool"), "-importcert", "-noprompt", "-alias", "root", "-file", root, "-keystore", store,
        "-storetype", "PKCS12", "-storepass", PASSWORD,
    )  # fmt: skip
    assert missing(store, PASSWORD.encode()) is outcome


def test_a_pkcs_7_that_openssl_has_written(tmp_path: Path) -> None:
    store = tmp_path / "roots.p7b"
    run(program("openssl"), "crl2pkcs7", "-nocrl", "-certfile", G2, "-out", store)
    assert missing(store) is Outcome.PASS
