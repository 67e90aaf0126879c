"""Shared by the rules about protocol versions and cipher suites."""

from auditor.model.asks import Asks
from auditor.model.observation import CipherSuitesSeen, Undetermined
from auditor.model.subject import CipherSuiteSubject, ProtocolVersionSubject, WholeTarget
from auditor.model.suite_lists import SuiteLists
from auditor.rules._shared import version_subject


def doubted(doubt: Undetermined, seen: CipherSuitesSeen) -> CipherSuiteSubject | ProtocolVersionSubject | WholeTarget:
    """The subject of a doubt: one cipher suite, or the version as a whole."""
    if doubt.subject == seen.version:
        return version_subject(seen.version)
    return CipherSuiteSubject(version=seen.version, suite=doubt.subject)


def asks_for(params: SuiteLists) -> Asks:
    """Direct the probes: what is not listed is forbidden, and offered first."""
    return Asks(allowed_suites=params.lists())
