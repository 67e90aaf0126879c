"""Packet captures: what is found in them, how it was transported, and what is said of the rest."""

import io
import random
import struct
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from pathlib import Path

import dpkt
import pytest

from auditor.errors import InputErrors
from auditor.inputs import captures
from auditor.inputs.captures import containers, read
from auditor.inputs.session_descriptions import Known, load_descriptions, parse_peers
from auditor.model.observation import DscpSeen, NotAttempted, NotObserved, Observation, SdpSeen, SipMessageSeen
from tests.sip.examples import AT, CRYPTO, INVITE, KEY, OK, OTHER_KEY, SALT, message, sdp

FILES = Path(__file__).parent / "files"
OFFER, ANSWER = message(INVITE, sdp(CRYPTO)), message(OK, sdp(CRYPTO.replace(KEY, OTHER_KEY)))
ACK = message("ACK sip:b@example.com SIP/2.0", CSeq="1 ACK")
A, B = "20.0.0.1", "20.0.1.1"


def observe(content: bytes, *peers: str) -> list[Observation]:
    _, seen = load_descriptions([("c.pcap", content)], at=AT, salt=SALT, known=Known(peers=parse_peers(peers)))
    return list(seen)


def of(kind: type[Observation], seen: Sequence[Observation]) -> list[Observation]:
    return [found for found in seen if isinstance(found, kind)]


def sdps(seen: Sequence[Observation]) -> list[tuple[str, str]]:
    return [(found.role, found.transport) for found in seen if isinstance(found, SdpSeen)]


def transports(seen: Sequence[Observation]) -> list[str]:
    return [found.transport for found in seen if isinstance(found, SipMessageSeen)]


def reasons(seen: Sequence[Observation], wanted: str = "sdp") -> list[str]:
    return [found.reason for found in seen if isinstance(found, NotObserved) and found.wanted == wanted]


def ip(payload: dpkt.Packet | bytes, protocol: int, ends: tuple[str, str] = (A, B), **fields: int) -> bytes:
    source, destination = (ip_address(end).packed for end in ends)
    if len(source) == 16:
        data = bytes(payload)
        packet = dpkt.ip6.IP6(src=source, dst=destination, nxt=protocol, plen=len(data))
        return bytes(packet)[:40] + data
    return bytes(dpkt.ip.IP(src=source, dst=destination, p=protocol, data=payload, **fields))


def udp(data: bytes, ends: tuple[str, str] = (A, B), ports: tuple[int, int] = (5060, 5060), **fields: int) -> bytes:
    return ip(dpkt.udp.UDP(sport=ports[0], dport=ports[1], ulen=8 + len(data), data=data), 17, ends, **fields)


def tcp(data: bytes, sequence: int, ends: tuple[str, str] = (A, B), *, syn: bool = False, sport: int = 5060) -> bytes:
    flags = dpkt.tcp.TH_SYN if syn else dpkt.tcp.TH_ACK
    return ip(dpkt.tcp.TCP(sport=sport, dport=5060, seq=sequence, flags=flags, data=data), 6, ends)


def pcap(*packets: bytes, link: int = 101) -> bytes:
    head = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    return head + b"".join(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet for packet in packets)


def ethernet(packet: bytes, *tags: int) -> bytes:
    kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    kinds = [*([0x8100] * len(tags)), kind]
    tagged = b"".join(struct.pack(">HH", tag, after) for tag, after in zip(tags, kinds[1:], strict=True))
    return bytes(12) + struct.pack(">H", kinds[0]) + tagged + packet


def block(kind: int, data: bytes) -> bytes:
    length = struct.pack("<I", 12 + len(data))
    return struct.pack("<I", kind) + length + data + length


def pcapng(*packets: bytes) -> bytes:
    """With simple packet blocks, which name no interface."""
    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    interface = block(1, struct.pack("<HHI", 101, 0, 65535))
    simple = (block(3, struct.pack("<I", len(one)) + one + bytes(-len(one) % 4)) for one in packets)
    return section + interface + b"".join(simple)


@pytest.mark.parametrize(("file", "transport"), [("udp.pcap", "udp"), ("fragments.pcap", "udp"), ("tcp.pcapng", "tcp")])
def test_a_real_call_is_found_with_the_transport_that_it_had(file: str, transport: str) -> None:
    seen = observe((FILES / file).read_bytes())
    assert sdps(seen) == [("offer", transport), ("answer", transport)]
    assert transports(seen) == [transport] * 3
    assert not reasons(seen)
    offer, answer = (found for found in seen if isinstance(found, SdpSeen))
    assert offer.exchange == answer.exchange != ""
    assert KEY[:9] not in repr(seen)


