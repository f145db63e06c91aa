"""What an agent may not write down is refused however it is written; what the work needs is not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.contacts.calls.secrets_in_text import (
    is_card_number,
    is_my_number,
    refuse_secrets,
    secret_in,
)
from portal.domain.foundation.errors import InputError
from portal.domain.letters.shipments.mail import is_tracking_number
from portal.domain.people.credentials.formats import ALPHABET, check_digit
from portal.domain.people.tasks.services import new_receipt_no

MARKS = ["", " ", "-", "　", "－", "‐", "—", "ー", ".", "・", "_", " - ", "\u200b", "\u00a0"]
JAPANESE = ["", "お客様の番号は", "です。", "、", "\n", "（", "）", "「", "」", "と言われた。"]
AROUND = st.sampled_from([*JAPANESE, "No", "ID"])
WIDTHS = ["half", "full"]


def my_number(body: str) -> str:
    """Eleven digits with the twelfth that makes them a 個人番号, as the ordinance words it."""
    total = sum(int(body[11 - n]) * (n + 1 if n <= 6 else n - 5) for n in range(1, 12))
    rest = total % 11
    return body + str(0 if rest <= 1 else 11 - rest)


def card(body: str) -> str:
    """Digits with the last that makes Luhn's sum."""
    for last in "0123456789":
        total = 0
        for place, digit in enumerate(reversed(body + last)):
            value = int(digit) * (1 + place % 2)
            total += value // 10 + value % 10
        if total % 10 == 0:
            return body + last
    raise AssertionError


def widened(text: str, width: str) -> str:
    """The text in half or full width."""
    wide = {chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)}
    return "".join(wide.get(c, c) for c in text) if width == "full" else text


def split(text: str, sizes: list[int], mark: str) -> str:
    """The text in groups of these sizes, repeated to its end."""
    parts, at, turn = [], 0, 0
    while at < len(text):
        parts.append(text[at : at + sizes[turn % len(sizes)]])
        at, turn = at + sizes[turn % len(sizes)], turn + 1
    return mark.join(parts)


digits = st.text("0123456789", min_size=11, max_size=11)
sizes = st.lists(st.integers(1, 6), min_size=1, max_size=4)
marks = st.sampled_from(MARKS)
widths = st.sampled_from(WIDTHS)


@given(digits, sizes, marks, widths, AROUND, AROUND)
@pytest.mark.asvs("1.3.3")
def test_a_my_number_is_refused_in_any_width_and_grouping(
    body: str, groups: list[int], mark: str, width: str, before: str, after: str
) -> None:
    number = my_number(body)
    assert is_my_number(number)
    found = secret_in(before + widened(split(number, groups, mark), width) + after)
    assert found == ("my_number_or_tracking" if is_tracking_number(number) else "my_number")


@given(
    st.sampled_from(["4", "51", "35", "37", "62"]),
    st.integers(13, 19),
    st.data(),
    sizes,
    marks,
    widths,
    AROUND,
    AROUND,
)
def test_a_card_number_is_refused_in_any_width_and_grouping(
    first: str,
    length: int,
    data: st.DataObject,
    groups: list[int],
    mark: str,
    width: str,
    before: str,
    after: str,
) -> None:
    rest = length - len(first) - 1
    number = card(first + data.draw(st.text("0123456789", min_size=rest, max_size=rest)))
    assert len(number) == length
    assert is_card_number(number)
    assert secret_in(before + widened(split(number, groups, mark), width) + after) == "card"


