"""What tired people type on phones is understood; what cannot be understood says why."""

from datetime import date, time

import pytest

from portal.domain.foundation import typed
from portal.domain.foundation.typed import DateFault
from portal.domain.people.authn.typed_code import CodeAnswer, read_code
from portal.domain.people.credentials import formats
from portal.domain.people.notices.phones import parse_email, parse_mobile

CODES = [
    ("246801", "246801"),
    ("２４６８０１", "246801"),
    ("246 801", "246801"),
    ("246-801", "246801"),
    ("２４６　８０１", "246801"),
    (" 246801\u200b", "246801"),
    ("246ー801", "246801"),
    ("246‐801", "246801"),
    ("\ufeff246801", "246801"),
    ("246\u00a0801", "246801"),
]
NO_CODES = [
    ("", CodeAnswer.EMPTY),
    ("　", CodeAnswer.EMPTY),
    ("24680x", CodeAnswer.NOT_DIGITS),
    ("二四六八〇一", CodeAnswer.NOT_DIGITS),
    ("24680", CodeAnswer.TOO_SHORT),
    ("2468013", CodeAnswer.TOO_LONG),
    ("٢٤٦٨٠١", CodeAnswer.NOT_DIGITS),
]
PASSWORDS = [
    "CDFG-HJKL-MNPQ",
    "cdfg hjkl mnpq",
    "ＣＤＦＧ－ＨＪＫＬ－ＭＮＰＱ",
    "CDFGーHJKLーMNPQ",
    "ｃｄｆｇ　ｈｊｋｌ　ｍｎｐｑ",
    "CDFG‐HJKL−MNPQ",
    "CDFG–HJKL—MNPQ",
    " cdfghjklmnpq\n",
    "CDFG\u200bHJKL\u00a0MNPQ",
    "CDFG・HJKL・MNPQ",
]
IDS = [
    "{0}",
    "{1} {2} {3}",
    "{1}-{2}-{3}",
    "{1}ー{2}ー{3}",
    "{1}−{2}−{3}",
    " {0}\u200b",
    "{1}　{2}　{3}",
    "{1}‐{2}.{3}",
]
POSTAL = [
    ("139-0005", "1390005"),
    ("１３９−０００５", "1390005"),
    ("〒139 0005", "1390005"),
    ("1390005", "1390005"),
    ("139ー0005", "1390005"),
    ("139000", None),
    ("139-000a", None),
    ("", None),
]
TELEPHONES = [
    ("03-1234-5678", "0312345678"),
    ("０３（１２３４）５６７８", "0312345678"),
    ("+81 80-1234-5678", "08012345678"),
    ("080 1234 5678", "08012345678"),
    ("080ー1234ー5678", "08012345678"),
    ("12345", None),
    ("1234567890", None),
]
READINGS = [
    ("すずき　はなこ", "スズキハナコ"),
    ("ｽｽﾞｷ ﾊﾅｺ", "スズキハナコ"),
    ("スズキ ハナコ", "スズキハナコ"),
    ("がぎぐ", "ガギグ"),
]
DATES = [
    ("1983-11-27", date(1983, 11, 27)),
    ("1983年11月27日", date(1983, 11, 27)),
    ("昭和58年11月27日", date(1983, 11, 27)),
    ("S58.11.27", date(1983, 11, 27)),
    ("ｓ５８／１１／２７", date(1983, 11, 27)),
    ("平成元年1月8日", date(1989, 1, 8)),
    ("昭和64年1月7日", date(1989, 1, 7)),
    ("令和元年5月1日", date(2019, 5, 1)),
    ("平成31年4月30日", date(2019, 4, 30)),
    ("昭和五十八年十一月二十七日", date(1983, 11, 27)),
    ("19831127", date(1983, 11, 27)),
    ("1983/1/2", date(1983, 1, 2)),
    ("大正15年12月24日", date(1926, 12, 24)),
    ("２０００年２月２９日", date(2000, 2, 29)),
    ("R5.4.1", date(2023, 4, 1)),
    ("83/11/27", DateFault.YEAR_AMBIGUOUS),
    ("1983-02-30", DateFault.IMPOSSIBLE),
    ("1983-13-01", DateFault.IMPOSSIBLE),
    ("", DateFault.EMPTY),
    ("きのう", DateFault.UNREADABLE),
    ("1983", DateFault.UNREADABLE),
]


@pytest.mark.parametrize(("text", "digits"), CODES)
def test_a_code_is_read_in_any_width(text: str, digits: str) -> None:
    assert read_code(text).digits == digits


@pytest.mark.parametrize(("text", "fault"), NO_CODES)
@pytest.mark.asvs("2.2.1")
def test_what_is_no_code_has_its_own_reason(text: str, fault: CodeAnswer) -> None:
    assert read_code(text).fault is fault