def test_packets_of_two_interfaces_are_read_by_the_link_type_of_each() -> None:
    seen = observe((FILES / "two-interfaces.pcapng").read_bytes())
    assert sorted(transports(seen)) == ["tcp"] * 3 + ["udp"] * 3


def test_a_capture_of_tls_alone_shows_nothing_and_says_so() -> None:
    seen = observe((FILES / "tls.pcapng").read_bytes())
    assert [(found.wanted, found.reason.partition(";")[0]) for found in seen if isinstance(found, NotObserved)] == [
        (wanted, "nothing could be read: the capture contains no SIP message, but 1 TLS connections")
        for wanted in ("sdp", "sip-message")
    ]


def test_a_capture_of_something_else_is_no_proof_either() -> None:
    seen = observe(pcap(udp(b"\0" * 20), tcp(b"GET / HTTP/1.1\r\n\r\n", 1)))
    assert reasons(seen) == [
        "nothing could be read: the capture contains no SIP message and no TLS connection (1 other TCP connections)"
    ]
    assert reasons(observe(pcap()))


SIX = ("2600::1", "2600::2")


@pytest.mark.parametrize(
    "content",
    [
        pcap(udp(OFFER)),
        pcapng(udp(OFFER)),
        pcap(udp(OFFER, SIX)),
        pcap(ethernet(udp(OFFER)), link=1),
        pcap(ethernet(udp(OFFER, SIX), 7), link=1),
        pcap(ethernet(udp(OFFER), 7, 8), link=1),
        pcap(ethernet(udp(OFFER), 7, 8, 9), link=1),
        pcap(b"\2\0\0\0" + udp(OFFER), link=0),
        pcap(b"\0\0\0\2" + udp(OFFER), link=108),
        pcap(b"\0\0\0\x1e" + udp(OFFER, SIX), link=108),
        pcap(bytes(14) + b"\x08\0" + udp(OFFER), link=113),
        pcap(bytes(14) + b"\x81\0\0\7\x08\0" + udp(OFFER), link=113),
        pcap(b"\x08\0" + bytes(18) + udp(OFFER), link=276),
        pcap(udp(OFFER), link=228),
        pcap(udp(OFFER, SIX), link=229),
        pcap(ip(udp(OFFER), 4)),
        pcap(ip(b"\0\0\x08\0" + udp(OFFER), 47)),
        pcap(udp(b"\r\n\r\n" + OFFER)),
    ],
)
def test_a_message_is_found_under_every_link_and_tag(content: bytes) -> None:
    seen = observe(content)
    assert sdps(seen) == [("offer", "udp")]
    assert not reasons(seen)


def test_a_link_that_is_not_supported_is_an_error_that_names_it() -> None:
    with pytest.raises(InputErrors, match=r"c\.pcap: the capture has link type 127; supported are Ethernet"):
        observe(pcap(b"x", link=127))


def test_what_holds_no_message_in_clear_text_does_no_harm() -> None:
    arp = bytes(12) + b"\x08\x06" + bytes(28)
    icmp = ethernet(ip(b"\x08\0\0\0\0\0\0\0", 1))
    assert sdps(observe(pcap(arp, icmp, ethernet(udp(OFFER)), link=1))) == [("offer", "udp")]


def test_segments_out_of_order_repeated_and_overlapping_make_one_stream() -> None:
    stream = OFFER + b"\r\n\r\n" + ACK
    cut = [stream[:50], stream[50:300], stream[300:301], stream[301:]]
    at = [2**32 - 99, 2**32 - 49, (2**32 + 201) % 2**32, 202]
    packets = [tcp(part, sequence) for part, sequence in zip(cut, at, strict=True)]
    seen = observe(pcap(tcp(b"", 2**32 - 100, syn=True), packets[3], packets[1], packets[0], packets[1], packets[2]))
    assert transports(seen) == ["tcp", "tcp"]
    assert sdps(seen) == [("offer", "tcp")]
    assert not reasons(seen)


def test_a_port_that_is_used_again_begins_another_stream() -> None:
    packets = [tcp(b"", 0, syn=True), tcp(OFFER, 1), tcp(b"", 5000, syn=True), tcp(b"", 5000, syn=True), tcp(ACK, 5001)]
    assert transports(observe(pcap(*packets))) == ["tcp", "tcp"]


