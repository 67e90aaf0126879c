"""Versions, suites and preference: each endpoint accepts what its description says, and nothing else."""

import shutil
import ssl
import subprocess

import pytest

from auditor.lab import Lab, LabEndpoint
from auditor.model.tls import ProtocolVersion
from tests.lab.client import accepted_suites, accepts_tls13_suite, chain, context, endpoint, handshake

pytestmark = pytest.mark.slow

V10, V11, V12, V13 = (
    ProtocolVersion.TLS_1_0,
    ProtocolVersion.TLS_1_1,
    ProtocolVersion.TLS_1_2,
    ProtocolVersion.TLS_1_3,
)
REFUSES_EVERYBODY = "https-refuses-everybody"
NO_TLS = {"sip-plaintext", "sip-silent"}
VERSIONS = {"sip-old-version": {V11, V12, V13}, "sip-no-tls13": {V12}, "sip-sha1": {V13}}

GCM = {
    "ec": ["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256"],
    "rsa": ["ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256"],
}
CBC = {
    "ec": ["ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA256"],
    "rsa": ["ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA256"],
}
SUITES = {
    "sip-compliant": GCM["rsa"],
    "https-compliant": GCM["rsa"] + CBC["rsa"],
    "sip-two-certificates": GCM["ec"] + GCM["rsa"],
    "sip-old-version": GCM["rsa"],
    "sip-forbidden-suite": [*GCM["rsa"], "ECDHE-RSA-CHACHA20-POLY1305"],
    "https-no-forward-secrecy": [*GCM["rsa"], "AES128-SHA"],
    "sip-only-forbidden-suites": ["ECDHE-ECDSA-CHACHA20-POLY1305"],
    "https-cbc-first": CBC["ec"] + GCM["ec"],
    "sip-mac-then-encrypt": GCM["ec"] + CBC["ec"],
    "sip-weak-key": GCM["rsa"],
    "sip-second-certificate-expired": GCM["ec"] + GCM["rsa"],
}
AES_TLS13 = {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"}
CHACHA20 = "TLS_CHACHA20_POLY1305_SHA256"
TLS13_SUITES = {"sip-chacha20-tls13": {*AES_TLS13, CHACHA20}, "sip-only-forbidden-suites": {CHACHA20}}

openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def speaking_tls(lab: Lab) -> list[LabEndpoint]:
    """Those that let the lab's own client in."""
    return [endpoint for endpoint in lab.endpoints if endpoint.name not in {*NO_TLS, REFUSES_EVERYBODY}]


def s_client(target: LabEndpoint, *options: str) -> str:
    command = ["openssl", "s_client", "-connect", target.address, "-servername", target.server_name, *options]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=10, check=False)
    return (done.stdout + done.stderr).decode(errors="replace")


def test_every_endpoint_speaks_its_versions_and_no_other(lab: Lab) -> None:
    spoken: dict[str, set[ProtocolVersion]] = {}
    for target in speaking_tls(lab):
        for version in (V10, V11, V12, V13):
            try:
                handshake(target, context(version, lab)).close()
            except ssl.SSLError as error:
                if error.reason != "TLSV1_ALERT_PROTOCOL_VERSION":
                    raise
            else:
                spoken.setdefault(target.name, set()).add(version)
    assert spoken == {target.name: VERSIONS.get(target.name, {V12, V13}) for target in speaking_tls(lab)}


def test_every_endpoint_accepts_its_tls12_suites_in_its_own_order(lab: Lab) -> None:
    targets = [target for target in speaking_tls(lab) if V12 in VERSIONS.get(target.name, {V12})]
    seen = {target.name: accepted_suites(lab, target, V12) for target in targets}
    assert seen == {target.name: SUITES.get(target.name, GCM["ec"]) for target in targets}


def test_tls11_accepts_its_own_suite_which_tls12_refuses(lab: Lab) -> None:
    assert accepted_suites(lab, endpoint(lab, "sip-old-version"), V11) == ["ECDHE-RSA-AES128-SHA"]


def test_every_endpoint_accepts_its_tls13_suites_and_no_other(lab: Lab) -> None:
    asked = {*AES_TLS13, CHACHA20, "TLS_AES_128_CCM_SHA256"}
    targets = [target for target in speaking_tls(lab) if V13 in VERSIONS.get(target.name, {V13})]
    seen = {target.name: {suite for suite in asked if accepts_tls13_suite(lab, target, suite)} for target in targets}
    assert seen == {target.name: TLS13_SUITES.get(target.name, AES_TLS13) for target in targets}


@pytest.mark.parametrize(("name", "chosen"), [("https-compliant", "GCM"), ("https-cbc-first", "SHA384")])
def test_the_endpoint_s_order_decides_and_not_the_client_s(lab: Lab, name: str, chosen: str) -> None:
    target = endpoint(lab, name)
    suites = [suite for kind in ("rsa", "ec") for suite in (*GCM[kind], *CBC[kind])]
    picks = set()
    for offered in (suites, suites[::-1]):
        with handshake(target, context(V12, lab, ":".join(offered))) as connection:
            picks.add((connection.cipher() or ("",))[0])
    assert len(picks) == 1
    assert chosen in picks.pop().split("-")


@openssl
@pytest.mark.parametrize(
    ("name", "agreed"), [("https-compliant", True), ("https-cbc-first", True), ("sip-mac-then-encrypt", False)]
)
def test_encrypt_then_mac_is_agreed_for_cbc_except_where_it_is_the_fault(lab: Lab, name: str, agreed: bool) -> None:  # noqa: FBT001 - a row of the table above
    shown = s_client(endpoint(lab, name), "-tls1_2", "-tlsextdebug", "-cipher", "AES128-SHA256:ECDHE+AES128+SHA256")
    assert 'TLS server extension "renegotiation info"' in shown
    assert ('TLS server extension "encrypt-then-mac"' in shown) is agreed


@openssl
def test_no_endpoint_signs_a_tls12_handshake_with_sha1(lab: Lab) -> None:
    targets = [target for target in speaking_tls(lab) if V12 in VERSIONS.get(target.name, {V12})]
    for target in targets:
        options = ("-tls1_2", "-cipher", "ECDHE:@SECLEVEL=0", "-sigalgs")
        refused = s_client(target, *options, "RSA+SHA1:ECDSA+SHA1")
        assert "handshake failure" in refused, target.name
        accepted = s_client(target, *options, "RSA+SHA256:ECDSA+SHA256")
        assert "Server Temp Key" in accepted or "Peer signing digest: SHA256" in accepted, target.name


@openssl
def test_openssl_agrees_on_the_old_version(lab: Lab) -> None:
    old = ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
    assert "Cipher is ECDHE-RSA-AES128-SHA" in s_client(endpoint(lab, "sip-old-version"), *old)
    assert "protocol version" in s_client(endpoint(lab, "sip-compliant"), *old)


def test_an_endpoint_with_two_certificates_sends_the_one_the_suite_needs(lab: Lab) -> None:
    target = endpoint(lab, "sip-two-certificates")
    keys = [type(chain(lab, target, V12, cipher)[0].public_key()).__name__ for cipher in ("aRSA", "aECDSA")]
    assert keys == ["RSAPublicKey", "ECPublicKey"]
