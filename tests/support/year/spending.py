"""Codes of a played year that are shown and used, and the issuer's statements."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from portal.demo.issuer import make_statement
from portal.domain.foundation.clock import jst_date
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.queries import open_code
from portal.domain.people.coupons.services import reveal
from portal.domain.people.entitlements.models import Entitlement
from tests.support.coupons import AMOUNT, take_statement
from tests.support.work import work_in
from tests.support.year.fates import PART, SHOWN, at
from tests.support.year.ward_in_year import Year


def spend(year: Year) -> None:
    """Codes are shown and used.

    Three statements, one of them with a row that disagrees and is put right.
    """
    _show(year, year.of(*SHOWN))
    rows: list[tuple[str, str, int, int]] = []
    for household in year.children:
        rows += _rows(year, household)
    wrong = [(number, word, used, face) for number, word, used, face in rows if used]
    if wrong:
        number, _word, used, face = wrong[0]
        _statement(
            year, [(number, "一部利用", 1, face) if used > 1 else wrong[0]], date(2023, 9, 30)
        )
        _statement(year, [(number, "未使用", 0, face)], date(2023, 10, 31))
    _statement(year, rows, date(2024, 3, 31))


def _show(year: Year, households: Iterable[int]) -> None:
    for household in households:
        with year.database.write() as session:
            for coupon in session.scalars(
                select(Coupon)
                .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
                .where(Entitlement.household_id == household, Coupon.state == "assigned")
            ).all():
                reveal(work_in(session, now=at(date(2023, 9, 1))), coupon)


def _rows(year: Year, household: int) -> list[tuple[str, str, int, int]]:
    fate = year.fates[household]
    word, used, state = {
        "exchanged": ("交換済", AMOUNT, "exchanged"),
        "absent_then_exchanged": ("交換済", AMOUNT, "exchanged"),
        "redelivered_exchanged": ("交換済", AMOUNT, "exchanged"),
        "wrong_count": ("交換済", AMOUNT, "exchanged"),
        "part": ("一部利用", PART, "exchanged"),
        "lapsed": ("期限切れ", 0, "delivered_unexchanged"),
    }.get(fate, ("期限切れ", 0, ""))
    with year.database.read() as session:
        coupons = session.scalars(
            select(Coupon)
            .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
            .where(
                Entitlement.household_id == household,
                Coupon.state.in_(("assigned", "revealed")),
            )
        ).all()
        numbers = [open_code(work_in(session), coupon).management_no for coupon in coupons]
    if state:
        year.ends(household, state)
        year.truth.used_yen += used * year.children[household]
    elif fate in {"paper", "mixed"}:
        gone = 2 if fate == "mixed" and year.children[household] > 1 else 1
        year.ends(household, "undelivered", year.children[household] - gone)
    return [(number, word, used, AMOUNT) for number in numbers]


def _statement(year: Year, rows: list[tuple[str, str, int, int]], day: date) -> None:
    year.files += 1
    path = year.folder / f"year-{year.files}.csv"
    make_statement(path, rows)
    with year.database.write() as session:
        work = work_in(session, year.paper.officer, at(jst_date(at(day)), 23))
        take_statement(work, path, rows, day)
