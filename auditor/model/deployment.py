"""The declared deployment: an operator's sites, its network and its connection to the gateway.

Names follow the Azure portal and items 1 to 22 of the connectivity page.  Nearly every field is optional; rules report
what is missing.  Addresses and ranges are text in one of three forms: an address, a network in CIDR notation without
host bits, or first-last.
"""

import datetime as dt
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from auditor.model.subject import DeclaredSubject
from auditor.model.value import Value

Sku: TypeAlias = Literal["standard", "lab"]
CommunicationsService: TypeAlias = Literal[
    "operator_connect", "teams_phone_mobile", "teams_direct_routing", "zoom_phone_cloud_peering"
]
ConnectionType: TypeAlias = Literal["maps_voice", "expressroute_microsoft", "public_internet", "vnet_injection"]
Carrier: TypeAlias = Literal["expressroute_private", "vpn"]
Transport: TypeAlias = Literal["tls", "tcp", "udp"]
Path: TypeAlias = Literal["primary", "secondary"]
SessionState: TypeAlias = Literal["established", "down", "unknown"]
PrefixesState: TypeAlias = Literal["NotConfigured", "Configuring", "Configured", "ValidationNeeded"]
Ranges: TypeAlias = tuple[str, ...]


class Provisioning(Value):
    """The operator's Provisioning API client."""

    url: str | None = Field(default=None, description="The URL that the client uses")
    source_ranges: Ranges = Field(default=(), description="Addresses that the client connects from")


class DialPlan(Value):
    """Numbering and routing of calls."""

    e164: bool | None = Field(default=None, description="Whether numbers are in the E.164 format")
    emergency_calls_to_gateway: bool | None = Field(
        default=None, description="Whether emergency calls are routed to the gateway"
    )


class Resource(Value):
    """The gateway resource."""

    sku: Sku | None = Field(default=None, description="standard for production")
    services: tuple[CommunicationsService, ...] = Field(default=(), description="Communications services in use")
    base_domain: str | None = Field(default=None, description="Item 13, of the form DEPLOYMENT-ID.commsgw.azure.com")
    vnet_injection: bool = Field(default=False, description="Whether the gateway is injected into a virtual network")
    mobile_control_point_transport: Transport | None = Field(default=None, description="SIP towards the MCP")
    provisioning: Provisioning | None = None
    dial_plan: DialPlan | None = None
    https_roles: tuple[Literal["server", "client"], ...] | None = Field(
        default=None, description="TLS roles in which the network speaks HTTPS to the gateway; an empty list for none"
    )
    certificate_renewal: Literal["automated", "manual"] | None = Field(
        default=None, description="How the certificates of the network are renewed"
    )


class Region(Value):
    """One service region of the gateway."""

    name: str
    azure_region: str | None = Field(default=None, description="Such as East US")
    hostname: str | None = Field(default=None, description="Items 7 and 10: the Hostname field of the portal")
    signaling_ranges: Ranges = Field(default=(), description="Items 8 and 11: addresses it sends signaling from")
    media_ranges: Ranges = Field(default=(), description="Items 9 and 12: media")
    ranges_from: str | None = Field(
        default=None, description="Who gave items 8, 9, 11 and 12, such as the onboarding team"
    )
    ranges_date: dt.date | None = Field(default=None, description="The day they were given")
    service_facing: Ranges = Field(
        default=(),
        description="Items 14 to 19 in one list: its addresses and names towards communications services; the three "
        "fields below tell them apart",
    )
    service_signaling_source: Ranges = Field(
        default=(), description="Items 14 and 17: addresses it sends signaling to communications services from"
    )
    service_signaling_destination: Ranges = Field(
        default=(),
        description="Items 15 and 18: addresses or names it receives signaling from communications services at",
    )
    service_media: Ranges = Field(
        default=(), description="Items 16 and 19: addresses of media between it and communications services"
    )
    service_side: Ranges = Field(
        default=(), description="Items 20 to 22: addresses of communications services, which Microsoft and Zoom manage"
    )

    @property
    def towards_services(self) -> Ranges:
        """All items 14 to 19, in whichever field they are declared."""
        return (
            *self.service_facing,
            *self.service_signaling_source,
            *self.service_signaling_destination,
            *self.service_media,
        )


class Route(Value):
    """A region that a site sends calls to."""

    region: str
    priority: int = Field(ge=0, le=65535, description="The lowest number is used first")


