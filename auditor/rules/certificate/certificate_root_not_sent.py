"""A root that no peer trusts by default must be sent to the peer's operator, who installs it.

An inventory states the day on which it was sent.  A root on the command line has no day: nobody knows whether the peer
has it.
"""

import datetime as dt
from collections.abc import Iterator

from auditor.certificates.chains import PeerChain, public_anchors
from auditor.certificates.read import read
from auditor.model.finding import NotApplicable, Remark, Violation, Warning
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.trust_anchor import TrustAnchor
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
            elif _made_after(trust.anchor, sent):
                observed = f"ends at {name}, which did not exist on {sent}, the day it is said to have been sent"
                yield Violation(subject=chain.subject, expected=expected, observed=observed)
            else:
                observed = f"ends at {name}, which had not been sent by then; its day is {sent}"
                yield Violation(subject=chain.subject, expected=expected, observed=observed)

    return judge_chains(evidence, judge)


def _reaches(chain: PeerChain, params: AcceptedRoots, today: dt.date | None) -> bool:
    """Whether the chain leads to a root that the policy names, or to a declared one sent by ``today``."""
    accepted = [
        anchor
        for anchor in chain.anchors
        if (today and _sent_by(anchor, today) if anchor.declared else anchor.name in params.roots)
    ]
    return chain.toward((*accepted, *(public_anchors() if params.public_roots else ()))).anchor is not None


def _sent_by(anchor: TrustAnchor, today: dt.date) -> bool:
    return anchor.sent is not None and anchor.sent <= today and not _made_after(anchor, anchor.sent)


def _made_after(anchor: TrustAnchor, day: dt.date) -> bool:
    """Whether the certificate begins after that day; a day more, because days are local and certificates are in UTC."""
    return read(anchor.der).not_valid_before_utc.date() > day + dt.timedelta(days=1)


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
