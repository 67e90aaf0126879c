"""How much of a requirement the rules prove."""

from enum import StrEnum

from auditor.model.requirement import Requirement

_ATTESTATIONS = "attestation-missing"
"""The rule that a person's confirmation satisfies."""


class Extent(StrEnum):
    """How a requirement is answered."""

    IN_FULL = "in full"
    IN_PART = "in part"
    """By rules; a confirmation closes the rest."""
    BY_CONFIRMATION = "by confirmation"
    BY_PROVIDER = "by the provider"


def extent(requirement: Requirement) -> Extent:
    """How the requirement is answered, in a policy that has all its rules."""
    if requirement.provider:
        return Extent.BY_PROVIDER
    rules = {rule for need in requirement.needs for rule in need.all_rules} - {_ATTESTATIONS}
    if not rules:
        return Extent.BY_CONFIRMATION
    return Extent.IN_PART if requirement.confirmation else Extent.IN_FULL
