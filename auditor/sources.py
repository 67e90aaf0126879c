"""Source locations of targets and policies, for the formats that point at a line of a file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from auditor.inputs.targets import TargetRequest, named_at
from auditor.model.report import EndpointSummary
from auditor.model.source_location import SourceLocation
from auditor.model.target import Perspective


@dataclass(frozen=True)
class Sources:
    """The location of each target in an inventory by its name, and that of the policy if it is a file."""

    targets: Mapping[str, SourceLocation] = field(default_factory=dict)
    policy: SourceLocation | None = None


def sources_of(
    requests: Sequence[TargetRequest],
    endpoints: Sequence[EndpointSummary],
    policy: str,
    inventory: Path | None = None,
) -> Sources:
    """The locations of all endpoints of a report that an inventory names; that of the deployment is the whole file."""
    written = {
        request.name: SourceLocation(_from_here(request.location.file), request.location.line, request.location.column)
        for request in requests
        if request.location.file
    }
    locations = {found.target: written[found.target] for found in endpoints if found.target in written}
    for endpoint in endpoints:
        if endpoint.address is not None and endpoint.target not in written:  # one of several addresses of a name
            names = [name for name in written if named_at(name, endpoint.address) == endpoint.target]
            locations.update((endpoint.target, written[name]) for name in names)
    if inventory is not None:
        whole = SourceLocation(_from_here(str(inventory)))
        locations |= {found.target: whole for found in endpoints if found.perspective == Perspective.DEPLOYMENT}
    return Sources(locations, policy_location(policy))


def sources_of_files(files: Iterable[str], policy: str) -> Sources:
    """Targets that are files of that name."""
    return Sources({file: SourceLocation(file) for file in files}, policy_location(policy))


def policy_location(policy: str) -> SourceLocation | None:
    """The file of a policy that does not ship with the auditor."""
    return SourceLocation(_from_here(policy)) if "/" in policy or policy.endswith((".yaml", ".yml")) else None


def _from_here(file: str) -> str:
    """The path from the working folder, which in CI is the repository's, if it lies below it."""
    path = Path(file).absolute()
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else file
