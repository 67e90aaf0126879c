"""What a client's behaviour means: a refusal is believed only beside an acceptance, and going on is always believed."""

import pytest

from auditor.minting.server_certificates import ServerCertificateCase
from auditor.model.tls import Alert, ProtocolVersion
from auditor.probes.client.client_cases import (
    ClientRecord,
    ConnectionAttempt,
    ConnectionEnd,
    older_versions,
    treatments,
)
from auditor.probes.tls.client_hello import ClientHello

HELLO = ClientHello(("TLSv1.3",), versions_listed=True, suites=("TLS_AES_128_GCM_SHA256",))
OLD_HELLO = ClientHello(("TLSv1.2",), versions_listed=False, suites=("TLS_RSA_WITH_AES_128_CBC_SHA",))


def attempt(
    case: ServerCertificateCase, end: ConnectionEnd, alert: int | None = None, *, completed: bool | None = None
) -> ConnectionAttempt:
    over = end in (ConnectionEnd.SPOKE, ConnectionEnd.HELD, ConnectionEnd.CLOSED)
    return ConnectionAttempt(case, end, "evidence", alert=alert, completed=over if completed is None else completed)


def treated(bad: ConnectionAttempt, *good: ConnectionAttempt) -> str:
    return next(found.treatment for found in treatments((*good, bad)) if found.case is not ServerCertificateCase.GOOD)


SPOKE = attempt(ServerCertificateCase.GOOD, ConnectionEnd.SPOKE)
HELD = attempt(ServerCertificateCase.GOOD, ConnectionEnd.HELD)
CLOSED = attempt(ServerCertificateCase.GOOD, ConnectionEnd.CLOSED)
REFUSED = attempt(ServerCertificateCase.GOOD, ConnectionEnd.ALERT, Alert.unknown_ca)


@pytest.mark.parametrize("good", [(), (SPOKE,), (HELD,), (CLOSED,), (REFUSED,)])
def test_a_client_that_speaks_has_gone_on_whatever_else_it_did(good: tuple[ConnectionAttempt, ...]) -> None:
    assert treated(attempt(ServerCertificateCase.FORGED_ISSUER, ConnectionEnd.SPOKE), *good) == "continued"


@pytest.mark.parametrize("good", [(), (SPOKE,), (HELD,), (CLOSED,), (REFUSED,)])
@pytest.mark.parametrize("alert", [Alert.unknown_ca, Alert.decrypt_error, Alert.certificate_expired])
def test_an_alert_about_the_certificate_is_a_refusal(alert: Alert, good: tuple[ConnectionAttempt, ...]) -> None:
    assert treated(attempt(ServerCertificateCase.EXPIRED, ConnectionEnd.ALERT, alert), *good) == "aborted"


@pytest.mark.parametrize(
    ("bad", "good", "expected"),
    [
        # An alert about something else, or a close inside the handshake, is a refusal only beside an acceptance.
        (attempt(ServerCertificateCase.SELF_SIGNED, ConnectionEnd.ALERT, Alert.handshake_failure), (), "undetermined"),
        (
            attempt(ServerCertificateCase.SELF_SIGNED, ConnectionEnd.ALERT, Alert.handshake_failure),
            (REFUSED,),
            "undetermined",
        ),
        (attempt(ServerCertificateCase.SELF_SIGNED, ConnectionEnd.ALERT, Alert.handshake_failure), (SPOKE,), "aborted"),
        (attempt(ServerCertificateCase.SELF_SIGNED, ConnectionEnd.ALERT, Alert.internal_error), (CLOSED,), "aborted"),
        (attempt(ServerCertificateCase.SELF_SIGNED, ConnectionEnd.BROKEN), (), "undetermined"),
        (attempt(ServerCertificateCase.SELF_SIGNED, ConnectionEnd.BROKEN), (HELD,), "aborted"),
        # A close after the handshake without sending anything is one only where the good certificate kept the client.
        (attempt(ServerCertificateCase.WRONG_NAME, ConnectionEnd.CLOSED), (), "undetermined"),
        (attempt(ServerCertificateCase.WRONG_NAME, ConnectionEnd.CLOSED), (CLOSED,), "undetermined"),
        (attempt(ServerCertificateCase.WRONG_NAME, ConnectionEnd.CLOSED), (REFUSED,), "undetermined"),
        (attempt(ServerCertificateCase.WRONG_NAME, ConnectionEnd.CLOSED), (SPOKE,), "aborted"),
        (attempt(ServerCertificateCase.WRONG_NAME, ConnectionEnd.CLOSED), (HELD,), "aborted"),
        # Silence is going on, unless this client is not silent otherwise.
        (attempt(ServerCertificateCase.UNRELATED_CA, ConnectionEnd.HELD), (), "continued"),
        (attempt(ServerCertificateCase.UNRELATED_CA, ConnectionEnd.HELD), (HELD,), "continued"),
        (attempt(ServerCertificateCase.UNRELATED_CA, ConnectionEnd.HELD), (SPOKE,), "undetermined"),
        (attempt(ServerCertificateCase.UNRELATED_CA, ConnectionEnd.UNDETERMINED), (SPOKE,), "undetermined"),
    ],
)
def test_what_an_end_means_depends_on_the_good_certificate(
    bad: ConnectionAttempt, good: tuple[ConnectionAttempt, ...], expected: str
) -> None:
    assert treated(bad, *good) == expected


