"""The declared deployment."""

from typing import ClassVar, Literal

from pydantic import Field

from auditor.model.deployment import Deployment, Proof
from auditor.model.observation.seen import Seen
from auditor.model.target import Perspective


class DeploymentSeen(Seen):
    """The deployment as it is declared in an inventory."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.DEPLOYMENT})

    kind: Literal["deployment"] = "deployment"
    declared: Deployment
    proofs: tuple[Proof, ...] = Field(default=(), description="What files prove; the rest is declared")
