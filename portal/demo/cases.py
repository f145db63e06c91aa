"""Special cases of ages, dates and people, one invented family each."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from portal.demo.families import Case, Family, Registry, expect_all, write_era
from portal.domain.mailroom.roster.checks import codes as c


def _sole(registry: Registry, born: date, code: str = "") -> Family:
    """A family with one child born on that day, which earns that code."""
    family = registry.family(1)
    family.children[0].cells["生年月日"] = write_era(born)
    if code:
        family.children[0].expect(code)
        outcome = (
            ("none", 0, c.X04_NO_ELIGIBLE_CHILD)
            if code[0] == "X"
            else ("hold", 0, c.W20_INCOMPLETE_HOUSEHOLD)
        )
        family.outcome(*outcome)
    return family


def age_cases() -> Iterator[Case]:
    """Birthdays around the window."""
    day = timedelta(1)

    def too_young(r: Registry) -> None:
        future = r.plan.birth_to >= r.plan.extracted
        _sole(r, r.plan.birth_to + day, c.E05_BIRTHDATE_FUTURE if future else c.X02_TOO_YOUNG)

    def sibling(r: Registry) -> None:
        r.child(r.family(1), r.plan.birth_from - 500 * day).expect(c.X01_TOO_OLD)

    def leap(r: Registry) -> None:
        years = [
            year
            for year in range(r.plan.birth_from.year + 1, r.plan.base_date.year)
            if year % 4 == 0
        ]
        _sole(r, date(years[len(years) // 2], 2, 29))

    def minor(r: Registry) -> None:
        family = r.family(1, 生年月日=write_era(r.plan.birth_from + 400 * day))
        del family.people[1]
        family.outcome("hold", 1, family.head.expect(c.W04_MINOR_HOUSEHOLDER).codes[0])

    yield "first eligible birthday", lambda r: _sole(r, r.plan.birth_from)
    yield (
        "born one day before the window",
        lambda r: _sole(r, r.plan.birth_from - day, c.X01_TOO_OLD),
    )
    yield "older sibling is out", sibling
    yield "last eligible birthday", lambda r: _sole(r, min(r.plan.birth_to, r.plan.extracted))
    yield "born after the window", too_young
    yield "leap day", leap
    yield "child alone as householder", minor
    yield (
        "born after the extraction",
        lambda r: _sole(r, r.plan.extracted + 20 * day, c.E05_BIRTHDATE_FUTURE),
    )


def date_cases() -> Iterator[Case]:
    """Birth dates as registers write them."""

    def written(
        text: str, code: str = "", disposition: str = "issue"
    ) -> Callable[[Registry], None]:
        def build(r: Registry) -> None:
            family = r.family(1)
            child = family.children[0]
            child.cells["生年月日"] = text
            if code and code[0] == "E":
                child.expect(code)
                family.outcome("hold", 0, c.W20_INCOMPLETE_HOUSEHOLD)
            elif code:
                child.expect(code)
                family.outcome(disposition, 1, code)

        return build

    yield "first day of Reiwa", written("令和元年５月１日")
    yield "last day of Heisei", written("平成３１年４月３０日")
    yield "Heisei counted on", written("平成３１年６月０１日", c.W12_ERA_NORMALISED)
    yield "era as a digit", written("4290710")
    yield "era as a letter", written("R01.11.03")
    yield "western with slashes", written("2018/3/5")
    yield "unknown month and day", written("20120000", c.W14_PARTIAL_BIRTHDATE, "hold")
    yield "no such day", written("平成２７年０２月２９日", c.E04_BIRTHDATE)
    yield "no birth date", written("", c.E04_BIRTHDATE)


def _named(
    surname: tuple[str, str], code: str = "", disposition: str = "issue"
) -> Callable[[Registry], None]:
    def build(r: Registry) -> None:
        family = r.family(2, surname=surname)
        if code:
            expect_all(family, code).outcome(disposition, 2, code)

    return build


def _protected(*members: int) -> Callable[[Registry], None]:
    def build(r: Registry) -> None:
        family = r.family(2).outcome("hold", 2, c.W01_PROTECTED)
        for member in members:
            family.people[member].expect(c.W01_PROTECTED).cells["支援措置区分"] = "1"

    return build


def _foreign(r: Registry) -> None:
    family = r.family(1)
    for person, name, born in zip(
        family.people,
        ("DEMO PARENT MARIA", "DEMO CHILD LUCA"),
        ("1985/7/9", "20160208"),
        strict=True,
    ):
        person.expect(c.W09_FOREIGN_NAME).cells |= {
            "氏名": name,
            "氏名カナ": "",
            "生年月日": born,
            "外国人区分": "1",
        }
    family.outcome("issue", 1, c.W09_FOREIGN_NAME)


def _related(relationship: str) -> Callable[[Registry], None]:
    def build(r: Registry) -> None:
        family = r.family(1).outcome("issue", 1, c.W05_NOT_CHILD_OF_HOUSEHOLDER)
        family.children[0].expect(c.W05_NOT_CHILD_OF_HOUSEHOLDER).cells["続柄"] = relationship

    return build


def _institution(r: Registry) -> None:
    family = r.family(5)
    for person in family.people:
        person.cells["方書"] = "児童養護施設　みなも学園"
    for child in family.children:
        child.expect(c.W05_NOT_CHILD_OF_HOUSEHOLDER).cells["続柄"] = "施設入所者"
    expect_all(family, c.W06_INSTITUTION).outcome(
        "hold", 5, c.W05_NOT_CHILD_OF_HOUSEHOLDER, c.W06_INSTITUTION
    )


def _twins(r: Registry) -> None:
    family = r.family(1)
    r.child(family, 生年月日=family.children[0].cells["生年月日"])
    family.eligible = 2


def _many(r: Registry) -> None:
    family = r.family(8).outcome("issue", 8, c.W08_MANY_CHILDREN)
    family.head.expect(c.W08_MANY_CHILDREN)


def people_cases() -> Iterator[Case]:
    """Names, protection, relationships."""
    yield "user-defined character", _named(("\ue010川", "タカガワ"), c.W02_GAIJI, "hold")
    yield "geta mark for a character", _named(("〓田", "ヨシダ"), c.W02_GAIJI, "hold")
    yield "IBM extension kanji", _named(("濵﨑", "ハマサキ"), c.W03_NOT_IN_JISX0208)
    yield "compatibility kanji", _named(("\ufa1a\ufa19", "ショウカミ"), c.W03_NOT_IN_JISX0208)
    yield "trail bytes 5C and 7C", _named(("表ソ十", "オモテソジュウ"))
    yield "protected family", _protected(0, 1, 2)
    yield "one protected child", _protected(2)
    yield "foreign family", _foreign
    yield "grandchild", _related("子の子")
    yield "child of the spouse", _related("妻の子")
    yield "lodger", _related("同居人")
    yield "institution", _institution
    yield "twins", _twins
    yield "eight children", _many