@pytest.mark.parametrize(
    ("good", "others", "expected"),
    [
        (SPOKE, (), "continued"),
        (HELD, (), "continued"),
        (REFUSED, (), "aborted"),
        (CLOSED, (), "undetermined"),
        (CLOSED, (attempt(ServerCertificateCase.SELF_SIGNED, ConnectionEnd.CLOSED),), "undetermined"),
        (CLOSED, (attempt(ServerCertificateCase.SELF_SIGNED, ConnectionEnd.ALERT, Alert.unknown_ca),), "continued"),
        (
            CLOSED,
            (attempt(ServerCertificateCase.SELF_SIGNED, ConnectionEnd.ALERT, Alert.unknown_ca, completed=True),),
            "undetermined",
        ),
        (attempt(ServerCertificateCase.GOOD, ConnectionEnd.BROKEN), (), "undetermined"),
    ],
)
def test_a_good_certificate_was_accepted_where_something_shows_it(
    good: ConnectionAttempt, others: tuple[ConnectionAttempt, ...], expected: str
) -> None:
    assert (
        next(found.treatment for found in treatments((good, *others)) if found.case is ServerCertificateCase.GOOD)
        == expected
    )


def old(alert: int | None = None, *, completed: bool = False) -> ConnectionAttempt:
    return ConnectionAttempt(
        ServerCertificateCase.OLD_VERSION, ConnectionEnd.ALERT, "", ProtocolVersion.TLS_1_1, alert, completed
    )


def test_an_old_version_is_taken_where_the_handshake_gets_as_far_as_the_certificate() -> None:
    assert older_versions([old(completed=True)]) == ((ProtocolVersion.TLS_1_1,), True)
    assert older_versions([old(Alert.unknown_ca)]) == ((ProtocolVersion.TLS_1_1,), True)
    assert older_versions([old(Alert.protocol_version)]) == ((), True)
    assert older_versions([old(Alert.handshake_failure)]) == ((), False)
    assert older_versions([old()]) == ((), False)
    assert older_versions([]) == ((), False)


def test_an_open_case_is_given_again_and_then_given_up() -> None:
    series = ClientRecord("192.0.2.1", (ServerCertificateCase.GOOD, ServerCertificateCase.SELF_SIGNED))
    given = []
    for _ in range(8):
        case = series.next_case(HELLO)
        given.append(case)
        series.add(
            attempt(case, ConnectionEnd.SPOKE if case is ServerCertificateCase.GOOD else ConnectionEnd.UNDETERMINED)
        )
    assert given[:4] == [
        ServerCertificateCase.GOOD,
        ServerCertificateCase.SELF_SIGNED,
        ServerCertificateCase.SELF_SIGNED,
        ServerCertificateCase.SELF_SIGNED,
    ]
    assert not series.open_cases()
    assert set(given[4:]) == {ServerCertificateCase.GOOD, ServerCertificateCase.SELF_SIGNED}


def test_connections_side_by_side_get_different_cases() -> None:
    series = ClientRecord(
        "192.0.2.1", (ServerCertificateCase.GOOD, ServerCertificateCase.SELF_SIGNED, ServerCertificateCase.EXPIRED)
    )
    assert [series.next_case(HELLO) for _ in range(3)] == [
        ServerCertificateCase.GOOD,
        ServerCertificateCase.SELF_SIGNED,
        ServerCertificateCase.EXPIRED,
    ]


def test_an_old_version_is_only_tried_where_the_client_hello_leaves_it_open() -> None:
    listed = ClientRecord("192.0.2.1", (ServerCertificateCase.GOOD, ServerCertificateCase.OLD_VERSION))
    assert [listed.next_case(HELLO) for _ in range(2)] == [ServerCertificateCase.GOOD, ServerCertificateCase.GOOD]
    open_one = ClientRecord("192.0.2.1", (ServerCertificateCase.GOOD, ServerCertificateCase.OLD_VERSION))
    assert [open_one.next_case(OLD_HELLO) for _ in range(2)] == [
        ServerCertificateCase.GOOD,
        ServerCertificateCase.OLD_VERSION,
    ]
