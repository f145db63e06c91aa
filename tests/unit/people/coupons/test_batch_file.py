"""An issuer's file is taken as ordered or not at all, and its codes never stand in a message."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from portal.domain.foundation.clock import day_end
from portal.domain.foundation.errors import InputError
from portal.domain.people.coupons.batch_file import Expected, Order, Terms, read_batch
from tests.support.coupons import AMOUNT, TERMS, sandbox_file, sandbox_profile

Rows = list[list[str]]


def edited(tmp_path: Path, change: Callable[[Rows], object]) -> tuple[Path, Rows]:
    path = sandbox_file(tmp_path, 5)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    change(rows)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path, rows


def put(line: int, column: int, value: str) -> Callable[[Rows], object]:
    def change(rows: Rows) -> None:
        rows[line - 1][column] = value

    return change


NUMBER, URL, CODE, PIN, FACE, EXCHANGE, USE = range(7)

FAULTS = {
    "same number twice": (
        lambda rows: put(4, NUMBER, rows[1][NUMBER])(rows),
        "4行目: 管理番号が2行目と同じ",
    ),
    "same code twice": (
        lambda rows: put(4, CODE, rows[1][CODE])(rows),
        "4行目: コードが2行目と同じ",
    ),
    "foreign host": (put(3, URL, "http://evil.example/sandbox/X"), "3行目: URLのホスト"),
    "host as user name": (put(3, URL, "http://127.0.0.1@evil.example/X"), "3行目: URLのホスト"),
    "user name before the host": (put(3, URL, "http://a@127.0.0.1/X"), "3行目: URLのホスト"),
    "script address": (put(3, URL, "javascript:alert(1)//127.0.0.1"), "3行目: URLのホスト"),
    "full width": (put(2, CODE, "ＡＢＣＤ１２３４"), "2行目: コードに、半角の英数字"),
    "blank inside": (put(2, CODE, "ABCD 1234"), "2行目: コードに、半角の英数字"),
    "empty code": (put(2, CODE, ""), "2行目: コードが空"),
    "ends before the program": (
        put(6, EXCHANGE, "2023-10-31"),
        "6行目: 交換期限が事業の最終日より早く",
    ),
    "use ends before exchange": (put(6, USE, "2023-12-01"), "6行目: 利用期限が交換期限より前"),
    "other face value": (put(2, FACE, "10000"), "2行目: 額面が10000円"),
    "no face value": (put(2, FACE, "三万"), "2行目: 額面が数字ではありません"),
    "no date": (put(2, EXCHANGE, "2023年12月31日"), "2行目: 交換期限を日付として読めません"),
    "a cell too many": (lambda rows: rows[2].append("x"), "3行目: 列の数"),
    "one code missing": (lambda rows: rows.pop(2), "件数が注文と違います(注文 5、ファイル 4)"),
    "trailer sum": (
        put(7, 2, "149999"),
        "金額の合計が注文と違います(注文 149999、ファイル 150000)",
    ),
    "trailer unreadable": (put(7, 1, "five"), "合計の行"),
    "column missing": (put(1, PIN, "暗証番号"), "PIN"),
    "column twice": (put(1, PIN, "URL"), "URL"),
    "no codes": (lambda rows: rows.__setitem__(slice(1, 6), []), "コードがありません"),
    "empty file": (lambda rows: rows.clear(), "空です"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_file_is_refused_whole_and_no_code_is_said(tmp_path: Path, fault: str) -> None:
    change, says = FAULTS[fault]
    path, rows = edited(tmp_path, change)
    with pytest.raises(InputError) as caught:
        read_batch(path, Expected(sandbox_profile(), Order("A-1"), TERMS))
    assert says in caught.value.message
    secrets = {cell for row in rows[1:6] for cell in (row[URL], row[CODE]) if len(cell) > 4}
    assert not any(secret in caught.value.message for secret in secrets)


def test_a_good_file_is_read_with_ends_as_exclusive_instants(tmp_path: Path) -> None:
    parsed = read_batch(
        sandbox_file(tmp_path, 5), Expected(sandbox_profile(), Order("A-1", 5, 150_000), TERMS)
    )
    assert (parsed.count, parsed.total_yen) == (5, 150_000)
    assert parsed.exchange_end == day_end(date(2023, 12, 31))
    first = next(parsed.rows())
    assert first.code not in repr(first) + repr(parsed)


@pytest.mark.parametrize(("count", "total"), [(6, 150_000), (5, 150_001)])
def test_the_order_has_the_last_word_over_the_trailer(
    tmp_path: Path, count: int, total: int
) -> None:
    with pytest.raises(InputError, match="注文と違います"):
        read_batch(
            sandbox_file(tmp_path, 5),
            Expected(sandbox_profile(), Order("A-1", count, total), TERMS),
        )


def test_without_trailer_the_order_must_say_count_and_sum(tmp_path: Path) -> None:
    path, _rows = edited(tmp_path, lambda rows: rows.pop())
    profile = sandbox_profile()
    assert read_batch(path, Expected(profile, Order("A-1", 5, 150_000), TERMS)).count == 5
    for order in (Order("A-1", 5), Order("A-1", total_yen=150_000)):
        with pytest.raises(InputError, match="--count"):
            read_batch(path, Expected(profile, order, TERMS))


def test_other_face_values_are_taken_only_when_allowed(tmp_path: Path) -> None:
    path, _rows = edited(
        tmp_path, lambda rows: (put(2, FACE, "10,000")(rows), put(7, 2, "130000")(rows))
    )
    terms = Terms(AMOUNT, TERMS.exchange_end, any_face=True)
    assert read_batch(path, Expected(sandbox_profile(), Order("A-1"), terms)).total_yen == 130_000


@pytest.mark.asvs("1.2.2")
def test_a_real_issuer_must_use_https(tmp_path: Path) -> None:
    profile = replace(sandbox_profile(), sandbox=False)
    with pytest.raises(InputError, match="httpsだけ"):
        read_batch(sandbox_file(tmp_path, 2), Expected(profile, Order("A-1"), TERMS))


def test_a_file_in_another_encoding_is_refused_in_words(tmp_path: Path) -> None:
    path = sandbox_file(tmp_path, 2)
    path.write_bytes(path.read_text(encoding="utf-8-sig").encode("cp932"))
    with pytest.raises(InputError, match="文字コード utf-8-sig"):
        read_batch(path, Expected(sandbox_profile(), Order("A-1"), TERMS))
    named = replace(sandbox_profile(), encoding="cp932")
    assert read_batch(path, Expected(named, Order("A-1"), TERMS)).count == 2


def test_an_unclosed_quote_refuses_the_file(tmp_path: Path) -> None:
    path = sandbox_file(tmp_path, 3)
    path.write_text(
        path.read_text(encoding="utf-8-sig").replace("SB-", '"SB-', 1), encoding="utf-8-sig"
    )
    with pytest.raises(InputError, match="CSVとして壊れています"):
        read_batch(path, Expected(sandbox_profile(), Order("A-1"), TERMS))


def test_many_faults_are_counted_and_only_some_are_listed(tmp_path: Path) -> None:
    path = sandbox_file(tmp_path, 60)
    path.write_text(
        path.read_text(encoding="utf-8-sig").replace("2023-12-31", "2023-10-31"),
        encoding="utf-8-sig",
    )
    with pytest.raises(InputError) as caught:
        read_batch(path, Expected(sandbox_profile(), Order("A-1"), TERMS))
    assert "60件" in caught.value.message
    assert caught.value.message.count("行目") == 20
    assert "ほかに40件" in caught.value.message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        read_batch(tmp_path / "nowhere.csv", Expected(sandbox_profile(), Order("A-1"), TERMS))
