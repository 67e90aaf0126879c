"""A trusted certificate for another name belongs to another server, so a client must check the name.

Libraries verify the chain if configured to, but often leave the name to the application.  Under RFC 5922 the
common name does not count where the certificate has alternative names.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark
from auditor.model.observation import ServerCertificateCaseSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.rules.client._shared import judge_cases

_CASES = {
    "wrong-name": "trusted certificate for another name",
    "common-name-only": "trusted certificate with the name in its common name only",
}


def check(evidence: Evidence[ServerCertificateCaseSeen], _params: NoParameters) -> Iterator[Remark]:
    """The client must reject trusted certificates for other names, and accept the valid one."""
    return judge_cases(evidence.seen, _CASES)


RULE = Rule(
    id="server-name-unverified",
    title="Client does not check the name in the server's certificate",
    group=Group.CLIENT,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 5922", section="7.1", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.1"),
        Citation(document="RFC 5922", section="7.3", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.3"),
        Citation(document="RFC 9525", section="6", url="https://www.rfc-editor.org/rfc/rfc9525#section-6"),
    ),
    remedy="Configure the trunk to compare the server's certificate with the host name that is configured for the "
    "peer, not with the result of an SRV lookup.",
    observes=ServerCertificateCaseSeen,
    params=NoParameters,
    check=check,
)
