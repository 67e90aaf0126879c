"""Session descriptions, by RFC 8866."""

import pytest

from auditor.sip import MOST_CRYPTOS, MOST_MEDIA, MalformedSdp, descriptions
from tests.sip.examples import CRYPTO, HEAD, KEY, ORIGIN, OTHER_KEY, read, sdp


def test_an_offer_after_rfc_4568_section_4_with_three_sections_of_which_two_have_keys() -> None:
    seen = read(
        sdp(
            CRYPTO + "|2^20|1:4 FEC_ORDER=FEC_SRTP",
            f"a=crypto:2 F8_128_HMAC_SHA1_80 inline:{OTHER_KEY}|2^20|1:4;inline:{KEY}|2^20|2:4 FEC_ORDER=FEC_SRTP",
            "m=video 51372 RTP/SAVP 31",
            "a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj|2^20|1:32",
            "m=application 32416 udp wb",
            "a=orient:portrait",
        )
    )
    assert [(media.media, media.port, media.profile) for media in seen.media] == [
        ("audio", 49170, "RTP/SAVP"),
        ("video", 51372, "RTP/SAVP"),
        ("application", 32416, "udp"),
    ]
    assert [[crypto.suite for crypto in media.cryptos] for media in seen.media] == [
        ["AES_CM_128_HMAC_SHA1_80", "F8_128_HMAC_SHA1_80"],
        ["AES_CM_128_HMAC_SHA1_32"],
        [],
    ]
    assert seen.media[0].cryptos[1].keys[0] == seen.media[1].cryptos[0].keys[0]
    assert not any(media.malformed for media in seen.media)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_lines_may_end_as_they_like(end: str) -> None:
    assert read(sdp(CRYPTO, end=end)) == read(sdp(CRYPTO))


def test_a_carriage_return_alone_hides_no_line() -> None:
    assert len(read(sdp(f"a=ptime:20\r{CRYPTO}")).media[0].cryptos) == 1


def test_a_byte_order_mark_and_empty_lines_around_it_do_no_harm() -> None:
    assert read(b"\xef\xbb\xbf" + sdp(CRYPTO) + b"\r\n\r\n") == read(sdp(CRYPTO))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("m=audio 49170/2 RTP/SAVP 0 8 101", ("audio", 49170, "RTP/SAVP")),
        ("m=audio 0 RTP/AVP", ("audio", 0, "RTP/AVP")),
        ("m=audio 65535 rtp/savp 0", ("audio", 65535, "rtp/savp")),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 111", ("audio", 9, "UDP/TLS/RTP/SAVPF")),
        (f"m={KEY} 9 {KEY} 0", ("unknown", 9, "unknown")),
    ],
)
def test_a_section_is_named_by_what_registries_know(line: str, expected: tuple[str, int, str]) -> None:
    (media,) = read(sdp(media=line)).media
    assert (media.media, media.port, media.profile) == expected


@pytest.mark.parametrize(
    "line",
    ["m=audio", "m=audio RTP/SAVP 0", "m=audio 65536 RTP/SAVP 0", "m=audio -1 RTP/AVP 0", "m=audio \u0665 RTP/AVP 0"],
)
def test_a_section_without_medium_port_or_profile_spoils_the_whole(line: str) -> None:
    with pytest.raises(MalformedSdp, match="does not name") as caught:
        read("\n".join((*HEAD, line)).encode())
    assert caught.value.line == 6


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), "sendrecv"),
        (("a=inactive",), "inactive"),
        (("a=recvonly ",), "recvonly"),
        (("a=inactive:1",), "sendrecv"),
        (("a=Inactive",), "sendrecv"),
    ],
)
def test_the_direction_of_a_section(lines: tuple[str, ...], expected: str) -> None:
    assert read(sdp(*lines)).media[0].direction == expected