def test_a_missing_segment_is_said_and_what_follows_is_found() -> None:
    seen = observe(pcap(tcp(OFFER[:400], 1), tcp(b"lost\r\n" + ACK, 2000)))
    assert transports(seen) == ["tcp", "tcp"]
    assert len(reasons(seen)) == 2
    assert all("a SIP message is not complete" in reason for reason in reasons(seen))
    assert reasons(seen) == reasons(seen, "sip-message")


@pytest.mark.parametrize(
    "part", [OFFER[:-20], OFFER[:100], ACK + b"half a line", message(INVITE).replace(b"\r\n\r\n", b"\r\n")]
)
def test_a_message_that_is_cut_in_its_stream_was_sent_in_the_clear_all_the_same(part: bytes) -> None:
    seen = observe(pcap(tcp(part, 1)))
    assert transports(seen) == ["tcp"]
    assert "a SIP message is not complete" in reasons(seen)[0]


def test_without_a_content_length_a_message_ends_where_the_next_one_begins() -> None:
    bare = message(INVITE, sdp(CRYPTO), Content_Length="")
    seen = observe(pcap(tcp(bare + ACK, 1)))
    assert transports(seen) == ["tcp", "tcp"]
    assert sdps(seen) == [("offer", "tcp")]
    assert sdps(observe(pcap(tcp(bare, 1)))) == [("offer", "tcp")]


