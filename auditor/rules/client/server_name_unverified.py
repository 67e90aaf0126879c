"""A good certificate for another name is a stranger with good papers: a client has to compare the name.

Libraries verify the chain when told to, and leave the name to the application more often than not.  By RFC 5922 the
common name does not count either where there are alternative names.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark
from auditor.model.observation import ServerCertificateCaseSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.rules.client.server_certificate_unverified import judge_cases

_CASES = {
    "wrong-name": "a trusted certificate for another name",
    "common-name-only": "a trusted certificate with the name in the common name alone",
}


def check(evidence: Evidence[ServerCertificateCaseSeen], _params: NoParameters) -> Iterator[Remark]:
    """Trusted certificates for other names were refused, and the good one was not."""
    return judge_cases(evidence, _CASES)


RULE = Rule(
    id="server-name-unverified",
    title="A client accepts a trusted certificate that is for another name",
    group=Group.CLIENT,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 5922", section="7.1", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.1"),
        Citation(document="RFC 5922", section="7.3", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.3"),
        Citation(document="RFC 9525", section="6", url="https://www.rfc-editor.org/rfc/rfc9525#section-6"),
    ),
    remedy="Have the trunk compare the server's certificate with the regional host name it was configured with, "
    "not with the result of an SRV look-up.",
    observes=ServerCertificateCaseSeen,
    params=NoParameters,
    check=check,
)
