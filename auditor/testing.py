"""The runner of vectors: a rule is tested by facts in a YAML file, without a network.

A vector file is a list of cases.  A case has a ``name`` that is a sentence, the rule's ``params``, what differs from
the usual target (``service``, ``perspective``, ``host``, ``server_name``, ``address``, ``other_names``, ``roles``,
``vnet_injection``, ``microsoft_peering``), the time (``at``), and ``seen``: one mapping for each observation, with the
fields of the rule's observation class but for ``target`` and ``at``.  Bytes are written as base64.  ``pem`` lists files
beside the vector file, each with a chain, leaf first; they become observations with these ``certificates``.

``violations`` lists every violation that must come out, as a text found in it or as ``subject``, ``expected`` and
``observed``, each with a text found there; ``warnings`` lists warnings in the same form; ``inconclusive`` lists a text
of every reason; ``untested`` is the number of checks that were not made, if there is no other result;
``not_applicable`` says whether the rule does not apply.  What is not listed must not be found.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import AwareDatetime, BaseModel, ConfigDict
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from auditor.errors import InputError, InputErrors
from auditor.model.finding import Doubt, NotApplicable, NotTested, Remark, Violation, Warning
from auditor.model.observation import Seen
from auditor.model.rule import Evidence, Rule
from auditor.model.subject import subject_text
from auditor.model.target import (
    CertificateFileTarget,
    ClientTarget,
    DeploymentTarget,
    Perspective,
    Role,
    ServerTarget,
    Service,
    SessionDescriptionTarget,
    Target,
    TrustStoreTarget,
)
from auditor.model.trust_anchor import TrustAnchor

_TARGET = "target"
_LONGEST = 1000


class Expected(BaseModel):
    """A violation or a warning: a text that is found in each of its parts."""

    model_config = ConfigDict(extra="forbid")

    subject: str = ""
    expected: str = ""
    observed: str = ""


class Vector(BaseModel):
    """One case: observations, and the remarks that the rule must yield."""

    model_config = ConfigDict(extra="forbid")

    name: str
    params: dict[str, Any] = {}
    service: Service = Service.SIP
    perspective: Perspective = Perspective.SERVER
    host: str = "sbc.example.net"
    server_name: str | None = "sbc.example.net"
    address: str = "192.0.2.1"
    other_names: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    vnet_injection: bool = False
    microsoft_peering: bool | None = None
    at: AwareDatetime = datetime(2026, 11, 1, 12, tzinfo=UTC)
    seen: list[dict[str, Any]] = []
    pem: tuple[str, ...] = ()
    violations: list[str | Expected] = []
    warnings: list[str | Expected] = []
    inconclusive: list[str] = []
    untested: int = 0
    not_applicable: bool = False

    @property
    def passes(self) -> bool:
        """Whether the rule must find nothing."""
        return not (self.violations or self.warnings or self.inconclusive or self.untested or self.not_applicable)


V = TypeVar("V", bound=Vector)


def load_vectors(path: Path, kind: type[V]) -> list[V]:
    """Read a vector file; ``kind`` is ``Vector``, or a class of your own with more facts.  Raises ``InputErrors``."""
    try:
        cases = YAML(typ="safe").load(path)
        return [_with_chains(kind.model_validate(case), path.parent) for case in cases or ()]
    except (OSError, YAMLError, ValueError, TypeError) as error:  # ValueError: pydantic's, and a file that is no PEM
        raise InputErrors([InputError(f"not a valid vector file: {error}", str(path))]) from error


def _with_chains(vector: V, folder: Path) -> V:
    chains = [x509.load_pem_x509_certificates((folder / name).read_bytes()) for name in vector.pem]
    ders = [tuple(certificate.public_bytes(Encoding.DER) for certificate in chain) for chain in chains]
    return vector.model_copy(update={"seen": [*vector.seen, *({"certificates": chain} for chain in ders)]})


def problems(rule: Rule[Any, Any], path: Path) -> list[str]:
    """Every mismatch between the rule and its vector file, one sentence each; empty if they agree.

    A file has a vector that fails and one that passes, and no two of one name.
    """
    vectors = load_vectors(path, Vector)
    found = list(shortcomings(vectors))
    for vector in vectors:
        remarks = list(rule.check(evidence_of(rule, vector), rule.params(**vector.params)))
        found += [f"{vector.name}: {problem}" for problem in mismatches(vector, remarks)]
    return found


def shortcomings(vectors: Sequence[Vector]) -> Iterator[str]:
    """Say what a vector file lacks."""
    if not any(vector.violations or vector.warnings for vector in vectors):
        yield "no vector fails"
    if not any(vector.passes for vector in vectors):
        yield "no vector passes"
    for name, count in Counter(vector.name for vector in vectors).items():
        if count > 1:
            yield f"{count} vectors have the name {name!r}"


def target_of(vector: Vector) -> Target:
    """The target that the vector describes."""
    match vector.perspective:
        case Perspective.SERVER:
            return ServerTarget(
                name=_TARGET,
                host=vector.host,
                port=5061,
                service=vector.service,
                address=vector.address,
                server_name=vector.server_name,
                other_names=vector.other_names,
                roles=vector.roles,
            )
        case Perspective.CLIENT:
            return ClientTarget(
                name=_TARGET, address=vector.address, port=5061, service=vector.service, server_name=vector.server_name
            )
        case Perspective.CERTIFICATE:
            names = (*((vector.server_name,) if vector.server_name else ()), *vector.other_names)
            return CertificateFileTarget(name=_TARGET, service=vector.service, names=names, roles=vector.roles)
        case Perspective.TRUST_STORE:
            return TrustStoreTarget(name=_TARGET)
        case Perspective.SDP:
            return SessionDescriptionTarget(
                name=_TARGET, vnet_injection=vector.vnet_injection, microsoft_peering=vector.microsoft_peering
            )
        case Perspective.DEPLOYMENT:
            return DeploymentTarget(name=_TARGET)


def evidence_of(
    rule: Rule[Any, Any], vector: Vector, more: Sequence[Seen] = (), anchors: tuple[TrustAnchor, ...] = ()
) -> Evidence[Any]:
    """What the rule judges: the vector's observations and ``more``.  Raises ``ValueError`` when there are none."""
    target = target_of(vector)
    seen = [rule.observes(target=target.name, at=vector.at, **fields) for fields in vector.seen]
    if not (seen or more):
        raise ValueError(f"{vector.name}: a vector needs observations")
    return Evidence(target, vector.at, (*seen, *more), anchors)


