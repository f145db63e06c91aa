"""Shops are found by town, by the row of their kana, and by words however they are typed."""

import pytest

from portal.domain.people.shops.file import read_shops
from portal.domain.people.shops.finding import KanaRow, ShopEntry, Wish, found, row_of
from tests.support.shops import shop_file

ALL = [ShopEntry.of(line) for line in read_shops(shop_file()).shops]


def names(wish: Wish) -> list[str]:
    return [one.line.name for one in found(ALL, wish)]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", ["関谷書店", "がーでん", "大野薬局"]),
        ("関谷", ["関谷書店"]),
        ("せきや", ["関谷書店"]),
        ("ｾｷﾔ", ["関谷書店"]),
        ("sekiya", ["関谷書店"]),
        ("ＳＥＫＩＹＡ", ["関谷書店"]),
        ("ono", ["大野薬局"]),
        ("ohno", ["大野薬局"]),
        ("おおの", ["大野薬局"]),
        ("ガーデン", ["がーでん"]),
        ("おもちゃ", ["がーでん"]),
        ("潮見坂1丁目", ["関谷書店", "大野薬局"]),
        ("潮見坂 薬", ["大野薬局"]),
        ("薬 本屋", []),
        ("・", ["関谷書店", "がーでん", "大野薬局"]),
    ],
)
def test_words_are_found_however_they_are_typed(words: str, wanted: list[str]) -> None:
    assert names(Wish(words)) == wanted


def test_town_row_and_words_narrow_each_other() -> None:
    assert names(Wish(town="潮見坂一丁目")) == ["関谷書店", "大野薬局"]
    assert names(Wish(row=KanaRow.KA)) == ["がーでん"]
    assert names(Wish(town="潮見坂一丁目", row=KanaRow.A)) == ["大野薬局"]
    assert names(Wish("書店", "潮見坂一丁目", KanaRow.A)) == []


@pytest.mark.parametrize(
    ("kana", "row"),
    [
        ("アイス", KanaRow.A),
        ("ヴィラ", KanaRow.A),
        ("ガッコウ", KanaRow.KA),
        ("ジャム", KanaRow.SA),
        ("ヂ", KanaRow.TA),
        ("ナミ", KanaRow.NA),
        ("パン", KanaRow.HA),
        ("ミセ", KanaRow.MA),
        ("ユリ", KanaRow.YA),
        ("ルート", KanaRow.RA),
        ("・ワイ", KanaRow.WA),
        ("ンダ", KanaRow.WA),
    ],
)
def test_a_name_stands_in_the_row_of_its_first_kana(kana: str, row: KanaRow) -> None:
    assert row_of(kana) is row
