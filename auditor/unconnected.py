"""What stands in place of all that a connection would have shown, when none is to be made."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from auditor.model.observation import OBSERVED_FROM, NotTested
from auditor.model.target import Perspective
from auditor.plan import Plan

OFFLINE: Final = "nothing was connected to (--offline)"


def unconnected(plan: Plan, at: datetime) -> Iterator[NotTested]:
    """Every kind of observation that an endpoint of the plan can give, as not tested: never a pass."""
    for target in plan.targets:
        if target.perspective is Perspective.SERVER:
            for kind in sorted(OBSERVED_FROM[Perspective.SERVER]):
                yield NotTested(target=target.name, at=at, wanted=kind, reason=OFFLINE)
