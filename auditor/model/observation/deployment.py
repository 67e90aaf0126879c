"""The declared deployment."""

from typing import ClassVar, Literal

from pydantic import Field

from auditor.model.deployment import DeclaredEndpoint, Deployment, Proof, ResolvedName, SentRoot
from auditor.model.observation.seen import Seen
from auditor.model.target import Perspective


class DeploymentSeen(Seen):
    """The deployment as it is declared in an inventory."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.DEPLOYMENT})

    kind: Literal["deployment"] = "deployment"
    declared: Deployment
    proofs: tuple[Proof, ...] = Field(default=(), description="What files prove; the rest is declared")
    endpoints: tuple[DeclaredEndpoint, ...] | None = Field(
        default=None, description="The endpoints of the inventory; None in files of earlier versions"
    )
    resolved: tuple[ResolvedName, ...] = Field(
        default=(), description="What names in items 2 and 5 resolved to, as far as they were looked up (--dns)"
    )
    roots: tuple[SentRoot, ...] | None = Field(
        default=None, description="The operator's own roots; None in files of earlier versions"
    )
