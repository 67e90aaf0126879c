"""The same chains before OpenSSL's verifier: where the two differ, the table says so and why."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.certificates import Status, anchor_of
from tests.certificates.mint import AT, AnchorSpec, Spec, mint_chain

OPENSSL = shutil.which("openssl")
LEAF, ISSUING = Spec(), Spec(subject="Issuing CA")
ROOT = (AnchorSpec(),)

# Name: chain, anchors, whether anchor_of trusts it at the time of the audit, whether OpenSSL does.
Case = tuple[list[Spec], tuple[AnchorSpec, ...], bool, bool]
CASES: dict[str, Case] = {
    "a good chain": ([LEAF, ISSUING], ROOT, True, True),
    "RSA": ([Spec(key="rsa2048"), Spec(subject="Issuing CA", key="rsa2048")], (AnchorSpec(key="rsa2048"),), True, True),
    "two intermediates": ([LEAF, ISSUING, Spec(subject="Policy CA")], ROOT, True, True),
    "the wrong order": (
        [Spec(issuer="Issuing CA"), Spec(subject="P", issuer="Test Root"), Spec(subject="Issuing CA", issuer="P")],
        ROOT,
        True,
        True,
    ),
    "the root sent": ([LEAF, ISSUING, Spec(anchor="test-root")], ROOT, True, True),
    "a stray certificate": (
        [LEAF, Spec(subject="Issuing CA", issuer="Test Root"), Spec(subject="S")],
        ROOT,
        True,
        True,
    ),
    "no key identifiers": ([Spec(key_identifiers=False), ISSUING], ROOT, True, True),
    "a bare leaf": ([Spec(basic_constraints=False, ku=(), eku=(), names=()), ISSUING], ROOT, True, True),
    "a root with SHA-1": ([LEAF, ISSUING], (AnchorSpec(key="rsa2048", hash="sha1"),), True, True),
    "constraints met": ([LEAF, Spec(subject="Issuing CA", permitted=("DNS:example.net",))], ROOT, True, True),
    "a directory constraint met": (
        [Spec(dn=(("O", "Example"), ("CN", "sbc"))), Spec(subject="Issuing CA", permitted=("DN:O=example",))],
        ROOT,
        True,
        True,
    ),
    "a missing intermediate": ([Spec(issuer="Issuing CA")], ROOT, False, False),
    "another root": ([LEAF, ISSUING, Spec(subject="O", issuer="O")], ROOT, False, False),
    "an impostor root": (
        [LEAF, ISSUING, Spec(subject="Test Root", issuer="Test Root", key_of="x", signed_with="x")],
        ROOT,
        False,
        False,
    ),
    "a leaf signed by an impostor": ([Spec(signed_with="x")], ROOT, False, False),
    "a self-signed leaf": ([Spec(issuer="sbc.example.net")], ROOT, False, False),
    "an expired leaf": ([Spec(not_after="-1d"), ISSUING], ROOT, False, False),
    "a leaf from tomorrow": ([Spec(not_before="+1d"), ISSUING], ROOT, False, False),
    "an expired intermediate": ([LEAF, Spec(subject="Issuing CA", not_after="-1d")], ROOT, False, False),
    "an expired root": ([LEAF, ISSUING], (AnchorSpec(not_after="-1d"),), False, False),
    "an issuer that is no CA": ([LEAF, Spec(subject="Issuing CA", ca=False)], ROOT, False, False),
    "an issuer without basicConstraints": (
        [LEAF, Spec(subject="Issuing CA", basic_constraints=False)],
        ROOT,
        False,
        False,
    ),
    "an issuer without keyCertSign": ([LEAF, Spec(subject="Issuing CA", ku=("cRLSign",))], ROOT, False, False),
    "a path that is too long": ([LEAF, ISSUING], (AnchorSpec(path_length=0),), False, False),
    "an unknown critical extension": ([Spec(critical_extension=True), ISSUING], ROOT, False, False),
    "one on the intermediate": ([LEAF, Spec(subject="Issuing CA", critical_extension=True)], ROOT, False, False),
    "constraints not met": ([LEAF, Spec(subject="Issuing CA", permitted=("DNS:example.org",))], ROOT, False, False),
    "an excluded name": ([LEAF, Spec(subject="Issuing CA", excluded=("DNS:example.net",))], ROOT, False, False),
    "a directory constraint not met": (
        [LEAF, Spec(subject="Issuing CA", permitted=("DN:O=Example",))],
        ROOT,
        False,
        False,
    ),
    "an intermediate signed with SHA-1": (
        [LEAF, Spec(subject="Issuing CA", hash="sha1")],
        (AnchorSpec(key="rsa2048"),),
        False,
        # At its default security level the command does not look at the hash; s_server and s_client do.
        True,
    ),
    "a short key of the intermediate": ([LEAF, Spec(subject="Issuing CA", key="rsa1024")], ROOT, False, True),
    "an Ed25519 issuer": (
        [LEAF, Spec(subject="Issuing CA", key="ed25519")],
        ROOT,
        # cryptography does not judge it; the finding is inconclusive.
        False,
        True,
    ),
}


def trusted_now(chain: tuple[bytes, ...], anchors: tuple[AnchorSpec, ...], specs: list[Spec]) -> bool:
    found = anchor_of(chain, mint_chain(specs, anchors)[1], AT)
    return found.status is Status.TRUSTED and found.moment == AT


@pytest.mark.parametrize("name", CASES)
def test_a_chain_is_trusted_exactly_where_the_table_says(name: str) -> None:
    specs, anchors, ours, _ = CASES[name]
    chain, _trusted = mint_chain(specs, anchors)
    assert trusted_now(chain, anchors, specs) is ours


@pytest.mark.skipif(OPENSSL is None, reason="the openssl command is not installed")
@pytest.mark.parametrize("name", CASES)
def test_openssl_agrees_but_where_the_table_says(name: str, tmp_path: Path) -> None:
    assert OPENSSL is not None
    specs, anchors, _, theirs = CASES[name]
    chain, trusted = mint_chain(specs, anchors)
    for file, ders in {
        "leaf": chain[:1],
        "sent": chain[1:] or chain[:1],
        "roots": [root.der for root in trusted],
    }.items():
        text = b"".join(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in ders)
        (tmp_path / f"{file}.pem").write_bytes(text)
    when = str(int(AT.timestamp()))
    stores = ["-no-CApath", "-no-CAstore", "-CAfile", "roots.pem", "-untrusted", "sent.pem"]
    command = [OPENSSL, "verify", "-attime", when, *stores, "leaf.pem"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=20)
    assert (result.returncode == 0) is theirs, result.stderr.decode()
