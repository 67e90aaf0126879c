"""Host names to addresses: all of them, within a bounded time."""

import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from ipaddress import ip_address

_MOST_ADDRESSES = 16


def resolve(host: str, seconds: float = 5.0) -> tuple[str, ...] | str:
    """Every address of ``host``, IPv4 before IPv6, or one sentence why there is none.

    The system's resolver cannot be told to give up, so it is left behind after ``seconds``.
    """
    executor = ThreadPoolExecutor(max_workers=1)
    try:
        found = executor.submit(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM).result(seconds)
    except FutureTimeoutError:
        return f"the name {host} was not resolved within {seconds:.0f} s"
    except (OSError, UnicodeError):
        return f"the name {host} does not resolve"
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    addresses = sorted(
        {str(entry[4][0]) for entry in found}, key=lambda text: (ip_address(text).version, ip_address(text))
    )
    if len(addresses) > _MOST_ADDRESSES:
        return f"the name {host} has {len(addresses)} addresses, more than the {_MOST_ADDRESSES} that are audited"
    return tuple(addresses)
