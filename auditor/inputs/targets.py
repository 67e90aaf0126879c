"""Targets named on the command line or in an inventory, and their addresses."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TypeAlias

from auditor.errors import InputError, InputErrors, quoted
from auditor.inputs.host import Host, parse_host, parse_port, parse_scheme
from auditor.model.deployment import DeclaredEndpoint
from auditor.model.source_location import SourceLocation
from auditor.model.target import ServerTarget, Service, Target

SIPS_PORT = 5061
"""The port of SIP over TLS (RFC 3261 section 19.1.2)."""
_DEFAULTS = {"sips": (Service.SIP, SIPS_PORT), "https": (Service.HTTPS, 443)}

Resolve: TypeAlias = Callable[[str], tuple[str, ...] | str]
"""Returns the addresses of a name, or one sentence that says why there are none."""


@dataclass(frozen=True)
class TargetRequest:
    """A service that is to be audited, before its name is resolved."""

    name: str
    host: str
    port: int
    service: Service
    server_name: str | None
    """The DNS name for SNI and for the certificate; None for a bare address."""
    is_address: bool
    location: SourceLocation = field(default_factory=SourceLocation)
    site: str | None = None
    """The site of the deployment it belongs to."""

    def error(self, message: str) -> InputError:
        """Make an error at the place where the target was named."""
        return InputError(message, self.location.file, self.location.line, self.location.column)


def parse_target(text: str) -> TargetRequest:
    """Read ``HOST:PORT``, ``[ADDRESS]:PORT``, ``sips://HOST[:PORT]`` or ``https://HOST[:PORT]``.

    Without a scheme port 5061 means SIP and any other HTTPS.  ``InputErrors`` with one error when it is wrong.
    """
    try:
        host, port, service = split_target(text)
    except ValueError as error:
        hint = "; an inventory is named with -i" if text.endswith((".yaml", ".yml")) else ""
        raise InputErrors([InputError(f"target {quoted(text)}: {error}{hint}")]) from None
    return TargetRequest(
        name=f"{host.bracketed}:{port}",
        host=host.text,
        port=port,
        service=service,
        server_name=None if host.is_address else host.text,
        is_address=host.is_address,
    )


def parse_targets(texts: Iterable[str]) -> tuple[TargetRequest, ...]:
    """Read several targets; all errors are raised together."""
    requests: list[TargetRequest] = []
    errors: list[InputError] = []
    for text in texts:
        try:
            requests.append(parse_target(text))
        except InputErrors as wrong:
            errors += wrong.errors
    errors += repeated(requests)
    if errors:
        raise InputErrors(errors)
    return tuple(requests)


def split_target(text: str) -> tuple[Host, int, Service]:
    """Take a target apart.  ``ValueError`` says in a sentence what is wrong with it."""
    if not text.isprintable() or " " in text:
        raise ValueError("it contains a space or an unprintable character")
    scheme, separator, rest = text.rpartition("://")
    named = _DEFAULTS[parse_scheme(scheme)] if separator else None
    authority = rest.removesuffix("/") if named else rest
    for mark, what in (("@", "a user"), ("/", "a path"), ("?", "a query"), ("#", "a fragment"), ("\\", "a backslash")):
        if mark in authority:
            raise ValueError(f"it has {what}; a target is a host and a port")
    host, port = _split(authority)
    if port is None and named is None:
        raise ValueError("the port is missing; write HOST:PORT, sips://HOST or https://HOST")
    number = parse_port(port) if port is not None else named[1] if named else 0
    service = named[0] if named else service_of(number)
    return host, number, service


def service_of(port: int) -> Service:
    """Tell the service by the port: SIP on 5061, HTTPS on any other."""
    return Service.SIP if port == SIPS_PORT else Service.HTTPS


def _split(authority: str) -> tuple[Host, str | None]:
    """Part the host from the port; an IPv6 address stands in brackets."""
    if authority.startswith("["):
        inside, bracket, rest = authority[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError("an IPv6 address with a port is written as [ADDRESS]:PORT")
        return parse_host(inside, bracketed=True), rest[1:] if rest else None
    if authority.count(":") > 1:
        raise ValueError("put the IPv6 address in brackets, as in [2001:db8::1]:5061")
    host, colon, port = authority.partition(":")
    return parse_host(host), port if colon else None


def repeated(requests: Sequence[TargetRequest]) -> Iterator[InputError]:
    """Find targets that are there twice, by name or under two names."""
    names: set[str] = set()
    endpoints: dict[tuple[str, int, Service, str | None], TargetRequest] = {}
    for request in requests:
        first = endpoints.setdefault((request.host, request.port, request.service, request.server_name), request)
        if request.name in names:
            yield request.error(f"the target {quoted(request.name)} appears twice")
        elif first is not request:
            yield request.error(f"the target {quoted(request.name)} is the same endpoint as {quoted(first.name)}")
        names.add(request.name)


def named_at(name: str, address: str) -> str:
    """The name of a target that is one of several addresses."""
    return f"{name}@{address}"


def as_listed(
    targets: Iterable[Target], requests: Iterable[TargetRequest], probed: Container[str]
) -> tuple[Target, ...]:
    """The targets with what an inventory states of the endpoint at the same host and port.

    The site is that of an endpoint which is asked for the same name.  The service is the inventory's, except of targets
    whose own service was ``probed``: a port alone does not say it.
    """
    found: dict[tuple[str, int], list[TargetRequest]] = {}
    for request in requests:
        found.setdefault((request.host, request.port), []).append(request)
    return tuple(
        _as_listed(target, found.get((target.host, target.port), []), known=target.name in probed)
        if isinstance(target, ServerTarget) and target.site is None
        else target
        for target in targets
    )


def _as_listed(target: ServerTarget, requests: Sequence[TargetRequest], *, known: bool) -> ServerTarget:
    services = {request.service for request in requests}
    service = target.service if known or len(services) != 1 else services.pop()
    sites = {
        request.site for request in requests if (request.service, request.server_name) == (service, target.server_name)
    }
    return target.model_copy(update={"service": service, "site": sites.pop() if len(sites) == 1 else None})


def listed_endpoints(targets: Iterable[ServerTarget]) -> tuple[DeclaredEndpoint, ...]:
    """The endpoints behind targets: one for the targets that are addresses of one host, with all of these."""
    found: dict[tuple[str, int, Service, str | None, str | None], list[ServerTarget]] = {}
    for target in targets:
        key = (target.host, target.port, target.service, target.server_name, target.site)
        found.setdefault(key, []).append(target)
    return tuple(
        DeclaredEndpoint(
            name=first.name.removesuffix(named_at("", first.address or "")) if others else first.name,
            host=host,
            addresses=tuple(target.address for target in (first, *others) if target.address is not None),
            port=port,
            service=service.value,
            server_name=server_name,
            site=site,
        )
        for (host, port, service, server_name, site), (first, *others) in found.items()
    )


def targets_of(requests: Sequence[TargetRequest], resolve: Resolve) -> tuple[ServerTarget, ...]:
    """Make one target for every address of every request; a name without one gives a target that says why.

    ``InputErrors`` when a target appears twice.
    """
    if errors := list(repeated(requests)):
        raise InputErrors(errors)
    addresses: dict[str, tuple[str, ...] | str] = {}
    for request in requests:
        if not request.is_address and request.host not in addresses:
            addresses[request.host] = resolve(request.host)
    return tuple(target for request in requests for target in _targets(request, addresses))


def _targets(request: TargetRequest, addresses: dict[str, tuple[str, ...] | str]) -> Iterator[ServerTarget]:
    found = (request.host,) if request.is_address else addresses[request.host]
    plain = ServerTarget(
        name=request.name,
        host=request.host,
        port=request.port,
        service=request.service,
        server_name=request.server_name,
        site=request.site,
    )
    if isinstance(found, str) or not found:
        yield plain.model_copy(update={"unresolved": found or f"{request.host} has no address"})
        return
    distinct = sorted(set(found), key=lambda text: (ip_address(text).version, ip_address(text)))
    for address in distinct:
        name = request.name if len(distinct) == 1 else named_at(request.name, address)
        yield plain.model_copy(update={"name": name, "address": address})
