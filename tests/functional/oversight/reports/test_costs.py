"""The cost of administration: counted again in SQL, unknown where a price is, never 0."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, DateTime, bindparam, select, text

from portal.domain.contacts.telephony.typed_day import store_typed
from portal.domain.desk.casework.deliveries import Reached
from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import day_end, day_start
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.settings.costs import PRICES, CostSettings
from portal.domain.foundation.program.settings.postage import CLASSES, PostageSettings
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments import other_mail
from portal.domain.letters.shipments.models import Shipment
from portal.domain.oversight.reports.costs.counting import (
    CostItem,
    CostLine,
    Costs,
    Measured,
    costs_of,
)
from portal.domain.oversight.reports.costs.report import costs_table
from portal.domain.oversight.reports.days import Days
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.notices.models import OutboxMessage
from tests.functional.requests.redeliveries.conftest import post, sqlite_post
from tests.functional.requests.redeliveries.support import Post, tracking_no
from tests.support.coupons import load_codes
from tests.support.staff import StaffSite
from tests.support.work import work_in

__all__ = ["post", "sqlite_post"]
PROGRAM = load_program("sample", date(2023, 8, 1))
NOW = datetime(2023, 12, 28, 3, tzinfo=UTC)
FIRST = date(2023, 6, 28)
COSTS = "/reports/costs"
COUNTED = {
    CostItem.LETTERS: """
        SELECT (SELECT count(*) FROM letter WHERE handed_over_at >= :start
            AND handed_over_at < :end AND NOT counter)
        + (SELECT count(*) FROM bare_letter WHERE handed_over_at >= :start
            AND handed_over_at < :end)""",
    CostItem.SMS: """
        SELECT count(*) FROM outbox_message WHERE kind = 'sms'
        AND sent_at >= :start AND sent_at < :end""",
    CostItem.EMAIL: """
        SELECT count(*) FROM outbox_message WHERE kind = 'email'
        AND sent_at >= :start AND sent_at < :end""",
    CostItem.CALLS: """
        SELECT coalesce(sum(c.answered), 0) FROM telephony_count c
        JOIN telephony_day d ON d.id = c.day_id
        WHERE d.replaced_at IS NULL AND d.day BETWEEN :first AND :last""",
    CostItem.COUPONS: """
        SELECT count(*) FROM coupon WHERE revealed_at >= :start AND revealed_at < :end""",
}
PIECES = """
    SELECT mail_class, count(*) FROM shipment
    WHERE state <> 'cancelled' AND posted_on BETWEEN :first AND :last GROUP BY mail_class
    UNION ALL
    SELECT mail_class, sum(pieces) FROM other_mail
    WHERE dropped_at IS NULL AND posted_on BETWEEN :first AND :last GROUP BY mail_class"""
ACT = st.tuples(
    st.sampled_from(["sms", "email", "waiting", "letter", "other", "code", "calls"]),
    st.integers(0, 180 * 24 * 60),
    st.integers(0, 4),
)
SOME_PRICES = st.dictionaries(st.sampled_from(PRICES), st.integers(0, 3_000))
QUIET = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def with_prices(costs: dict[str, int], postage: dict[str, int] | None = None) -> Program:
    every = dict.fromkeys(CLASSES, 100) if postage is None else postage
    return replace(
        PROGRAM,
        costs=CostSettings(tuple(costs.items())),
        postage=PostageSettings(tuple(every.items())),
    )


def happen(post: Post, acts: list[tuple[str, int, int]]) -> None:
    """Messages, letters, other mail, codes and calls, minutes around midnight in Japan."""
    for what, minute, draw in acts:
        at = day_start(FIRST) + timedelta(minutes=minute)
        day = FIRST + timedelta(minutes=minute)
        with post.database.write() as session:
            work = work_in(session, post.officer, NOW, program=PROGRAM)
            if what in {"sms", "email", "waiting"}:
                count = session.query(OutboxMessage).count()
                session.add(
                    OutboxMessage(
                        kind="sms" if what == "waiting" else what,
                        purpose="code",
                        dedupe_key=f"m{count}",
                        state="waiting" if what == "waiting" else "sent",
                        created_at=at,
                        next_try_at=at,
                        expires_at=at,
                        sent_at=None if what == "waiting" else at,
                    )
                )
            elif what == "other":
                entered = other_mail.Pieces(day, CLASSES[draw], "form", draw + 1)
                row = other_mail.enter(work, entered)
                if draw == 4:
                    other_mail.drop(work, row.id)
            elif what == "code":
                free = select(Coupon).where(Coupon.revealed_at.is_(None))
                coupon = session.scalars(free).first()
                if coupon is not None:
                    coupon.revealed_at = at
            elif what == "calls" and PROGRAM.calendar.is_staffed(day):
                typed = {"day": day.isoformat(), "offered_ja": "9", "answered_ja": str(draw)}
                try:
                    store_typed(work, typed | {"abandoned_ja": str(9 - draw)})
                except DomainError:
                    continue  # the day has other numbers
        if what == "letter":
            a_letter(post, at, day, draw)


def a_letter(post: Post, at: datetime, day: date, draw: int) -> None:
    person = post.household()
    with post.database.write() as session:
        letter = session.scalars(select(Letter).filter_by(household_id=person.household_id)).one()
        letter.handed_over_at, letter.counter = at, draw == 3
        shipment = session.scalars(select(Shipment).filter_by(letter_id=letter.id)).one()
        shipment.posted_on, shipment.mail_class = day, CLASSES[draw]
        if draw == 4:
            shipment.tracking_no, shipment.state = tracking_no(900 + shipment.id), "cancelled"


def recounted(post: Post, days: Days, program: Program) -> dict[CostItem, tuple[int, int | None]]:
    """Number and yen of each item, by SQL of its own."""
    kinds: dict[str, tuple[Any, Any]] = {
        "first": (days.first, Date()),
        "last": (days.last, Date()),
        "start": (day_start(days.first), DateTime(timezone=True)),
        "end": (day_end(days.last), DateTime(timezone=True)),
    }

    def ask(statement: str) -> list[Any]:
        used = [bindparam(n, v, type_=k) for n, (v, k) in kinds.items() if f":{n}" in statement]
        with post.database.read() as session:
            return list(session.execute(text(statement).bindparams(*used)))

    found: dict[CostItem, tuple[int, int | None]] = {}
    for item, statement in COUNTED.items():
        number, price = int(ask(statement)[0][0]), dict(program.costs.pairs).get(item.value)
        found[item] = number, None if price is None else number * price
    pieces = [(name, int(number)) for name, number in ask(PIECES)]
    each = dict(program.postage.pairs)
    yen = [each.get(name) for name, _number in pieces]
    known = sum(n * each[name] for name, n in pieces if name in each)
    found[CostItem.POSTAGE] = sum(n for _name, n in pieces), None if None in yen else known
    return found


@QUIET
@given(
    acts=st.lists(ACT, max_size=6),
    costs=SOME_PRICES,
    postage=st.dictionaries(st.sampled_from(CLASSES), st.integers(0, 900)),
    span=st.tuples(st.integers(0, 180), st.integers(0, 180)),
)
def test_every_cost_is_what_sql_counts_and_no_sum_hides_an_unknown_price(
    stocked: Post,
    acts: list[tuple[str, int, int]],
    costs: dict[str, int],
    postage: dict[str, int],
    span: tuple[int, int],
) -> None:
    happen(stocked, acts)
    program = with_prices(costs, postage)
    days = Days(*(FIRST + timedelta(days=n) for n in sorted(span)))
    with stocked.database.read() as session:
        found = costs_of(work_in(session, now=NOW, program=program), days)
    lines = {line.item: line for line in found.lines}
    for item, (number, yen) in recounted(stocked, days, program).items():
        assert (lines[item].number, lines[item].yen) == (number, yen), item
    unknown = [line for line in found.lines if line.number and line.yen is None]
    if unknown:
        assert found.yen is None
    else:
        assert found.yen == sum(line.yen or 0 for line in found.lines)


@pytest.fixture
def stocked(post: Post, tmp_path: Path) -> Post:
    """With codes that no family saw yet."""
    load_codes(post.database, tmp_path, 40)
    return post


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2023, 7, 1), date(2023, 7, 31), 1),
        (date(2023, 4, 1), date(2023, 7, 31), 4),
        (date(2023, 12, 1), date(2024, 2, 29), 1),  # January has not begun
        (date(2023, 2, 1), date(2023, 3, 31), 0),  # before the contract
        (date(2024, 4, 1), date(2024, 4, 30), 0),
    ],
)
def test_what_is_charged_by_the_month_counts_months_of_the_contract_that_began(
    sqlite_post: Post, first: date, last: date, months: int
) -> None:
    with sqlite_post.database.read() as session:
        work = work_in(session, now=NOW, program=with_prices({"month": 1_000}))
        line = costs_of(work, Days(first, last)).lines[-1]
    assert (line.item, line.number, line.yen) == (CostItem.MONTHS, months, months * 1_000)


@pytest.mark.parametrize(
    ("yen", "program", "per_household", "share"),
    [
        (1_001, Reached(2, 3, 90_000), 501, "1.1%"),
        (1_000, Reached(3, 3, 90_000), 333, "1.1%"),
        (None, Reached(2, 3, 90_000), None, "–"),
        (500, Reached(0, 0, 0), None, "–"),
    ],
)
def test_per_household_and_share_are_rounded_once_and_unknown_stays_unknown(
    yen: int | None, program: Reached, per_household: int | None, share: str
) -> None:
    costs = Costs((CostLine(CostItem.CALLS, 1, yen, yen),))
    found = Measured(costs, program)
    assert (found.yen_per_household, found.share) == (per_household, share)


def test_the_report_says_which_price_is_lacking_and_what_is_known(sqlite_post: Post) -> None:
    sqlite_post.household()
    lacking = with_prices({"month": 1_000, "card": 5})
    with sqlite_post.database.read() as session:
        work = work_in(session, now=NOW, program=lacking)
        table = costs_table(work, date(2023, 7, 1))
    rows = {str(row[0]): row for row in table.rows}
    assert rows["手紙の印刷と封入（通）"][1:4] == (1, "–", "–")
    assert rows["合計"][3:] == ("–", "–")
    assert rows["1世帯あたりの事務費（円）"][4] == "–"
    assert rows["対象の金額に対する割合"][4] == "–"
    assert "手紙の印刷と封入（通）。分かっている分だけで4,100円" in table.note


def test_the_page_and_its_files_are_for_who_sees_reports(sqlite_staff: StaffSite) -> None:
    sqlite_staff.add_household()
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    page = ward.open(COSTS).text
    assert "1世帯あたりの事務費（円）" in page
    assert 'role="img" aria-label="合計（円）' in page
    for kind, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        assert ward.post(f"{COSTS}/{kind}", {"form_key": kind}).content.startswith(start)
    assert sqlite_staff.enter_as(Role.AGENT).get(COSTS).status_code == 403
