"""Remedies of deployment rules name the values that the policy sets, whatever these are."""

import pytest

from auditor.rules import all_rules

# Rule -> parameters -> what its remedy says.
REMEDIES: tuple[tuple[str, dict[str, object], str], ...] = (
    ("advertised-prefixes-excessive", {"most": 17}, "at most 17 per BGP session"),
    ("attestation-missing", {"statements": [{"statement": "x", "meaning": "y"}], "years": 7}, "every 7 years"),
    ("base-domain-invalid", {"parents": ["a.example", "b.example"]}, "ID.a.example or DEPLOYMENT-ID.b.example"),
    ("bfd-missing", {}, "at most 150 ms, or 300 ms with a reason"),
    ("bfd-missing", {"interval_ms": 50, "longest_ms": 50}, "at most 50 ms, and"),
    ("bfd-missing", {"longest_ms": 100}, "at most 100 ms, and"),
    ("connection-type-not-recommended", {"recommended": ["vnet_injection"]}, "Plan for vnet_injection"),
    ("dscp-not-as-required", {}, "Mark voice with DSCP EF (46)"),
    ("dscp-not-as-required", {"voice": 40, "kept": [40, 8]}, "DSCP 40, and all other traffic only with values"),
    (
        "gateway-not-allowed", {"sip": 5063, "media_first": 1024, "media_last": 2048},
        "(TCP 5063) and media (UDP 1024 to 2048)",
    ),
    ("gateway-range-invalid", {"prefix_length": 26}, "a /26 each"),
    ("maps-requirement-unmet", {"community": "1:2", "longest_as_path": 9}, "community 1:2 and an AS path of at most 9"),
    ("provisioning-name-unresolved", {"longest_ttl_seconds": 5}, "every 5 s"),
    ("region-srv-missing", {"port": 5099}, "other than 5099"),
    (
        "route-failover-missing", {"retry_on": [], "longest_options_interval_seconds": 9},
        "every 9 s, and retry only after a timeout.",
    ),
    ("route-failover-missing", {"retry_on": [503]}, "retry only after 503 or a timeout"),
    ("route-filter-community-missing", {"community": "3:4", "source": "x"}, "community 3:4"),
)  # fmt: skip


@pytest.mark.parametrize(("rule_id", "params", "words"), REMEDIES)
def test_a_remedy_names_the_values_of_the_policy(rule_id: str, params: dict[str, object], words: str) -> None:
    rule = all_rules()[rule_id]
    assert words in rule.remedy_for(rule.params(**params))


def test_every_remedy_that_depends_on_parameters_is_tested() -> None:
    depends = {rule.id for rule in all_rules().values() if rule.group == "Deployment" and callable(rule.remedy)}
    assert depends == {rule_id for rule_id, _, _ in REMEDIES}
