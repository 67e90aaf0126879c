"""The listener: it plays the gateway, presents each client one certificate after the other, and records the reactions.

TLS runs over memory buffers, so no client can delay another client.  A client certificate is
requested, and any is accepted; TLS itself checks that the client has its key.  In TLS 1.3 too a client rejects
a server's certificate inside the handshake: the server's side is complete only with the client's Finished.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from socket import socket

from auditor.minting.server_certificates import ServerCertificateCase, ServerCertificates, in_order
from auditor.probes.client.client_connection import ClientConnection
from auditor.probes.client.listener_state import ListenerEvent, ListenerSettings, ListenerState
from auditor.probes.serving import Listener, serving


@contextmanager
def listening(
    port: socket, settings: ListenerSettings, certificates: ServerCertificates, notify: Callable[[ListenerEvent], None]
) -> Iterator[ListenerState]:
    """Serve clients until the end of the context; ``notify`` is called in the listener's thread."""
    state = ListenerState(settings, certificates, notify)

    with serving((Listener(port, lambda address: ClientConnection(state, address)),), settings.bounds):
        yield state


def showable(
    cases: Sequence[ServerCertificateCase], certificates: ServerCertificates
) -> tuple[ServerCertificateCase, ...]:
    """Return the cases that can be presented, in order."""
    return tuple(case for case in in_order(cases) if certificates.available(case))
