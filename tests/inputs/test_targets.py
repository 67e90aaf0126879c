"""Targets: what is accepted, what is refused and with which sentence, and what they resolve to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import InputErrors
from auditor.inputs.targets import TargetRequest, parse_target, parse_targets, targets_of
from auditor.model.target import ServerTarget, Service


@pytest.mark.parametrize(
    ("text", "name", "service", "server_name"),
    [
        ("sbc.example.com:5061", "sbc.example.com:5061", Service.SIP, "sbc.example.com"),
        ("sbc.example.com:5062", "sbc.example.com:5062", Service.HTTPS, "sbc.example.com"),
        ("SBC.Example.COM.:443", "sbc.example.com:443", Service.HTTPS, "sbc.example.com"),
        ("sips://sbc.example.com", "sbc.example.com:5061", Service.SIP, "sbc.example.com"),
        ("sips://sbc.example.com:7000", "sbc.example.com:7000", Service.SIP, "sbc.example.com"),
        ("HTTPS://api.example.com/", "api.example.com:443", Service.HTTPS, "api.example.com"),
        ("https://api.example.com:5061", "api.example.com:5061", Service.HTTPS, "api.example.com"),
        ("192.0.2.1:5061", "192.0.2.1:5061", Service.SIP, None),
        ("[2001:db8::1]:443", "[2001:db8::1]:443", Service.HTTPS, None),
        ("sips://[2001:db8::1]", "[2001:db8::1]:5061", Service.SIP, None),
        ("straße.example:443", "xn--strae-oqa.example:443", Service.HTTPS, "xn--strae-oqa.example"),
        ("localhost:8443", "localhost:8443", Service.HTTPS, "localhost"),
        ("r3---sn.example.com:443", "r3---sn.example.com:443", Service.HTTPS, "r3---sn.example.com"),
    ],
)
def test_a_target_is_read(text: str, name: str, service: Service, server_name: str | None) -> None:
    request = parse_target(text)
    assert (request.name, request.service, request.server_name) == (name, service, server_name)
    assert request.is_address == (server_name is None)


REFUSED = {
    "": "the host is missing",
    ":443": "the host is missing",
    "host": "the port is missing",
    "[::1]": "the port is missing",
    "host:": "is not a port",
    "host:0": "is not a port",
    "host:080": "is not a port",
    "host:65536": "is not a port",
    "host:99999999999": "is not a port",
    "host:+443": "is not a port",
    "host:5_061": "is not a port",
    "host:٥٠٦١": "is not a port",
    "host: 443": "a space",
    "host:443\n": "unprintable",
    "localhost\x00.evil:443": "unprintable",
    "local\u200bhost:443": "unprintable",
    "local\u202ehost:443": "unprintable",
    "\uff4c\uff4f\uff43\uff41\uff4c:443": "IDNA 2008",
    "STRAßE.example:443": "IDNA 2008",
    "a。b:443": "IDNA 2008",
    "xn--a:443": "not a valid A-label",
    "2130706433:443": "not an IP address in its usual form",
    "0x7f000001:443": "not an IP address in its usual form",
    "0177.0.0.1:443": "not an IP address in its usual form",
    "127.1:443": "not an IP address in its usual form",
    "127.0.0.01:443": "not an IP address in its usual form",
    "1.2.3.4.:443": "not an IP address in its usual form",
    "0.0.0.0:443": "not the address of one host",
    "[::]:443": "not the address of one host",
    "224.0.0.1:443": "not the address of one host",
    "[::ffff:127.0.0.1]:443": "write 127.0.0.1",
    "[::FFFF:7f00:1]:443": "write 127.0.0.1",
    "[2001:DB8::1]:443": 'write "2001:db8::1"',
    "[2001:db8:0:0::1]:443": 'write "2001:db8::1"',
    "[fe80::1%eth0]:443": "has a zone",
    "[::1:443": "[ADDRESS]:PORT",
    "[::1]443": "[ADDRESS]:PORT",
    "::1:443": "in brackets",
    "[127.0.0.1]:443": "not an IP address",
    "a_b.example:443": "underscore",
    "-oProxyCommand:443": "not a host name",
    "host-.example:443": "not a host name",
    "host;id:443": "not a host name",
    "<b>x</b>:443": "a path",
    "a..b:443": "an empty label",
    ".:443": "an empty label",
    "a" * 64 + ":443": "a label longer than 63",
    "a." * 130 + "b:443": "longer than 253",
    "ä" * 5000 + ":443": "longer than 253",
    "user@host:443": "a user",
    "https://host/path": "a path",
    "https://host?x=1": "a query",
    "https://host#x": "a fragment",
    "file:///etc/passwd": "unknown scheme",
    "htps://host": 'did you mean "https"',
    "sip://host": "write sips://",
    "http://host": "write https://",
    "://host:443": "unknown scheme",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_bad_target_is_refused_with_a_sentence_that_names_it(text: str) -> None:
    with pytest.raises(InputErrors) as caught:
        parse_target(text)
    (error,) = caught.value.errors
    assert error.message.startswith('target "')
    assert REFUSED[text] in error.message
    assert error.message.isprintable()


def test_all_bad_targets_are_reported_in_one_go_and_repeated_ones_too() -> None:
    with pytest.raises(InputErrors) as caught:
        parse_targets(["a:1", "b", "c:0", "A.:1"])
    messages = [error.message for error in caught.value.errors]
    assert len(messages) == 3
    assert 'the target "a:1" appears twice' in messages


def test_the_same_port_asked_as_sip_and_as_https_is_one_name_and_refused() -> None:
    with pytest.raises(InputErrors, match="appears twice"):
        parse_targets(["sips://a:7000", "https://a:7000"])


def test_a_name_with_several_addresses_is_one_target_an_address() -> None:
    asked = []

    def resolve(host: str) -> tuple[str, ...]:
        asked.append(host)
        return ("2001:db8::1", "192.0.2.10", "192.0.2.9", "192.0.2.9")

    requests = parse_targets(["sbc.example.com:5061", "sbc.example.com:443"])
    targets = targets_of(requests, resolve)
    assert asked == ["sbc.example.com"]
    assert [target.name for target in targets[:3]] == [
        "sbc.example.com:5061@192.0.2.9",
        "sbc.example.com:5061@192.0.2.10",
        "sbc.example.com:5061@2001:db8::1",
    ]
    assert {target.server_name for target in targets} == {"sbc.example.com"}
    assert len(targets) == 6


def test_a_name_with_one_address_keeps_its_plain_name() -> None:
    (target,) = targets_of(parse_targets(["sbc.example.com:5061"]), lambda _host: ("192.0.2.9",))
    assert target == ServerTarget(
        name="sbc.example.com:5061",
        host="sbc.example.com",
        port=5061,
        service=Service.SIP,
        address="192.0.2.9",
        server_name="sbc.example.com",
    )


def test_an_address_is_never_resolved_and_has_no_server_name() -> None:
    def resolve(host: str) -> str:
        raise AssertionError(host)

    (target,) = targets_of(parse_targets(["[2001:db8::1]:443"]), resolve)
    assert (target.address, target.server_name) == ("2001:db8::1", None)


@pytest.mark.parametrize(
    ("answer", "reason"), [("there is no such name", "there is no such name"), ((), "a has no address")]
)
def test_a_name_without_an_address_is_a_target_that_says_why(answer: str | tuple[str, ...], reason: str) -> None:
    (target,) = targets_of(parse_targets(["a:1"]), lambda _host: answer)
    assert (target.address, target.unresolved) == (None, reason)


def test_requests_from_two_places_with_one_name_are_refused() -> None:
    with pytest.raises(InputErrors, match="appears twice"):
        targets_of((parse_target("a:1"), parse_target("a:1")), lambda _host: ("192.0.2.1",))


def attempt(text: str) -> TargetRequest | InputErrors:
    try:
        return parse_target(text)
    except InputErrors as caught:
        return caught


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text(alphabet=list("a1.:[]/@%-_sip htx#?\\0ß\uff21"), max_size=40)))
def test_any_text_is_a_target_or_refused(text: str) -> None:
    result = attempt(text)
    if isinstance(result, InputErrors):
        assert len(result.errors) == 1
    else:
        assert result.host.isascii()
        assert result.host == result.host.lower()
        assert 1 <= result.port <= 65535


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)), st.integers(min_value=1, max_value=65535))
def test_what_is_read_names_itself(address: object, port: int) -> None:
    text = f"[{address}]:{port}" if ":" in str(address) else f"{address}:{port}"
    result = attempt(text)
    if isinstance(result, InputErrors):
        assert "one host" in str(result) or "IPv6 form" in str(result)
    else:
        assert parse_target(result.name) == result
