"""An SBC is the server of one call and the client of the next, often with the same certificate, which must allow both.

Public CAs are ending certificates for the client role; the last ones with clientAuth are issued by 2027-03-15.  An
intermediate certificate that lists only serverAuth takes the client role from everything below it, whatever the
endpoint's own certificate says, so the rule checks the whole chain.  What a client presents is judged for the client
role only, because an SBC may use another certificate as a server.
"""

from collections.abc import Iterator, Sequence

from pydantic import Field

from auditor.certificates.facts import Bearer, bearer_subject
from auditor.certificates.usage import PURPOSES, lacking
from auditor.model.finding import NotApplicable, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.target import ClientTarget, Role
from auditor.rules._shared import all_of
from auditor.rules.certificate._shared import judge_chains


class Roles(Params):
    """The roles that the certificate must allow."""

    roles: tuple[Role, ...] = Field(min_length=1, description="TLS roles in which the certificate is used")


def check(evidence: Evidence[CertificateChainSeen], params: Roles) -> Iterator[Remark]:
    """Key usage and extended key usage must allow every role, on each certificate that restricts them."""
    roles = evidence.target.roles or params.roles
    if isinstance(evidence.target, ClientTarget):
        roles = tuple(role for role in roles if role == "client")
        if not roles:
            yield NotApplicable(reason="the policy needs the certificate in the server role only")
            return

    def judged(path: Sequence[Bearer]) -> Iterator[Remark]:
        for role in roles:
            for lack in lacking(path, role):
                yield Violation(
                    subject=bearer_subject(lack.certificate), expected=lack.expected, observed=lack.observed
                )

    yield from judge_chains(evidence, lambda chain: judged(chain.linked), lambda request: judged([request]))


def remedy(params: Roles) -> str:
    """Name the purposes, and what to do where public CAs no longer issue one of them."""
    purposes = all_of(PURPOSES[role][1] for role in params.roles)
    reissue = (
        f"Have the certificate reissued for the roles it is used in (extKeyUsage with {purposes}), under issuing "
        "certificates that exclude none of them."
    )
    if "client" not in params.roles:
        return reissue
    return f"{reissue}  Where a public CA no longer issues clientAuth, use a private CA whose root the peer trusts."


RULE = Rule(
    id="certificate-usage-missing",
    title="Certificate does not allow a role it is used in",
    group=Group.CERTIFICATE,
    severity=Severity.HIGH,
    citations=(
        Citation(
            document="RFC 5280", section="4.2.1.12", url="https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12"
        ),
        Citation(
            document="Chrome Root Program Policy 1.8",
            section="1.3.2",
            url="https://googlechrome.github.io/chromerootprogram/",
        ),
    ),
    remedy=remedy,
    observes=CertificateChainSeen,
    params=Roles,
    check=check,
)
