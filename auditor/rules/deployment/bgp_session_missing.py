"""Microsoft keeps its promise of availability only where both BGP sessions of a circuit are up.

That holds over a single physical connection as well.
"""

from collections.abc import Iterator

from auditor.deployment.declared import uses_expressroute
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, NoParameters, NotApplicable, Remark, Rule, Violation
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each circuit is looked at by itself."""
    for seen in evidence.seen:
        declared = seen.declared
        if not uses_expressroute(declared):
            yield NotApplicable(reason="no ExpressRoute is declared")
            continue
        if not declared.circuits:
            yield Inconclusive(subject="circuits", reason="no circuit is declared")
        for circuit in declared.circuits:
            where = f"circuits[{circuit.name}]"
            sessions = {session.path: session for session in circuit.bgp_sessions}
            for path in ("primary", "secondary"):
                session = sessions.get(path)
                if session is None:
                    yield Violation(
                        subject=f"{where}.bgp_sessions", expected=f"a {path} session", observed="none is declared"
                    )
                elif session.state == "down":
                    yield Violation(subject=f"{where}.bgp_sessions[{path}]", expected="established", observed="down")
                elif session.state == "unknown":
                    yield Inconclusive(
                        subject=f"{where}.bgp_sessions[{path}]", reason="whether it is established is not known"
                    )
            prefixes = [session.prefix for session in sessions.values() if session.prefix]
            if len(prefixes) == 2 and len(set(prefixes)) == 1:
                yield Violation(
                    subject=f"{where}.bgp_sessions",
                    expected="a prefix for each session",
                    observed=f"both in {prefixes[0]}",
                )


RULE = Rule(
    id="bgp-session-missing",
    title="A circuit does not have two BGP sessions",
    severity=Severity.CRITICAL,
    citations=(
        Citation(
            document="ExpressRoute prerequisites",
            url="https://learn.microsoft.com/en-us/azure/expressroute/expressroute-prerequisites",
        ),
        Citation(
            document="ExpressRoute routing requirements",
            url="https://learn.microsoft.com/en-us/azure/expressroute/expressroute-routing",
        ),
    ),
    requirements=(
        "ER-06",
        "DER-ER-02",
        "ER-14",
    ),
    remediation=("Set up the primary and the secondary BGP session of the circuit, each in a /30 of its own."),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(
        "circuits.bgp_sessions.prefix",
        "circuits.bgp_sessions.state",
    ),
)
