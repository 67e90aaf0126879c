"""How much of a requirement the rules prove."""

from auditor.policy.read import load_policy
from auditor.requirements.extent import Extent, extent


def test_each_is_answered_in_one_of_four_ways() -> None:
    found = {requirement.id: extent(requirement) for requirement in load_policy("acg").requirements}
    assert found["SEC-10"] is Extent.IN_FULL
    assert found["CON-18"] is Extent.IN_PART
    assert found["CON-11"] is Extent.BY_CONFIRMATION
    assert found["SEC-01"] is Extent.BY_PROVIDER