@given(
    st.text(ALPHABET, min_size=12, max_size=12).filter(lambda t: not t.isdigit()),
    st.booleans(),
    sizes,
    marks,
    widths,
    st.sampled_from(JAPANESE),
    st.sampled_from(JAPANESE),
)
def test_a_mailed_password_is_refused_in_any_case_width_and_grouping(
    password: str, lower: bool, groups: list[int], mark: str, width: str, before: str, after: str
) -> None:
    typed = widened(split(password.lower() if lower else password, groups, mark), width)
    assert secret_in(before + typed + after) is not None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ID は 4023 118 226、パスワードは CDFG HJKL MN34", "password"),
        ("控えのコード CDFGH-JKLMN を使った", "backup_code"),
        ("確認の番号は 123456 と言われた", "one_time_code"),
        ("確認番号　１２３　４５６", "one_time_code"),
        ("ワンタイムパスワード: 123-456", "one_time_code"),
        ("OTP 654321", "one_time_code"),
        ("SMSのコードは「987654」", "one_time_code"),
        ("クーポン 7K4P-9XQD-2MHT の残り", "coupon"),
        ("http://127.0.0.1:8000/sandbox/7K4P9XQD2MHTABCDEFGHJKMNPQ を開けない", "coupon"),
        ("カード 4111 1111 1111 1111", "card"),
        ("No4111111111111111X", "card"),
        ("アメックス 3782-822463-10005", "card"),
        ("マイナンバーは 1234-5678-9018", "my_number"),
        ("壱弐 ①②③④⑤⑥⑦⑧⑨⓪①⑧", "my_number"),
    ],
)
def test_secrets_as_callers_say_them_are_refused(text: str, kind: str) -> None:
    assert secret_in(text) == kind
    with pytest.raises(InputError) as refused:
        refuse_secrets(text)
    assert refused.value.code == kind
    assert not set(re.findall(r"[0-9A-Z]{4,}", text)) & set(
        re.findall(r"[0-9A-Z]{4,}", refused.value.message)
    )


def test_a_number_that_could_be_either_is_refused_with_the_field_it_belongs_to() -> None:
    both = next(
        number
        for number in (my_number(f"{n:011}") for n in range(10_000, 20_000))
        if is_tracking_number(number)
    )
    with pytest.raises(InputError) as refused:
        refuse_secrets(f"荷物 {both}")
    assert "お問い合わせ番号" in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "手紙がまだ届かない。7月10日に差し出した簡易書留、不在票はない。",
        "折り返しは 03-1234-5678 か 090-1234-5678 まで",
        "電話 0120000139、FAX 03 0000 0139",
        "手紙番号 M346797346、IDは 4023118226",
        "受付番号 CDFG-3467 と HJKL-9734 MNPQ-3467",
        "2023-08-01 14:05 に再配達を申し込み、8/3 午前",
        "10万円分、¥100,000、1,000,000円",
        "郵便番号 139-0001 の方",
        "name: YAMADA TARO, e-mail yamada1985tarou22@example.com",
        "iPhone 14 Pro と Galaxy A54 5G",
        "こどもは3人、2010-04-02 と 2012-11-30 と 2015-01-07",
        "コードは受け取ったが、6桁の番号が来ない",
        "PCのVHFとDVDの話",
    ],
)
def test_what_the_work_needs_may_be_written(text: str) -> None:
    assert secret_in(text) is None


@given(st.integers(0, 10**10 - 1), widths)
def test_a_tracking_number_of_registered_mail_may_be_written(body: int, width: str) -> None:
    number = f"{body:010}{body % 7}"
    printed = f"{number[:3]}-{number[3:5]}-{number[5:10]}-{number[10:]}"
    assert secret_in("書留 " + widened(number, width)) is None
    assert secret_in("書留 " + widened(printed, width)) is None


@given(
    st.integers(0, 10**11 - 1).filter(lambda body: not is_my_number(f"{body:011}{body % 7}")),
    widths,
)
def test_a_tracking_number_of_a_parcel_may_be_written_unless_it_is_a_my_number(
    body: int, width: str
) -> None:
    number = f"{body:011}{body % 7}"
    assert secret_in("荷物 " + widened(f"{number[:4]}-{number[4:8]}-{number[8:]}", width)) is None


@given(st.integers(100_000_000, 999_999_999), st.integers(0, 99_999_999))
def test_ids_letter_numbers_and_receipts_may_be_written(id_body: int, letter_body: int) -> None:
    login_id = f"{id_body}{check_digit(str(id_body))}"
    letter = f"M{letter_body:08}{check_digit(f'{letter_body:08}')}"
    assert secret_in(f"ID {login_id} 手紙 {letter} 受付 {new_receipt_no()}") is None


@given(
    st.lists(
        st.from_regex(r"0[1-9][0-9]{0,3}-[0-9]{2,4}-[0-9]{4}", fullmatch=True),
        min_size=1,
        max_size=3,
    )
)
def test_telephone_numbers_may_be_written(numbers: list[str]) -> None:
    short = [number for number in numbers if 10 <= len(number.replace("-", "")) <= 11]
    assert secret_in("折り返し " + "、".join(short)) is None


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    secret_in(text)
