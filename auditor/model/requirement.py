"""Requirements of the documents behind a policy, and the rules that answer them."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from auditor.model.rule import Citation
from auditor.model.severity import Severity


@dataclass(frozen=True)
class SourceDocument:
    """A document that requirements come from."""

    id: str
    title: str
    url: str = ""


@dataclass(frozen=True)
class RequirementSource:
    """A section of a document; without a section, the document as a whole."""

    document: SourceDocument
    section: str = ""

    @property
    def citation(self) -> Citation:
        """The source as a finding cites it."""
        return Citation(document=self.document.title, section=self.section, url=self.document.url)


class TargetKind(StrEnum):
    """The kinds of target at which rules answer a requirement."""

    DEPLOYMENT = "deployment"
    SERVER = "server"
    """Every endpoint that the auditor connects to."""
    SIP_SERVER = "sip-server"
    HTTPS_SERVER = "https-server"
    CLIENT = "client"
    """Every client that connects to the auditor."""
    SIP_CLIENT = "sip-client"
    HTTPS_CLIENT = "https-client"
    SESSION_DESCRIPTION = "session-description"
    TRUST_STORE = "trust-store"


class Condition(StrEnum):
    """When a requirement applies, by what the inventory declares."""

    ALWAYS = "always"
    PRODUCTION = "production"
    LAB = "lab"
    EXPRESSROUTE = "expressroute"
    MICROSOFT_PEERING = "microsoft-peering"
    MICROSOFT_365_OVER_EXPRESSROUTE = "microsoft-365-over-expressroute"
    MAPS_VOICE = "maps-voice"
    ZOOM = "zoom"
    ZOOM_IN_PRODUCTION = "zoom-in-production"
    MOBILE_CONTROL_POINT = "mobile-control-point"
    HTTPS = "https"
    PROVISIONING_API = "provisioning-api"


@dataclass(frozen=True)
class About:
    """The part of a finding that concerns a requirement.

    A remark is left out if its subject names another certificate case, field, statement, site or region; a remark
    about the target as a whole always counts.
    """

    cases: tuple[str, ...] = ()
    """Certificate cases, such as wrong-name."""
    fields: tuple[str, ...] = ()
    """Fields of the declared deployment, such as signaling_source, or connections.bfd for a field of its entries."""
    statements: tuple[str, ...] = ()
    """Statements of attestations."""
    site: int | None = None
    """The site by its position in the inventory: 1 for the first, 2 for all others."""
    region: int | None = None
    """The region, likewise."""
    advice: bool = True
    """Whether warnings count that say more than the requirement asks for."""


@dataclass(frozen=True)
class Need:
    """Rules that must pass at every target of one kind before the requirement is met."""

    at: TargetKind
    rules: tuple[str, ...]
    about: About = About()
    otherwise: "Need | None" = None
    """Another proof of the same: if it passed, what is open in the first place is not; a violation of it counts."""

    @property
    def all_rules(self) -> tuple[str, ...]:
        """The rules of both proofs."""
        return (*self.rules, *(self.otherwise.all_rules if self.otherwise else ()))


@dataclass(frozen=True)
class Requirement:
    """One requirement of a document."""

    id: str
    statement: str
    sources: tuple[RequirementSource, ...]
    check_kind: tuple[str, ...]
    """Where the answer can be observed."""
    severity: Severity
    applies: Condition = Condition.ALWAYS
    needs: tuple[Need, ...] = ()
    """The rules that answer it; all of them must pass."""
    breaks: tuple[str, ...] = ()
    """Further rules that show by the way that it is not met: a violation of one decides, and a pass does not."""
    related: tuple[str, ...] = ()
    """Further rules that report on it and do not decide it."""
    not_proved: str = ""
    """The part that no rule proves; a confirmation closes it.  With it, the rules answer the requirement in part."""
    confirmation: str = ""
    """The statement of the attestation that confirms that part."""
    provider: str = ""
    """What the provider of the service states; nothing on the operator's side can observe it."""
    derived: str = ""
    """How the requirement was derived, if the document does not say it in these words."""

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """Every rule that reports on it, each once."""
        needed = (rule for need in self.needs for rule in need.all_rules)
        return tuple(dict.fromkeys((*needed, *self.breaks, *self.related)))


@dataclass(frozen=True)
class Requirements:
    """A requirements file."""

    name: str = ""
    """How a policy names the file: by its name if it ships with the auditor, else by its path."""
    entries: tuple[Requirement, ...] = ()
    cited: tuple[tuple[str, RequirementSource], ...] = ()
    """Rules with a further document that they cite, in addition to the sources of the requirements they answer."""

    def sources_of(self, rule_id: str) -> tuple[RequirementSource, ...]:
        """The sources of the requirements that the rule answers, and the further documents that it cites."""
        answered = (source for entry in self.entries if rule_id in entry.rules for source in entry.sources)
        return (*answered, *(source for rule, source in self.cited if rule == rule_id))


def distinct(citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
    """Drop repeated citations, and those of a whole document that is cited with a section as well."""
    in_part = {citation.document for citation in citations if citation.section}
    return tuple(dict.fromkeys(found for found in citations if found.section or found.document not in in_part))
