"""Access lists as CSV: read as spreadsheets and firewalls write them, and refused where a line is not understood."""

import time

import pytest

from auditor.errors import InputErrors
from auditor.inputs.inventory.access_list import COLUMNS, MOST_LINES, access_list
from auditor.model.deployment import AclEntry

HEAD = "action,source,protocol,ports\n"
PROTOCOLS = "tcp, udp, any, ip, ah, eigrp, esp, gre, icmp, icmpv6, igmp, ospf, pim, vrrp"
WHOLE = AclEntry(source="52.120.0.0/15", protocol="tcp", ports="5061")


def errors_of(content: bytes | str) -> list[str]:
    with pytest.raises(InputErrors) as raised:
        access_list(content.encode() if isinstance(content, str) else content, "f.csv")
    return [str(error) for error in raised.value.errors]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "allow,52.120.0.0/15,tcp,5061",
        HEAD + "allow,52.120.0.0/15,tcp,5061\n\n,,,\n",
        "\ufeff" + HEAD.replace("\n", "\r\n") + "PERMIT,52.120.0.0/15,TCP,5061\r\n",
        HEAD.replace("\n", "\r") + "allow,52.120.0.0/15,tcp,5061\r",
        HEAD.replace(",", ";") + "allow;52.120.0.0/15;tcp;5061\n",
        '"Action","Source","Protocol","Ports"\n"allow" , "52.120.0.0/15",tcp,"5061"\n',
        'comment,ports,protocol,source,action\n"a, b; c ""d""",5061,tcp,52.120.0.0/15,allow\n',
        "action,source,protocol,ports,enabled,destination\nallow,52.120.0.0/15,tcp,5061,yes,any\ndeny,any,any,any,no,any",
        HEAD + "allow,any,icmp,any\nallow,52.120.0.0/15,tcp,5061\n",
    ],
)  # fmt: skip
def test_one_list_in_every_form(text: str) -> None:
    assert access_list(text.encode(), "f.csv") == (WHOLE,)


def test_a_line_may_say_why_it_admits_another_source() -> None:
    text = "action,source,protocol,ports,reason\nallow,193.5.0.7,tcp,22,our jump host\nallow,52.120.0.0/15,tcp,5061,\n"
    assert access_list(text.encode(), "f.csv") == (
        AclEntry(source="193.5.0.7", protocol="tcp", ports="22", reason="our jump host"),
        WHOLE,
    )


def test_lines_keep_their_order_and_their_words() -> None:
    text = (
        "action,source,protocol,ports,destination\n"
        "drop,52.120.0.1,any,any,ANY\npermit,52.120.0.0 - 52.120.0.9,udp,16384 - 23983,193.5.122.0/29\n"
        "reject,ANY,ip,any,any\n"
    )
    assert access_list(text.encode(), "f.csv") == (
        AclEntry(action="deny", source="52.120.0.1"),
        AclEntry(source="52.120.0.0-52.120.0.9", protocol="udp", ports="16384-23983", destination="193.5.122.0/29"),
        AclEntry(action="deny", source="any"),
    )


