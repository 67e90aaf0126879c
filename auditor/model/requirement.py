"""Requirements of the documents behind a policy, and the rules that answer them."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Requirement:
    """One requirement of a document."""

    id: str
    statement: str
    sources: tuple[RequirementSource, ...]
    check_kind: tuple[str, ...]
    """Where the answer can be observed."""
    severity: Severity
    rules: tuple[str, ...] = ()
    """The rules that answer it, in a policy that has them."""
    reason: str = ""
    """Why no rule answers it, or, if there are rules, the part that none of them checks."""


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