@pytest.mark.parametrize("text", PASSWORDS)
def test_a_mailed_password_is_read_in_any_width_case_and_grouping(text: str) -> None:
    assert formats.read_password(text) == "CDFGHJKLMNPQ"


@pytest.mark.parametrize("shape", IDS)
@pytest.mark.parametrize("wide", [False, True], ids=["half width", "full width"])
def test_a_mailed_id_is_read_in_any_width_and_grouping(shape: str, wide: bool) -> None:
    login_id = formats.new_login_id()
    text = shape.format(login_id, login_id[:4], login_id[4:7], login_id[7:])
    if wide:
        text = text.translate({ord(str(d)): ord("０") + d for d in range(10)})
    assert formats.read_login_id(text) == login_id


@pytest.mark.asvs("2.2.1")
def test_every_single_slip_in_an_id_is_noticed() -> None:
    login_id = formats.new_login_id()
    for place, right in enumerate(login_id):
        for digit in "0123456789":
            wrong = login_id[:place] + digit + login_id[place + 1 :]
            assert (formats.read_login_id(wrong) == wrong) is (digit == right)
    for place in range(len(login_id) - 1):
        swapped = login_id[:place] + login_id[place + 1] + login_id[place] + login_id[place + 2 :]
        assert swapped == login_id or formats.read_login_id(swapped) is None


def test_mailed_secrets_have_no_look_alikes_and_survive_a_spreadsheet() -> None:
    made = {formats.new_password() for _n in range(200)}
    assert len(made) == 200
    assert not set("".join(made)) & set("01258BIOSUZAE")
    assert all(formats.new_login_id()[0] != "0" for _n in range(200))


@pytest.mark.parametrize(("text", "meant"), POSTAL)
def test_a_postal_code_is_read(text: str, meant: str | None) -> None:
    assert typed.postal_code(text) == meant


@pytest.mark.parametrize(("text", "meant"), TELEPHONES)
def test_a_telephone_number_is_read(text: str, meant: str | None) -> None:
    assert typed.telephone(text) == meant


@pytest.mark.parametrize(("text", "meant"), READINGS)
def test_a_reading_is_folded(text: str, meant: str) -> None:
    assert typed.kana(text) == meant


@pytest.mark.parametrize(("text", "meant"), DATES)
def test_a_date_is_read_in_one_piece(text: str, meant: date | DateFault) -> None:
    assert typed.whole_date(text) == meant


@pytest.mark.parametrize(
    ("parts", "meant"),
    [
        (("", "1983", "11", "27"), date(1983, 11, 27)),
        (("昭和", "58", "11", "27"), date(1983, 11, 27)),
        (("平成", "元", "1", "8"), date(1989, 1, 8)),
        (("", "昭和58年", "11月", "27日"), date(1983, 11, 27)),
        (("", "昭和58年11月27日", "", ""), date(1983, 11, 27)),
        (("", "58", "11", "27"), DateFault.YEAR_AMBIGUOUS),
        (("昭和", "58", "2", "30"), DateFault.IMPOSSIBLE),
        (("", "1983", "", "27"), DateFault.UNREADABLE),
        (("昭和", "", "", ""), DateFault.EMPTY),
        (("令和", "S58", "11", "27"), date(1983, 11, 27)),
    ],
)
def test_a_date_is_read_in_parts(parts: tuple[str, str, str, str], meant: date | DateFault) -> None:
    assert typed.date_in_parts(*parts) == meant


def test_names_stay_as_they_were_typed() -> None:
    for name in ("髙﨑", "邉", "葛\U000e0101城", "𠮷野"):
        assert typed.folded(name) == name


@pytest.mark.parametrize(
    "text", ["09012345678", "０９０ー１２３４ー５６７８", "+81 90 1234 5678", "090(1234)5678"]
)
def test_a_mobile_number_for_codes_is_read(text: str) -> None:
    assert parse_mobile(text) == parse_mobile("090-1234-5678")


def test_an_address_for_codes_is_read_in_full_width() -> None:
    assert parse_email(" ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ ") == "hanako@example.jp"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("14:05", time(14, 5)),
        ("１４：０５", time(14, 5)),
        ("1405", time(14, 5)),
        ("14時5分", time(14, 5)),
        ("十四時五分", time(14, 5)),
        ("午後2時5分", time(14, 5)),
        ("2:05 pm", time(14, 5)),
        ("午前12時", time(0)),
        ("午後12時", time(12)),
        ("9時", time(9)),
        ("24:00", None),
        ("12:60", None),
        ("午後13時", None),
        ("am 9:00 pm", None),
        ("きのう", None),
        ("", None),
    ],
)
def test_times_of_the_day(text: str, read: time | None) -> None:
    assert typed.clock_time(text) == read
