import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from portal.domain.letters.letters.drawing.barcode import (
    SYMBOL_BARS,
    address_number,
    customer_bars,
    customer_symbols,
    split_chome,
)
from portal.domain.letters.letters.drawing.code128 import code128_widths

# postal code, what follows the town name, address number, check symbol where it was published
PUBLISHED = [
    ("1000013", "1丁目3番2号　郵便プラザ503室", "1-3-2-503", "9"),
    ("3170055", "６丁目7-14 ABCビル2F", "6-7-14-2", None),
    ("2630023", "3丁目30-8　郵便ビル403号", "3-30-8-403", None),
    ("2730102", "東3丁目-20-5 郵便・A&bコーポB604号", "3-20-5B604", "0"),
    ("0140113", "60-1", "60-1", "CC8"),
    ("1000014", "1丁目11-32", "1-11-32", "CC5"),
    ("0640804", "29丁目1524-23　第２郵便ハウス501", "29-1524-23-2-501", None),
    ("9100067", "3丁目80-25 J1ビル2-B", "3-80-25J1-2B", None),
    ("3170055", "十一丁目六番地一号　郵便タワー601", "11-6-1-601", None),
]


@pytest.mark.parametrize(("postal_code", "rest", "number", "check"), PUBLISHED)
def test_published_addresses_give_the_published_number(
    postal_code: str, rest: str, number: str, check: str | None
) -> None:
    assert address_number(rest) == number
    if check is not None:
        assert customer_symbols(postal_code, number)[-1] == check


@pytest.mark.parametrize(
    ("rest", "number"),
    [
        ("二十三番地の五", "23"),
        ("百二番一〇号", "102-10"),
        ("４５番地八幡荘", "45"),
        ("1-2-3 メゾンA棟B", "1-2-3AB"),
        ("", ""),
    ],
)
def test_kanji_numbers_count_before_a_counting_word_only(rest: str, number: str) -> None:
    assert address_number(rest) == number


def test_a_long_address_number_is_cut_at_thirteen_symbols() -> None:
    symbols = customer_symbols("0640804", "29-1524-23-2-501")
    assert symbols[:20] == tuple("0640804" + "29-1524-23-2-")
    # a letter takes two symbols; the cut may leave its first
    assert customer_symbols("9100067", "3-80-25-1-22B")[19] == "CC1"


@given(st.from_regex(r"[0-9]{5}[1-9]{2}", fullmatch=True), st.text(max_size=40))
def test_any_address_gives_67_bars_whose_check_adds_up(postal_code: str, rest: str) -> None:
    bars = customer_bars(postal_code, rest)
    assert bars is not None
    assert len(bars) == 67
    assert (bars[:2], bars[-2:]) == ("13", "31")
    values = {code: value for value, code in enumerate(SYMBOL_BARS[s] for s in VALUE_ORDER)}
    assert sum(values[bars[at : at + 3]] for at in range(2, 65, 3)) % 19 == 0


VALUE_ORDER = [*"0123456789-", *(f"CC{n}" for n in range(1, 9))]


@pytest.mark.parametrize("postal_code", ["1390000", "139", "", "13900123"])
def test_a_code_for_a_whole_area_or_a_broken_one_has_no_barcode(postal_code: str) -> None:
    assert customer_bars(postal_code, "1-1") is None


def test_the_chome_belongs_to_the_number_and_not_to_the_town() -> None:
    assert split_chome("潮見坂一丁目") == ("潮見坂", "一丁目")
    assert split_chome("星影町") == ("星影町", "")


@pytest.mark.parametrize(
    "text", ["0000123456", "L2023-0000123", "12345", "A", "AB1234567CD", "23070000001"]
)
def test_a_scanner_reads_the_letter_number(text: str) -> None:
    widths = code128_widths(text)
    image = Image.new("L", ((sum(widths) + 20) * 2, 60), 255)
    draw, x = ImageDraw.Draw(image), 10
    for index, width in enumerate(widths):
        if index % 2 == 0:
            draw.rectangle((2 * x, 5, 2 * (x + width) - 1, 55), fill=0)
        x += width
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [text]


@pytest.mark.parametrize("text", ["", "通知1", "a\n"])
def test_what_code_128_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        code128_widths(text)
