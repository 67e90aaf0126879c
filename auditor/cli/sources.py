"""Where what is judged is written down, for the formats that point at a line of a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from auditor.inputs.targets import TargetRequest
from auditor.model.source_location import SourceLocation
from auditor.model.target import DeploymentTarget, ServerTarget, Target


@dataclass(frozen=True)
class Sources:
    """The place of a target in an inventory by its name, and that of the policy if it is a file."""

    targets: Mapping[str, SourceLocation] = field(default_factory=dict)
    policy: SourceLocation | None = None


def sources_of(
    requests: Sequence[TargetRequest], targets: Sequence[Target], policy: str, inventory: Path | None = None
) -> Sources:
    """The places of all targets that an inventory names; that of the deployment is the whole file."""
    written = {
        request.name: SourceLocation(_from_here(request.location.file), request.location.line, request.location.column)
        for request in requests
        if request.location.file
    }
    # A name with several addresses gives targets that are called name@address.
    endpoints = (target for target in targets if isinstance(target, ServerTarget))
    named = {target.name: target.name.removesuffix(f"@{target.address}") for target in endpoints}
    places = {name: written[base] for name, base in named.items() if base in written}
    if inventory is not None:
        whole = SourceLocation(_from_here(str(inventory)))
        places |= {target.name: whole for target in targets if isinstance(target, DeploymentTarget)}
    return Sources(places, policy_place(policy))


def policy_place(policy: str) -> SourceLocation | None:
    """The file of a policy that does not ship with the auditor."""
    return SourceLocation(_from_here(policy)) if "/" in policy or policy.endswith((".yaml", ".yml")) else None


def _from_here(file: str) -> str:
    """The path from the working folder, which in CI is the repository's, if it lies below it."""
    path = Path(file).absolute()
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else file
