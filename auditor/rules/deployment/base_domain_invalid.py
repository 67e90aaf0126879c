"""Azure generates the base domain; the regional names and the Provisioning API are below it."""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.network.subjects import RESOURCE


class BaseDomain(Params):
    """The domains that base domains belong to."""

    parents: tuple[str, ...] = Field(
        min_length=1, default=("commsgw.azure.com",), description="Domains that the base domain may be directly below"
    )


def check(evidence: Evidence[DeploymentSeen], params: BaseDomain) -> Iterator[Remark]:
    """The base domain is declared, and is one label below a known parent."""
    for seen in evidence.seen:
        subject = RESOURCE.at("base_domain", items="item 13")
        domain = seen.declared.deployment.base_domain
        expected = " or ".join(f"DEPLOYMENT-ID.{parent}" for parent in params.parents)
        if domain is None:
            yield Violation(subject=subject, expected=expected, observed="the base domain is not declared")
            continue
        label, _, parent = domain.lower().removesuffix(".").partition(".")
        if parent not in params.parents or not label:
            yield Violation(subject=subject, expected=expected, observed=domain)


def _remedy(params: BaseDomain) -> str:
    domains = " or ".join(f"DEPLOYMENT-ID.{parent}" for parent in params.parents)
    return f"Set base_domain to the one on the Overview page of the resource in the Azure portal, as {domains}."


RULE = Rule(
    id="base-domain-invalid",
    title="The base domain is missing or is not a gateway domain",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=_remedy,
    observes=DeploymentSeen,
    params=BaseDomain,
    check=check,
)
