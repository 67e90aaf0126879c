"""A root that no peer trusts by default must be sent to the peer's operator, who installs it.

An inventory states the day on which it was sent.  A root on the command line has no day: nobody knows whether the peer
has it.
"""

import datetime as dt
from collections.abc import Iterator

from auditor.certificates.chains import PeerChain, public_anchors
from auditor.model.finding import NotApplicable, Remark, Violation, Warning
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.rules.certificate._shared import AcceptedRoots, judge_chains, toward, unreached


def check(evidence: Evidence[CertificateChainSeen], params: AcceptedRoots) -> Iterator[Remark]:
    """Every chain leads to a root that the policy names, or to a declared one with the day it was sent."""
    today = evidence.at.date()

    def judge(chain: PeerChain) -> Iterator[Remark]:
        trust = toward(chain, params)
        if trust.anchor is None:
            yield unreached(chain, trust)
        elif _reaches(chain, params, None):
            yield NotApplicable(reason="the chain ends at a root that the peers trust without being sent it")
        elif not _reaches(chain, params, today):
            expected = "a root that was sent to the peer's operator, and the day it was sent"
            name, sent = trust.anchor.name, trust.anchor.sent
            if sent is None:
                observed = f"ends at {name}, and nobody knows whether that was sent: no day is declared"
                yield Warning(subject=chain.subject, expected=expected, observed=observed, unproven=True)
            else:
                observed = f"ends at {name}, which had not been sent by then; its day is {sent}"
                yield Violation(subject=chain.subject, expected=expected, observed=observed)

    return judge_chains(evidence, judge)


def _reaches(chain: PeerChain, params: AcceptedRoots, today: dt.date | None) -> bool:
    """Whether the chain leads to a root that the policy names, or to a declared one sent by ``today``."""
    accepted = [
        anchor
        for anchor in chain.anchors
        if (today and anchor.sent and anchor.sent <= today if anchor.declared else anchor.name in params.roots)
    ]
    return chain.toward((*accepted, *(public_anchors() if params.public_roots else ()))).anchor is not None


RULE = Rule(
    id="certificate-root-not-sent",
    title="Nobody states when the declared root CA was sent",
    group=Group.CERTIFICATE,
    severity=Severity.CRITICAL,
    citations=(),
    remedy=(
        "Send the root certificate to the peer's operator, and declare it in the inventory with the day it was sent, "
        "instead of with --root."
    ),
    observes=CertificateChainSeen,
    params=AcceptedRoots,
    check=check,
)