def test_what_the_session_level_says_holds_where_a_section_does_not_say_otherwise() -> None:
    head = (*HEAD, "a=inactive", "a=fingerprint:sha-256 AA:BB", "a=key-mgmt:mikey AQAFgM0X")
    first, second = read(sdp("m=audio 4002 RTP/SAVP 0", "a=sendonly", head=head)).media
    assert (first.direction, second.direction) == ("inactive", "sendonly")
    assert first.fingerprint
    assert second.key_management


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (f"a=Crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}", "not written as a=crypto:"),
        (f" a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}", "not written as a=crypto:"),
        (f"\ta=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}", "not written as a=crypto:"),
        (f"a= crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}", "not written as a=crypto:"),
        (f"a=crypto :1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}", "not written as a=crypto:"),
        (f"A=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}", "not written as a=crypto:"),
        (f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 INLINE:{KEY}", "inline is not in lower case"),
        (f"a=acap:1 crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}", "part of a capability"),
        (f"  inline:{KEY}", "key material is outside"),
        (f"a=x-key:inline:{KEY}", "key material is outside"),
        (f" k=base64:{KEY}", "does not follow the form of RFC 8866"),
        (f"K=clear:{KEY}", "does not follow the form of RFC 8866"),
        (f"a=Key-Mgmt:mikey {KEY}", "does not follow the form of RFC 8866"),
    ],
)
def test_a_line_that_was_meant_to_hold_a_key_is_noticed_and_not_taken_for_one(line: str, problem: str) -> None:
    (media,) = read(sdp(line)).media
    assert media.cryptos == ()
    assert len(media.malformed) == 1
    assert problem in media.malformed[0]
    assert media.malformed[0].startswith("line 7: ")


def test_words_in_a_title_are_no_crypto_line() -> None:
    assert read(sdp("i=crypto inline:yes")).media[0].malformed == ()


def test_k_lines_are_noticed_at_both_levels_and_not_kept() -> None:
    seen = read(sdp(f"k=base64:{KEY}", head=(*HEAD, f"k=clear:{OTHER_KEY}")))
    assert seen.clear_key
    assert seen.media[0].clear_key
    assert read(sdp(f"k=base64:{KEY}")).clear_key is False


def test_a_crypto_line_above_the_first_section_belongs_to_none() -> None:
    seen = read(sdp(head=(*HEAD, CRYPTO)))
    assert seen.media[0].cryptos == ()
    assert "precedes the first media section" in seen.malformed[0]


def test_two_lines_with_one_tag_are_noticed() -> None:
    (media,) = read(sdp(CRYPTO, CRYPTO.replace(KEY, OTHER_KEY))).media
    assert media.malformed == ("line 8: a crypto line repeats the tag of another one",)


def test_a_thousand_crypto_lines_are_cut_short_and_said_to_be() -> None:
    lines = [CRYPTO.replace(":1 ", f":{number} ") for number in range(1000)]
    (media,) = read(sdp(*lines)).media
    assert len(media.cryptos) == MOST_CRYPTOS
    assert media.malformed == ("there are more than 64 crypto lines, the limit",)


def test_a_thousand_broken_lines_give_a_bounded_list() -> None:
    (media,) = read(sdp(*["a=Crypto:1"] * 1000)).media
    assert len(media.malformed) == MOST_CRYPTOS


