"""Host names to addresses: all of them, within a bounded time."""

import socket
from ipaddress import ip_address
from queue import Empty, Queue
from threading import Thread

_MOST_ADDRESSES = 16


def resolve(host: str, seconds: float = 5.0) -> tuple[str, ...] | str:
    """Every address of ``host``, IPv4 before IPv6, or one sentence why there is none.

    The system's resolver has no timeout, so it is left behind after ``seconds``, in a thread that does not
    keep the process from ending.
    """
    answers: Queue[list[tuple[object, ...]] | Exception] = Queue()
    Thread(target=_look_up, args=(host, answers), daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        return f"the name {host} was not resolved within {seconds:.0f} s"
    if isinstance(found, Exception):
        return f"the name {host} does not resolve"
    addresses = sorted(
        {str(address[0]) for *_, address in found if isinstance(address, tuple)},
        key=lambda text: (ip_address(text).version, ip_address(text)),
    )
    if len(addresses) > _MOST_ADDRESSES:
        return f"the name {host} has {len(addresses)} addresses, more than the {_MOST_ADDRESSES} that are audited"
    return tuple(addresses)


def _look_up(host: str, answers: Queue[list[tuple[object, ...]] | Exception]) -> None:
    try:
        answers.put(list(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)))
    except (OSError, UnicodeError) as error:
        answers.put(error)
