"""A file of shops: what is taken, and which lines are refused by themselves, and why."""

import pytest

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.held_file import HeldFile
from portal.domain.people.shops.file import MOST_SHOPS, read_shops
from tests.support.shops import GARDEN, HEADER, OONO, SEKIYA, SHOPS, many, shop_file


def changed(row: list[str], column: int, text: str) -> list[str]:
    return [*row[:column], text, *row[column + 1 :]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp932"])
def test_a_file_is_read_as_the_ward_saves_it(encoding: str) -> None:
    read = read_shops(shop_file(encoding=encoding))
    assert [one.name for one in read.shops] == ["関谷書店", "がーでん", "大野薬局"]
    assert read.refused == ()
    assert read.shops[1].kana == "ガーデン"
    assert read.shops[1].telephone == ""


def test_width_and_the_order_of_columns_do_not_matter() -> None:
    turned = [[*row[3:], *row[:3]] for row in (HEADER, SEKIYA, OONO)]
    wide = changed(turned[1], 1, "０３－００００－０００１")
    file = shop_file()
    text = "\n".join(",".join(row) for row in (turned[0], wide, turned[2]))
    read = read_shops(HeldFile(file.name, text.encode()))
    assert read.shops[0].name == "関谷書店"
    assert read.shops[0].telephone == "03-0000-0001"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (changed(OONO, 0, " "), "店名が空です。"),
        (changed(OONO, 1, ""), "店名カナが空です。"),
        (changed(OONO, 1, "大野"), "店名カナを、かなだけで書いてください。"),
        (changed(OONO, 1, "ー・"), "店名カナを、かなだけで書いてください。"),
        (changed(OONO, 2, ""), "町名が空です。"),
        (changed(OONO, 3, ""), "所在地が空です。"),
        (changed(OONO, 4, "電話なし"), "電話番号を、03-0000-0000 のように書いてください。"),
        (changed(OONO, 0, "大" * 81), "店名が長すぎます（80文字まで）。"),
        (changed(OONO, 5, "薬\x00"), "業種に、印刷できない文字があります。"),
        (OONO[:4], "列が足りません。"),
        (SEKIYA, "2行目と同じ店です。"),
    ],
)
def test_a_faulty_line_is_refused_by_itself_with_number_and_reason(
    row: list[str], reason: str
) -> None:
    read = read_shops(shop_file([SEKIYA, GARDEN, row]))
    assert [(one.line, one.reason) for one in read.refused] == [(4, reason)]
    assert str(read.refused[0]) == f"4行目: {reason}"
    assert len(read.shops) == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空です"),
        (b"\x81", "UTF-8 か Shift_JIS"),
        ("店名,町名\nあ,い\n".encode(), "店名カナ、所在地、電話番号、業種"),
        (shop_file().data + b'"open', "壊れています"),
        (shop_file([]).data, "受け入れられない行のほうが多い"),
        (shop_file([SEKIYA, OONO[:3]]).data, "- 3行目: 列が足りません。"),
    ],
)
def test_what_is_hardly_a_list_of_shops_is_refused_whole(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_shops(HeldFile("shops.csv", data))


def test_a_list_has_an_end() -> None:
    with pytest.raises(InputError, match="20,000店まで"):
        read_shops(shop_file(many(MOST_SHOPS + 1)))


def test_the_same_bytes_are_known_again() -> None:
    assert read_shops(shop_file()).sha256 == read_shops(shop_file()).sha256
    assert read_shops(shop_file()).sha256 != read_shops(shop_file(SHOPS[:2])).sha256
