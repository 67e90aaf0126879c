"""The basis of a finding about the deployment: the operator's declaration, or a file that proves it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from auditor.model.deployment import Deployment, Proof
from auditor.model.observation import DeploymentSeen, Observation
from auditor.model.subject import DeclaredSubject, Named, subject_text
from auditor.network.proofs import provable_subjects

DECLARED = "as declared in the inventory"


def basis(observations: Iterable[Observation], rests_on: tuple[DeclaredSubject, ...]) -> tuple[str, ...]:
    """A line for each file that proves what the rule rests on, and one for the rest; nothing without a deployment.

    ``rests_on`` are fields of whichever entry, as ``circuits.asn`` or ``circuits.bgp_sessions.state``.
    """
    seen = [observation for observation in observations if isinstance(observation, DeploymentSeen)]
    if not seen:
        return ()
    proven = tuple(line for found in seen for line in _lines(found, rests_on))
    return (*proven, f"everything else {DECLARED}" if proven else DECLARED)


def subject_of(proof: Proof, declared: Deployment) -> DeclaredSubject | Named:
    """What a proof is about.

    Older versions wrote the subject of a proof as text.  It becomes the one subject that a file can prove in this
    deployment with this text; without a match, or with several, it stays a text.
    """
    if isinstance(proof.subject, DeclaredSubject):
        return proof.subject
    circuits = tuple(circuit.name for circuit in declared.circuits)
    sites = tuple(site.name for site in declared.sites)
    return _by_text(circuits, sites).get(proof.subject, Named(name=proof.subject))


@lru_cache(maxsize=8)
def _by_text(circuits: tuple[str, ...], sites: tuple[str, ...]) -> Mapping[str, DeclaredSubject]:
    """Every subject that a file can prove, by its text, where no other one has the same."""
    subjects = {subject: subject_text(subject) for subject in provable_subjects(circuits, sites)}
    times = Counter(subjects.values())
    return {text: subject for subject, text in subjects.items() if times[text] == 1}


def _lines(seen: DeploymentSeen, rests_on: tuple[DeclaredSubject, ...]) -> Iterator[str]:
    by_file: dict[str, list[str]] = {}
    for proof in seen.proofs if rests_on else ():
        subject = subject_of(proof, seen.declared)
        if isinstance(subject, DeclaredSubject) and subject.any_entry in rests_on:
            file = f"{proof.file} ({proof.kind}; SHA-256 {proof.sha256})"
            by_file.setdefault(file, []).append(subject_text(subject))
    for file, subjects in by_file.items():
        yield f"{', '.join(subjects)} by {file}"
