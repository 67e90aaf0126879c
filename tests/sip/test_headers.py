"""What the headers of a SIP message say of its transport, and of the address of its sender."""

import pytest

from auditor.model.observation import SipMessageSeen
from auditor.sip import descriptions, measured
from tests.sip.examples import CRYPTO, INVITE, OK, ORIGIN, message, sdp


def seen(start: str = INVITE, **headers: str) -> SipMessageSeen:
    (found,) = measured(message(start, sdp(CRYPTO), **headers), ORIGIN)
    return found


def hops(start: str = INVITE, **headers: str) -> list[tuple[str, int, str]]:
    return [(hop.field, hop.position, hop.transport) for hop in seen(start, **headers).hops]


@pytest.mark.parametrize(
    ("via", "transports"),
    [
        ("SIP/2.0/UDP sbc.example.net;branch=z9hG4bK1", ["udp"]),
        ("sip / 2.0 / tcp  sbc.example.net", ["tcp"]),
        ("SIP/2.0/TLS a, SIP/2.0/UDP b,SIP/2.0/TCP c", ["tls", "udp", "tcp"]),
        ('SIP/2.0/TLS a;comment="x, SIP/2.0/UDP y"', ["tls"]),
        ("SIP/2.0/WS a\r\n ,SIP/2.0/SCTP b", ["ws", "sctp"]),
        ("SIP/2.0/TLS-SCTP a", ["tls-sctp"]),
        ("SIP/3.0/UDP a", ["unknown"]),
        ("SIP/2.0/WVNfX19zZW1jdGwg a", ["unknown"]),
        ("nonsense", ["unknown"]),
    ],
)
def test_every_via_names_the_transport_of_a_hop(via: str, transports: list[str]) -> None:
    wanted = [("Via", position, transport) for position, transport in enumerate(transports, 1)]
    assert hops(OK, Via=via) == wanted
    assert hops(OK, Via="", v=via) == wanted


def test_vias_of_several_lines_are_counted_from_the_top() -> None:
    content = message(OK, sdp(CRYPTO)).replace(b"Via: ", b"Via: SIP/2.0/UDP a\r\nv: SIP/2.0/TCP b\r\nVia: ", 1)
    (found,) = measured(content, ORIGIN)
    assert [hop.transport for hop in found.hops] == ["udp", "tcp", "tls"]


@pytest.mark.parametrize(
    ("uri", "transport"),
    [
        ("<sip:proxy.example.net;transport=udp;lr>", "udp"),
        ("<sip:proxy.example.net;lr;Transport=TCP>", "tcp"),
        ("<sips:proxy.example.net;transport=tcp>", "tls"),
        ("<sips:proxy.example.net>", "tls"),
        ("<sips:proxy.example.net;transport=udp>", "udp"),
        ("<sip:proxy.example.net;transport=tls>", "tls"),
        ("<sip:proxy.example.net;transport=pigeon>", "unknown"),
        ("<sip:proxy.example.net:5060;lr>", "unknown"),
        ("<sip:+1@[2001:db8::1]:5060>", "unknown"),
        ("<sip:proxy.example.net:5060;transport=tls>", "tls"),
        ('"A, B" <sip:proxy.example.net;transport=ws>', "ws"),
    ],
)
def test_a_uri_may_name_a_transport(uri: str, transport: str) -> None:
    for field in ("Route", "Record-Route", "Contact"):
        assert hops(OK, **{field.replace("-", "_"): uri})[1:] == [(field, 1, transport)]


def test_a_uri_that_names_no_transport_says_nothing() -> None:
    assert hops(OK, Route="<sip:proxy.example.net;lr>", Contact="*", m="<tel:+1>") == [("Via", 1, "tls")]


def test_the_request_uri_is_the_next_hop_where_there_is_no_route() -> None:
    start = "INVITE sip:b@example.com;transport=tcp SIP/2.0"
    assert hops(start)[1:] == [("Request-URI", 1, "tcp")]
    assert hops(start, Route="<sip:p;transport=tls>")[1:] == [("Route", 1, "tls")]


def test_no_more_entries_than_the_limit_are_read() -> None:
    assert len(hops(OK, Via=",".join(["SIP/2.0/UDP a"] * 1000))) == 64


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("<sip:a@10.1.2.3:5061;transport=tls>", [("address", "10.1.2.3")]),
        ("sip:10.1.2.3", [("address", "10.1.2.3")]),
        ("<sips:[fd00::1]:5061>", [("address", "fd00::1")]),
        ("<sip:sbc.example.net>", [("name", "")]),
        ("<sip:sbc.example.net;maddr=192.168.1.1>", [("name", ""), ("address", "192.168.1.1")]),
        ("<sip:sbc>", [("local-name", "")]),
        ("<sip:sbc.local>", [("local-name", "")]),
        ("<sip:a;b?c@sbc.corp.internal>", [("local-name", "")]),
        ("<sip:sbc.home.arpa>", [("local-name", "")]),
        ("<sip:anonymous@anonymous.invalid>", [("placeholder", "")]),
        ("<sip:0.0.0.0>", [("placeholder", "")]),
        ("<sip:a@>", [("unreadable", "")]),
        ("<sip:300.1.2.3>", [("unreadable", "")]),
        ("<sip:a@b.example.net>, <sip:a@10.0.0.1>", [("name", ""), ("address", "10.0.0.1")]),
        ("*", []),
    ],
)
def test_the_host_of_a_contact(contact: str, expected: list[tuple[str, str]]) -> None:
    for name in ("Contact", "m"):
        assert [(found.form, found.address) for found in seen(**{name: contact}).contacts] == expected


def test_an_unterminated_quotation_hides_nothing() -> None:
    contact = r'"a \" b" <sip:10.0.0.1>, "open <sip:10.0.0.2>'
    assert [found.address for found in seen(Contact=contact).contacts] == ["10.0.0.1", "10.0.0.2"]


def test_the_hops_are_those_of_the_description_too() -> None:
    (found,) = descriptions(message(INVITE, sdp(CRYPTO)), ORIGIN)
    assert [hop.field for hop in found.hops] == ["Via"]
    assert not found.capabilities
    (found,) = descriptions(message(OK, sdp(CRYPTO), CSeq="1 OPTIONS"), ORIGIN)
    assert found.capabilities


@pytest.mark.parametrize("uri", ["sip:a@b:50600", "sip:a@b:5061", "sip:5060@b", "sips:a@b"])
def test_another_port_than_that_of_plain_sip_names_no_transport(uri: str) -> None:
    assert all(transport == "tls" for _, _, transport in hops(Route=f"<{uri};lr>"))
