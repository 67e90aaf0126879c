"""The gateway's peers are located by SRV records, which say which of them to try first.

Microsoft documents _sip._tls; RFC 3263 asks for _sips._tcp, which a strict SBC looks up: what was found of both is
kept.
"""

from collections.abc import Iterator

from auditor.model.observation import DnsSeen
from auditor.model.rule import Caution, Citation, Evidence, Inconclusive, NoParameters, Remark, Rule, Violation
from auditor.model.severity import Severity


def check(evidence: Evidence[DnsSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each regional name has SRV records for SIP over TLS, and not such as say that there is no service."""
    regions = [seen for seen in evidence.seen if seen.purpose == "region"]
    if not regions:
        yield Inconclusive(subject="regions", reason="no name of a region is declared")
    for seen in regions:
        documented, strict = f"_sip._tls.{seen.name}", f"_sips._tcp.{seen.name}"
        found = {record.name for record in seen.records if record.type == "SRV" and record.host != "."}
        if documented in found:
            continue
        gaps = [gap.reason for gap in seen.missing if gap.subject == f"{documented} SRV"]
        if gaps:
            yield Inconclusive(subject=seen.name, reason="; ".join(dict.fromkeys(gaps)))
        elif strict in found:
            yield Caution(
                subject=seen.name, expected=f"SRV records of {documented}", observed=f"those of {strict} alone"
            )
        else:
            yield Violation(subject=seen.name, expected=f"SRV records of {documented}", observed="there are none")


RULE = Rule(
    id="region-srv-missing",
    title="A service region is not found by its SRV record",
    severity=Severity.MEDIUM,
    citations=(
        Citation(
            document="Azure Communications Gateway: reliability",
            url="https://learn.microsoft.com/en-us/azure/communications-gateway/reliability-communications-gateway",
        ),
        Citation(document="RFC 3263", section="4.1", url="https://www.rfc-editor.org/rfc/rfc3263#section-4.1"),
    ),
    requirements=("DER-04",),
    remediation=(
        "Ask the resolver that the SBC uses for _sip._tls under the Hostname; where it has none, the name is a "
        "wrong one."
    ),
    observes=DnsSeen,
    params=NoParameters,
    check=check,
)
