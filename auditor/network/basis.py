"""What a finding about the deployment rests on: what somebody declared, or a file that proves it."""

import re
from collections.abc import Iterable, Iterator

from auditor.model.deployment import Proof
from auditor.model.observation import DeploymentSeen, Observation

DECLARED = "as declared in the inventory"


def basis(observations: Iterable[Observation], rests_on: tuple[str, ...]) -> tuple[str, ...]:
    """A line for each file that proves what the rule rests on, and one for the rest; nothing without a deployment.

    ``rests_on`` are parts of a deployment without the names in it, as ``circuits.asn`` or
    ``circuits.bgp_sessions.state``.
    """
    seen = [observation for observation in observations if isinstance(observation, DeploymentSeen)]
    if not seen:
        return ()
    proven = tuple(_lines((proof for found in seen for proof in found.proofs), rests_on))
    return (*proven, f"all else {DECLARED}" if proven else DECLARED)


def _lines(proofs: Iterable[Proof], rests_on: tuple[str, ...]) -> Iterator[str]:
    by_file: dict[str, list[str]] = {}
    for proof in proofs:
        # The path of a session goes first: what stands between the first and the last bracket then is one name.
        subject = re.sub(r"\[(primary|secondary)\](?=\.\w+$)", "", proof.subject)
        if re.sub(r"\[.*\]", "", subject) in rests_on:
            by_file.setdefault(f"{proof.file} ({proof.kind}; SHA-256 {proof.sha256})", []).append(proof.subject)
    for file, subjects in by_file.items():
        yield f"{', '.join(subjects)} by {file}"
