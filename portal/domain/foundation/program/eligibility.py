"""Who is eligible: the legal age rule, the school-year window, and the check of a birth date."""

from datetime import date, timedelta

from msgspec import Struct

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _

ADULT_SCHOOL_AGE = 18


def birthday_in_year(birth: date, years: int) -> date:
    """Return the birthday ``years`` later; 29 February counts as 1 March in a common year."""
    year = birth.year + years
    if (birth.month, birth.day) == (2, 29) and not _is_leap(year):
        return date(year, 3, 1)
    return birth.replace(year=year)


def reaches_age_on(birth: date, years: int) -> date:
    """Return the day at whose end a person is ``years`` old by law: the day before the birthday.

    Source: 年齢計算ニ関スル法律 with 民法 article 143(2).
    """
    return birthday_in_year(birth, years) - timedelta(days=1)


def last_school_day(birth: date) -> date:
    """Return the first 31 March on or after the day of reaching 18."""
    reached = reaches_age_on(birth, ADULT_SCHOOL_AGE)
    march = date(reached.year, 3, 31)
    return march if reached <= march else date(reached.year + 1, 3, 31)


def fiscal_year(day: date) -> int:
    """Return the fiscal year, which begins on 1 April."""
    return day.year if day.month >= 4 else day.year - 1


def school_year_window(base_date: date) -> tuple[date, date]:
    """Return the first and last birth date of those still in school on the base date.

    That is, of those who have not passed ``last_school_day`` by then.
    """
    return date(fiscal_year(base_date) - ADULT_SCHOOL_AGE, 4, 2), base_date


class Verdict(Struct, frozen=True):
    """Whether a child is eligible, and why, in one sentence of the reader's language."""

    eligible: bool
    reason: str


def check_birth_date(birth: date, program: Program) -> Verdict:
    """Return whether a child with this birth date is in the program's window, and why."""
    first, last = program.birth_from, program.birth_to
    values = {
        "first": format_day(first),
        "last": format_day(last),
        "base": format_day(program.base_date),
        "birth": format_day(birth),
    }
    if birth < first and program.eligibility.birth_from_is_derived:
        reason = _(
            "%(birth)s生まれの方は対象外です"
            "（18歳になって最初の3月31日が、基準日(%(base)s)より前です）。"
        )
    elif birth < first:
        reason = _(
            "対象は%(first)s以降に生まれた方のため、%(birth)s生まれの方は対象ではありません。"
        )
    elif birth > last:
        reason = _(
            "対象は%(last)sまでに生まれた方のため、%(birth)s生まれの方は対象ではありません。"
        )
    else:
        reason = _(
            "%(first)sから%(last)sまでに生まれたお子さんなので、"
            "基準日(%(base)s)に区に住民登録があれば対象です。"
        )
    return Verdict(eligible=first <= birth <= last, reason=reason % values)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