class AclEntry(Value):
    """One entry of a site's access list for traffic from the gateway."""

    action: Literal["allow", "deny"] = "allow"
    source: str = Field(description="A range, or any")
    protocol: Literal["tcp", "udp", "any"] = "any"
    ports: str = Field(
        default="any", description="A port, first-last, or any", pattern="^(any|[0-9]{1,5}(-[0-9]{1,5})?)$"
    )
    destination: str = Field(default="any", description="The destination: a range, or any")
    reason: str | None = Field(default=None, description="Why it allows a source that is not the gateway")


class Nat(Value):
    """Translation of internal addresses to public ones."""

    pool: Ranges = Field(default=(), description="Public addresses")
    managed_by: str | None = Field(default=None, description="The operator or a provider")


class Site(Value):
    """One site of the operator."""

    name: str
    location: str | None = Field(default=None, description="Its location; two sites must be in different ones")
    local_region: str | None = Field(default=None, description="The nearest service region")
    signaling_source: Ranges = Field(default=(), description="Items 1 and 4: addresses it sends signaling from")
    signaling_destination: Ranges = Field(
        default=(), description="Items 2 and 5: addresses or host names it receives signaling at"
    )
    media: Ranges = Field(default=(), description="Items 3 and 6: addresses it sends and receives media at")
    signaling_port: int | None = Field(
        default=None, ge=1, le=65535, description="TCP port that it receives SIP over TLS at, if that is not 5061"
    )
    media_ports: str | None = Field(
        default=None,
        pattern="^[0-9]{1,5}-[0-9]{1,5}$",
        description="UDP ports that it receives media at, first-last, if they are not those of the gateway",
    )
    sip_transport: Transport | None = Field(default=None, description="SIP towards the gateway")
    routes: tuple[Route, ...] = ()
    retry_on: tuple[int, ...] = Field(default=(), description="SIP statuses after which the site tries another peer")
    options_interval_seconds: int | None = Field(
        default=None, ge=1, description="Interval of OPTIONS requests to peers"
    )
    anycast_reason: str | None = Field(
        default=None, description="Why another site has the same item 2 or 5, which is an anycast address or its name"
    )
    internal_ranges: Ranges = Field(default=(), description="Internal addresses, if they are not public")
    nat: Nat | None = None
    acl: tuple[AclEntry, ...] = ()


class Link(Value):
    """A connection between a site and a service region."""

    site: str
    region: str
    connection_type: ConnectionType | None = None
    over: Carrier | None = Field(default=None, description="With VNet injection, the carrier to the virtual network")
    circuit: str | None = Field(default=None, description="The ExpressRoute circuit it runs over")
    peering: str | None = Field(
        default=None, description="The location of the MAPS Voice peering it runs over, if that is not the site's own"
    )
    reason: str | None = Field(default=None, description="Why it does not use the connection type recommended first")
    bfd_interval_ms: int | None = Field(
        default=None, ge=1, description="Interval of Bidirectional Forwarding Detection (BFD)"
    )
    bfd_reason: str | None = Field(default=None, description="Why the interval is longer than 150 ms")


class CrossConnect(Value):
    """Two sites that can carry each other's calls."""

    sites: tuple[str, ...] = Field(min_length=2, max_length=2)


class BgpSession(Value):
    """One BGP session of a circuit's Microsoft peering."""

    path: Path
    prefix: str | None = Field(default=None, description="The /30 of the session, or the /29 of both")
    state: SessionState = "unknown"


class Circuit(Value):
    """One ExpressRoute circuit with its Microsoft peering, or private peering if its links use vnet_injection."""

    name: str
    subscription_id: str | None = None
    resource_id: str | None = None
    provider: str | None = None
    provider_is_partner: bool | None = Field(
        default=None, description="Whether the provider is an ExpressRoute partner"
    )
    exchange: str | None = Field(default=None, description="The cloud exchange, if the provider is not a partner")
    connectivity_model: (
        Literal["cloud_exchange_colocation", "point_to_point_ethernet", "any_to_any_ipvpn", "expressroute_direct"]
        | None
    ) = None
    peering_location: str | None = None
    bgp_managed_by: str | None = Field(default=None, description="The operator or a provider")
    asn: int | None = Field(default=None, ge=1, le=4_294_967_295)
    asn_validated: bool | None = Field(
        default=None, description="Whether Microsoft has validated a private ASN manually"
    )
    registry: Literal["ARIN", "APNIC", "AFRINIC", "LACNIC", "RIPE", "RADB", "ALTDB"] | None = None
    bgp_sessions: tuple[BgpSession, ...] = ()
    advertised_prefixes: Ranges = ()
    advertised_prefixes_state: PrefixesState | None = Field(
        default=None, description="State of those prefixes at Microsoft, which accepts them when it is Configured"
    )
    internet_prefixes: Ranges | None = Field(
        default=None, description="Prefixes that the operator also advertises to the Internet; an empty list for none"
    )
    route_filter_communities: tuple[str, ...] = Field(default=(), description="Such as 12076:5250")


