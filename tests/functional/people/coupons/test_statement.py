"""The issuer's statement.

What it says is stored, what fits is carried out, what does not is shown to people.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.demo.issuer import make_statement
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import InputError, WrongStateError
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.differences import listed, note_of, open_kinds, settle
from portal.domain.people.coupons.models import Coupon, IssuerStatement, StatementDifference
from portal.domain.people.coupons.queries import open_code
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.coupons.services import found_spent, request_stop, reveal, suspend
from portal.domain.people.coupons.statement import (
    ImportedStatement,
    ReceivedStatement,
    import_statement,
)
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.queries import totals
from portal.platform.database import Database
from tests.support.coupons import (
    AMOUNT,
    NOW,
    VAULT,
    add_households,
    load_codes,
    sandbox_profile,
)
from tests.support.oversight.settlement import AFTER_ALL
from tests.support.work import work_in

OFFICER = Actor(Role.OFFICER, None, Organization.CONTRACTOR)
DAY = date(2023, 7, 2)
Row = tuple[str, str, int]


@dataclass
class Desk:
    """Six households with one coupon each, all shown but the last, and two codes in stock."""

    database: Database
    folder: Path
    files: int = 0

    def number(self, place: int) -> str:
        with self.database.read() as session:
            coupon = session.scalars(select(Coupon).order_by(Coupon.id)).all()[place]
            return open_code(work_in(session), coupon).management_no

    def take(
        self,
        rows: Sequence[tuple[int | str, str, int]],
        day: date = DAY,
        *,
        complete: bool = False,
        now: datetime = NOW,
    ) -> ImportedStatement:
        self.files += 1
        path = self.folder / f"statement-{self.files}.csv"
        written = [
            (self.number(p) if isinstance(p, int) else p, word, yen, AMOUNT)
            for p, word, yen in rows
        ]
        make_statement(path, written)
        return self.take_file(path, day, complete=complete, now=now)

    def take_file(
        self, path: Path, day: date = DAY, *, complete: bool = False, now: datetime = NOW
    ) -> ImportedStatement:
        with self.database.write() as session:
            profile = sandbox_profile(complete=complete)
            return import_statement(
                work_in(session, OFFICER, now), ReceivedStatement(path.read_bytes(), profile, day)
            )

    def coupon(self, place: int) -> tuple[str, int]:
        with self.database.read() as session:
            row = session.scalars(select(Coupon).order_by(Coupon.id)).all()[place]
            return row.state, row.used_yen

    def kinds(self) -> dict[str, int]:
        with self.database.read() as session:
            return dict(open_kinds(session))

    def change(self, place: int, step: Callable[..., object]) -> None:
        with self.database.write() as session:
            row = session.scalars(select(Coupon).order_by(Coupon.id)).all()[place]
            step(session, row)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    with database.write() as session:
        add_households(session, 6)
    load_codes(database, tmp_path, 8)
    with database.write() as session:
        assign(work_in(session, OFFICER), reserve=Reserve.parse("0"), protection_loaded=True)
    with database.write() as session:
        for coupon in session.scalars(
            select(Coupon).where(Coupon.state == "assigned").order_by(Coupon.id)
        ).all()[:5]:
            reveal(work_in(session, OFFICER), coupon)
    return Desk(database, tmp_path)


def test_used_yen_and_exchange_are_taken_over_to_the_yen(desk: Desk) -> None:
    taken = desk.take([(0, "交換済", AMOUNT), (1, "一部利用", 12_345), (2, "未使用", 0)])
    assert (taken.used_yen, taken.rows, dict(taken.differences)) == (AMOUNT + 12_345, 3, {})
    assert [desk.coupon(place) for place in range(3)] == [
        ("exchanged", AMOUNT),
        ("part_used", 12_345),
        ("revealed", 0),
    ]
    with desk.database.read() as session:
        assert totals(session).by_state["exchanged"].yen == AMOUNT


def test_the_same_file_again_does_nothing(desk: Desk) -> None:
    desk.take([(0, "一部利用", 5_000)])
    again = desk.take_file(desk.folder / "statement-1.csv")
    assert again.repeated
    with desk.database.read() as session:
        assert len(session.scalars(select(IssuerStatement)).all()) == 1


def test_an_older_statement_that_comes_later_changes_nothing(desk: Desk) -> None:
    desk.take([(0, "一部利用", 9_000)], DAY)
    late = desk.take([(0, "未使用", 0), (1, "一部利用", 100)], DAY - timedelta(days=1))
    assert late.older == 1
    assert desk.coupon(0) == ("part_used", 9_000)
    assert desk.coupon(1) == ("part_used", 100)


@pytest.mark.parametrize(
    ("place", "word", "yen", "kind"),
    [
        (6, "一部利用", 1, "spent_in_stock"),
        (5, "交換済", AMOUNT, "spent_unseen"),
        (0, "停止", 0, "stopped_not_by_us"),
        ("SB-XXXX-999999", "未使用", 0, "unknown_code"),
        (0, "未使用", 100, "contradiction"),
        (0, "交換済", AMOUNT - 1, "contradiction"),
    ],
)
def test_what_does_not_fit_is_shown_and_no_state_changes(
    desk: Desk, place: int | str, word: str, yen: int, kind: str
) -> None:
    before = desk.coupon(place) if isinstance(place, int) else None
    taken = desk.take([(place, word, yen)])
    assert dict(taken.differences) == {kind: 1} == desk.kinds()
    if isinstance(place, int) and before is not None:
        assert desk.coupon(place)[0] == before[0]


def test_a_code_that_was_spent_while_hidden_or_after_its_stop_is_shown(desk: Desk) -> None:
    desk.change(0, lambda session, row: suspend(work_in(session, OFFICER), row.id, reason="test"))
    desk.change(
        1, lambda session, row: request_stop(work_in(session, OFFICER), row.id, reason="test")
    )  # the sandbox stops it
    desk.take([(0, "一部利用", 10), (1, "交換済", AMOUNT), (2, "未使用", 0)])
    assert desk.kinds() == {"spent_after_stop": 1, "spent_while_hidden": 1}
    assert (desk.coupon(0)[0], desk.coupon(1)[0]) == ("suspended", "voided")


def test_a_shown_code_that_we_stopped_and_the_issuer_did_not_is_shown(desk: Desk) -> None:
    desk.change(
        1, lambda session, row: request_stop(work_in(session, OFFICER), row.id, reason="test")
    )
    desk.take([(1, "未使用", 0)])
    assert desk.kinds() == {"not_stopped": 1}


def test_less_than_before_is_shown_and_a_later_statement_clears_it(desk: Desk) -> None:
    desk.take([(0, "一部利用", 9_000)], DAY - timedelta(days=1))
    desk.take([(0, "一部利用", 8_000)], DAY)
    assert desk.kinds() == {"less_than_before": 1}
    desk.take([(0, "一部利用", 9_500)], DAY)
    assert desk.kinds() == {}


def test_the_end_keeps_what_was_used(desk: Desk) -> None:
    desk.take([(0, "期限切れ", 700), (5, "期限切れ", 0)], date(2024, 3, 31), now=AFTER_ALL)
    assert (desk.coupon(0), desk.coupon(5)) == (("expired", 700), ("expired", 0))


def test_a_child_that_was_decided_otherwise_is_shown(desk: Desk) -> None:
    with desk.database.write() as session:
        session.scalars(select(Entitlement).order_by(Entitlement.id)).first().state = "held"  # type: ignore[union-attr]
    desk.take([(0, "交換済", AMOUNT)])
    assert desk.kinds() == {"decided_otherwise": 1}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("SB-1,なぞ,0,30000", "「なぞ」"),
        ("SB-1,未使用,０円,30000", "利用額"),
        (",未使用,0,30000", "管理番号"),
        ("SB-1,未使用", "列が足りません"),
        ("SB-1,未使用,0,30000\nSB-1,未使用,0,30000", "同じ管理番号"),
    ],
)
def test_a_row_that_cannot_be_read_refuses_the_whole_file(
    desk: Desk, line: str, reason: str
) -> None:
    path = desk.folder / "wrong.csv"
    path.write_text(
        f"管理番号,状態,利用額,残高\n{desk.number(0)},交換済,30000,0\n{line}\n",
        encoding="utf-8-sig",
    )
    with pytest.raises(InputError, match=reason) as caught:
        desk.take_file(path)
    assert "SB-" not in caught.value.message
    assert desk.coupon(0) == ("revealed", 0)


def test_a_day_to_come_is_refused(desk: Desk) -> None:
    with pytest.raises(InputError, match="未来"):
        desk.take([(0, "未使用", 0)], date(2023, 7, 4))


def test_a_difference_is_settled_once_with_a_note_that_is_sealed(desk: Desk) -> None:
    desk.take([(0, "停止", 0)])
    with desk.database.write() as session:
        row = listed(session)[0]
        with pytest.raises(InputError):
            settle(work_in(session, OFFICER), row.id, " ")
        settle(work_in(session, OFFICER), row.id, "発行者に電話で確認")
    with desk.database.write() as session:
        stored = session.scalars(select(StatementDifference)).one()
        assert "電話".encode() not in (stored.note_sealed or b"")
        assert note_of(VAULT, stored) == "発行者に電話で確認"
        with pytest.raises(WrongStateError):
            settle(work_in(session, OFFICER), stored.id, "もう一度")
    assert desk.kinds() == {}


def test_an_issuer_without_statements_says_so(desk: Desk) -> None:
    import dataclasses

    path = desk.folder / "any.csv"
    path.write_text("管理番号,状態,利用額,残高\n", encoding="utf-8-sig")
    with desk.database.write() as session, pytest.raises(InputError, match=r"\[statement\]"):
        import_statement(
            work_in(session, OFFICER),
            ReceivedStatement(
                path.read_bytes(), dataclasses.replace(sandbox_profile(), statement=None), DAY
            ),
        )


def test_a_stop_found_spent_then_reported_is_exchanged(desk: Desk) -> None:
    with desk.database.write() as session:
        row = session.scalars(select(Coupon).order_by(Coupon.id)).first()
        assert row is not None
        row.state, row.state_before = "stop_requested", "revealed"
        session.flush()
        found_spent(work_in(session, OFFICER), row.id)
    desk.take([(0, "交換済", AMOUNT)])
    assert desk.coupon(0)[0] == "exchanged"


def test_the_line_of_sums_is_no_row_at_the_end_and_a_fault_anywhere_else(
    desk: Desk, tmp_path: Path
) -> None:
    header, sums = "管理番号,状態,利用額,残高", "合計,1,30000"
    row = f"{desk.number(0)},交換済,{AMOUNT},0"
    path = tmp_path / "sums.csv"
    path.write_text(f"{header}\n{sums}\n{row}\n", "utf-8-sig")
    with pytest.raises(InputError, match="2行目"):
        desk.take_file(path)
    path.write_text(f"{header}\n{row}\n{sums}\n", "utf-8-sig")
    assert desk.take_file(path).rows == 1