def mismatches(vector: Vector, remarks: Sequence[Remark]) -> Iterator[str]:
    """Find the remarks that differ from the vector's, or that are not safe to show."""
    violations = [remark for remark in remarks if isinstance(remark, Violation)]
    doubts = [remark.reason for remark in remarks if isinstance(remark, Doubt)]
    untested = [remark for remark in remarks if isinstance(remark, NotTested)]
    yield from _differences(vector.violations, violations)
    yield from _differences(vector.warnings, [remark for remark in remarks if isinstance(remark, Warning)])
    if len(doubts) != len(vector.inconclusive):
        yield f"{len(vector.inconclusive)} doubts were expected, but these were found: {doubts}"
    yield from (
        f"no doubt contains {text!r}" for text in vector.inconclusive if not any(text in said for said in doubts)
    )
    if vector.untested and (len(untested) != vector.untested or not all(remark.whole for remark in untested)):
        yield f"{vector.untested} untested checks were expected, and nothing else, but these were found: {untested}"
    excused = any(isinstance(remark, NotApplicable) for remark in remarks) and not (violations or doubts)
    if excused != vector.not_applicable:
        yield f"not_applicable is {vector.not_applicable}, but these were found: {list(remarks)}"
    yield from (f"{text!r} is not safe to show: sanitise and shorten text from peers" for text in unfit(remarks))


def unfit(remarks: Sequence[Remark]) -> Iterator[str]:
    """Find the texts that must not be shown: they are very long, or hold characters that do not print."""
    for remark in remarks:
        for text in _texts(remark.model_dump()):
            if not text.isprintable() or len(text) >= _LONGEST:
                yield text


def _differences(expected: Sequence[str | Expected], remarks: Sequence[Violation | Warning]) -> Iterator[str]:
    left = list(remarks)
    for wanted in expected:
        found = next((remark for remark in left if _matches(wanted, remark)), None)
        if found is None:
            yield f"{wanted!r} is not among {left}"
        else:
            left.remove(found)
    if left:
        yield f"unexpected: {left}"


def _matches(wanted: str | Expected, remark: Violation | Warning) -> bool:
    subject = subject_text(remark.subject) or _TARGET
    if isinstance(wanted, str):
        return wanted in f"{subject} | {remark.expected} | {remark.observed}"
    return wanted.subject in subject and wanted.expected in remark.expected and wanted.observed in remark.observed


def _texts(value: object) -> Iterator[str]:
    """Every text in a dumped remark, those of its subject included."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    else:
        yield str(value)