class MapsConnection(Value):
    """One private network interconnect."""

    router: str
    bandwidth_mbps: int | None = Field(default=None, ge=1)
    bfd: bool | None = None
    lacp: bool | None = None


class Maps(Value):
    """Peering for Microsoft Azure Peering Service Voice at one location."""

    location: str
    asn: int | None = Field(default=None, ge=1, le=4_294_967_295)
    address_ranges: Ranges = ()
    connections: tuple[MapsConnection, ...] = ()
    communities: tuple[str, ...] = ()
    as_path_length: int | None = Field(default=None, ge=1)
    prepending: bool | None = None
    stateful_firewall: bool | None = None
    rate_limiting: bool | None = None


class Qos(Value):
    """DSCP values of traffic to Microsoft."""

    voice: int | None = Field(default=None, ge=0, le=63)
    video: Annotated[int, Field(ge=0, le=63)] | Literal["unused"] | None = Field(
        default=None, description="unused if the network carries no video to Microsoft"
    )
    signaling: int | None = Field(default=None, ge=0, le=63)
    others: tuple[int, ...] = Field(default=(), description="Text, application sharing, files and anything else")


class Attestation(Value):
    """A statement that a person has confirmed."""

    statement: str = Field(description="The id of the statement, as in the policy")
    by: str = Field(description="The person or the role that confirmed it")
    date: dt.date
    document: str | None = Field(default=None, description="A file in the inventory's folder")
    sha256: str | None = Field(
        default=None,
        pattern="^[0-9a-fA-F]{64}$",
        description="SHA-256 of the document, 64 digits from 0 to f; computed where it is left out",
    )


class DeclaredEndpoint(Value):
    """One endpoint that the auditor connects to, as the inventory lists it."""

    name: str
    host: str = Field(description="The host as given: a name in ASCII, or an address")
    addresses: tuple[str, ...] = Field(default=(), description="What the host resolved to")
    port: int
    service: Literal["sip", "https"]
    server_name: str | None = None
    site: str | None = None


class ResolvedName(Value):
    """What a name in items 2 and 5 resolved to."""

    name: str = Field(description="In A-labels, without a trailing dot")
    addresses: tuple[str, ...] = ()


class SentRoot(Value):
    """A root certificate of the operator, and whether it was sent to the onboarding team."""

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the DER, 64 digits from 0 to f")
    sent: dt.date | None = Field(default=None, description="The day it was sent; None if nobody said that it was")


class Proof(Value):
    """One field that a file proves; its value replaces the declared one."""

    subject: DeclaredSubject | str = Field(
        description="What the file proves; older versions wrote it as circuits[NAME].asn"
    )
    file: str = Field(description="The file's name in the inventory")
    kind: str = Field(description="The kind of file, such as: az network express-route show")
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file, 64 digits from 0 to f")
    proven: str | None = Field(default=None, description="The value in the file, shortened")
    declared: str | None = Field(default=None, description="The value in the inventory, if it differs")


class Deployment(Value):
    """All sections of the declared deployment."""

    deployment: Resource
    regions: tuple[Region, ...] = ()
    sites: tuple[Site, ...] = ()
    links: tuple[Link, ...] = ()
    cross_connects: tuple[CrossConnect, ...] = ()
    circuits: tuple[Circuit, ...] = ()
    maps: tuple[Maps, ...] = ()
    qos: Qos | None = None
    attestations: tuple[Attestation, ...] = ()

    @property
    def production(self) -> bool | None:
        """Whether it is a production deployment; None if that is not declared."""
        return None if self.deployment.sku is None else self.deployment.sku == "standard"
