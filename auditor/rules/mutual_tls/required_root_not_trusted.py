"""An endpoint that does not trust its peer's root rejects the peer, and no call is set up.

The audit learns whether an endpoint trusts a root from how it rejects a certificate of a forged issuer.  An endpoint
that holds the root reports a wrong signature; one that does not reports an unknown CA.  The probe shows the endpoint
certificates that copy the root's name, so it runs only on request.
"""

from collections.abc import Iterator

from auditor.model.asks import Asks
from auditor.model.finding import Remark
from auditor.model.observation import RootTrustSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.rules._shared import all_of
from auditor.rules.mutual_tls._shared import RequiredRoots, judge_trust


def check(evidence: Evidence[RootTrustSeen], params: RequiredRoots) -> Iterator[Remark]:
    """The endpoint must know the key of every required root."""
    yield from judge_trust(evidence, params)


RULE = Rule(
    id="required-root-not-trusted",
    title="Endpoint does not trust a required root CA",
    group=Group.MUTUAL_TLS,
    severity=Severity.HIGH,
    citations=(Citation(document="RFC 9846", section="6.2", url="https://www.rfc-editor.org/rfc/rfc9846#section-6.2"),),
    remedy=lambda params: (
        f"Install {all_of(params.roots)} in the trust store that this listener verifies client certificates with."
    ),
    observes=RootTrustSeen,
    params=RequiredRoots,
    check=check,
    asks=lambda params: Asks(trust_roots=params.roots),
)
