"""One code per entitlement in issue: never two, none for the held or protected, no reserve code."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal.domain.foundation.errors import ConflictError, DomainError, InputError, NotAllowedError
from portal.domain.people.coupons import portions
from portal.domain.people.coupons.assignment import (
    Assigned,
    assign,
    assign_replacement,
    given_since,
    plan,
)
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.portions import assign_in_portions
from portal.domain.people.coupons.queries import coupons_of_household, state_counts
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.coupons.services import void_unseen
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import change, hold_household
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.platform.database import Database
from tests.support.coupons import AMOUNT, NOW, TERMS, add_households, load_codes
from tests.support.work import source_of, work_in

NONE = Reserve()


def run(database: Database, reserve: Reserve = NONE, limit: int | None = None) -> Assigned:
    with database.write() as session:
        return assign(work_in(session), reserve=reserve, protection_loaded=True, limit=limit)


def test_every_child_gets_its_own_code_and_a_second_run_gives_nothing(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        add_households(session, 3, children=2)
    load_codes(database, tmp_path, 10)
    assert run(database) == Assigned(count=6, yen=180_000, left=4, held=0)
    assert run(database) == Assigned(count=0, yen=0, left=4, held=0)
    with database.read() as session:
        entries = coupons_of_household(session, 2)
        assert [entry.ordinal for entry in entries] == [1, 2]
        assert len({entry.coupon.id for entry in entries if entry.coupon is not None}) == 2
        assert all(entry.can_show(NOW) for entry in entries)
        assert not any(entry.can_show(TERMS.exchange_end) for entry in entries)


def test_held_protected_removed_and_finished_households_get_no_code(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        add_households(session, 6, protected=[1])
        session.add(Hold(household_id=2, code="W10", created_at=NOW))
        hold_household(session, 3, NOW)
        session.execute(update(Household).where(Household.id == 4).values(state="removed"))
        change(
            work_in(session),
            session.scalars(select(Entitlement.id).where(Entitlement.household_id == 5)).one(),
            "exclude",
        )
    load_codes(database, tmp_path, 6)
    assert run(database) == Assigned(count=1, yen=AMOUNT, left=5, held=1)
    with database.read() as session:
        owners = select(Entitlement.household_id).join(
            Coupon, Coupon.entitlement_id == Entitlement.id
        )
        assert session.scalars(owners).all() == [6]


def test_a_child_with_an_open_request_gets_no_code(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        add_households(session, 2)
        first = session.scalars(select(Entitlement.id).order_by(Entitlement.id).limit(1)).one()
        claimed = update(Entitlement).where(Entitlement.id == first)
        session.execute(claimed.values(claimed_by="decline", claim_id=1))
    load_codes(database, tmp_path, 2)
    assert run(database).count == 1
    with database.read() as session:
        given_to = select(Coupon.entitlement_id).where(Coupon.entitlement_id.is_not(None))
        assert first not in session.scalars(given_to).all()


def test_nothing_is_assigned_before_protection_is_known(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        add_households(session, 1)
    load_codes(database, tmp_path, 1)
    with pytest.raises(NotAllowedError, match="支援措置"), database.write() as session:
        assign(work_in(session), reserve=NONE, protection_loaded=False)
    with database.read() as session:
        assert state_counts(session)["stock"] == 1


def test_a_small_stock_says_how_many_are_missing_and_gives_none(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        add_households(session, 10)
    load_codes(database, tmp_path, 8)
    for reserve, missing in (
        (NONE, "2件足りません"),
        (Reserve(3), "5件足りません"),
        (Reserve.parse("10%"), "3件足りません"),
    ):
        with pytest.raises(ConflictError, match=missing):
            run(database, reserve)
    with database.read() as session:
        assert state_counts(session)["stock"] == 8
        assert plan(work_in(session), Reserve(3)).missing == 5
    load_codes(database, tmp_path, 5, seed=2)
    assert run(database, Reserve(3)).left == 3


def test_codes_whose_exchange_is_over_or_of_another_value_are_not_given(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        add_households(session, 2)
    load_codes(database, tmp_path, 2)
    with database.write() as session, pytest.raises(ConflictError):
        assign(
            work_in(session, now=TERMS.exchange_end),  # the end is exclusive
            reserve=NONE,
            protection_loaded=True,
        )
    with database.write() as session:
        session.execute(update(Coupon).values(face_yen=10_000))
    with pytest.raises(ConflictError, match="2件足りません"):
        run(database)


@pytest.mark.asvs("2.3.4")
def test_eight_threads_give_2000_codes_to_2000_children_without_duplicate_or_gap(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        add_households(session, 1_000, children=2)
    load_codes(database, tmp_path, 2_000)

    def worker(_number: int) -> int:
        given_out = 0
        while (done := run(database, limit=25)).count:
            given_out += done.count
        return given_out

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(worker, range(8))) == 2_000
    with database.read() as session:
        assert state_counts(session)["assigned"] == 2_000
        assert session.scalar(select(func.count(func.distinct(Coupon.entitlement_id)))) == 2_000


def test_replacements_under_concurrency_come_from_the_reserve_once_each(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        add_households(session, 40)
    load_codes(database, tmp_path, 60)
    run(database, Reserve(20))
    with database.write() as session:
        voided = session.execute(
            select(Coupon.id, Coupon.entitlement_id)
            .where(Coupon.entitlement_id.is_not(None))
            .limit(20)
        ).all()
        for coupon_id, _owner in voided:
            void_unseen(work_in(session), coupon_id, reason="lost")

    def replace(entitlement_id: int) -> bool:
        try:
            with database.write() as session:
                assign_replacement(work_in(session), entitlement_id)
        except (DomainError, IntegrityError):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(replace, [owner for _id, owner in voided if owner is not None] * 3))
    assert won.count(True) == 20
    with database.read() as session:
        assert state_counts(session) | {"stock": 0, "voided": 20, "assigned": 40} == state_counts(
            session
        )


def test_an_entitlement_with_a_live_coupon_or_on_hold_gets_no_replacement(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        add_households(session, 1)
    load_codes(database, tmp_path, 2)
    run(database)
    with database.write() as session:
        entitlement_id = session.scalars(select(Entitlement.id)).one()
        with pytest.raises(ConflictError):
            assign_replacement(work_in(session), entitlement_id)
        hold_household(session, 1, NOW)
        with pytest.raises(NotAllowedError):
            assign_replacement(work_in(session), entitlement_id)


@pytest.mark.asvs("2.3.4")
def test_the_database_itself_refuses_two_live_coupons_of_one_child(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        add_households(session, 1)
    load_codes(database, tmp_path, 2)
    with database.read() as session:
        owner = session.scalars(select(Entitlement.id)).one()
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(update(Coupon).values(entitlement_id=owner, state="assigned"))


@given(st.integers(0, 10_000), st.integers(0, 200_000))
def test_a_share_of_the_codes_is_rounded_up(per_mille: int, used: int) -> None:
    kept = Reserve(share=Fraction(per_mille, 100_000)).of(used)
    assert kept * 100_000 >= per_mille * used
    assert (kept - 1) * 100_000 < per_mille * used or kept == 0


def test_the_reserve_is_written_as_number_or_percent() -> None:
    assert Reserve.parse("200").of(5) == 200
    assert Reserve.parse("1.5%").of(1_000) == 15
    for text in ("-1", "many", "1.5", "100%", ""):
        with pytest.raises(InputError):
            Reserve.parse(text)


def test_portions_give_all_and_a_run_that_was_killed_is_gone_on_with(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portions, "PORTION", 4)
    with database.write() as session:
        add_households(session, 10)
        record_protection(work_in(session), ProtectionSource.EXTRACT)
    load_codes(database, tmp_path, 12)
    source, steps = source_of(database), list[tuple[int, int]]()

    def killed(given: int, of: int) -> None:
        steps.append((given, of))
        if given == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assign_in_portions(source, Reserve(count=2), killed)
    assert steps == [(4, 10), (8, 10)]
    with database.read() as session:
        assert state_counts(session)["assigned"] == 8
    done = assign_in_portions(source, Reserve(count=2), lambda *step: steps.append(step))
    assert (done.count, done.yen, done.left) == (2, 60_000, 2)
    with database.read() as session:
        assert given_since(work_in(session), NOW) == (10, 300_000)
        assert state_counts(session)["assigned"] == 10


def test_no_portion_is_given_before_protection_is_known(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        add_households(session, 1)
    load_codes(database, tmp_path, 2)
    with pytest.raises(NotAllowedError) as refused:
        assign_in_portions(source_of(database), Reserve(), lambda *_step: None)
    assert refused.value.code == "protection_missing"


def test_portions_of_a_small_stock_give_none(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        add_households(session, 10)
        record_protection(work_in(session), ProtectionSource.EXTRACT)
    load_codes(database, tmp_path, 9)
    with pytest.raises(ConflictError) as refused:
        assign_in_portions(source_of(database), Reserve(), lambda *_step: None)
    assert refused.value.code == "coupon_stock"
    with database.read() as session:
        assert state_counts(session)["assigned"] == 0
