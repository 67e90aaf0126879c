"""What a rule is: a demand, its source, and a pure function from what was seen to what is wrong with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

from auditor.model.asks import Asks
from auditor.model.observation import Seen
from auditor.model.severity import Severity
from auditor.model.target import Target
from auditor.model.value import Value


class Params(Value):
    """What a policy may set for a rule.  Field descriptions become the policy schema and the rule's page."""


class NoParameters(Params):
    """For a rule in which there is nothing to set."""


class Violation(Value):
    """One thing that is not as it should be."""

    subject: str
    expected: str
    observed: str


class Inconclusive(Value):
    """One thing that could not be told.  It is never a pass."""

    subject: str
    reason: str


class Caution(Value):
    """Something that looks right and was not proven: a warning whatever the rule's severity."""

    subject: str
    expected: str
    observed: str


class Untested(Value):
    """One thing that was not put to the test, because it needs an opt-in that was not given."""

    subject: str
    reason: str
    whole: bool = False
    """It is all the rule is about, so that without it there is nothing to pass."""


class NotApplicable(Value):
    """The rule has nothing to say about this target, and why.  Only heard when the check yields nothing else."""

    reason: str


Remark: TypeAlias = Violation | Inconclusive | Caution | Untested | NotApplicable


class Citation(Value):
    """Where a demand is written."""

    document: str
    section: str = ""
    url: str = ""


@dataclass(frozen=True)
class TrustAnchor:
    """A root certificate the policy or the operator names, pinned by the SHA-256 of its DER."""

    name: str
    der: bytes
    declared: bool = False
    """Declared by the operator as sent to onboarding, rather than named by the policy."""


O = TypeVar("O", bound=Seen)
P = TypeVar("P", bound=Params)


@dataclass(frozen=True)
class Evidence(Generic[O]):
    """All a check may look at: the observations of one kind at one target, and the run's clock reading."""

    target: Target
    at: datetime
    seen: tuple[O, ...]
    """Never empty: a rule without an observation is inconclusive before its check is called."""
    anchors: tuple[TrustAnchor, ...] = ()
    """Every root that is known by name, and those the operator declared; a rule's parameters say which count."""


@dataclass(frozen=True)
class Rule(Generic[O, P]):
    """A requirement.  ``check`` takes what ``observes`` and ``params`` name; mypy holds the three together."""

    id: str
    title: str
    severity: Severity
    citations: tuple[Citation, ...]
    requirements: tuple[str, ...]
    """Ids of the packaged list of requirements."""
    remediation: str
    observes: type[O]
    params: type[P]
    check: Callable[[Evidence[O], P], Iterator[Remark]]
    asks: Callable[[P], Asks] = field(default=lambda _params: Asks())
    """What the probes should look at for these parameters, beyond the kind of observation itself."""

    rests_on: tuple[str, ...] = ()
    """Parts of the declared deployment that files can prove, as ``circuits.asn``."""

    @property
    def observation_kind(self) -> str:
        """The ``kind`` of the observations it judges."""
        return str(self.observes.model_fields["kind"].default)
