from datetime import UTC, datetime, timedelta

import pytest

from auditor.model.report import CertificateFacts, ChainSummary
from auditor.render.html.chain import chain_picture, links
from auditor.render.html.drawing import Picture, common_name, ems
from auditor.render.html.timeline import MOST_BARS, timeline
from auditor.render.validity import validity
from tests.render import example

AT = example.AT
COMPLETE = example.ENDPOINTS[0].chains[0]
FAULTY = example.ENDPOINTS[1].chains[0]
LEAF_ONLY = example.ENDPOINTS[3].chains[1]


LEAF = example.CERTIFICATES[COMPLETE.certificates[0]]


def _picture(chain: ChainSummary, *more: CertificateFacts) -> Picture:
    return chain_picture(links(chain, {**example.CERTIFICATES, **{facts.sha256: facts for facts in more}}, AT))


def _certificate(first: datetime, last: datetime) -> CertificateFacts:
    return LEAF.model_copy(update={"not_before": first, "not_after": last})


def _texts(picture: Picture, kind: str) -> list[str]:
    return [text.text for text in picture.texts if text.kind == kind]


@pytest.mark.parametrize(
    ("before", "after", "state", "words"),
    [
        (-365, 89, "valid", "Valid for 89 days more"),
        (-3650, 3650, "valid", "Valid for 10 years more"),
        (-335, 30, "valid", "Valid for 30 days more"),
        (-335, 29, "soon", "Expires in 29 days"),
        (-4, 8, "valid", "Valid for 8 days more"),
        (-1, 6, "soon", "Expires in 6 days"),
        (-365, -51, "expired", "Expired 51 days ago"),
        (1, 90, "future", "Not valid for another 1 day"),
    ],
)
def test_a_certificate_stands_to_the_day_in_words(before: int, after: int, state: str, words: str) -> None:
    found = validity(_certificate(AT + timedelta(days=before), AT + timedelta(days=after)), AT)
    assert (found.state, found.words) == (state, words)


def test_the_chain_runs_from_the_leaf_to_the_pinned_root() -> None:
    picture = _picture(COMPLETE)
    assert _texts(picture, "role") == [
        "Leaf",
        "issued by",
        "Intermediate",
        "issued by",
        "Pinned root, not sent",
    ]
    assert [box.kind for box in picture.boxes] == ["box valid", "box valid", "box valid pinned"]
    assert picture.description.startswith("Leaf: sbc-1.voice.example.net. Valid for 89 days more. Intermediate: ")


def test_an_expired_intermediate_is_marked_in_colour_sign_and_words() -> None:
    picture = _picture(FAULTY)
    assert [box.kind for box in picture.boxes] == ["box valid", "box expired", "box valid", "box missing"]
    assert _texts(picture, "state expired") == ["\u2715 Expired 51 days ago"]
    assert "It leads to no pinned root." in picture.description


def test_a_gap_in_the_chain_is_a_broken_line() -> None:
    picture = _picture(LEAF_ONLY.model_copy(update={"anchor": example.ROOT.sha256}))
    assert "not issued by the next" in _texts(picture, "role")
    assert [stroke.kind for stroke in picture.strokes] == ["link broken"]


def test_a_root_that_was_sent_is_drawn_once() -> None:
    sent = (*COMPLETE.certificates, example.ROOT.sha256)
    picture = _picture(COMPLETE.model_copy(update={"certificates": sent}))
    assert len(picture.boxes) == 3
    assert "Pinned root, as sent" in _texts(picture, "role")


def test_an_issuer_that_is_no_authority_is_called_that() -> None:
    other = LEAF.model_copy(update={"sha256": "0" * 64})
    pair = ChainSummary(versions=(), certificates=(LEAF.sha256, other.sha256))
    assert "Not a certificate authority" in _texts(_picture(pair, other), "role")


def test_an_empty_chain_is_a_picture_too() -> None:
    picture = _picture(ChainSummary(versions=(), certificates=()))
    assert _texts(picture, "name") == ["No pinned root"]
    assert picture.title == "Certificate chain of nothing"


@pytest.mark.parametrize("chain", [COMPLETE, FAULTY, LEAF_ONLY, example.ENDPOINTS[4].chains[0]])
def test_boxes_lie_one_below_the_other_and_hold_their_text(chain: ChainSummary) -> None:
    picture = _picture(chain)
    fonts = {"role": 11, "name": 14}
    for above, below in zip(picture.boxes, picture.boxes[1:], strict=False):
        assert above.y + above.height < below.y
    assert picture.boxes[-1].y + picture.boxes[-1].height <= picture.height
    for text in picture.texts:
        assert 0 < text.y < picture.height
        assert text.x + ems(text.text) * fonts.get(text.kind, 12) < picture.width


def test_wide_letters_are_given_their_room() -> None:
    assert ems("\u6f22\u5b57") == 2


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("CN=sbc.example.net,O=Example,C=GB", "sbc.example.net"),
        ("O=Example,CN=last", "last"),
        (r"CN=Smith\, Jones\+Co,O=X", "Smith, Jones+Co"),
        (r"CN=a\x1bb", r"a\x1bb"),
        ("O=No common name", "O=No common name"),
        ("", "(no name)"),
        ("OU=CN=trick,CN=real", "real"),
    ],
)
def test_the_common_name_is_taken_from_the_subject(subject: str, name: str) -> None:
    assert common_name(subject) == name


def test_bars_span_their_days_and_the_audit_stands_between() -> None:
    at = datetime(2026, 7, 2, tzinfo=UTC)
    picture = timeline([_certificate(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))], at)
    (bar,) = picture.boxes
    (now,) = (stroke for stroke in picture.strokes if stroke.kind == "now")
    assert (bar.x, bar.x + bar.width) == (0, 100)
    assert now.x1 == pytest.approx(100 * 182 / 365, abs=0.1)
    assert bar.hint == "2026-01-01 to 2027-01-01. Valid for 183 days more."


def test_a_root_of_decades_does_not_press_the_others_flat() -> None:
    picture = timeline([LEAF, example.ROOT], AT)
    leaf, root = picture.boxes
    assert (root.x, root.x + root.width) == (0, 100)
    assert leaf.width > 8


def test_the_axis_reaches_back_to_what_expired_long_ago() -> None:
    long_ago = _certificate(AT - timedelta(days=3000), AT - timedelta(days=2000))
    (bar,) = timeline([long_ago], AT).boxes
    assert 0 < bar.x + bar.width < 10


def test_what_expired_more_than_ten_years_ago_stays_on_the_picture() -> None:
    (bar,) = timeline([_certificate(AT - timedelta(days=9000), AT - timedelta(days=8000))], AT).boxes
    assert bar.x == 0
    assert bar.width == 0.3


def test_every_mark_lies_on_the_picture() -> None:
    picture = timeline([example.CERTIFICATES[key] for chain in (COMPLETE, FAULTY) for key in chain.certificates], AT)
    for box in picture.boxes:
        assert 0 <= box.x <= box.x + box.width <= 100.3
        assert box.y + box.height <= picture.height
    assert all(0 <= text.x <= 100 and text.y <= picture.height for text in picture.texts)


def test_a_large_estate_is_drawn_in_part() -> None:
    assert len(timeline([LEAF] * (MOST_BARS + 40), AT).boxes) == MOST_BARS


def test_a_span_of_years_is_marked_in_steps() -> None:
    picture = timeline([_certificate(AT - timedelta(days=9000), AT - timedelta(days=3600))], AT)
    assert len(_texts(picture, "tick")) <= 6
