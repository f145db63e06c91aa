"""A file of the telephone system is read whole or refused whole, with the lines to put right."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.contacts.telephony.kpi import Counts
from portal.domain.contacts.telephony.layouts import (
    SHIPPED,
    CountsLayout,
    CountsLayoutError,
    load_layout,
)
from portal.domain.contacts.telephony.reading import CountsFile, CountsFileError, read_counts
from portal.domain.contacts.telephony.row_reader import CountRow, Days
from tests.support.contacts.telephony import (
    BY_LANGUAGE,
    BY_LINE,
    LANGUAGE_HEADER,
    language_file,
    line_file,
)

FIRST, LAST = date(2023, 4, 1), date(2023, 8, 1)
GOOD = ("2023-07-03", "9:00", "1番", 12, 10, 2, 8, 1800, 600)


def read(data: bytes, layout: CountsLayout = BY_LINE) -> list[CountRow]:
    return read_counts(CountsFile(data, layout), Days(FIRST, LAST))


def problems(data: bytes, layout: CountsLayout = BY_LINE) -> tuple[str, ...]:
    with pytest.raises(CountsFileError) as refused:
        read(data, layout)
    return refused.value.problems


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_utf_8_and_shift_jis_say_the_same(encoding: str) -> None:
    expected = Counts(12, 10, 2, None, None, 8, 1800, 600)
    assert read(line_file([GOOD], encoding)) == [
        CountRow(date(2023, 7, 3), 18, "ja", "1番", expected)
    ]


def test_lines_and_languages_are_told_by_the_layout() -> None:
    rows = read(
        line_file([GOOD, ("2023/7/3", "09:30-10:00", "外国語（韓）", 1, 1, 0, 1, "0:10:05", 30)])
    )
    assert [(row.half_hour, row.language, row.counts.talk) for row in rows] == [
        (18, "ja", 1800),
        (19, "ko", 605),
    ]
    spoken = read(
        language_file([("令和5年7月3日", "16:30", "その他", 3, 2, 1, 4, 1, 1, 90, 10)]), BY_LANGUAGE
    )
    assert spoken == [CountRow(date(2023, 7, 3), 33, "other", "", Counts(3, 2, 1, 4, 1, 1, 90, 10))]


def test_sums_of_the_telephone_system_are_read_over() -> None:
    assert len(read(line_file([GOOD, ("合計", "", "", 12, 10, 2, 8, 1800, 600)]))) == 1


def test_thousands_are_understood_and_blank_lines_passed_over() -> None:
    data = (
        line_file([("2023-07-03", "9:00", "1番", '"1,200"', '"1,100"', 100, 900, '"99,000"', 0)])
        + b"\r\n\r\n"
    )
    assert read(data)[0].counts.offered == 1200


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({0: "三日"}, "2行目: 日付「三日」が読めません。"),
        ({0: ""}, "2行目: 日付「」が読めません。"),
        ({0: "2023-08-02"}, "2行目: 2023-08-02 は、まだ来ていない日か、契約の後の日です。"),
        ({0: "2023-03-31"}, "2行目: 2023-03-31 は、契約の前の日です。"),
        ({1: "9:15"}, "2行目: 時間帯「9:15」が読めません。"),
        ({1: "24:00"}, "2行目: 時間帯「24:00」が読めません。"),
        ({2: "3番"}, "2行目: 「3番」の言語がわかりません。"),
        ({3: -1}, "2行目: 着信呼数の「-1」は、0以上の整数ではありません。"),
        ({3: "12.0"}, "2行目: 着信呼数の「12.0」は、0以上の整数ではありません。"),
        ({3: "１２"}, "2行目: 着信呼数の「１２」は、0以上の整数ではありません。"),
        ({3: ""}, "2行目: 着信呼数の値がありません。0 なら 0 と書いてください。"),
        ({3: 999_999_999}, "2行目: 着信呼数の「999999999」は大きすぎます。"),
        ({4: 13}, "2行目: 応答13件が、着信12件より多くなっています。"),
        ({5: 3}, "2行目: 応答10件と放棄3件の合計が、着信12件より多くなっています。"),
        ({6: 11}, "2行目: 時間内の応答が、応答10件より多くなっています。"),
        ({7: "1:99:00"}, "2行目: 通話時間の「1:99:00」は、0以上の整数ではありません。"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(change: dict[int, object], said: str) -> None:
    row = [change.get(position, value) for position, value in enumerate(GOOD)]
    assert problems(line_file([row]))[0].startswith(said)


def test_every_wrong_line_is_named_and_many_are_counted() -> None:
    rows = [(f"2023-07-{day:02}", "9:00", "1番", 1, 2, 0, 0, 0, 0) for day in range(1, 26)]
    found = problems(line_file(rows))
    assert found[0].startswith("2行目")
    assert found[19].startswith("21行目")
    assert found[20] == "ほかに5件のまちがいがあります。"


def test_more_short_abandoned_than_abandoned_calls_cannot_be() -> None:
    row = ("2023-07-03", "9:00", "日本語", 3, 1, 1, 0, 2, 1, 0, 0)
    assert problems(language_file([row]), BY_LANGUAGE) == (
        "2行目: 短い放棄が、放棄1件より多くなっています。",
    )


def test_the_same_half_hour_twice_is_refused() -> None:
    assert problems(line_file([GOOD, GOOD])) == (
        "3行目: 2行目と同じ日、時間帯、回線です。どちらかを消してください。",
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "ファイルが空です"),
        (line_file([]), "数字の行がありません"),
        (b"PK\x03\x04rest", "CSV ではありません"),
        (b"\xff\xfe\x00", "CSV ではありません"),
        (b"\x81\xff\xff\x00", "文字コードが"),
        (
            line_file([GOOD]).replace("回線".encode(), "窓口".encode()),
            "1行目: 列「回線」がありません",
        ),
        (line_file([GOOD]).replace(b",600", b",600,7"), "2行目: 列の数が見出しと違います"),
        (line_file([GOOD]).replace(b"9:00", b'"9:00'), "2行目: 引用符"),
    ],
    ids=[
        "empty",
        "no rows",
        "xlsx",
        "utf-16",
        "binary",
        "missing column",
        "too many cells",
        "open quote",
    ],
)
def test_another_kind_of_file_is_refused_with_what_to_do(data: bytes, said: str) -> None:
    assert said in problems(data)[0]


def test_an_unknown_column_is_refused_and_one_that_the_layout_ignores_is_not() -> None:
    data = LANGUAGE_HEADER.replace("最長待ち秒", "平均待ち秒").encode()
    assert problems(data, BY_LANGUAGE) == (
        (
            "1行目: 知らない列「平均待ち秒」があります。レイアウトの [columns] か ignored "
            "に書いてください。"
        ),
    )
    assert (
        len(
            read(
                language_file([("2023-07-03", "9:00", "英語", 1, 1, 0, 0, 0, 1, 5, 5)]), BY_LANGUAGE
            )
        )
        == 1
    )


counts = st.integers(0, 500).flatmap(
    lambda offered: st.integers(0, offered).flatmap(
        lambda answered: st.tuples(
            st.just(offered),
            st.just(answered),
            st.integers(0, offered - answered),
            st.integers(0, answered),
        )
    )
)
place = st.tuples(st.dates(FIRST, LAST), st.integers(0, 47), st.sampled_from(sorted(BY_LINE.lines)))


@given(st.dictionaries(place, counts, min_size=1, max_size=40), st.sampled_from(["utf-8", "cp932"]))
def test_whatever_was_written_is_read_with_the_same_sums(
    written: dict[tuple[date, int, str], tuple[int, int, int, int]], encoding: str
) -> None:
    rows = [
        (
            day.isoformat(),
            f"{half // 2}:{half % 2 * 30:02}",
            line,
            offered,
            answered,
            abandoned,
            within,
            answered * 90,
            7,
        )
        for (day, half, line), (offered, answered, abandoned, within) in written.items()
    ]
    found = read(line_file(rows, encoding))
    assert {(row.day, row.half_hour, row.line) for row in found} == set(written)
    for position, name in enumerate(("offered", "answered", "abandoned", "within")):
        assert sum(getattr(row.counts, name) for row in found) == sum(
            one[position] for one in written.values()
        )


@given(st.binary(max_size=300))
def test_any_bytes_that_are_no_such_file_are_refused(data: bytes) -> None:
    assert problems(data)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "30分ごと・回線別"', "", "name: この項目がありません"),
        ('encoding = "auto"', 'encoding = "euc"', "「euc」は使えません"),
        ("within_seconds = 20", "", "within_seconds を書いてください"),
        ('offered = "着信呼数"', "", "columns.offered: この項目がありません"),
        ('offered = "着信呼数"', 'offerd = "着信呼数"', "「offered」のことですか"),
        ('talk = "通話時間"', 'talk = "後処理時間"', "同じ見出しが"),
        ('"外国語（中）" = "zh"', '"外国語（中）" = "cn"', "「外国語（中）」の言語は"),
        ("[lines]", "[lists]", "[lines] に回線ごとの言語"),
    ],
)
def test_a_wrong_layout_says_what_to_put_right(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = (SHIPPED / "by_line.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "own.toml"
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(CountsLayoutError) as refused:
        load_layout(path)
    assert said in refused.value.message
