"""What callers say, read as it was meant: numbers, dates, names in every script.

And how much of it is enough.
"""

from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.contacts.calls.caller_answers import (
    BIRTHS,
    Item,
    SaidError,
    is_enough,
    read_number,
    read_said,
)
from portal.domain.contacts.calls.names import name_matches
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.people.credentials.formats import new_login_id, print_login_id
from portal.domain.people.households.folding import fold_name, name_words
from portal.domain.people.households.queries import HouseholdView
from portal.domain.people.households.records import HouseholdFields

FIELDS = HouseholdFields(
    "1", "p1", "髙橋　花子", "タカハシ ハナコ", date(1985, 3, 9), "1390001", "町", "1", ""
)


def view(name: str, kana: str, alias: str) -> HouseholdView:
    return HouseholdView(
        1, False, "active", (), replace(FIELDS, name=name, kana=kana, alias=alias), ()
    )


def test_enough_are_three_of_five_with_a_birth_date() -> None:
    for count in range(len(Item) + 1):
        for items in combinations(Item, count):
            assert is_enough(items) is (count >= 3 and bool(BIRTHS & set(items))), items


def test_numbers_are_read_in_any_writing_and_only_with_their_check_digit() -> None:
    login_id, letter = new_login_id(), new_letter_number()
    assert read_number(print_login_id(login_id)) == login_id
    assert read_number(f" {letter.lower()[:4]}－{letter[4:]}") == letter
    wrong = letter[:-1] + str((int(letter[-1]) + 1) % 10)
    for text in ("", "M", "M12", wrong, login_id[:-1], "131-12-38385-2"):
        assert read_number(text) == ""


def test_what_cannot_be_read_names_its_fields_and_nothing_of_a_household() -> None:
    with pytest.raises(SaidError) as refused:
        read_said({"number": "12", "birth": "85年3月9日", "child_birth": "きのう", "postal": "1"})
    assert set(refused.value.faults) == {"number", "birth", "child_birth", "postal"}
    said = read_said({"name": "  髙橋　花子 ", "birth": "S60.3.9", "postal": "〒139－0001"})
    assert (said.name, said.birth, said.postal) == ("髙橋　花子", date(1985, 3, 9), "1390001")
    assert said.items == {Item.NAME, Item.BIRTH, Item.POSTAL}
    assert "花子" not in repr(said)


@pytest.mark.parametrize(
    ("said", "name", "kana", "alias", "right"),
    [
        ("高橋花子", "髙橋　花子", "タカハシ ハナコ", "", True),
        ("たかはし　はなこ", "髙橋　花子", "タカハシ ハナコ", "", True),
        ("ﾀｶﾊｼﾊﾅｺ", "髙橋　花子", "タカハシ ハナコ", "", True),
        ("花子 高橋", "髙橋　花子", "", "", True),
        ("高橋", "髙橋　花子", "タカハシ ハナコ", "", False),
        ("", "髙橋　花子", "", "", False),
        ("Hoa, Nguyen Thi", "NGUYEN THI HOA", "", "", True),
        ("nguyễn thị hoà", "NGUYEN THI HOA", "", "", True),
        ("nguyen hoa", "NGUYEN THI HOA", "", "", False),
        ("木村美智", "KIM MINJI", "", "木村　美智", True),
        ("木村美智", "KIM MINJI（木村　美智）", "", "", True),
        ("Kim Minji", "KIM MINJI（木村　美智）", "", "", True),
        ("渡辺一郎", "渡邊　一郎", "", "", True),
        ("サイトウ", "斎藤", "サイトウ", "", True),
    ],
)
def test_a_name_is_right_in_every_script_and_order_and_only_whole(
    said: str, name: str, kana: str, alias: str, right: bool
) -> None:
    assert name_matches(said, view(name=name, kana=kana, alias=alias)) is right


@given(st.text(alphabet="髙橋邉花子たろうタロウabcXYZéüñđ 　・,-", max_size=20))
def test_folding_twice_is_folding_once_and_the_words_make_up_the_name(text: str) -> None:
    key = fold_name(text)
    assert fold_name(key) == key
    assert "".join(name_words(text)) == key
