"""Special cases of rows, moves and values, one invented family each."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from portal.demo.families import Case, Family, Registry, expect_all, write_era
from portal.demo.ward import full_width
from portal.domain.mailroom.roster.checks import codes as c


def _changed(family: Family, reason: str, day: date, *members: int) -> Family:
    for member in members:
        family.people[member].cells |= {"異動事由": reason, "異動年月日": write_era(day)}
    return family


def _twice(r: Registry) -> None:
    family = r.family(1)
    copy = family.children[0]
    family.people.append(replace(copy, cells=dict(copy.cells), codes=[]).expect(c.X05_DUPLICATE))


def _conflict(r: Registry) -> None:
    family = r.family(1).outcome("hold", 0, c.W20_INCOMPLETE_HOUSEHOLD)
    copy = family.children[0]
    other = replace(copy, cells=copy.cells | {"氏名": f"{family.surname[0]}　異名"}, codes=[])
    family.people.append(other)
    for child in family.children:
        child.expect(c.E11_PERSON_CONFLICT)


def _two_numbers(r: Registry) -> None:
    family = r.family(1).outcome("hold", 2, c.W15_POSSIBLE_DUPLICATE)
    first = family.children[0]
    same = ("氏名", "氏名カナ", "生年月日", "性別")
    r.child(family).cells |= {key: first.cells[key] for key in same}
    for child in family.children:
        child.expect(c.W15_POSSIBLE_DUPLICATE)


def _no_head(r: Registry) -> None:
    family = r.family(1).outcome("reject", 0, c.E09_NO_HOUSEHOLDER)
    del family.people[0]


def _two_heads(r: Registry) -> None:
    family = r.family(1).outcome("reject", 0, c.E10_TWO_HOUSEHOLDERS)
    r.add(family, "巌", "イワオ", "男", date(1970, 2, 3), 世帯主区分="1", 続柄="世帯主")


def _childless(r: Registry) -> None:
    family = r.family(1).outcome("none", 0, c.X04_NO_ELIGIBLE_CHILD)
    del family.people[1]


def _two_addresses(r: Registry) -> None:
    family = r.family(1).outcome("reject", 0, c.E14_HOUSEHOLD_ADDRESS)
    family.children[0].cells |= {
        "郵便番号": "1390105",
        "町名": "月映町",
        "番地": "９９番９号",
        "方書": "",
    }


def _damaged(kind: str, code: str) -> Callable[[Registry], None]:
    def build(r: Registry) -> None:
        family = r.family(2).outcome("hold", 1, c.W20_INCOMPLETE_HOUSEHOLD)
        family.children[1].expect(code).damage = kind

    return build


def row_cases() -> Iterator[Case]:
    """Rows that are damaged, repeated or missing."""
    yield "row twice", _twice
    yield "one number, two contents", _conflict
    yield "one child, two numbers", _two_numbers
    yield "no householder", _no_head
    yield "two householders", _two_heads
    yield "no child", _childless
    yield "two addresses", _two_addresses
    yield "row cut off", _damaged("short", c.E01_COLUMNS)
    yield "comma without quotes", _damaged("comma", c.E01_COLUMNS)
    yield "half a character", _damaged("half", c.E12_BYTES)


def change_cases() -> Iterator[Case]:
    """Moves and deaths around the base date."""
    day = timedelta(1)

    def one(reason: str, days: int, code: str, member: int = 1) -> Callable[[Registry], None]:
        def build(r: Registry) -> None:
            family = _changed(r.family(1), reason, r.plan.base_date + days * day, member)
            family.people[member].expect(code)
            held = code[0] == "W"
            family.outcome(
                "hold" if held else "none", int(held), code if held else c.X04_NO_ELIGIBLE_CHILD
            )

        return build

    def moved_within(r: Registry) -> None:
        family = _changed(r.family(1), "転居", r.plan.base_date + 6 * day, 0, 1)
        expect_all(family, c.W10_MOVED_AFTER_BASE).outcome("hold", 1, c.W10_MOVED_AFTER_BASE)

    def moved_in(r: Registry) -> None:
        family = _changed(r.family(1), "転入", r.plan.base_date + 3 * day, 0, 1)
        expect_all(family, c.X06_NOT_RESIDENT_AT_BASE).outcome("none", 0, c.X04_NO_ELIGIBLE_CHILD)

    yield "left before the base date", one("転出", -5, c.X03_LEFT_BEFORE_BASE)
    yield "left after the base date", one("転出", 5, c.W10_MOVED_AFTER_BASE)
    yield "child died before the base date", one("死亡", -9, c.X03_LEFT_BEFORE_BASE)
    yield "householder died after the base date", one("死亡", 4, c.W11_DIED_AFTER_BASE, member=0)
    yield "moved within the ward", moved_within
    yield "moved in after the base date", moved_in


def _everybody(code: str, disposition: str, **cells: str) -> Callable[[Registry], None]:
    def build(r: Registry) -> None:
        family = r.family(1)
        for person in family.people:
            person.cells |= cells
        if code and code[0] == "W":
            expect_all(family, code).outcome(disposition, 1, code)
        elif code:
            expect_all(family, code).outcome(disposition, 0, c.E09_NO_HOUSEHOLDER)

    return build


def _second_child(code: str, **cells: str) -> Callable[[Registry], None]:
    def build(r: Registry) -> None:
        family = r.family(2).outcome("hold", 1, c.W20_INCOMPLETE_HOUSEHOLD)
        family.children[1].expect(code).cells |= cells

    return build


def _excel(r: Registry) -> None:
    family = expect_all(r.family(1), c.E02_HOUSEHOLD_NO)
    family.attributable = False
    for person in family.people:
        person.cells["世帯番号"] = family.number.lstrip("0")


def _full_width_postal(r: Registry) -> None:
    for person in r.family(1).people:
        code = person.cells["郵便番号"]
        person.cells["郵便番号"] = full_width(f"{code[:3]}-{code[3:]}")


def _formula(r: Registry) -> None:
    family = r.family(1).outcome("issue", 1, c.W21_FORMULA_NAME)
    cells = family.children[0].expect(c.W21_FORMULA_NAME).cells
    cells["氏名"] = f"＝{cells['氏名']}"


def value_cases() -> Iterator[Case]:
    """Values that are wrong, long or oddly written."""
    long = {
        "番地": "２３４５番地の６７",
        "方書": (
            "ザ・グランドリバーサイドレジデンスみなもタワーズイーストウイングアネックス四十一"
            "階４１０２号室"
        ),
    }
    yield "remarks with quotes", _everybody("", "issue", 備考='確認済,\n"折返し"あり')
    yield "full-width postal code", _full_width_postal
    yield "postal code too short", _everybody(c.E07_POSTAL, "reject", 郵便番号="139010")
    yield (
        "postal code of another town",
        _everybody(c.W07_POSTAL_TOWN, "issue", 郵便番号="1390105", 町名="葦原西三丁目"),
    )
    yield "no town", _everybody(c.E08_TOWN, "reject", 町名="")
    yield "half-width kana", _everybody(c.W13_WIDTH_NORMALISED, "issue", 方書=" ﾒｿﾞﾝ水鏡 203")
    yield (
        "long address",
        _everybody(c.W17_LONG_ADDRESS, "issue", 郵便番号="1390101", 町名="水鏡一丁目", **long),
    )
    yield "no name", _second_child(c.E06_NAME, 氏名="　")
    yield "number in scientific notation", _second_child(c.E03_PERSON_NO, 宛名番号="3.00001E+07")
    yield "control character", _second_child(c.E13_CONTROL, 方書="メゾン\x0b水鏡")
    yield "household number without zeros", _excel
    yield "name that begins like a formula", _formula
