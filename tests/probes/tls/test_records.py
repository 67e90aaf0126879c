"""Bytes of real handshakes, whole, cut short at every byte, and damaged."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.lab.pki import Pki
from auditor.lab.settings import ClientCertificate, ServerSettings
from auditor.model.tls import GROUPS, Alert, ProtocolVersion, suites_by_name, suites_of
from auditor.probes.tls.client_hello_rewriting import offered_suites, with_suites
from auditor.probes.tls.records import ServerFlight, parse_server_flight
from testbed.scripted import alert, server_hello
from tests.probes.flights import client, flight, hello_retry_request, server, step

V = ProtocolVersion
RSA_SUITE = "ECDHE-RSA-AES128-SHA"


@pytest.fixture(scope="module")
def flights(pki: Pki) -> dict[str, bytes]:
    """By name: one flight of each kind."""
    old = ServerSettings(versions=tuple(V)[2:5], old_suites=f"{RSA_SUITE}:AES128-SHA", suites=f"{RSA_SUITE}:AES128-SHA")
    found = {}
    for version in (V.TLS_1_0, V.TLS_1_1, V.TLS_1_2):
        for name, suite in (("ECDHE", RSA_SUITE), ("RSA", "AES128-SHA")):
            maker, _ = server(pki, old)
            found[f"{version} {name}"] = flight(maker, step(client(version, f"{suite}:@SECLEVEL=0")))
    maker, _ = server(pki, ServerSettings())
    found["TLSv1.3"] = flight(maker, step(client(V.TLS_1_3)))
    found["alert"] = flight(maker, step(client(V.TLS_1_2, "AES128-SHA:@SECLEVEL=0")))
    found["SSLv2"] = ssl2_server_hello()
    found["no certificate request"] = flight(
        server(pki, ServerSettings(client_certificate=ClientCertificate.NONE))[0], step(client(V.TLS_1_2))
    )
    found["retry"] = hello_retry_request(pki)
    assert all(found.values())
    return found


def ssl2_server_hello(certificate: bytes = b"certificate", suites: tuple[int, ...] = (0x010080, 0x0700C0)) -> bytes:
    """SERVER-HELLO of draft-hickman-netscape-ssl-00 section 5.6, by hand: two-byte header, no padding."""
    specs = b"".join(code.to_bytes(3, "big") for code in suites)
    connection = bytes(range(16))
    lengths = b"".join(len(part).to_bytes(2, "big") for part in (certificate, specs, connection))
    body = b"\x04\x00\x01\x00\x02" + lengths + certificate + specs + connection
    return (0x8000 | len(body)).to_bytes(2, "big") + body


def test_the_flights_say_which_version_and_suite_was_chosen(flights: dict[str, bytes]) -> None:
    for version in (V.TLS_1_0, V.TLS_1_1, V.TLS_1_2):
        for name, iana in (("ECDHE", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"), ("RSA", "TLS_RSA_WITH_AES_128_CBC_SHA")):
            parsed = parse_server_flight(flights[f"{version} {name}"])
            assert (parsed.version, parsed.suite) == (version.wire, suites_by_name()[iana].code)
            assert parsed.complete
            assert parsed.certificate_requested
            assert parsed.encrypt_then_mac
            assert parsed.alert is None


def test_tls13_ends_at_the_server_hello(flights: dict[str, bytes]) -> None:
    parsed = parse_server_flight(flights["TLSv1.3"])
    assert (parsed.version, parsed.suite) == (V.TLS_1_3.wire, 0x1302)
    assert parsed.complete
    assert not parsed.retry
    assert parsed.certificates is None
    assert parsed.group == GROUPS["X25519MLKEM768"]


def test_a_retry_request_is_no_end(flights: dict[str, bytes]) -> None:
    parsed = parse_server_flight(flights["retry"])
    assert parsed.retry
    assert not parsed.complete
    assert parsed.group == GROUPS["secp384r1"]


def test_the_group_and_the_signature_of_the_key_exchange_are_read(flights: dict[str, bytes]) -> None:
    new, old = parse_server_flight(flights["TLSv1.2 ECDHE"]), parse_server_flight(flights["TLSv1.0 ECDHE"])
    assert new.group == old.group == GROUPS["x25519"]
    assert new.signature is not None
    assert new.signature >> 8 in (4, 5, 6, 8)
    assert parse_server_flight(flights["TLSv1.2 RSA"]).group is None
    assert parse_server_flight(flights["TLSv1.2 RSA"]).signature is None


def test_the_certificates_are_those_the_server_was_given(pki: Pki) -> None:
    maker, sent = server(pki, ServerSettings())
    assert parse_server_flight(flight(maker, step(client(V.TLS_1_2)))).certificates == sent


def test_no_certificate_request_is_seen_where_none_was_made(flights: dict[str, bytes]) -> None:
    parsed = parse_server_flight(flights["no certificate request"])
    assert parsed.complete
    assert not parsed.certificate_requested


def test_encrypt_then_mac_is_not_seen_where_it_was_not_agreed(pki: Pki) -> None:
    maker, _ = server(pki, ServerSettings(suites="ECDHE-RSA-AES128-SHA256", encrypt_then_mac=False))
    assert not parse_server_flight(flight(maker, step(client(V.TLS_1_2)))).encrypt_then_mac


def test_an_alert_is_read_with_its_number(flights: dict[str, bytes]) -> None:
    assert parse_server_flight(flights["alert"]).alert == (2, Alert.handshake_failure)
    assert parse_server_flight(flights["alert"]).version is None


def test_an_alert_after_the_server_hello_does_not_hide_the_choice(flights: dict[str, bytes]) -> None:
    parsed = parse_server_flight(server_hello(0x0303, 0xC02F)[:-4] + alert(Alert.internal_error))
    assert parsed.version is None or parsed.version == V.TLS_1_2.wire
    assert parse_server_flight(flights["TLSv1.2 ECDHE"] + alert(80)).suite is not None


def test_a_warning_about_the_name_is_passed_over(flights: dict[str, bytes]) -> None:
    warning = alert(Alert.unrecognized_name, 1)
    assert parse_server_flight(warning).alert is None
    assert parse_server_flight(warning + flights["TLSv1.2 ECDHE"]) == parse_server_flight(flights["TLSv1.2 ECDHE"])
    assert parse_server_flight(alert(Alert.unrecognized_name, 2)).alert == (2, Alert.unrecognized_name)


def test_ssl2_names_every_suite_it_has() -> None:
    parsed = parse_server_flight(ssl2_server_hello())
    assert parsed.version == V.SSL_2_0.wire
    assert parsed.suites == (0x010080, 0x0700C0)
    assert parsed.certificates == (b"certificate",)
    assert parsed.complete


@pytest.mark.parametrize(
    "data", [b"SSH-2.0-x\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"\x00" * 6, b"\x80\x03\x00\x00\x01"]
)
def test_what_is_not_tls_is_called_foreign(data: bytes) -> None:
    assert parse_server_flight(data).foreign


def test_half_a_record_header_is_not_foreign(flights: dict[str, bytes]) -> None:
    for data in flights.values():
        for length in range(6):
            assert not parse_server_flight(data[:length]).foreign


KINDS = (
    *(f"{version} {name}" for version in ("TLSv1.0", "TLSv1.1", "TLSv1.2") for name in ("ECDHE", "RSA")),
    "TLSv1.3", "alert", "SSLv2", "no certificate request", "retry",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_flight_cut_short_says_nothing_that_the_whole_contradicts(flights: dict[str, bytes], kind: str) -> None:
    data = flights[kind]
    whole = parse_server_flight(data)
    for length in range(len(data)):
        part = parse_server_flight(data[:length])
        assert_part_of(part, whole)
        assert not (part.complete and part != whole)


def assert_part_of(part: ServerFlight, whole: ServerFlight) -> None:
    """Everything ``part`` says, ``whole`` says too."""
    nothing = ServerFlight()
    for name in ("version", "suite", "suites", "group", "signature", "certificates", "alert"):
        assert getattr(part, name) in (getattr(nothing, name), getattr(whole, name)), name
    for name in ("retry", "encrypt_then_mac", "certificate_requested", "complete", "foreign"):
        assert not getattr(part, name) or getattr(whole, name), name


@pytest.mark.parametrize("kind", KINDS)
def test_a_flight_in_small_records_reads_the_same(flights: dict[str, bytes], kind: str) -> None:
    """Messages may be split over records at any byte (RFC 5246 section 6.2.1)."""
    if kind in ("alert", "SSLv2", "TLSv1.3"):
        return
    messages, position, data = b"", 0, flights[kind]
    while position < len(data):
        length = int.from_bytes(data[position + 3 : position + 5], "big")
        if data[position] == 22:
            messages += data[position + 5 : position + 5 + length]
        position += 5 + length
    small = b"".join(b"\x16\x03\x03\x00\x01" + messages[i : i + 1] for i in range(len(messages)))
    assert parse_server_flight(small) == parse_server_flight(data)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_never_raises(flights: dict[str, bytes], data: st.DataObject) -> None:
    content = bytearray(flights[data.draw(st.sampled_from(KINDS))])
    for position, byte in data.draw(
        st.lists(st.tuples(st.integers(0, min(len(content), 220) - 1), st.integers(0, 255)), max_size=6)
    ):
        content[position] = byte
    parsed = parse_server_flight(bytes(content[: data.draw(st.integers(0, len(content)))]))
    assert parsed.version is None or 0 <= parsed.version <= 0xFFFF
    assert sum(map(len, parsed.certificates or ())) <= len(content)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    parsed = parse_server_flight(data)
    offered_suites(data)
    assert not (parsed.foreign and parsed.version is not None)


CODES = st.lists(st.sampled_from([suite.code for suite in suites_of(V.TLS_1_2)]), unique=True)


@settings(max_examples=60, deadline=None)
@given(suites=CODES, length=st.integers(0, 600), version=st.sampled_from([V.TLS_1_0, V.TLS_1_2, V.TLS_1_3]))
def test_a_client_hello_offers_exactly_what_it_was_given(suites: list[int], length: int, version: V) -> None:
    made = step(client(version))
    client_hello = with_suites(made, tuple(suites), length)
    offered = offered_suites(client_hello)
    assert offered[: len(suites) + 1] == (*suites, 0x00FF)
    assert all(code & 0x0F0F == 0x0A0A and code >> 8 == code & 0xFF for code in offered[len(suites) + 1 :])
    assert 2 * len(offered) >= min(length, 2 * (len(suites) + 1 + 256))
    assert int.from_bytes(client_hello[3:5], "big") == len(client_hello) - 5
    assert int.from_bytes(client_hello[6:9], "big") == len(client_hello) - 9
    kept = 2 * len(offered_suites(made))
    assert len(client_hello) - 2 * len(offered) == len(made) - kept


def test_a_server_takes_a_padded_client_hello(pki: Pki) -> None:
    maker, _ = server(pki, ServerSettings())
    client_hello = with_suites(step(client(V.TLS_1_2)), (0xC02F,), 500)
    assert len(offered_suites(client_hello)) == 250
    assert parse_server_flight(flight(maker, client_hello)).suite == 0xC02F


def test_what_is_not_a_client_hello_is_not_rewritten() -> None:
    with pytest.raises(ValueError, match="not a ClientHello"):
        with_suites(server_hello(0x0303, 0xC02F), (1,))
    assert offered_suites(server_hello(0x0303, 0xC02F)) == ()
    assert offered_suites(b"") == ()
