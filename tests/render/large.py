"""The example's endpoints again and again, under other names: what an estate of two hundred looks like."""

from auditor.model.report import Report, Verdict
from tests.render import example


def estate(copies: int) -> Report:
    """Five endpoints and seventy-five findings a copy, each copy with certificates of its own."""
    findings, endpoints = [], []
    for copy in range(copies):
        for endpoint in example.ENDPOINTS:
            chains = tuple(
                chain.model_copy(
                    update={
                        "certificates": tuple(
                            certificate.model_copy(update={"sha256": f"{copy:04x}{certificate.sha256[4:]}"})
                            for certificate in chain.certificates
                        )
                    }
                )
                for chain in endpoint.chains
            )
            endpoints.append(endpoint.model_copy(update={"target": f"{copy}-{endpoint.target}", "chains": chains}))
        findings += [
            finding.model_copy(update={"target": f"{copy}-{finding.target}"}) for finding in example.REPORT.findings
        ]
    return example.report(tuple(findings), tuple(endpoints), Verdict.FAIL)
