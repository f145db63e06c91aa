"""Invented families as rows of an extract, each with the result that a check must give."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from portal.demo.ward import BUILDINGS, CHILDREN, HEADERS, PARENTS, SURNAMES, TOWNS, full_width
from portal.domain.foundation.wareki import ERAS, format_wareki


@dataclass(frozen=True)
class ExtractPlan:
    """What to invent. Days are JST days; ``clean`` leaves the special cases out."""

    households: int = 200
    seed: int = 1
    base_date: date = date(2023, 5, 1)
    birth_from: date = date(2005, 4, 2)
    birth_to: date = date(2023, 5, 1)
    extracted: date = date(2023, 5, 15)
    unit_yen: int = 30_000
    clean: bool = False


@dataclass(slots=True)
class Person:
    """One row: its cells by header, the result and codes that a check must give, its damage."""

    cells: dict[str, str]
    result: str = "accept"
    codes: list[str] = field(default_factory=list)
    damage: str = ""

    def expect(self, code: str) -> "Person":
        """Expect a code; its letter says the row's result."""
        self.codes.append(code)
        self.result = {"E": "reject", "X": "exclude"}.get(code[0], self.result)
        return self


@dataclass(slots=True)
class Family:
    """One household as the check must see it.

    Cases change ``disposition``, ``eligible`` and ``codes``.
    """

    number: str
    surname: tuple[str, str]
    address: dict[str, str]
    people: list[Person]
    disposition: str = "issue"
    eligible: int = 0
    codes: list[str] = field(default_factory=list)
    attributable: bool = True

    @property
    def head(self) -> Person:
        """The householder's row."""
        return self.people[0]

    @property
    def children(self) -> list[Person]:
        """All other rows."""
        return self.people[1:]

    def outcome(self, disposition: str, eligible: int, *codes: str) -> "Family":
        """Say what must become of the household."""
        self.disposition, self.eligible, self.codes = disposition, eligible, sorted(codes)
        return self


class Registry:
    """Invents families one after the other; equal plans give equal families."""

    def __init__(self, plan: ExtractPlan) -> None:
        self.plan = plan
        self.random = Random(plan.seed)  # noqa: S311  (invented people must be the same every time)
        self.families: list[Family] = []
        self._person = 30_000_000

    def family(
        self, children: int = 1, *, surname: tuple[str, str] | None = None, **head: str
    ) -> Family:
        """Invent a family with so many eligible children, at least ten months apart."""
        family = Family(
            f"{200_000 + 7 * len(self.families):010d}",
            surname or self.random.choice(SURNAMES),
            self._address(),
            [],
        )
        self.families.append(family)
        given, kana, sex = self.random.choice(PARENTS)
        born = date(1966, 1, 1) + timedelta(self.random.randrange(11_000))
        self.add(family, given, kana, sex, born, **({"世帯主区分": "1", "続柄": "世帯主"} | head))
        for born in self._births(children):
            self.child(family, born)
        return family.outcome("issue", children)

    def child(self, family: Family, born: date | None = None, **cells: str) -> Person:
        """Add a child to a family; no two in a family share their given name."""
        taken = {person.cells["氏名"] for person in family.people}
        free = [child for child in CHILDREN if f"{family.surname[0]}　{child[0]}" not in taken]
        given, kana, sex = self.random.choice(free)
        day = born or self._births(1)[0]
        style = self.random.choice((write_era, write_era, write_padded, format_wareki))
        cells = {"続柄": "子", "生年月日": style(day)} | cells
        return self.add(family, given, kana, sex, day, **cells)

    def add(
        self, family: Family, given: str, kana: str, sex: str, born: date, **cells: str
    ) -> Person:
        """Add a row to a family."""
        self._person += 1 + self.random.randrange(5)
        settled = max(born, self.plan.base_date - timedelta(self.random.randint(60, 3000)))
        values = dict.fromkeys(HEADERS, "") | {
            "抽出年月日": f"{self.plan.extracted:%Y%m%d}",
            "世帯番号": family.number,
            "宛名番号": f"{self._person:015d}",
            "世帯主区分": "0",
            "氏名": f"{family.surname[0]}　{given}",
            "氏名カナ": f"{family.surname[1]} {kana}",
            "生年月日": write_era(born),
            "性別": sex,
            "住定年月日": write_era(settled),
            "異動事由": "出生" if settled == born else self.random.choice(("転入", "転居", "転居")),
            "支援措置区分": "0",
            "外国人区分": "0",
        }
        person = Person(values | family.address | cells)
        family.people.append(person)
        return person

    def _births(self, count: int) -> list[date]:
        first, last = self.plan.birth_from, min(self.plan.birth_to, self.plan.base_date)
        # one child per equal slice of the window keeps siblings apart without trying again and
        # again
        span = ((last - first).days + 1) // count
        offsets = [i * span + self.random.randrange(max(1, span - 300)) for i in range(count)]
        return [first + timedelta(offset) for offset in offsets]

    def _address(self) -> dict[str, str]:
        postal, town = self.random.choice(TOWNS)
        room = f"{self.random.randint(1, 14)}{self.random.randint(1, 12):02d}"
        building = (
            ""
            if self.random.random() < 0.4
            else self.random.choice(BUILDINGS) + full_width(f"{room}号室")
        )
        block = full_width(f"{self.random.randint(1, 38)}番{self.random.randint(1, 28)}号")
        return {"郵便番号": postal, "町名": town, "番地": block, "方書": building}


def write_era(day: date) -> str:
    """Write a day as 平成１７年０４月０２日."""
    name, year = _era_year(day)
    return full_width(f"{name}{'元' if year == 1 else year}年{day.month:02d}月{day.day:02d}日")


def write_padded(day: date) -> str:
    """Write a day as 平成１７年　４月　２日, padded with ideographic spaces."""
    name, year = _era_year(day)
    text = f"{name}{'元' if year == 1 else f'{year:>2}'}年{day.month:>2}月{day.day:>2}日"
    return full_width(text).replace(" ", "　")


def _era_year(day: date) -> tuple[str, int]:
    name, start = next((name, start) for name, _letter, start in ERAS if day >= start)
    return name, day.year - start.year + 1


Case = tuple[str, Callable[[Registry], object]]
"""A special case: its name, and what builds its one family."""


def expect_all(family: Family, code: str) -> Family:
    """Expect a code on every row of a family."""
    for person in family.people:
        person.expect(code)
    return family