def fragmented(data: bytes, *, six: bool = False) -> list[bytes]:
    whole = bytes(dpkt.udp.UDP(sport=5060, dport=5060, ulen=8 + len(data), data=data))
    parts = [(at, whole[at : at + 200]) for at in range(0, len(whole), 200)]
    if six:
        return [ip(struct.pack(">BBHI", 17, 0, at | (at + 200 < len(whole)), 9) + part, 44, SIX) for at, part in parts]
    return [ip(part, 17, id=9, offset=at // 8, mf=int(at + 200 < len(whole))) for at, part in parts]


@pytest.mark.parametrize("six", [False, True])
def test_fragments_are_put_together_in_any_order_and_missing_ones_are_said(*, six: bool) -> None:
    parts = fragmented(OFFER, six=six)
    assert sdps(observe(pcap(*reversed(parts)))) == [("offer", "udp")]
    seen = observe(pcap(*parts[1:]))
    assert not sdps(seen)
    assert "fragments of 1 IP packets are missing" in reasons(seen)


def test_fragments_that_repeat_one_with_other_content_are_never_put_together() -> None:
    datagram = bytes(dpkt.udp.UDP(sport=5060, dport=5060, ulen=8 + len(OFFER), data=OFFER))
    other = datagram.replace(b"a=crypto", b"a=xxxxxx")
    cut = len(datagram) // 8 * 8 - 8
    first, last = ip(datagram[:cut], 17, mf=1, id=7), ip(datagram[cut:], 17, offset=cut // 8, id=7)
    assert sdps(observe(pcap(first, first, last))) == [("offer", "udp")]
    assert reasons(observe(pcap(ip(other[:cut], 17, mf=1, id=7), first, last)))[0].startswith("fragments of 1 IP")


def test_segments_that_repeat_one_with_other_content_are_said() -> None:
    other = OFFER.replace(b"a=crypto", b"a=xxxxxx")
    same = [tcp(b"", 99, syn=True), tcp(OFFER, 100), tcp(OFFER[200:] + ACK, 300), tcp(OFFER[:50], 100)]
    assert not reasons(observe(pcap(*same)))
    (reason,) = reasons(observe(pcap(tcp(b"", 99, syn=True), tcp(other, 100), tcp(OFFER, 100))))
    assert "packet 3" in reason
    assert "repeats an earlier one with other content" in reason


def test_a_keep_alive_of_tcp_neither_contradicts_nor_hides_a_message() -> None:
    kept = observe(pcap(tcp(b"\0", 99), tcp(OFFER[:300], 100), tcp(b"\0", 399), tcp(OFFER[300:], 400)))
    assert sdps(kept) == [("offer", "tcp")]
    assert not reasons(kept)


@pytest.mark.parametrize("wrap", [udp, lambda data: tcp(data, 1)])
def test_what_is_almost_a_message_is_said_beside_one_that_is(wrap: Callable[[bytes], bytes]) -> None:
    almost = OFFER.replace(b" SIP/2.0", b"  SIP/2.0", 1)
    (reason,) = reasons(observe(pcap(udp(OFFER), wrap(almost))))
    assert "packet 2" in reason


def test_the_version_may_be_in_lower_case() -> None:
    lower = [part.replace(b"SIP/2.0", b"sip/2.0", 1) for part in (OFFER, ANSWER)]
    assert sdps(observe(pcap(*map(udp, lower)))) == [("offer", "udp"), ("answer", "udp")]


def test_more_interfaces_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "_MOST_INTERFACES", 2)
    interface = block(1, struct.pack("<HHI", 101, 0, 65535))
    assert not refused(pcapng(udp(OFFER)) + interface)
    (error,) = refused(pcapng(udp(OFFER)) + interface * 2)
    assert error.startswith("c.pcap: the capture has more than 2 interfaces, the limit: keep only the SIP and RTP of")


def test_overlapping_fragments_are_never_put_together() -> None:
    first, *_ = fragmented(OFFER)
    assert reasons(observe(pcap(first, ip(OFFER, 17, id=9, offset=1, mf=0))))


def test_a_packet_cut_by_the_snapshot_length_is_not_taken_for_whole() -> None:
    for length in (28, 40, 150, len(udp(OFFER)) - 10):
        seen = observe(pcap(udp(OFFER)[:length]))
        assert not sdps(seen)
        assert "a SIP message is not complete" in reasons(seen)[0]
    assert "1 packets are not readable" in reasons(observe(pcap(fragmented(OFFER)[0][:100])))
    assert "1 packets are not readable" in reasons(observe(pcap(udp(OFFER)[:10])))


def test_only_what_went_to_or_from_a_peer_counts() -> None:
    inside = udp(OFFER, ("10.0.0.1", "10.0.0.2"))
    assert transports(observe(pcap(inside, udp(ANSWER)), "20.0.1.0/28")) == ["udp"]
    (reason,) = reasons(observe(pcap(inside), "20.0.1.0/28", "20.0.2.1"))
    assert "contains no SIP message to or from the given peers and no TLS connection" in reason
    with pytest.raises(InputErrors, match='the peer "gateway" is not an address or a range'):
        observe(pcap(inside), "gateway")


def test_a_message_that_is_not_readable_is_named_and_the_others_are_read() -> None:
    broken = OFFER.replace(b"From:", b"From")
    wrong = message(INVITE, sdp("nonsense"), Call_ID="other")
    seen = observe(pcap(udp(broken), udp(wrong), udp(OFFER), *[udp(broken)] * 4))
    assert sdps(seen) == [("offer", "udp")]
    assert [reason.partition(": ")[2] or reason for reason in reasons(seen)] == [
        *["this line is not a header of a SIP message"] * 3,
        "3 more messages or packets are not readable",
    ]


def test_an_invite_whose_description_is_not_readable_still_makes_the_200_an_answer() -> None:
    seen = observe(pcap(udp(message(INVITE, sdp("nonsense"))), udp(ANSWER)))
    assert sdps(seen) == [("answer", "udp")]


def test_messages_without_a_description_are_messages() -> None:
    seen = observe(pcap(udp(ACK)))
    assert transports(seen) == ["udp"]
    assert [found.reason for found in seen if isinstance(found, NotAttempted)] == [
        "the SIP messages in the capture contain no session description"
    ]


def test_a_binary_part_beside_a_description_hides_nothing() -> None:
    body = b"--b\r\nContent-Type: application/isup\r\n\r\n\0\1\2\xff\r\n--b\r\nContent-Type: application/sdp\r\n\r\n"
    whole = message(INVITE, body + sdp(CRYPTO) + b"--b--\r\n", Content_Type="multipart/mixed;boundary=b")
    assert sdps(observe(pcap(udp(whole)))) == [("offer", "udp")]


def rtp(number: int, kind: int = 0, source: int = 1) -> bytes:
    return struct.pack(">BBHII", 0x80, kind, number, number * 160, source) + bytes(20)


def marks(seen: Sequence[Observation]) -> list[tuple[str, int, int]]:
    return [(found.traffic, found.value, found.packets) for found in seen if isinstance(found, DscpSeen)]


def test_the_marking_of_sip_and_rtp_is_seen() -> None:
    voice = [udp(rtp(number, kind), ports=(40000, 40002), tos=46 << 2) for kind in (0, 96) for number in range(8)]
    video = [udp(rtp(number, 34, 2), ports=(40004, 40006), tos=34 << 2) for number in range(8)]
    noise = [udp(bytes([0x80, 72]) + bytes(30)), udp(b"\x80short"), *[udp(rtp(7, 0, 9))] * 9]
    seen = observe(pcap(udp(ACK, tos=24 << 2), *voice[:8], *video, *noise))
    assert marks(seen) == [("audio", 46, 8), ("sip", 24, 1), ("video", 34, 8)]
    assert marks(observe(pcap(*voice[8:]))) == [("rtp", 46, 8)]
    back = [udp(rtp(number), (B, A)) for number in range(8)]
    assert marks(observe(pcap(*voice[:8], *back), B)) == [("audio", 46, 8)]
    real = observe((FILES / "udp.pcap").read_bytes())
    assert sorted(marks(real)) == [("audio", 46, 10), ("sip", 0, 1), ("sip", 0, 2)]


def test_an_rtp_stream_beyond_the_limit_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.inputs.captures.marking._MOST_STREAMS", 1)
    packets = [udp(rtp(number, 0, source)) for source in (1, 2) for number in range(8)]
    seen = observe(pcap(*packets))
    assert marks(seen) == [("audio", 0, 8)]
    assert [reason.partition(":")[0] for reason in reasons(seen, "dscp")] == [
        "the capture has more senders, receivers and streams than are counted"
    ]


def test_senders_beyond_the_limit_are_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.inputs.captures.marking._MOST_ROWS", 1)
    seen = observe(pcap(udp(OFFER), udp(ANSWER, (B, A))))
    assert len(marks(seen)) == len(reasons(seen, "dscp")) == 1


def refused(content: bytes) -> list[str]:
    try:
        observe(content)
    except InputErrors as error:
        return [str(each) for each in error.errors]
    return []


@pytest.mark.parametrize("content", [pcap(udp(OFFER), udp(ANSWER)), pcapng(udp(OFFER), udp(ANSWER))])
def test_a_capture_that_is_cut_off_anywhere_is_refused_in_one_sentence(content: bytes) -> None:
    errors = [error for length in range(4, len(content), 3) for error in refused(content[:length])]
    assert len(errors) >= len(range(4, len(content), 3)) - 3, "only where a packet ends can a capture end"
    assert all(error.startswith("c.pcap: the capture is broken or cut off") for error in errors)
    assert not any("\n" in error for error in errors)


@pytest.mark.parametrize("file", sorted(path.name for path in FILES.glob("*.pcap*")))
def test_a_hostile_capture_never_ends_in_a_traceback(file: str) -> None:
    chance, content = random.Random(file), (FILES / file).read_bytes()
    for _ in range(60):
        broken = bytearray(content)
        for _ in range(chance.randrange(1, 9)):
            broken[chance.randrange(4, len(broken))] = chance.choice((0, 1, 255, chance.randrange(256)))
        assert len(refused(bytes(broken))) <= 1


@pytest.mark.parametrize(
    ("module", "limit", "content", "sentence"),
    [
        (containers, "_MOST_PACKETS", lambda: pcap(*[udp(OFFER)] * 3), "more than 2 packets"),
        (read, "_MOST_MESSAGES", lambda: pcap(*[udp(OFFER)] * 3), "more than 2 SIP messages"),
        (read, "_MOST_MESSAGES", lambda: pcap(tcp(ACK * 3, 1)), "more than 2 SIP messages"),
    ],
)
def test_more_than_the_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch, module: object, limit: str, content: Callable[[], bytes], sentence: str
) -> None:
    monkeypatch.setattr(module, limit, 2)
    with pytest.raises(InputErrors, match=sentence):
        observe(content())


def test_a_message_beyond_the_limit_is_not_read_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "_LONGEST", 100)
    assert "a SIP message is not complete" in reasons(observe(pcap(udp(OFFER))))[0]


def test_the_order_of_bytes_and_the_unit_of_time_do_not_matter() -> None:
    written = io.BytesIO()
    dpkt.pcap.Writer(written, linktype=101, nano=True).writepkt(udp(OFFER), ts=0)
    little = pcap(udp(OFFER))
    big = struct.pack(">IHHIIII", *struct.unpack("<IHHIIII", little[:24])) + struct.pack(
        ">IIII", *struct.unpack("<IIII", little[24:40])
    )
    for content in (written.getvalue(), big + little[40:]):
        assert captures.is_capture(content)
        assert sdps(observe(content)) == [("offer", "udp")]
