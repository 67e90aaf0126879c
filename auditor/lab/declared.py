"""The deployment that the lab's inventory declares: the shipped example of one, with faults planted in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from auditor.policy.shipped import policy_directory

NAME = "deployment"
"""The deployment's name in reports."""
SITES = ("A", "B")
_DAY_OF_EXAMPLES = "2026-10-01"
_LINK = "  - {site: A, region: two, connection_type: maps_voice, bfd_interval_ms: "
_LINK_OF_B = _LINK.replace("site: A", "site: B")
_CHANGES = (
    (f"{_LINK_OF_B}300, bfd_reason: The router cannot do better}}\n", ""),
    (f"{_LINK}150", f"{_LINK}900"),
    ("    media: [193.5.122.8/29]\n", "    media: [10.122.8.0/29]\n"),
)
_DESTINATIONS = {"A": "signaling_destination: [sbc-a.example.net]", "B": "signaling_destination: [193.5.123.1]"}
"""Items 2 and 5 of the example, by site; in the lab they are the names of its endpoints."""


@dataclass(frozen=True)
class DeclaredDeployment:
    """The deployment's fault, and what an audit must find."""

    name: str = NAME
    fault: str = (
        "Site B has no link to region two, site A sends media from private addresses, and one link has slow BFD."
    )
    expected: frozenset[str] = frozenset({"region-site-link-missing", "address-not-public", "bfd-missing"})
    undecidable: frozenset[str] = frozenset()
    inconclusive: bool = False


def with_ipv6(deployment: DeclaredDeployment) -> DeclaredDeployment:
    """The deployment with an endpoint that the gateway cannot reach, because it has an IPv6 address alone."""
    fault = f"{deployment.fault}  One endpoint has an IPv6 address alone."
    return replace(deployment, fault=fault, expected=deployment.expected | {"endpoint-address-undeclared"})


def declared(day: str, names: Mapping[str, Iterable[str]]) -> str:
    """The sections of an inventory, as YAML: all but operator, endpoints and roots.  Confirmed on ``day``.

    ``names`` are those of the SIP endpoints at each site.
    """
    text = (policy_directory() / "examples" / "inventory-standard.yaml").read_text(encoding="utf-8")
    text = text[text.index("deployment:\n") : text.index("# The endpoints")].replace(_DAY_OF_EXAMPLES, day)
    destinations = ((old, f"signaling_destination: [{', '.join(names[site])}]") for site, old in _DESTINATIONS.items())
    for old, new in (*_CHANGES, *destinations):
        if text.count(old) != 1:
            raise LookupError(f"the example inventory does not contain this exactly once: {old.strip()}")
        text = text.replace(old, new)
    return text
