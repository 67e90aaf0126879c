"""The test number of ``--invite``."""

import pytest

from auditor.errors import InputErrors
from auditor.inputs.test_number import parse_invitation


@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ("sip:+4930123@sbc.example.net", "sip:+4930123@sbc.example.net"),
        ("sips:100@SBC.example.net:5061", "sips:100@sbc.example.net:5061"),
        ("sip:*97@192.0.2.1", "sip:*97@192.0.2.1"),
        ("sip:test.call-1@[2001:db8::1]:5070", "sip:test.call-1@[2001:db8::1]:5070"),
        ("sip:100@[2001:db8::1]", "sip:100@[2001:db8::1]"),
    ],
)
def test_a_number_at_a_host_is_taken_with_a_port_or_without(given: str, uri: str) -> None:
    assert parse_invitation(given, b"salt").uri == uri


@pytest.mark.parametrize(
    "given",
    [
        "",
        "+4930123",
        "sip:sbc.example.net",
        "sip:@sbc.example.net",
        "tel:+4930123",
        "sip:1 2@sbc.example.net",
        "sip:1@sbc.example.net\r\nEvil: 1",
        "sip:1\r\n@sbc.example.net",
        "sip:1@sbc.example.net;transport=udp",
        "sip:1@sbc.example.net?Header=x",
        "sip:1@two@hosts.example.net",
        "sip:" + "1" * 70 + "@sbc.example.net",
        "sip:1@sbc.example.net:0",
        "sip:1@-host",
        "sip:\u0661@sbc.example.net",
    ],
)
def test_anything_that_could_be_more_than_a_number_at_a_host_is_refused(given: str) -> None:
    with pytest.raises(InputErrors, match="--invite") as caught:
        parse_invitation(given, b"salt")
    assert len(str(caught.value).splitlines()) == 1


def test_the_salt_is_not_shown() -> None:
    assert "secret" not in repr(parse_invitation("sip:1@sbc.example.net", b"secret"))