@pytest.mark.parametrize("line", ["allow,any,any,any,false", "allow,any,esp,any,true"])
def test_a_list_in_which_nothing_counts_lets_nobody_in(line: str) -> None:
    text = f"action,source,protocol,ports,enabled\n{line}\n"
    assert access_list(text.encode(), "f.csv") == (AclEntry(action="deny", source="any"),)


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        ("", ["f.csv:1:1: the first line must name the columns: action, source, protocol, ports"]),
        ("\n" + HEAD, ["f.csv:1:1: the first line must name the columns: action, source, protocol, ports"]),
        (HEAD, ["f.csv:1:1: no line follows the column names"]),
        (HEAD + "\n,,,\n", ["f.csv:1:1: no line follows the column names"]),
        ('{"value": []}', ["f.csv:1:1: this looks like JSON; the evidence of a site is an access list as CSV"]),
        ("action,source,ports\n", ['f.csv:1:1: the column "protocol" is missing']),
        (
            "action,source,protocol,ports,soruce_port\n",
            ['f.csv:1:30: unknown column "soruce_port"; known are ' + ", ".join(COLUMNS)],
        ),
        ("action,source,protocol,ports,coment\n", ['f.csv:1:30: unknown column "coment"; did you mean "comment"?']),
        ("action,source,protocol,ports,ports\n", ['f.csv:1:30: the column "ports" appears twice']),
        (HEAD + "allow,any,tcp\n", ["f.csv:2:1: the line has 3 fields, but the header has 4 columns"]),
        (HEAD + "allow,any,tcp,5061,5062\n", ["f.csv:2:1: the line has 5 fields, but the header has 4 columns"]),
        (HEAD + 'allow,"any,tcp,5061\n', [
            "f.csv:2:7: unterminated quoted field"
        ]),
        (
            HEAD + "alow,any,tcp,5061\nallow,any,tpc,5061\nallow,any,tcp,0\nallow,any,tcp,99-5\nallow,any,tcp,sip\n"
            "allow,,tcp,5061\nallow,sbc,tcp,5061\nallow,10.0.0.1/8,tcp,5061\n",
            [
                'f.csv:2:1: action cannot be "alow"; use one of allow, permit, deny, drop, reject',
                f'f.csv:3:11: protocol cannot be "tpc"; use one of {PROTOCOLS}',
                'f.csv:4:15: ports "0": ports must be from 1 to 65535, the lower one first',
                'f.csv:5:15: ports "99-5": ports must be from 1 to 65535, the lower one first',
                'f.csv:6:15: ports "sip": write a port, a range such as 5061-5062, or any',
                'f.csv:7:7: source "": it is empty; for all addresses, write any',
                'f.csv:8:7: source "sbc": not an IP address',
                'f.csv:9:7: source "10.0.0.1/8": it has host bits set; the network is 10.0.0.0/8',
            ],
        ),
        (
            "action,source,protocol,ports,enabled,destination\nallow,any,tcp,5061,,any\nallow,any,tcp,5061,true,\n",
            [
                'f.csv:2:20: enabled cannot be ""; use one of true, yes, 1, on, false, no, 0, off',
                'f.csv:3:25: destination "": it is empty; for all addresses, write any',
            ],
        ),
        (b"action\x00,source\n", ["f.csv:1:7: the hidden character U+0000 is not accepted"]),
        (HEAD.encode("utf-16"), ["f.csv:1:1: the file is not UTF-8 text; save it as UTF-8"]),
        (HEAD + "allow,any,tcp,any\n" * (MOST_LINES + 1), ["f.csv:1:1: the file has more than 100000 lines"]),
        (b"x" * 10_000_000, ["f.csv: the file is larger than 8192 KiB, the limit"]),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes | str) else "",
)  # fmt: skip
def test_what_is_not_understood_is_said_at_its_place(content: bytes | str, messages: list[str]) -> None:
    assert errors_of(content) == messages


def test_a_line_that_is_not_enabled_has_to_be_understood_all_the_same() -> None:
    assert len(errors_of("action,source,protocol,ports,enabled\nallow,any,tcp,nonsense,false\n")) == 1


def test_no_more_than_a_hundred_errors_are_said() -> None:
    assert len(errors_of(HEAD + "x,any,tcp,any\n" * 1000)) == 100


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell", ['"' + "a" * 7_000_000, '"' + '""' * 3_000_000 + "x", '"a"' * 2_000_000, " " * 7_000_000]
)
def test_a_hostile_line_costs_little(cell: str) -> None:
    started = time.process_time()
    assert len(errors_of(HEAD + cell)) == 1
    assert time.process_time() - started < 5


@pytest.mark.slow
def test_time_grows_with_the_number_of_lines() -> None:
    lines = [f"allow,10.{n >> 16}.{n >> 8 & 255}.{n & 255},tcp,5061" for n in range(MOST_LINES - 1)]
    started = time.process_time()
    assert len(access_list((HEAD + "\n".join(lines)).encode(), "f.csv")) == MOST_LINES - 1
    assert time.process_time() - started < 20
