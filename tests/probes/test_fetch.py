"""One file over http from a URL that a certificate chose: what is fetched, what is not, and how long it may take."""

import time
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from auditor.lab.pki import Pki
from auditor.probes import fetch as fetching
from auditor.probes.fetch import Address, fetch, is_public
from testbed.responder import Responder, crl, responding
from testbed.scripted import SILENCE, running
from tests.probes.conftest import AT


def anywhere(_address: Address) -> bool:
    """The lab's responder listens on loopback, which nobody else may ask."""
    return True


@pytest.fixture(scope="module")
def responder(pki: Pki) -> Responder:
    return Responder(pki.issuing, AT, revoked=(1, 2, 3))


@pytest.fixture(scope="module")
def url(responder: Responder) -> Iterator[str]:
    with responding(responder) as url:
        yield url


def test_a_whole_answer_is_fetched(url: str, responder: Responder) -> None:
    found = fetch(f"{url}/ca.crl", allowed=anywhere)
    assert isinstance(found, bytes)
    assert len(found) == pytest.approx(len(crl(responder)), abs=4)


def test_a_status_other_than_200_is_no_answer(url: str) -> None:
    assert fetch(f"{url}/other", allowed=anywhere) == "it answered with HTTP status 404"


def test_an_answer_that_never_ends_is_left_at_the_deadline() -> None:
    started = time.monotonic()
    with running(lambda _hello: SILENCE) as server:
        found = fetch(f"http://127.0.0.1:{server.port}/", seconds=0.3, allowed=anywhere)
    assert found == "no complete answer within 0 s"
    assert time.monotonic() - started < 3


def test_an_answer_that_is_too_large_is_left(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 100)
    assert fetch(f"{url}/ca.crl", allowed=anywhere) == "its answer has more than 100 bytes"


def test_loopback_is_not_asked(url: str) -> None:
    assert fetch(f"{url}/ca.crl") == fetching._FROM_INSIDE


def test_one_address_inside_spoils_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "resolve", lambda _host, _seconds: ("93.184.215.14", "10.0.0.1"))
    assert fetch("http://crl.example.net/ca.crl") == fetching._FROM_INSIDE


def test_the_connection_goes_to_the_address_that_was_checked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def resolve(host: str, _seconds: float) -> tuple[str, ...]:
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("127.0.0.2",)

    monkeypatch.setattr(fetching, "resolve", resolve)
    port = url.rpartition(":")[2]
    assert isinstance(fetch(f"http://crl.example.net:{port}/ca.crl", allowed=anywhere), bytes)
    assert asked == ["crl.example.net"]


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "192.0.2.1",
        "192.88.99.1",
        "192.0.0.8", "168.63.129.16", "64:ff9b:1::7f00:1", "::10.0.0.1", "::7f00:1", "::ffff:0:10.0.0.1", "fec0::1",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fc00::1", "fe80::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::7f00:1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
    ],
)  # fmt: skip
def test_an_address_inside_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_an_address_of_the_internet_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        "https://crl.example.net/", "file:///etc/passwd", "ldap://crl.example.net/cn=x", "http://",
        "http://user:secret@crl.example.net/", "http://crl.example.net:0/", "http://crl.example.net:99999/",
        "http://crl.example.net/\r\nX: y", "http://crl.example.net/a b", "http://crl.ex\u00e4mple.net/", "http://[::1/",
        "http://crl.example.net/" + "a" * 3000, "http://a$b/",
    ],
)  # fmt: skip
def test_a_url_that_cannot_be_asked_opens_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(_host: str, _seconds: float) -> str:
        pytest.fail("it looked the name up")

    monkeypatch.setattr(fetching, "resolve", resolve)
    assert isinstance(fetch(url, allowed=anywhere), str)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 " + b"a" * 70_000,
    ],
)
def test_an_answer_that_is_none_is_one_sentence(answer: bytes) -> None:
    with running(lambda _hello: answer) as server:
        found = fetch(f"http://127.0.0.1:{server.port}/", seconds=0.5, allowed=anywhere)
    assert isinstance(found, str)
    assert found.isprintable()
