"""Lengths of SIP messages: what counts, however it is written."""

import pytest

from auditor.sip.lengths import lengths

INVITE = """\
INVITE sip:+4144@gw.example.net;user=phone SIP/2.0
Via: SIP/2.0/TLS sbc.example.net:5061;branch=z9hG4bK1
f: "A, <sip:long-but-quoted@x>" <sip:alice:secret@from.example.net:5061;x=y>;tag=1
To: <sip:+4144@gw.example.net>
m: <sip:alice@192.0.2.1:5061;transport=tls>;expires=3, sip:b@short.example
k: timer, 100rel
Require: precondition
X-A-Header-Name: goes
  on here
Content-Length: 0"""


def measured(text: str, body: tuple[str, ...] = (), declared: str = "") -> dict[str, int]:
    return lengths(text.split("\n"), body, declared)


def test_each_part_is_measured_in_bytes() -> None:
    head = INVITE.split("\n")
    assert measured(INVITE) == {
        "octets": sum(len(line) + 2 for line in head) + 2,
        "request_uri": len("sip:+4144@gw.example.net;user=phone"),
        "contact_uri": len("sip:alice@192.0.2.1:5061;transport=tls"),
        "userinfo": len("alice:secret"),
        "from_domain": len("from.example.net"),
        "header_name": len("X-A-Header-Name"),
        "option_tags": len("timer, 100rel"),
        "option_tag": len("precondition"),
    }


def test_a_message_is_as_long_as_it_is_on_the_wire() -> None:
    text = "SIP/2.0 200 OK\nCSeq: 1 INVITE"
    assert measured(text, ("v=0", "s=-"))["octets"] == len("SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\ns=-\r\n")
    assert measured(text, ("v=0",), declared="500")["octets"] == len("SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n") + 500
    assert measured(text, ("v=0",), declared="many")["octets"] == len("SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\n")


def test_a_response_has_no_request_uri() -> None:
    assert measured("SIP/2.0 200 OK\nCSeq: 1 INVITE")["request_uri"] == 0


@pytest.mark.parametrize(
    ("header", "field", "octets"),
    [
        ("From: sip:alice@from.example.net;tag=1", "from_domain", 16),
        ("From: <sips:[2001:db8::1]:5061>", "from_domain", 13),
        ("From: <tel:+4144>;tag=1", "from_domain", 0),
        ("Contact: *", "contact_uri", 1),
        ("Contact: sip:a@b.example;expires=5", "contact_uri", 15),
        ("P-Asserted-Identity: <sip:+41;ext=5@x.example>", "userinfo", 9),
        ("To: <sip:a,b;c=d&e@x.example>", "userinfo", 9),
        ("Contact: sip:x.example, sip:bob@y.example", "contact_uri", 17),
        ("Supported:", "option_tag", 0),
        ("Proxy-Require: a", "option_tags", 1),
    ],
)
def test_a_header_in_its_other_forms(header: str, field: str, octets: int) -> None:
    assert measured(f"OPTIONS sip:x.example SIP/2.0\n{header}")[field] == octets
