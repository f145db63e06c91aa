"""The picture that a family keeps: what stands on a line, and what it holds on to."""

import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal.domain.foundation.languages import LANGUAGES
from portal.domain.letters.letters.drawing.picture import (
    NEVER_FIRST,
    NEVER_LAST,
    ROOM,
    WIDTH,
    Picture,
    draw_picture,
    kept_paragraph,
    lines_of,
)
from portal.domain.letters.letters.drawing.window import Piece, pieces
from portal.domain.people.coupons.qr import draw_png, modules_of_png
from tests.support.reading.qr import decode_png

CODE = draw_png("https://issuer.example/c/0123456789abcdef")
NUMBER = "4711-0815-2342"


def picture(locale: str, *lines: str, number: str = NUMBER) -> Picture:
    return Picture(
        locale=locale,
        title=pieces("30,000"),
        code=CODE,
        modules=modules_of_png(CODE),
        number=number,
        pin=[],
        lines=[pieces(line) for line in lines],
        small=[],
    )


def wide(word: str) -> float:
    """As wide as letters are in print, about."""
    return sum(21 if ord(sign) > 0x2E7F else 11 for sign in word)


def word(piece: Piece) -> str:
    return piece if isinstance(piece, str) else piece[0]


def written(text: str) -> list[str]:
    return ["".join(map(word, line)) for line in lines_of(pieces(text), wide)]


@given(st.text(alphabet="あかさ漢字。、）（「」ーッ12 ab가나", min_size=1, max_size=120))
def test_nothing_is_lost_and_no_line_begins_or_ends_as_none_may(text: str) -> None:
    found = written(text)
    assert "".join(found) == text
    for before, after in pairwise(found):
        assert before.rstrip()[-1:] not in NEVER_LAST
        assert after[0] not in NEVER_FIRST


@given(st.text(alphabet="あかさ漢字。、", min_size=1, max_size=200))
def test_a_line_has_room(text: str) -> None:
    whole = ROOM + 21 * 1.0
    longest = max(wide(line.rstrip("。、")) for line in written(text))
    assert longest <= whole


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("You can use it until December 31, 2027, in every shop of the list of shops.", "December"),
        ("교환한 뒤에는 2027년 5월 28일까지 목록에 있는 모든 가게에서 쓸 수 있습니다.", "28일까지"),
        ("{削除|さくじょ}" * 30, "削除削除"),
        ("クーポンの会社、お試しクーポン株式会社のでんわばんごう 0120-000-395", "0120-000-395"),
    ],
)
def test_words_numbers_and_readings_stay_whole(text: str, whole: str) -> None:
    found = written(text)
    assert len(found) > 1
    assert any(whole in line for line in found)


@pytest.mark.parametrize("locale", [one.locale for one in LANGUAGES])
def test_it_scans_and_is_as_wide_as_a_telephone_in_each_language(locale: str) -> None:
    drawn = draw_picture(picture(locale, "あ" * 60))
    assert decode_png(drawn) == ["https://issuer.example/c/0123456789abcdef"]
    with Image.open(io.BytesIO(drawn)) as image:
        assert image.width == WIDTH


def test_words_are_kept_between_pictures_and_numbers_are_not() -> None:
    draw_picture(picture("ja", "お金にかえることはできません。"))
    before = kept_paragraph.cache_info()
    draw_picture(picture("ja", "お金にかえることはできません。", number="9876-5432-1098"))
    after = kept_paragraph.cache_info()
    assert (after.misses, after.currsize) == (before.misses, before.currsize)
    assert after.hits == before.hits + 2  # title and line
