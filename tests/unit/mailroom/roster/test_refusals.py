"""Files that are not what their layout says are refused whole, with the line and what to do."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from portal.demo.extract import make_extract
from portal.demo.families import ExtractPlan
from portal.domain.mailroom.roster.checks.check import RosterReport, check_file
from portal.domain.mailroom.roster.checks.rows import RosterRules
from portal.domain.mailroom.roster.checks.towns import TownListError, load_towns
from portal.domain.mailroom.roster.files.csv_bytes import RosterFileError
from portal.domain.mailroom.roster.files.layout import LayoutError, find_layout, load_layout

RULES = RosterRules(date(2023, 5, 1), date(2005, 4, 2), date(2023, 5, 1), date(2023, 5, 15), 30_000)
SHIPPED = find_layout("sample").path.parent


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    extract = make_extract(ExtractPlan(households=30, seed=4, clean=True))
    return extract.write(tmp_path_factory.mktemp("good"), "sample")["sample"].read_bytes()


def check(data: bytes, tmp_path: Path, layout: str = "sample") -> RosterReport:
    path = tmp_path / "extract"
    path.write_bytes(data)
    return check_file(path, find_layout(layout), RULES)


def damage(data: bytes, line: int, change: Callable[[bytes], bytes]) -> bytes:
    lines = data.split(b"\r\n")
    lines[line - 1] = change(lines[line - 1])
    return b"\r\n".join(lines)


@pytest.mark.parametrize(
    ("line_end", "last"),
    [(b"\r\n", b"\x1a"), (b"\n", b""), (b"\r", b"\x1a"), (b"\r\n", b"\r\n\r\n\x1a")],
)
def test_every_line_end_and_end_mark_gives_the_same_rows(
    good: bytes, tmp_path: Path, line_end: bytes, last: bytes
) -> None:
    expected = list(check(good, tmp_path).row_results())
    found = check(good.rstrip(b"\x1a").replace(b"\r\n", line_end) + last, tmp_path)
    assert list(found.row_results()) == expected
    assert found.totals["rows"] == {"accept": len(expected)}


def test_a_quote_that_never_closes_is_refused_at_its_line(good: bytes, tmp_path: Path) -> None:
    with pytest.raises(RosterFileError, match="5行目") as caught:
        check(damage(good, 5, lambda line: line.replace(b",", b',"', 1)), tmp_path)
    assert caught.value.line == 5


def test_a_quote_that_a_later_quote_closes_is_refused_too(good: bytes, tmp_path: Path) -> None:
    data = damage(good, 4, lambda line: line.replace(b",", b',"', 1))
    data = damage(data, 9, lambda line: line + b'"x"')
    with pytest.raises(RosterFileError) as caught:
        check(data, tmp_path)
    assert caught.value.line == 4


def test_a_missing_column_is_named(good: bytes, tmp_path: Path) -> None:
    data = damage(good, 1, lambda line: line.replace("宛名番号".encode("cp932"), b"id"))
    with pytest.raises(RosterFileError, match="宛名番号"):
        check(data, tmp_path)


def test_an_additional_column_is_read_over_and_reported(good: bytes, tmp_path: Path) -> None:
    lines = good.rstrip(b"\x1a").split(b"\r\n")[:-1]
    wider = b"\r\n".join(
        line + b"," + ("行政区" if n == 0 else "東").encode("cp932") for n, line in enumerate(lines)
    )
    found = check(wider, tmp_path)
    assert found.extra_columns == ("行政区",)
    assert found.totals == check(good, tmp_path).totals


@pytest.mark.parametrize(
    ("data", "layout", "says"),
    [
        (b"", "sample", "空"),
        (b"\x1a", "sample", "空"),
        (b"\xef\xbb\xbf\xe6\x8a\xbd,", "sample", "UTF-8"),
        ("抽出年月日".encode("utf-16"), "sample", "UTF-16"),
        (b"PK\x03\x04rest", "sample", "xlsx"),
        (b"\xd0\xcf\x11\xe0old", "sample-xlsx", ".xls"),
        (b"not a zip at all", "sample-xlsx", ".xlsx"),
        (b"PK\x03\x04broken", "sample-xlsx", ".xlsx"),
        ("抽出年月日,世帯番号\r\n".encode(), "sample", "見出し"),
        (b"short\r\n" * 5, "sample-fixed", "439"),
        (b"x" * 3_000_000, "sample", "1行目"),
    ],
)
@pytest.mark.asvs("5.2.2")
def test_a_file_of_another_kind_is_refused_in_words(
    data: bytes, layout: str, says: str, tmp_path: Path
) -> None:
    with pytest.raises(RosterFileError, match=says):
        check(data, tmp_path, layout)


def test_a_field_of_200_kilobytes_is_refused_with_its_place(good: bytes, tmp_path: Path) -> None:
    with pytest.raises(RosterFileError, match="3行目の20列目") as caught:
        check(damage(good, 3, lambda line: line + b"," + b"x" * 200_000), tmp_path)
    assert caught.value.line == 3


@pytest.mark.parametrize("byte", [b"\x00", b"\x07", b"\x80", b"\xa0", b"\xff", b"\x88"])
def test_one_damaged_field_rejects_its_row_only(good: bytes, tmp_path: Path, byte: bytes) -> None:
    found = check(damage(good, 3, lambda line: line + byte), tmp_path)
    results = list(found.row_results())
    assert [row.line for row in results if row.result == "reject"] == [3]
    assert results[1].codes in {("E12_BYTES",), ("E13_CONTROL",)}
    household = next(found.households())
    assert (household.disposition, household.codes) == ("hold", ("W20_INCOMPLETE_HOUSEHOLD",))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RosterFileError, match="ありません"):
        check_file(tmp_path / "nothing.csv", find_layout("sample"), RULES)


@pytest.mark.asvs("5.2.3")
def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(40):
            part.write(b"0" * (1 << 20))
    with pytest.raises(RosterFileError, match="大きすぎる"):
        check_file(path, find_layout("sample-xlsx"), RULES)


def test_a_protected_person_who_is_not_eligible_still_protects_the_household(
    tmp_path: Path,
) -> None:
    extract = make_extract(ExtractPlan(households=1, seed=4, clean=True))
    older = extract.families[0].people[0]
    sibling = dict(
        older.cells, 宛名番号="999999999999999", 世帯主区分="0", 支援措置区分="1", 続柄="子"
    )
    extract.families[0].people.append(type(older)(sibling))
    found = check_file(extract.write(tmp_path, "sample")["sample"], find_layout("sample"), RULES)
    assert [(row.disposition, row.codes) for row in found.households()] == [
        ("hold", ("W01_PROTECTED",))
    ]


@pytest.mark.parametrize(
    ("name", "kana", "warned"),
    [
        ('=HYPERLINK("http://evil.example")', "アオキ イチロウ", True),
        ("＠SUM(1+1)|cmd", "アオキ イチロウ", True),
        ("青木　一郎", "-アオキ", True),
        ("青木　一郎", "アオキ-イチロウ", False),
    ],
)
def test_a_name_that_begins_like_a_formula_is_taken_and_warned_about(
    tmp_path: Path, name: str, kana: str, *, warned: bool
) -> None:
    extract = make_extract(ExtractPlan(households=1, seed=4, clean=True))
    extract.families[0].head.cells |= {"氏名": name, "氏名カナ": kana}
    found = check_file(extract.write(tmp_path, "sample")["sample"], find_layout("sample"), RULES)
    (household,) = found.households()
    assert household.disposition == "issue"
    assert any("W21_FORMULA_NAME" in row.codes for row in found.row_results()) is warned


def test_an_unreadable_household_in_the_minimum_file_holds_whoever_may_be_meant(
    tmp_path: Path,
) -> None:
    extract = make_extract(ExtractPlan(households=9, seed=4, clean=True))
    family = next(family for family in extract.families if len(family.children) > 1)
    data = extract.write(tmp_path, "sample-min")["sample-min"].read_bytes()
    place = family.head.cells["氏名"].encode("cp932")
    found = check(data.replace(place, place + b"\x88", 1), tmp_path, "sample-min")
    held = [row for row in found.households() if row.disposition == "hold"]
    assert [(row.eligible_children, row.codes) for row in held] == [
        (len(family.children) - 1, ("W20_INCOMPLETE_HOUSEHOLD",))
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('kind = "csv"', 'kind = "pdf"', "pdf"),
        ('encoding = "cp932"', 'encoding = "shift_jis"', "cp932 と書いて"),
        ('encoding = "cp932"', "", "encoding"),
        ('separator = "comma"', 'separator = "|"', "semicolon"),
        ('rows = "person"', 'rowz = "person"', "rowz"),
        ('field = "birth_date"', "", "birth_date"),
        ('field = "town"', 'field = "twon"', "twon"),
        ('field = "kana"', 'field = "name"', "二つ"),
        ('header = "性別"', 'header = "町名"', "二度"),
        ('"転出" = "moved_out"', '"転出" = "gone"', "転出"),
        ("[codes.sex]", "[codes.sexes]", "codes.sexes"),
        ("[codes.foreign]", "[codes.foreign", "TOML"),
        ('households = "number"', 'households = "householder_and_address"', "child"),
    ],
)
def test_every_mistake_in_a_layout_is_told_in_a_sentence(
    old: str, new: str, says: str, tmp_path: Path
) -> None:
    text = (SHIPPED / "sample.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "ours.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LayoutError) as caught:
        load_layout(path)
    assert says in caught.value.message
    assert str(path) in caught.value.message


def test_a_layout_that_nobody_ships_is_answered_with_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="sample-min"):
        find_layout("smaple", tmp_path)
    with pytest.raises(LayoutError, match="ありません"):
        find_layout(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "text",
    [
        "town,code\n",
        "postal,town\n139010,水鏡\n",
        "postal,town\n1390101,\n",
        'postal,town\n"1390101,x\n',
    ],
)
def test_a_wrong_town_list_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "towns.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TownListError, match=r"towns\.csv"):
        load_towns(path)
