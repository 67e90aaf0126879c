"""Names to addresses: all of them, in a bounded time, and one sentence where there are none."""

import socket
import subprocess
import sys
from threading import Event

import pytest

from auditor.probes.resolve import resolve


def entries(*addresses: str) -> list[tuple[object, ...]]:
    """As getaddrinfo gives them."""
    return [
        (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))
        for address in addresses
    ]


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.7", "::1", "2001:db8::7"])
def test_an_address_resolves_to_itself(address: str) -> None:
    assert resolve(address) == (address,)


def test_localhost_resolves() -> None:
    assert set(resolve("localhost")) & {"127.0.0.1", "::1"}


def test_a_name_that_cannot_exist_gives_a_sentence() -> None:
    """RFC 6761 section 6.4."""
    assert resolve("sbc.invalid") == "the name sbc.invalid does not resolve"


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "..", "a\x00b"])
def test_a_name_that_is_none_gives_a_sentence(host: str) -> None:
    assert isinstance(resolve(host), str)


def test_every_address_is_given_once_and_ipv4_first(monkeypatch: pytest.MonkeyPatch) -> None:
    found = entries("2001:db8::2", "192.0.2.10", "2001:db8::1", "192.0.2.9", "192.0.2.10")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_named: found)
    assert resolve("sbc.example.net") == ("192.0.2.9", "192.0.2.10", "2001:db8::1", "2001:db8::2")


@pytest.mark.parametrize(("count", "fits"), [(16, True), (17, False)])
def test_more_addresses_than_are_audited_are_refused(
    monkeypatch: pytest.MonkeyPatch, count: int, *, fits: bool
) -> None:
    found = entries(*(f"192.0.2.{number}" for number in range(count)))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_named: found)
    assert isinstance(resolve("sbc.example.net"), tuple) is fits


def test_a_resolver_that_does_not_answer_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    never = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_named: never.wait() and [])
    assert resolve("sbc.example.net", seconds=0.01) == "the name sbc.example.net was not resolved within 0 s"
    never.set()


def test_a_resolver_that_does_not_answer_does_not_keep_the_process() -> None:
    program = (
        "import socket, threading; socket.getaddrinfo = lambda *a, **k: threading.Event().wait();"
        "from auditor.probes.resolve import resolve; print(resolve('sbc.example.net', 0.01))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=20, check=True, text=True)
    assert "was not resolved" in done.stdout
