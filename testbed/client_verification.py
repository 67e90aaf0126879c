"""Servers of many makes that treat client certificates in every way they can, and the truth about each.

The truth is the configuration.  ``Verifies.CHAIN`` refuses whatever does not lead to the root or is out of date;
``ANYTHING`` takes whatever is shown; a server that does not ask is shown nothing.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from testbed.certificates import Authority
from testbed.configuration import ClientCertificates, Implementation, ServerConfiguration
from testbed.fleet import Server, serve
from testbed.process import installed


class Verifies(StrEnum):
    """What becomes of a certificate that is shown."""

    CHAIN = "chain"
    ANYTHING = "anything"
    NOT_ASKED = "not asked"


_TRUTH = {
    ClientCertificates.OFF: (False, Verifies.NOT_ASKED),
    ClientCertificates.OPTIONAL: (False, Verifies.CHAIN),
    ClientCertificates.OPTIONAL_ANY: (False, Verifies.ANYTHING),
    ClientCertificates.REQUIRED: (True, Verifies.CHAIN),
    ClientCertificates.REQUIRED_ANY: (True, Verifies.ANYTHING),
}


@dataclass(frozen=True)
class Verifying:
    """One server and its truth."""

    name: str
    implementation: Implementation
    treatment: ClientCertificates
    own_settings: tuple[str, ...] = ()
    dated: bool = True
    """Whether it looks at dates, at who may issue, and at the proof of the key."""

    @property
    def required(self) -> bool:
        """Whether a client without a certificate is turned away."""
        return _TRUTH[self.treatment][0]

    @property
    def verifies(self) -> Verifies:
        """What becomes of a certificate that is shown."""
        return _TRUTH[self.treatment][1]

    def configuration(self, number: int) -> ServerConfiguration:
        """What it is started with; ``number`` tells servers of one implementation apart."""
        return ServerConfiguration(
            self.implementation,
            f"verifying-{number}",
            client_certificates=self.treatment,
            own_settings=self.own_settings,
        )


_NGINX, _HAPROXY, _KAMAILIO, _OPENSSL, _GNUTLS, _GO, _JAVA, _PYTHON = Implementation
_OFF, _OPTIONAL, _OPTIONAL_ANY, _REQUIRED, _REQUIRED_ANY = ClientCertificates
SERVERS = (
    Verifying("nginx off", _NGINX, _OFF),
    Verifying("nginx optional", _NGINX, _OPTIONAL),
    Verifying("nginx optional_no_ca", _NGINX, _OPTIONAL_ANY),
    Verifying("nginx on", _NGINX, _REQUIRED),
    Verifying("HAProxy none", _HAPROXY, _OFF),
    Verifying("HAProxy optional", _HAPROXY, _OPTIONAL),
    Verifying("HAProxy required", _HAPROXY, _REQUIRED),
    Verifying("HAProxy required, errors ignored", _HAPROXY, _REQUIRED_ANY),
    *(
        Verifying(f"Kamailio {name}", _KAMAILIO, treatment, settings)
        for name, treatment, settings in (
            ("verify off", _OFF, ("verify_certificate = no", "require_certificate = no")),
            ("verify", _OPTIONAL, ("verify_certificate = yes", "require_certificate = no")),
            ("verify and require", _REQUIRED, ("verify_certificate = yes", "require_certificate = yes")),
            # The documentation says otherwise: require alone verifies as well.
            ("require", _REQUIRED, ("verify_certificate = no", "require_certificate = yes")),
            ("optional_no_ca", _OPTIONAL_ANY, ("verify_client = optional_no_ca",)),
        )
    ),
    Verifying("s_server -verify", _OPENSSL, _OPTIONAL_ANY),
    Verifying("s_server -verify -verify_return_error", _OPENSSL, _OPTIONAL),
    Verifying("s_server -Verify", _OPENSSL, _REQUIRED_ANY),
    Verifying("s_server -Verify -verify_return_error", _OPENSSL, _REQUIRED),
    Verifying("gnutls-serv, required", _GNUTLS, _REQUIRED_ANY),
    Verifying("gnutls-serv, required and verified", _GNUTLS, _REQUIRED),
    Verifying("Go RequestClientCert", _GO, _OPTIONAL_ANY),
    Verifying("Go VerifyClientCertIfGiven", _GO, _OPTIONAL),
    Verifying("Go RequireAnyClientCert", _GO, _REQUIRED_ANY),
    Verifying("Go RequireAndVerifyClientCert", _GO, _REQUIRED),
    Verifying("Java needClientAuth", _JAVA, _REQUIRED),
    Verifying("Java needClientAuth, trusts anybody", _JAVA, _REQUIRED_ANY),
    Verifying("Python ssl CERT_REQUIRED", _PYTHON, _REQUIRED),
    Verifying("pyOpenSSL, callback takes anything", _PYTHON, _REQUIRED_ANY),
    Verifying("pyOpenSSL, closes without an alert", _PYTHON, _REQUIRED, ("require-silent",), dated=False),
)


@contextmanager
def serving(servers: tuple[Verifying, ...], authority: Authority, directory: Path) -> Iterator[dict[str, Server]]:
    """Start those that are installed; yields them by name.

    Each Kamailio is a process of its own, because parallel connections to one crash it.
    """
    with ExitStack() as stack:
        running: dict[str, Server] = {}
        for implementation in Implementation:
            numbered = [
                (found.name, found.configuration(number))
                for number, found in enumerate(servers)
                if found.implementation is implementation
            ]
            if not numbered or installed(implementation.program) is None:
                continue
            apart = implementation is Implementation.KAMAILIO
            for together in [[pair] for pair in numbered] if apart else [numbered]:
                folder = directory / together[0][1].name
                folder.mkdir()
                started = stack.enter_context(
                    serve([configuration for _, configuration in together], authority, folder)
                )
                running |= {name: started[configuration.name] for name, configuration in together}
        yield running
