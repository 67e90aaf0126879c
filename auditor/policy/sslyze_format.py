"""A policy as a TLS configuration of sslyze, for its option ``--custom_tls_config``, as far as it can say it.

sslyze checks that a server supports nothing beyond the configuration: versions, cipher suites, curves, the leaf's key,
signature and lifetime.  Where the policy has no rule, the configuration allows everything that sslyze can find.  What a
rule requires and the configuration cannot say is named in the notes.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from auditor.model.policy import Policy, RuleSetting
from auditor.model.target import Perspective
from auditor.model.tls import ProtocolVersion, suites_by_name, suites_of
from auditor.policy.read import parameters

_VERSIONS: Final[Mapping[ProtocolVersion, str]] = {
    version: "TLSv1" if version is ProtocolVersion.TLS_1_0 else version.value for version in ProtocolVersion
}
"""As sslyze names them."""
_CURVES: Final = (
    *("X25519", "X448", "secp256r1", "secp384r1", "secp521r1", "secp160k1", "secp160r1", "secp160r2", "secp192k1"),
    *("secp192r1", "secp224k1", "secp224r1", "secp256k1", "sect163k1", "sect163r1", "sect163r2", "sect193r1"),
    *("sect193r2", "sect233k1", "sect233r1", "sect239k1", "sect283k1", "sect283r1", "sect409k1", "sect409r1"),
    *("sect571k1", "sect571r1", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"),
)
"""The curves that sslyze tests, by its names."""
_KEY_CURVES: Final = ("secp256r1", "secp384r1", "secp521r1", "secp224r1", "secp192r1", "secp256k1")
_BRAINPOOL: Final = ("brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1")
_SIGNATURES: Final[Mapping[str, tuple[str, ...]]] = {
    "sha1": ("sha1WithRSAEncryption", "ecdsa-with-SHA1"),
    "sha224": ("sha224WithRSAEncryption", "ecdsa-with-SHA224"),
    "sha256": ("sha256WithRSAEncryption", "ecdsa-with-SHA256"),
    "sha384": ("sha384WithRSAEncryption", "ecdsa-with-SHA384"),
    "sha512": ("sha512WithRSAEncryption", "ecdsa-with-SHA512"),
}
"""Signature algorithms by hash, as sslyze (and cryptography) names them."""
_UNBOUND_SIGNATURES: Final = ("rsassaPss", "ed25519", "ed448")
_EDWARDS: Final = ("Ed25519PublicKey", "Ed448PublicKey")
"""sslyze names other keys than RSA and ECDSA by their class."""
_NO_LIMIT_DAYS: Final = 36_500
_PARTLY: Final[Mapping[str, str]] = {
    "group-not-allowed": "sslyze tests elliptic curves in the highest version only, and no other groups",
    "certificate-key-weak": "sslyze checks the key of the leaf only, not those above it",
    "certificate-signature-weak": "sslyze wants one signature of the list among the server's certificates, and does "
    "not read the hash of an RSASSA-PSS signature",
    "certificate-lifetime-too-long": "sslyze knows one limit for every day of issue and every root; it is the longest",
    "cipher-suite-not-allowed": "sslyze has one list for all versions below TLSv1.3",
    "known-weakness": "sslyze tests all five, and accepts a weak ROBOT oracle",
}
"""Rules that the configuration says in part, and what is different."""
_WHOLLY: Final = ("protocol-not-allowed",)
_ALWAYS: Final = (
    "sslyze also requires a certificate path to a root of its own trust stores, TLS_FALLBACK_SCSV and the extended "
    "master secret, whatever the configuration says"
)


@dataclass(frozen=True)
class SslyzeConfiguration:
    """The configuration as JSON, and what it does not say, one sentence each."""

    text: str
    notes: tuple[str, ...]


def sslyze_configuration(policy: Policy) -> SslyzeConfiguration:
    """Write the policy as a configuration of sslyze."""
    rules = {setting.rule.id: parameters(setting.params) for setting in policy.settings}
    suites = _suites(rules)
    older = sorted({name for version, names in suites.items() if version is not _NEWEST for name in names})
    key, curves = rules.get("certificate-key-weak"), rules.get("group-not-allowed")
    edwards = _EDWARDS if key is None or key["edwards"] else ()
    values = {
        "certificate_curves": [*(key["curves"] if key else (*_KEY_CURVES, *_BRAINPOOL))],
        "certificate_signatures": _signatures(rules),
        "certificate_types": ["rsa", "ecdsa", *edwards],
        "ciphers": {
            "caddy": [],
            "go": [],
            "iana": older,
            "openssl": [name for suite in older if (name := suites_by_name()[suite].openssl_name)],
        },
        "ciphersuites": [*suites[_NEWEST]],
        "dh_param_size": None,
        "ecdh_param_size": 0,
        "hsts_min_age": 0,
        "maximum_certificate_lifespan": _lifespan(rules),
        "ocsp_staple": False,
        "recommended_certificate_lifespan": _lifespan(rules),
        "rsa_key_size": key["minimum_rsa_bits"] if key else None,
        "server_preferred_order": False,
        "tls_curves": [name for name in _CURVES if curves is None or name.lower() in _lower(curves["allowed"])],
        "tls_versions": [_VERSIONS[ProtocolVersion(version)] for version in _allowed(rules)],
    }
    return SslyzeConfiguration(json.dumps(values, indent=2) + "\n", tuple(_notes(policy)))


_NEWEST: Final = ProtocolVersion.TLS_1_3


def _allowed(rules: Mapping[str, Mapping[str, Any]]) -> list[ProtocolVersion]:
    rule = rules.get("protocol-not-allowed")
    return [version for version in ProtocolVersion if rule is None or version in rule["allowed"]]


def _suites(rules: Mapping[str, Mapping[str, Any]]) -> dict[ProtocolVersion, tuple[str, ...]]:
    """The suites of each version; all of them for one that the policy has no list for."""
    listed = rules.get("cipher-suite-not-allowed", {})
    allowed = set(_allowed(rules))
    named = {version: listed.get(version) for version in ProtocolVersion}
    return {
        version: tuple(suite.name for suite in suites_of(version)) if names is None else tuple(names)
        for version, names in named.items()
        if version in allowed or version is _NEWEST
    }


def _signatures(rules: Mapping[str, Mapping[str, Any]]) -> list[str]:
    rule = rules.get("certificate-signature-weak")
    hashes = [name for name in _SIGNATURES if rule is None or name in rule["hashes"]]
    return [*(name for digest in hashes for name in _SIGNATURES[digest]), *_UNBOUND_SIGNATURES]


def _lifespan(rules: Mapping[str, Mapping[str, Any]]) -> int:
    """The longest lifetime that any certificate may have."""
    rule = rules.get("certificate-lifetime-too-long")
    return max((int(limit["maximum_days"]) for limit in rule["schedule"]), default=0) if rule else _NO_LIMIT_DAYS


def _lower(names: list[str]) -> set[str]:
    return {name.lower() for name in names}


def _notes(policy: Policy) -> Iterator[str]:
    """What sslyze does differently, and what it does not check."""
    ids = [setting.rule.id for setting in policy.settings if _of_servers(setting)]
    yield from (f"{rule}: {_PARTLY[rule]}" for rule in ids if rule in _PARTLY)
    if left := [rule for rule in ids if rule not in _PARTLY and rule not in _WHOLLY]:
        yield f"not in the configuration, because sslyze has no setting for it: {', '.join(left)}"
    if others := len(policy.settings) - len(ids):
        yield f"not in the configuration: {others} rules about something other than a server"
    yield _ALWAYS


def _of_servers(setting: RuleSetting) -> bool:
    return Perspective.SERVER in setting.rule.observes.seen_of
