"""The embedded operator estate: its own certificate authority and endpoints on loopback, good and deliberately broken.

Everything is made afresh at each start, in memory except for the files a user needs, and deleted at the end.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auditor.lab.declared import SITES, DeclaredDeployment, declared, with_ipv6
from auditor.lab.estate import estate
from auditor.lab.lab_endpoint import PlannedEndpoint
from auditor.lab.loop import LabListener, listen, serving
from auditor.lab.pki import Pki, client_identity, make_pki
from auditor.lab.session import session_maker
from auditor.model.target import Service


@dataclass(frozen=True)
class LabEndpoint:
    """A running endpoint."""

    name: str
    service: Service
    server_name: str
    """Sent as SNI and expected in the certificate."""
    host: str
    """An IP address on loopback."""
    port: int
    fault: str
    """The fault, as one sentence; empty if there is none."""
    expected: frozenset[str]
    """Every rule of the ``acg`` policy that must fail or warn, unavoidable consequences included."""
    inconclusive: bool
    """It never speaks TLS: rules that are not ``expected`` are inconclusive."""
    undecidable: frozenset[str] = frozenset()
    """Every rule that must be inconclusive, because the endpoint's answers prove nothing."""

    @property
    def address(self) -> str:
        """As ``127.0.0.1:5061`` or ``[::1]:5061``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Lab:
    """A running estate and its files."""

    endpoints: tuple[LabEndpoint, ...]
    directory: Path
    """The folder of the lab's files, deleted when the lab ends."""
    root_pem: Path
    """The root that replaces the required one."""
    roots: tuple[Path, ...]
    """All roots that the inventory declares: ``root_pem`` and an expired one."""
    inventory: Path
    client_certificate: Path
    """PEM: a certificate that compliant endpoints accept from a client, with its intermediate."""
    pki: Pki = field(repr=False)
    """Its authorities and keys, to make further certificates."""
    client_key: Path
    """PEM, PKCS #8, not encrypted, readable by its owner alone."""
    deployment: DeclaredDeployment = field(default_factory=DeclaredDeployment)
    """The declared sites and network, and their faults."""


@contextlib.contextmanager
def start(at: datetime) -> Iterator[Lab]:
    """Run the estate until the context ends.  The validity of its certificates is relative to ``at``.

    Raises ``ValueError`` when ``at`` has no time zone, ``OSError`` when loopback cannot be listened on.  An endpoint on
    ``::1`` is left out where the machine has no IPv6.
    """
    if at.tzinfo is None:
        raise ValueError("the lab's time needs a time zone")
    pki = make_pki(at.astimezone(UTC).replace(microsecond=0))
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="auditor-lab-")))
        endpoints, listeners = [], []
        for planned in estate(pki):
            try:
                socket = stack.enter_context(listen(planned.host))
            except OSError:
                if planned.host != "::1":
                    raise
                continue
            listeners.append(LabListener(socket, session_maker(planned.settings, planned.credentials)))
            endpoints.append(_running(planned, socket.getsockname()[1]))
        lab = _write_files(pki, directory, tuple(endpoints))
        stack.enter_context(serving(tuple(listeners)))
        yield lab


def _running(planned: PlannedEndpoint, port: int) -> LabEndpoint:
    return LabEndpoint(
        name=planned.name,
        service=planned.settings.service,
        server_name=planned.server_name,
        host=planned.host,
        port=port,
        fault=planned.fault,
        expected=planned.expected,
        inconclusive=planned.inconclusive,
        undecidable=planned.undecidable,
    )


def _write_files(pki: Pki, directory: Path, endpoints: tuple[LabEndpoint, ...]) -> Lab:
    client = client_identity(pki)
    lab = Lab(
        endpoints=endpoints,
        directory=directory,
        root_pem=directory / "root.pem",
        roots=(directory / "root.pem", directory / "expired-root.pem"),
        inventory=directory / "inventory.yaml",
        client_certificate=directory / "client.pem",
        pki=pki,
        client_key=directory / "client.key",
        deployment=with_ipv6(DeclaredDeployment())
        if any(endpoint.host == "::1" for endpoint in endpoints)
        else DeclaredDeployment(),
    )
    for path, certificates in (
        (lab.roots[0], (pki.root.certificate,)),
        (lab.roots[1], (pki.expired_root.certificate,)),
        (lab.client_certificate, (client.certificate, pki.issuing.certificate)),
    ):
        path.write_bytes(b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates))
    secret = client.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with open(os.open(lab.client_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - Path.open takes no mode bits
        file.write(secret)
    lab.inventory.write_text(_inventory(pki, lab), encoding="utf-8")
    return lab


def _inventory(pki: Pki, lab: Lab) -> str:
    """YAML, as an operator would write it; a string of JSON is also one of YAML (YAML 1.2.2 section 1.2)."""
    lines = ["operator: Example Operator", "endpoints:"]
    names: dict[str, dict[str, None]] = {site: {} for site in SITES}
    for position, endpoint in enumerate(lab.endpoints):
        site = SITES[position % len(SITES)]
        if endpoint.service is Service.SIP:
            names[site][endpoint.server_name] = None
        lines += [
            f"  - name: {endpoint.name}",
            f"    address: {json.dumps(endpoint.address)}",
            f"    service: {endpoint.service}",
            f"    server_name: {endpoint.server_name}",
            f"    site: {site}",
        ]
    lines.append("roots:")
    for path in lab.roots:
        lines += [f"  - file: {json.dumps(str(path))}", f"    sent: {pki.at.date().isoformat()}"]
    return "\n".join(lines) + "\n" + declared(pki.at.date().isoformat(), names)
