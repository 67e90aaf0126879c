"""Rules: a requirement, its source, and a pure function from observations to what is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from auditor.model.asks import Asks
from auditor.model.finding import Remark
from auditor.model.observation import Seen
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.model.target import Target
from auditor.model.trust_anchor import TrustAnchor
from auditor.model.value import Value


class Params(Value):
    """What a policy may set for a rule.  Field descriptions become the policy schema and the rule's page."""


class NoParameters(Params):
    """The parameters of a rule without any."""


class Group(StrEnum):
    """Headings under which a report shows its rules, in their order."""

    PROTOCOL_VERSIONS = "Protocol versions"
    CIPHER_SUITES = "Cipher suites"
    CERTIFICATE = "Certificate"
    MUTUAL_TLS = "Mutual TLS"
    TRUST_STORE = "Trust store"
    WEAKNESSES = "Weaknesses and plaintext"
    CLIENT = "As a client"
    SRTP = "SRTP"
    SIP = "SIP messages"
    DEPLOYMENT = "Deployment"


class Citation(Value):
    """The section of a document that contains a requirement."""

    document: str
    section: str = ""
    url: str = ""


O = TypeVar("O", bound=Seen)
P = TypeVar("P", bound=Params)


@dataclass(frozen=True)
class Evidence(Generic[O]):
    """The input of a check: the observations of one kind at one target, and the run's clock reading."""

    target: Target
    at: datetime
    seen: tuple[O, ...]
    """Never empty: a rule without an observation is inconclusive before its check is called."""
    anchors: tuple[TrustAnchor, ...] = ()
    """Every known root, and those that the operator declared; a rule's parameters say which count."""


@dataclass(frozen=True)
class Rule(Generic[O, P]):
    """A requirement.  ``check`` takes what ``observes`` and ``params`` name; mypy holds the three together."""

    id: str
    title: str
    """The defect, as a statement of fewer than 60 characters."""
    group: str
    """The heading its findings stand under: one of ``Group``, or a heading of a package's own."""
    severity: Severity
    citations: tuple[Citation, ...]
    """Standards only; a document of the policy's issuer is cited by the policy."""
    remedy: str | Callable[[P], str]
    """How to fix a violation; a function if the fix depends on the parameters."""
    observes: type[O]
    params: type[P]
    check: Callable[[Evidence[O], P], Iterator[Remark]]
    asks: Callable[[P], Asks] = field(default=lambda _params: Asks())
    """What the probes must test for these parameters, beyond the kind of observation itself."""

    rests_on: tuple[DeclaredSubject, ...] = ()
    """Fields of the declared deployment that files can prove, of any entry, such as ``circuits.asn``."""

    def __post_init__(self) -> None:
        """Refuse a rule that could not be used; nobody may have run mypy over a package of somebody else.

        Raises ``TypeError`` with one sentence.
        """
        for name, fits in (
            ("id", isinstance(self.id, str)),
            ("title", isinstance(self.title, str)),
            ("group", isinstance(self.group, str)),
            ("severity", isinstance(self.severity, Severity)),
            ("citations", _all_are(Citation, self.citations)),
            ("remedy", isinstance(self.remedy, str) or callable(self.remedy)),
            ("observes", _is_a(Seen, self.observes) and bool(self.observes.seen_of)),
            ("params", _is_a(Params, self.params)),
            ("check", callable(self.check)),
            ("asks", callable(self.asks)),
            ("rests_on", _all_are(DeclaredSubject, self.rests_on)),
        ):
            if not fits:
                raise TypeError(f"{name} of the rule is of the wrong type")

    @property
    def observation_kind(self) -> str:
        """The ``kind`` of the observations it judges."""
        return str(self.observes.model_fields["kind"].default)

    def remedy_for(self, params: Any) -> str:  # noqa: ANN401 - the rule's own parameters, whatever their type
        """The remedy under these parameters, in one line."""
        words = self.remedy(params) if callable(self.remedy) else self.remedy
        return " ".join(words.split())


def _is_a(base: type, value: object) -> bool:
    return isinstance(value, type) and issubclass(value, base)


def _all_are(kind: type, values: object) -> bool:
    return isinstance(values, tuple) and all(isinstance(value, kind) for value in values)
