"""DNS records of the names of a deployment."""

from typing import ClassVar, Literal

from pydantic import Field

from auditor.model.deployment import DeclaredEndpoint, Deployment
from auditor.model.observation.seen import Seen, Undetermined
from auditor.model.target import Perspective
from auditor.model.value import Value


class DnsRecord(Value):
    """One record of an answer."""

    type: Literal["A", "AAAA", "SRV", "CAA", "CNAME"]
    name: str = Field(description="The queried name")
    value: str = Field(description="As in a zone file (RFC 1035 section 5)")
    ttl: int = Field(description="Seconds")
    host: str | None = Field(default=None, description="The target of an SRV or a CNAME record")


class DnsSeen(Seen):
    """The DNS records of one name of the deployment."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.DEPLOYMENT})

    kind: Literal["dns"] = "dns"
    purpose: Literal["region", "provisioning", "own"]
    name: str
    records: tuple[DnsRecord, ...] = ()
    missing: tuple[Undetermined, ...] = Field(default=(), description="Queries without an answer")
    ranges: tuple[str, ...] = Field(default=(), description="The declared ranges of its addresses")
    signaling_ranges: tuple[str, ...] = Field(default=(), description="Those of them that are for signaling")


class LookedUpName(Value):
    """The DNS records of one name."""

    name: str = Field(description="In A-labels, without a trailing dot")
    records: tuple[DnsRecord, ...] = ()
    missing: tuple[Undetermined, ...] = Field(default=(), description="Queries without an answer")


class SiteNamesSeen(Seen):
    """The DNS records of every name in items 2 and 5, and the declaration that they are compared with."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.DEPLOYMENT})

    kind: Literal["site-dns"] = "site-dns"
    declared: Deployment
    names: tuple[LookedUpName, ...] = ()
    endpoints: tuple[DeclaredEndpoint, ...] = Field(default=(), description="The endpoints of the audit")
