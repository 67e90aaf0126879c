"""A DNS resolver that answers as a function says, so that it can lie, loop, be silent or say too much."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Answer = Callable[[dns.message.Message], bytes | None]


@contextmanager
def resolver(answer: Answer) -> Iterator[int]:
    """A resolver over UDP and TCP that answers as it is told; nothing where it is told so."""
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        port: int = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
        udp.settimeout(0.05)
        ending = threading.Event()

        def serve() -> None:
            while not ending.is_set():
                try:
                    data, client = udp.recvfrom(4096)
                except TimeoutError:
                    continue
                reply = answer(dns.message.from_wire(data))
                if reply is not None:
                    udp.sendto(reply, client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield port
        finally:
            ending.set()
            thread.join()


def reply(query: dns.message.Message, *records: str, rcode: dns.rcode.Rcode = dns.rcode.NOERROR) -> bytes:
    """A response to ``query`` with these records, each as ``NAME TYPE VALUE``."""
    made = dns.message.make_response(query)
    made.flags |= dns.flags.RA
    made.set_rcode(rcode)
    for text in records:
        name, kind, value = text.split(" ", 2)
        made.answer.append(dns.rrset.from_text(name, 60, "IN", kind, value))
    return made.to_wire(max_size=65535)


def asks(query: dns.message.Message) -> tuple[str, str]:
    """The name and the type that are asked for."""
    return query.question[0].name.to_text(), dns.rdatatype.to_text(query.question[0].rdtype)
