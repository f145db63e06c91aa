"""What was written on requests.

Every form in which rows were ever sealed opens, and the keys stay as they were.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from portal.domain.foundation.texts import use_locale
from portal.domain.people.households.records import ChildFields
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.alternatives.written import WRITTEN as ALTERNATIVE
from portal.domain.requests.alternatives.written import PaperWish, WhyPaper
from portal.domain.requests.declines.written import WRITTEN as DECLINE
from portal.domain.requests.declines.written import DeclineNote, WhyDecline
from portal.domain.requests.recipients.newcomer import HandOver, Newcomer
from portal.domain.requests.recipients.written import (
    ADDITION_WRITTEN,
    CHANGE_WRITTEN,
    AdditionNote,
    ChangeNote,
    Evidence,
)
from portal.domain.requests.redeliveries.written import WRITTEN as REDELIVERY
from portal.domain.requests.redeliveries.written import Wish
from portal.domain.requests.requests.fields import Choice, Place, Privacy, WrittenForm
from portal.domain.requests.requests.kinds import RequestKind

NEWCOMER = {
    "household_id": None,
    "hand_over": "address",
    "number": "",
    "person_no": "",
    "name": "鷺沼　千鶴",
    "kana": "サギヌマ チヅル",
    "birth": "1985-04-06",
    "postal_code": "1390009",
    "town": "若葉台九丁目",
    "street": "８８番６６号",
    "building": "",
}
READ = Newcomer(
    None,
    HandOver.ADDRESS,
    name="鷺沼　千鶴",
    kana="サギヌマ チヅル",
    birth=date(1985, 4, 6),
    postal_code="1390009",
    town="若葉台九丁目",
    street="８８番６６号",
)
CHILD = {"person_no": "p777", "name": "鷺沼　小夜", "kana": "サギヌマ サヨ", "birth": "2023-01-09"}
WISH = Wish("架空　花子", date(1985, 4, 1), "1390001", "M123456789", "0312345678")
# as version 0.1.0 sealed them: these literals are data of old rows and are never changed
STORED: list[tuple[WrittenForm[Any], dict[str, Any], object]] = [
    (DECLINE, {}, DeclineNote()),
    (DECLINE, {"reason": "moving"}, DeclineNote(WhyDecline.MOVING)),
    (
        DECLINE,
        {"reason": "other", "text": "一行目\n二行目", "telephone": "0312345678"},
        DeclineNote(WhyDecline.OTHER, "一行目\n二行目", "0312345678"),
    ),
    (ALTERNATIVE, {"why": "no_smartphone"}, PaperWish(WhyPaper.NO_SMARTPHONE)),
    (
        ALTERNATIVE,
        {"why": "disability", "text": "ゆっくり", "telephone": "0312345678"},
        PaperWish(WhyPaper.DISABILITY, "ゆっくり", "0312345678"),
    ),
    (REDELIVERY, {"telephone": "0312345678"}, Wish(telephone="0312345678")),
    (
        REDELIVERY,
        {
            "name": "架空　花子",
            "birth": "1985-04-01",
            "postal_code": "1390001",
            "letter_number": "M123456789",
            "telephone": "0312345678",
        },
        WISH,
    ),
    (
        CHANGE_WRITTEN,
        {
            "people": {"newcomer": NEWCOMER},
            "evidence": {"kind": "mediation", "words": "調停調書"},
            "instruction": {"scan_id": None},
        },
        ChangeNote(READ, Evidence.MEDIATION, "調停調書", None),
    ),
    (
        ADDITION_WRITTEN,
        {
            "people": {"newcomer": NEWCOMER, "children": [CHILD]},
            "instruction": {"scan_id": 7},
        },
        AdditionNote(
            READ, (ChildFields("p777", "鷺沼　小夜", "サギヌマ サヨ", date(2023, 1, 9)),), 7
        ),
    ),
]


@pytest.mark.parametrize(("form", "stored", "record"), STORED)
def test_rows_as_they_were_stored_open_and_are_sealed_alike(
    form: WrittenForm[Any], stored: Mapping[str, Any], record: object
) -> None:
    assert form.open(stored) == record
    assert form.seal(record) == stored


def test_a_wish_whose_empty_fields_were_sealed_opens_too() -> None:
    stored = {
        "name": "架空　花子",
        "birth": "1985-04-01",
        "postal_code": "1390001",
        "letter_number": "",
        "telephone": "",
    }
    assert REDELIVERY.open(stored) == Wish("架空　花子", date(1985, 4, 1), "1390001")


def test_an_answer_that_is_no_longer_offered_opens_as_none() -> None:
    assert DECLINE.open({"reason": "retired", "text": "a"}) == DeclineNote(None, "a")
    assert ALTERNATIVE.open({"why": "", "later": "field"}) == PaperWish()


@pytest.mark.parametrize("kind", RequestKind)
def test_no_record_shows_what_was_written_when_it_is_printed(kind: RequestKind) -> None:
    for form, stored, record in STORED:
        if form is kind_of(kind).written:
            shown = repr(record)
            assert not any(
                isinstance(value, str) and value in shown and name in {"text", "telephone", "name"}
                for name, value in stored.items()
            )
            assert "千鶴" not in shown
            assert "小夜" not in shown


def typed(**values: str) -> Any:
    return lambda name: values.get(name, "")


@pytest.mark.asvs("2.2.1")
def test_what_is_missing_or_too_long_has_its_sentence_once() -> None:
    wish, faults = ALTERNATIVE.read(typed(text="あ" * 401), Place.PAGE)
    assert wish == PaperWish()
    assert [(fault.field, fault.sentence) for fault in faults] == [
        ("why", "電子クーポンを使えない理由を、ひとつ選んでください。"),
        ("text", "「伝えたいこと」は、400文字までで書いてください。"),
    ]
    assert ALTERNATIVE.read(typed(), Place.ENTRY) == (PaperWish(), ())
    assert ALTERNATIVE.read(typed(telephone="12"), Place.ENTRY)[1][0].field == "telephone"
    assert ALTERNATIVE.read(typed(why="x"), Place.ENTRY)[1][0].field == "why"


@pytest.mark.asvs("15.3.3")
def test_a_place_reads_only_the_fields_that_it_has() -> None:
    said = typed(why="other", text="", telephone="03-1234-5678")
    assert ALTERNATIVE.read(said, Place.PAGE)[0] == PaperWish(WhyPaper.OTHER)
    assert ALTERNATIVE.read(said, Place.ENTRY)[0] == PaperWish(
        WhyPaper.OTHER, telephone="0312345678"
    )


def test_a_correction_keeps_the_answers_that_it_leaves_out() -> None:
    before = PaperWish(WhyPaper.OTHER, "まえの文", "0312345678")
    assert ALTERNATIVE.corrected(before, PaperWish(None, "")) == PaperWish(
        WhyPaper.OTHER, "", "0312345678"
    )
    after = PaperWish(WhyPaper.DISABILITY, "あとの文")
    assert ALTERNATIVE.corrected(before, after) == PaperWish(
        WhyPaper.DISABILITY, "あとの文", "0312345678"
    )


def test_lines_speak_the_readers_language() -> None:
    wish = PaperWish(WhyPaper.OTHER, "あ", "0312345678")
    assert [(line.label, line.value) for line in ALTERNATIVE.lines(wish, Place.PDF)] == [
        ("理由", "そのほか"),
        ("伝えたいこと", "あ"),
    ]
    with use_locale("en"):
        assert all(line.label.isascii() for line in ALTERNATIVE.lines(wish, Place.REVIEW))


@pytest.mark.parametrize("kind", RequestKind)
def test_only_choices_are_counted_for_the_ward(kind: RequestKind) -> None:
    for field in kind_of(kind).written.fields:
        if field.privacy is Privacy.COUNTED:
            assert isinstance(field.type, Choice), field.name