def test_a_hundred_sections_are_read_and_one_more_is_refused() -> None:
    sections = ["m=audio 4000 RTP/SAVP 0"] * (MOST_MEDIA - 1)
    assert len(read(sdp(*sections)).media) == MOST_MEDIA
    with pytest.raises(MalformedSdp, match="more than 100 media sections"):
        read(sdp(*sections, sections[0]))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"\r\n \r\n", "empty"),
        (bytes(range(256)), "binary"),
        ("v=0\r\nm=audio 1 RTP/AVP 0".encode("utf-16"), "binary"),
        (b'{"json": true}', "neither SDP"),
        (b" v=0\nm=audio 1 RTP/AVP 0", "neither SDP"),
        (b"v=1\nm=audio 1 RTP/AVP 0", "neither SDP"),
        ("\n".join(HEAD).encode(), "no media section"),
        (sdp("this is no line of SDP"), "lower-case letter"),
        (sdp(" m=audio 4000 RTP/AVP 0"), "lower-case letter"),
        (sdp("M=audio 4000 RTP/AVP 0"), "lower-case letter"),
        (sdp("", "m=audio 4000 RTP/AVP 0"), "lower-case letter"),
        (b"v=0\n" + b"a=x\n" * 300_000, "larger than 1024 KiB"),
    ],
)
def test_what_is_no_session_description_is_refused_in_one_sentence(content: bytes, problem: str) -> None:
    with pytest.raises(MalformedSdp, match=problem):
        read(content)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("c=IN IP4 10.0.0.1", ("c=", "address", "10.0.0.1")),
        ("c=IN IP4 224.2.1.1/127/3", ("c=", "address", "224.2.1.1")),
        ("c=IN IP6 2001:DB8:0::1", ("c=", "documentation", "")),
        ("c=IN IP6 2600:0::1", ("c=", "address", "2600::1")),
        ("c=IN IP6 fe80::1%eth0", ("c=", "address", "fe80::1")),
        ("c=IN IP4 0.0.0.0", ("c=", "placeholder", "")),
        ("c=IN IP6 ::", ("c=", "placeholder", "")),
        ("c=IN IP4 sbc.example.net", ("c=", "name", "")),
        ("c=IN IP4 sbc.invalid", ("c=", "placeholder", "")),
        ("c=IN IP4 sbc", ("c=", "local-name", "")),
        ("c=IN IP6 10.0.0.1", ("c=", "unreadable", "")),
        ("c=IN IP4 2600::1", ("c=", "unreadable", "")),
        ("c=ATM NSAP 1", ("c=", "unreadable", "")),
        (f"c={KEY}", ("c=", "unreadable", "")),
        ("a=candidate:1 1 UDP 2130706431 10.0.1.1 8998 typ host", ("a=candidate", "address", "10.0.1.1")),
        ("a=candidate:1 1 UDP 1 1b2c.local 8998 typ host", ("a=candidate", "local-name", "")),
        ("a=candidate:1 1 UDP", ("a=candidate", "unreadable", "")),
        ("a=rtcp:53020 IN IP4 10.0.0.9", ("a=rtcp", "address", "10.0.0.9")),
        ("a=rtcp:53020 IN", ("a=rtcp", "unreadable", "")),
        ("a=altc:1 IP4 10.0.0.8 12340", ("a=altc", "address", "10.0.0.8")),
        ("a=altc:1 IP6", ("a=altc", "unreadable", "")),
    ],
)
def test_addresses_that_media_are_sent_to(line: str, expected: tuple[str, str, str]) -> None:
    (found,) = read(sdp(line)).media[0].addresses
    assert (found.place, found.form, found.address) == expected


def test_an_address_above_the_first_section_is_that_of_the_description() -> None:
    seen = read(sdp("a=rtcp:53020", "a=bundle-only"))
    assert [found.address for found in seen.addresses] == ["193.5.122.40"]
    assert seen.media[0].addresses == ()
    assert seen.media[0].bundle_only


def test_a_thousand_candidates_are_not_all_kept() -> None:
    lines = [f"a=candidate:1 1 UDP 1 10.0.{number // 250}.{number % 250} 8998 typ host" for number in range(1000)]
    assert len(read(sdp(*lines)).media[0].addresses) == 64


def test_descriptions_one_after_the_other_are_not_one() -> None:
    first, second = descriptions(sdp(CRYPTO) + sdp(), ORIGIN)
    assert (len(first.media), len(second.media)) == (1, 1)
    assert (first.source, second.source) == ("given.sdp, description 1", "given.sdp, description 2")
    with pytest.raises(MalformedSdp, match="more than 1000 session descriptions"):
        descriptions(sdp() * 1001, ORIGIN)


@pytest.mark.parametrize(
    ("lines", "plain"),
    [
        (("a=tcap:1 RTP/AVP", "a=pcfg:1 t=1"), True),
        (("a=tcap:1 RTP/SAVPF RTP/AVP", "a=pcfg:1 t=2|1"), True),
        (("a=tcap:1 RTP/SAVPF rtp/avpf", "a=pcfg:1 a=1 t=2"), True),
        (("a=tcap:1 RTP/SAVPF RTP/AVP", "a=pcfg:1 t=1"), False),
        (("a=tcap:1 RTP/AVP",), False),
        (("a=tcap:1 RTP/AVP", "a=pcfg:1 a=1"), False),
        (("a=tcap:x RTP/AVP", "a=tcap:", "a=pcfg:1 t=1"), False),
    ],
)
def test_a_configuration_may_offer_a_profile_without_srtp(lines: tuple[str, ...], *, plain: bool) -> None:
    assert read(sdp(CRYPTO, *lines)).media[0].plain_configuration is plain


def test_capabilities_above_the_first_section_count_for_all() -> None:
    seen = read(sdp(CRYPTO, "a=pcfg:1 t=7", "m=audio 4 RTP/SAVP 0", CRYPTO, head=(*HEAD, "a=tcap:7 RTP/AVP")))
    assert [media.plain_configuration for media in seen.media] == [True, False]
