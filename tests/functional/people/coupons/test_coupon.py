"""A coupon's life: revealed once, hidden, shown again, stopped, ended; races with one winner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    DomainError,
    NotAllowedError,
    NotFoundError,
    TooLateError,
    WrongStateError,
)
from portal.domain.people.coupons import services
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.queries import (
    coupon_of_child,
    coupons_of_household,
    delivery_counts,
)
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.coupons.sealed import seal_qr, unseal_qr
from portal.domain.people.entitlements.services import hold_household
from portal.platform.database import Database
from tests.support.coupons import NOW, TERMS, VAULT, add_households, load_codes, picture_of
from tests.support.reading.qr import decode_png
from tests.support.work import work_in

RESIDENT = Actor(Role.RESIDENT, 1)


@pytest.fixture
def issued(database: Database, tmp_path: Path) -> Database:
    """A database with 8 households (keys 1 to 8), a coupon each, and 8 codes in reserve."""
    issue(database, tmp_path, 8)
    return database


def issue(database: Database, folder: Path, count: int) -> None:
    with database.write() as session:
        add_households(session, count)
    load_codes(database, folder, 2 * count)
    with database.write() as session:
        assign(work_in(session), reserve=Reserve(), protection_loaded=True)


def coupon_of(session: Session, household_id: int) -> Coupon:
    coupon = coupon_of_child(session, household_id, 1).coupon
    assert isinstance(coupon, Coupon)
    return coupon


def actions(session: Session, coupon: Coupon) -> list[str]:
    query = select(AuditEvent.action).where(
        AuditEvent.subject == "coupon", AuditEvent.subject_id == coupon.id
    )
    return list(session.scalars(query.order_by(AuditEvent.id)))


def test_revealing_twice_shows_the_same_code_and_counts_as_delivered_once(issued: Database) -> None:
    with issued.write() as session:
        first = services.reveal(work_in(session, RESIDENT), coupon_of(session, 1))
    with issued.write() as session:
        coupon = coupon_of(session, 1)
        assert services.reveal(work_in(session, RESIDENT), coupon) == first
        assert (coupon.state, coupon.revealed_at) == ("revealed", NOW)
        assert actions(session, coupon) == ["coupon.revealed", "coupon.viewed"]
        counts = delivery_counts(session)
    assert (counts.assigned, counts.revealed, counts.exchanged) == (8, 1, 0)
    assert first.code not in repr(first)


def kept_of(session: Session, coupon: Coupon) -> bytes:
    """What the database keeps of a QR."""
    key = VAULT.unwrap(session.get_one(CouponBatch, coupon.batch_id).wrapped_key)
    return unseal_qr(key, coupon.management_digest, coupon.qr_sealed)


def test_a_qr_is_drawn_once_when_it_is_shown_for_the_first_time(issued: Database) -> None:
    with issued.write() as session:
        coupon = coupon_of(session, 1)
        says = kept_of(session, coupon)
        assert says.decode() == services.reveal(work_in(session, RESIDENT), coupon).url.upper()
    with issued.write() as session:
        coupon = coupon_of(session, 1)
        sealed, drawn = coupon.qr_sealed, kept_of(session, coupon)
        assert decode_png(drawn) == [says.decode()]
        assert picture_of(session, coupon) == drawn
        services.reveal(work_in(session, RESIDENT), coupon)
        assert coupon_of(session, 1).qr_sealed == sealed
        assert kept_of(session, coupon_of(session, 2))[1:4] != b"PNG"


def test_the_image_of_a_code_that_an_earlier_version_drew_stays(issued: Database) -> None:
    with issued.write() as session:
        coupon = coupon_of(session, 1)
        before = picture_of(session, coupon)
        key = VAULT.unwrap(session.get_one(CouponBatch, coupon.batch_id).wrapped_key)
        coupon.qr_sealed = sealed = seal_qr(key, coupon.management_digest, before)
        session.flush()
        services.reveal(work_in(session, RESIDENT), coupon)
        assert coupon_of(session, 1).qr_sealed == sealed
        assert picture_of(session, coupon) == before


def test_eight_taps_at_once_are_one_first_reveal(issued: Database) -> None:
    def tap(_number: int) -> str:
        with issued.write() as session:
            return services.reveal(work_in(session, RESIDENT), coupon_of(session, 2)).code

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(tap, range(8)))) == 1
    with issued.read() as session:
        assert actions(session, coupon_of(session, 2)).count("coupon.revealed") == 1


def test_what_is_held_suspended_or_over_is_not_shown(issued: Database) -> None:
    with issued.write() as session:
        hold_household(session, 1, NOW)
        services.suspend_household(work_in(session), 2, reason="protection")
        for household_id in (1, 2):
            assert not coupon_of_child(session, household_id, 1).can_show(NOW)
            with pytest.raises(NotAllowedError):
                services.reveal(work_in(session, RESIDENT), coupon_of(session, household_id))
        with pytest.raises(TooLateError):
            services.reveal(work_in(session, RESIDENT, TERMS.exchange_end), coupon_of(session, 3))
        assert coupon_of(session, 3).state == "assigned"


@pytest.mark.parametrize("before", ["assigned", "revealed"])
def test_a_suspended_coupon_goes_back_to_where_it_was(issued: Database, before: str) -> None:
    with issued.write() as session:
        coupon = coupon_of(session, 1)
        if before == "revealed":
            services.reveal(work_in(session, RESIDENT), coupon)
        services.suspend(work_in(session), coupon.id, reason="returned")
        assert coupon.state == "suspended"
        services.resume(work_in(session), coupon.id)
        assert coupon.state == before
        with pytest.raises(WrongStateError):
            services.resume(work_in(session), coupon.id)


def test_a_sandbox_confirms_a_stop_at_once_and_a_real_issuer_later(issued: Database) -> None:
    with issued.write() as session:
        first, second = coupon_of(session, 1), coupon_of(session, 2)
        session.execute(update(CouponBatch).values(sandbox=True))
        services.reveal(work_in(session, RESIDENT), first)
        assert services.request_stop(work_in(session), first.id, reason="lost").state == "voided"
        session.execute(update(CouponBatch).values(sandbox=False))
        services.reveal(work_in(session, RESIDENT), second)
        assert (
            services.request_stop(work_in(session), second.id, reason="lost").state
            == "stop_requested"
        )
        assert services.found_spent(work_in(session), second.id).state == "revealed"
        services.request_stop(work_in(session), second.id, reason="lost")
        assert services.confirm_stop(work_in(session), second.id).state == "voided"
        with pytest.raises(NotAllowedError):
            services.reveal(work_in(session, RESIDENT), second)


def test_a_code_that_nobody_saw_is_void_at_once_and_a_shown_one_is_not(issued: Database) -> None:
    with issued.write() as session:
        unseen, shown = coupon_of(session, 1), coupon_of(session, 2)
        assert services.void_unseen(work_in(session), unseen.id, reason="decline").state == "voided"
        services.reveal(work_in(session, RESIDENT), shown)
        with pytest.raises(NotAllowedError):
            services.void_unseen(work_in(session), shown.id, reason="decline")
        assert shown.state == "revealed"


def test_an_issuer_that_never_stops_codes_is_not_asked(issued: Database) -> None:
    with issued.write() as session:
        session.execute(update(CouponBatch).values(stop="never"))
        with pytest.raises(NotAllowedError, match="止められません"):
            services.request_stop(work_in(session), coupon_of(session, 1).id, reason="lost")


def test_after_the_exchange_end_live_coupons_expire_once(issued: Database) -> None:
    with issued.write() as session:
        assert services.expire(work_in(session)) == 0
        services.reveal(work_in(session, RESIDENT), coupon_of(session, 1))
        assert services.expire(work_in(session, now=TERMS.exchange_end)) == 8
        assert services.expire(work_in(session, now=TERMS.exchange_end)) == 0
        assert coupon_of(session, 1).state_before == "revealed"


def test_a_household_sees_its_live_coupon_and_not_the_void_one(issued: Database) -> None:
    with issued.write() as session:
        old = coupon_of(session, 1)
        services.void_unseen(work_in(session), old.id, reason="lost")
        assert coupon_of(session, 1).id == old.id
        from portal.domain.people.coupons.assignment import assign_replacement

        assert old.entitlement_id is not None
        new = assign_replacement(work_in(session), old.entitlement_id)
        assert [entry.coupon for entry in coupons_of_household(session, 1)] == [new]


def test_another_households_child_cannot_be_asked_for(issued: Database) -> None:
    with issued.read() as session, pytest.raises(NotFoundError):
        coupon_of_child(session, 1, 2)


def test_reveal_and_stop_race_with_one_order_of_events(database: Database, tmp_path: Path) -> None:
    issue(database, tmp_path, 100)

    def attempt(call: Callable[[Session, Coupon], object]) -> Callable[[int], bool]:
        def once(household_id: int) -> bool:
            try:
                with database.write() as session:
                    call(session, coupon_of(session, household_id))
            except DomainError:
                return False
            return True

        return once

    reveal = attempt(lambda session, coupon: services.reveal(work_in(session, RESIDENT), coupon))
    stop = attempt(
        lambda session, coupon: services.request_stop(work_in(session), coupon.id, reason="x")
    )
    with ThreadPoolExecutor(8) as pool:
        revealed = pool.map(reveal, range(1, 101))
        stopped = list(pool.map(stop, range(1, 101)))
        shown = list(revealed)
    assert all(stopped)
    with database.read() as session:
        for household_id in range(1, 101):
            coupon = coupon_of(session, household_id)
            done = actions(session, coupon)
            assert coupon.state == "voided"
            assert shown[household_id - 1] == (coupon.revealed_at is not None)
            assert done == (["coupon.revealed"] if shown[household_id - 1] else []) + [
                "coupon.request_stop",
                "coupon.confirm_stop",
            ]
