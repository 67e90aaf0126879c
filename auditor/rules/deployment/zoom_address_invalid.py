"""Zoom must be given the gateway's addresses towards it (items 14 to 19), which the onboarding team states.

Microsoft manages these addresses for the other communications services.
"""

from collections.abc import Iterator

from auditor.model.deployment import Deployment, Ranges, Region
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.addresses import is_range, why_not_public
from auditor.network.subjects import REGIONS, RESOURCE
from auditor.rules.deployment._shared import ZOOM

_SERVICE_NAMES = "commsgw.azure.com"
"""The domain of all names that the service gives."""
_KINDS = ("addresses it sends signaling from", "addresses or a name it receives signaling at", "addresses of media")
_FIELDS = ("service_signaling_source", "service_signaling_destination", "service_media")


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Where Zoom is used, each region declares three items, which are public addresses or names of the service."""
    for seen in evidence.seen:
        declared = seen.declared
        if not declared.deployment.services:
            reason = "whether Zoom Phone Cloud Peering is used is not declared"
            yield Doubt(subject=RESOURCE.at("services"), reason=reason)
        elif ZOOM not in declared.deployment.services:
            yield NotApplicable(reason="Zoom Phone Cloud Peering is not used")
        else:
            if not declared.regions:
                yield Doubt(subject=REGIONS, reason="no region is declared")
            for number, region in enumerate(declared.regions):
                yield from _region(region, 14 + 3 * number, declared)


def _region(region: Region, first: int, declared: Deployment) -> Iterator[Remark]:
    owner = REGIONS.named(region.name)
    values = (region.service_signaling_source, region.service_signaling_destination, region.service_media)
    for number, (kind, field, texts) in enumerate(zip(_KINDS, _FIELDS, values, strict=True)):
        subject = owner.at(field, items=f"item {first + number}" if first + number < 20 else "")
        if texts:
            yield from _values(subject, texts, declared)
        elif region.service_facing:
            reason = f"service_facing does not say which of its values are the {kind}; declare {', '.join(_FIELDS)}"
            yield Doubt(subject=subject, reason=reason)
        else:
            yield Violation(subject=subject, expected=f"{kind} towards Zoom", observed="none are declared")
    yield from _values(owner.at("service_facing"), region.service_facing, declared)


def _values(subject: DeclaredSubject, texts: Ranges, declared: Deployment) -> Iterator[Remark]:
    parent = (declared.deployment.base_domain or _SERVICE_NAMES).rstrip(".").casefold()
    for text in texts:
        if not is_range(text):
            if not text.rstrip(".").casefold().endswith(f".{parent}"):
                expected = f"a name that the service gives, below {parent}"
                yield Warning(subject=subject, expected=expected, observed=text, unproven=True)
        elif why := why_not_public(text):
            yield Violation(subject=subject, expected="public addresses", observed=f"{text}: {why}")


RULE = Rule(
    id="zoom-address-invalid",
    title="Addresses towards Zoom are missing or not public",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=(
        "Ask the onboarding team for items 14 to 19, give them to Zoom, and declare them: service_signaling_source, "
        "service_signaling_destination and service_media of each region."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
