"""The gateway's peers are located by SRV records, which say which of them to try first.

Microsoft documents _sip._tls; RFC 3263 asks for _sips._tcp, which a strict SBC looks up: what was found of both is
kept.  The gateway takes SIP over TLS at one port, and at others where several networks are connected to it.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DnsSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity


class Port(Params):
    """Where the gateway takes SIP over TLS."""

    port: int = Field(default=5061, ge=1, le=65535, description="The port that SRV records are expected to name")


def check(evidence: Evidence[DnsSeen], params: Port) -> Iterator[Remark]:
    """Each regional name has SRV records for SIP over TLS, and not such as say that there is no service."""
    regions = [seen for seen in evidence.seen if seen.purpose == "region"]
    if not regions:
        yield Doubt(subject="regions", reason="no name of a region is declared")
    for seen in regions:
        documented, strict = f"_sip._tls.{seen.name}", f"_sips._tcp.{seen.name}"
        records = [record for record in seen.records if record.type == "SRV" and record.host != "."]
        found = {record.name for record in records}
        for record in records:
            # Priority, weight, port and target (RFC 2782).
            port = "".join(record.value.split()[2:3])
            if port != str(params.port):
                observed = f"port {port or 'unknown'} of {record.host}"
                yield Warning(subject=record.name, expected=f"port {params.port}", observed=observed)
        if documented in found:
            continue
        gaps = [gap.reason for gap in seen.missing if gap.subject == f"{documented} SRV"]
        if gaps:
            yield Doubt(subject=seen.name, reason="; ".join(dict.fromkeys(gaps)))
        elif strict in found:
            yield Warning(
                subject=seen.name, expected=f"SRV records of {documented}", observed=f"those of {strict} alone"
            )
        else:
            yield Violation(subject=seen.name, expected=f"SRV records of {documented}", observed="there are none")


RULE = Rule(
    id="region-srv-missing",
    title="A service region is not found by its SRV record",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(Citation(document="RFC 3263", section="4.1", url="https://www.rfc-editor.org/rfc/rfc3263#section-4.1"),),
    remedy=(
        "Ask the resolver that the SBC uses for _sip._tls under the Hostname; where it has none, or another port, "
        "the name is a wrong one."
    ),
    observes=DnsSeen,
    params=Port,
    check=check,
)
