"""What a client's behaviour means: a refusal is believed only beside an acceptance, and going on is always believed."""

import pytest

from auditor.model.tls import Alert, ProtocolVersion
from auditor.probes.client.client_cases import End, Meeting, Series, older_versions, treatments
from auditor.probes.client.shown_certificates import Case
from auditor.probes.tls.client_hello import ClientHello

HELLO = ClientHello(("TLSv1.3",), versions_listed=True, suites=("TLS_AES_128_GCM_SHA256",))
OLD_HELLO = ClientHello(("TLSv1.2",), versions_listed=False, suites=("TLS_RSA_WITH_AES_128_CBC_SHA",))


def meeting(case: Case, end: End, alert: int | None = None, *, completed: bool | None = None) -> Meeting:
    over = end in (End.SPOKE, End.HELD, End.CLOSED)
    return Meeting(case, end, "evidence", alert=alert, completed=over if completed is None else completed)


def treated(bad: Meeting, *good: Meeting) -> str:
    return next(found.treatment for found in treatments((*good, bad)) if found.case is not Case.GOOD)


SPOKE = meeting(Case.GOOD, End.SPOKE)
HELD = meeting(Case.GOOD, End.HELD)
CLOSED = meeting(Case.GOOD, End.CLOSED)
REFUSED = meeting(Case.GOOD, End.ALERT, Alert.unknown_ca)


@pytest.mark.parametrize("good", [(), (SPOKE,), (HELD,), (CLOSED,), (REFUSED,)])
def test_a_client_that_speaks_has_gone_on_whatever_else_it_did(good: tuple[Meeting, ...]) -> None:
    assert treated(meeting(Case.IMPOSTOR_ROOT, End.SPOKE), *good) == "continued"


@pytest.mark.parametrize("good", [(), (SPOKE,), (HELD,), (CLOSED,), (REFUSED,)])
@pytest.mark.parametrize("alert", [Alert.unknown_ca, Alert.decrypt_error, Alert.certificate_expired])
def test_an_alert_about_the_certificate_is_a_refusal(alert: Alert, good: tuple[Meeting, ...]) -> None:
    assert treated(meeting(Case.EXPIRED, End.ALERT, alert), *good) == "aborted"


@pytest.mark.parametrize(
    ("bad", "good", "expected"),
    [
        # An alert about something else, or a close inside the handshake, is a refusal only beside an acceptance.
        (meeting(Case.SELF_SIGNED, End.ALERT, Alert.handshake_failure), (), "undetermined"),
        (meeting(Case.SELF_SIGNED, End.ALERT, Alert.handshake_failure), (REFUSED,), "undetermined"),
        (meeting(Case.SELF_SIGNED, End.ALERT, Alert.handshake_failure), (SPOKE,), "aborted"),
        (meeting(Case.SELF_SIGNED, End.ALERT, Alert.internal_error), (CLOSED,), "aborted"),
        (meeting(Case.SELF_SIGNED, End.BROKEN), (), "undetermined"),
        (meeting(Case.SELF_SIGNED, End.BROKEN), (HELD,), "aborted"),
        # A close after the handshake without a word is one only where the good certificate kept the client.
        (meeting(Case.WRONG_NAME, End.CLOSED), (), "undetermined"),
        (meeting(Case.WRONG_NAME, End.CLOSED), (CLOSED,), "undetermined"),
        (meeting(Case.WRONG_NAME, End.CLOSED), (REFUSED,), "undetermined"),
        (meeting(Case.WRONG_NAME, End.CLOSED), (SPOKE,), "aborted"),
        (meeting(Case.WRONG_NAME, End.CLOSED), (HELD,), "aborted"),
        # Silence is going on, unless this client is not silent otherwise.
        (meeting(Case.UNRELATED_CA, End.HELD), (), "continued"),
        (meeting(Case.UNRELATED_CA, End.HELD), (HELD,), "continued"),
        (meeting(Case.UNRELATED_CA, End.HELD), (SPOKE,), "undetermined"),
        (meeting(Case.UNRELATED_CA, End.UNDETERMINED), (SPOKE,), "undetermined"),
    ],
)
def test_what_an_end_means_depends_on_the_good_certificate(
    bad: Meeting, good: tuple[Meeting, ...], expected: str
) -> None:
    assert treated(bad, *good) == expected


@pytest.mark.parametrize(
    ("good", "others", "expected"),
    [
        (SPOKE, (), "continued"),
        (HELD, (), "continued"),
        (REFUSED, (), "aborted"),
        (CLOSED, (), "undetermined"),
        (CLOSED, (meeting(Case.SELF_SIGNED, End.CLOSED),), "undetermined"),
        (CLOSED, (meeting(Case.SELF_SIGNED, End.ALERT, Alert.unknown_ca),), "continued"),
        (CLOSED, (meeting(Case.SELF_SIGNED, End.ALERT, Alert.unknown_ca, completed=True),), "undetermined"),
        (meeting(Case.GOOD, End.BROKEN), (), "undetermined"),
    ],
)
def test_a_good_certificate_was_accepted_where_something_shows_it(
    good: Meeting, others: tuple[Meeting, ...], expected: str
) -> None:
    assert next(found.treatment for found in treatments((good, *others)) if found.case is Case.GOOD) == expected


def old(alert: int | None = None, *, completed: bool = False) -> Meeting:
    return Meeting(Case.OLD_VERSION, End.ALERT, "", ProtocolVersion.TLS_1_1, alert, completed)


def test_an_old_version_is_taken_where_the_handshake_gets_as_far_as_the_certificate() -> None:
    assert older_versions([old(completed=True)]) == ((ProtocolVersion.TLS_1_1,), True)
    assert older_versions([old(Alert.unknown_ca)]) == ((ProtocolVersion.TLS_1_1,), True)
    assert older_versions([old(Alert.protocol_version)]) == ((), True)
    assert older_versions([old(Alert.handshake_failure)]) == ((), False)
    assert older_versions([old()]) == ((), False)
    assert older_versions([]) == ((), False)


def test_an_open_case_is_given_again_and_then_given_up() -> None:
    series = Series("192.0.2.1", (Case.GOOD, Case.SELF_SIGNED))
    given = []
    for _ in range(8):
        case = series.next_case(HELLO)
        given.append(case)
        series.add(meeting(case, End.SPOKE if case is Case.GOOD else End.UNDETERMINED))
    assert given[:4] == [Case.GOOD, Case.SELF_SIGNED, Case.SELF_SIGNED, Case.SELF_SIGNED]
    assert not series.open_cases()
    assert set(given[4:]) == {Case.GOOD, Case.SELF_SIGNED}


def test_connections_side_by_side_get_different_cases() -> None:
    series = Series("192.0.2.1", (Case.GOOD, Case.SELF_SIGNED, Case.EXPIRED))
    assert [series.next_case(HELLO) for _ in range(3)] == [Case.GOOD, Case.SELF_SIGNED, Case.EXPIRED]


def test_an_old_version_is_only_tried_where_the_hello_leaves_it_open() -> None:
    listed = Series("192.0.2.1", (Case.GOOD, Case.OLD_VERSION))
    assert [listed.next_case(HELLO) for _ in range(2)] == [Case.GOOD, Case.GOOD]
    open_one = Series("192.0.2.1", (Case.GOOD, Case.OLD_VERSION))
    assert [open_one.next_case(OLD_HELLO) for _ in range(2)] == [Case.GOOD, Case.OLD_VERSION]
