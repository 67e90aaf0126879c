"""Operators locate the gateway by SRV records, which also say which peer to try first.

Microsoft documents _sip._tls; RFC 3263 asks for _sips._tcp, which a strict SBC looks up.  Both are looked up.  The
gateway accepts SIP over TLS at one port, and at further ports where several networks are connected to it.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DnsSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DnsNameSubject
from auditor.network.subjects import REGIONS


class SipPort(Params):
    """The gateway's port for SIP over TLS."""

    port: int = Field(default=5061, ge=1, le=65535, description="The port that SRV records must name")


def check(evidence: Evidence[DnsSeen], params: SipPort) -> Iterator[Remark]:
    """Each regional name has SRV records for SIP over TLS, and they do not deny the service."""
    regions = [seen for seen in evidence.seen if seen.purpose == "region"]
    if not regions:
        yield Doubt(subject=REGIONS, reason="no host name of a region is declared")
    for seen in regions:
        subject = DnsNameSubject(name=seen.name)
        documented, strict = f"_sip._tls.{seen.name}", f"_sips._tcp.{seen.name}"
        records = [record for record in seen.records if record.type == "SRV" and record.host != "."]
        found = {record.name for record in records}
        for record in records:
            # Priority, weight, port and target (RFC 2782).
            port = "".join(record.value.split()[2:3])
            if port != str(params.port):
                observed = f"port {port or 'unknown'} of {record.host}"
                service = DnsNameSubject(name=record.name)
                yield Warning(subject=service, expected=f"port {params.port}", observed=observed)
        if documented in found:
            continue
        gaps = [gap.reason for gap in seen.missing if gap.subject == f"{documented} SRV"]
        if gaps:
            yield Doubt(subject=subject, reason="; ".join(dict.fromkeys(gaps)))
        elif strict in found:
            yield Warning(subject=subject, expected=f"SRV records of {documented}", observed=f"only those of {strict}")
        else:
            yield Violation(subject=subject, expected=f"SRV records of {documented}", observed="no SRV record")


def _remedy(params: SipPort) -> str:
    return (
        "Query the resolver that the SBC uses for _sip._tls below the Hostname; if it has no SRV record, or one with a "
        f"port other than {params.port}, correct hostname."
    )


RULE = Rule(
    id="region-srv-missing",
    title="A service region's SRV record is missing or wrong",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(Citation(document="RFC 3263", section="4.1", url="https://www.rfc-editor.org/rfc/rfc3263#section-4.1"),),
    remedy=_remedy,
    observes=DnsSeen,
    params=SipPort,
    check=check,
)
