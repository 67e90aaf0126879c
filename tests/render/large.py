"""The example's endpoints again and again, under other names: what an estate of two hundred looks like."""

from auditor.model.report import Report, Verdict
from tests.render import example


def estate(copies: int) -> Report:
    """Five endpoints and seventy-five findings a copy, each copy with certificates of its own."""
    findings, endpoints, certificates = [], [], dict(example.CERTIFICATES)
    for copy in range(copies):
        for endpoint in example.ENDPOINTS:
            chains = []
            for chain in endpoint.chains:
                keys = [f"{copy:04x}{key[4:]}" for key in chain.certificates]
                for key, own in zip(chain.certificates, keys, strict=True):
                    certificates[own] = example.CERTIFICATES[key].model_copy(update={"sha256": own})
                chains.append(chain.model_copy(update={"certificates": tuple(keys)}))
            endpoints.append(
                endpoint.model_copy(update={"target": f"{copy}-{endpoint.target}", "chains": tuple(chains)})
            )
        findings += [
            finding.model_copy(update={"target": f"{copy}-{finding.target}"}) for finding in example.REPORT.findings
        ]
    return example.report(tuple(findings), tuple(endpoints), Verdict.FAIL, certificates=certificates)
