"""How wrong input is said."""

from auditor.errors import InputError, InputErrors, escaped, quoted, suggestion


def test_an_error_gives_as_much_of_its_place_as_there_is() -> None:
    assert str(InputError("bad", "f", 3, 4)) == "f:3:4: bad"
    assert str(InputError("bad", "f")) == "f: bad"
    assert str(InputError("bad")) == "bad"


def test_errors_come_in_the_order_of_their_places_and_once() -> None:
    errors = InputErrors([InputError("c", "f", 9, 1), InputError("a", "f", 1, 2), InputError("a", "f", 1, 2)])
    assert str(errors) == "f:1:2: a\nf:9:1: c"


def test_text_of_others_cannot_move_the_cursor_or_flood_the_screen() -> None:
    assert escaped("a\x1b[2J\u202eb\ud800") == "a\\x1b[2J\\u202eb\\ud800"
    assert quoted("x" * 1000) == '"' + "x" * 80 + '…"'
    assert str(InputError("bad", "a\nb", 1, 1)) == "a\\nb:1:1: bad"


def test_the_nearest_known_word_is_suggested_and_a_distant_one_is_not() -> None:
    assert suggestion("TLSV1.2", ["TLSv1.2", "TLSv1.3"]) == '; did you mean "TLSv1.2"?'
    assert suggestion("zebra", ["TLSv1.2"]) == ""
