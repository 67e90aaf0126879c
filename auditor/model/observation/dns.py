"""DNS records of the names of a deployment."""

from typing import ClassVar, Literal

from pydantic import Field

from auditor.model.observation.seen import Seen, Undetermined
from auditor.model.target import Perspective
from auditor.model.value import Value


class DnsRecord(Value):
    """One record of an answer."""

    type: Literal["A", "AAAA", "SRV", "CAA"]
    name: str = Field(description="The queried name")
    value: str = Field(description="As in a zone file (RFC 1035 section 5)")
    ttl: int = Field(description="Seconds")
    host: str | None = Field(default=None, description="The target of an SRV record")


class DnsSeen(Seen):
    """The DNS records of one name of the deployment."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.DEPLOYMENT})

    kind: Literal["dns"] = "dns"
    purpose: Literal["region", "provisioning", "own"]
    name: str
    records: tuple[DnsRecord, ...] = ()
    missing: tuple[Undetermined, ...] = Field(default=(), description="Queries without an answer")
    ranges: tuple[str, ...] = Field(default=(), description="The declared ranges of its addresses")
