"""Change of recipient: who may, what moves, and when the issuer must be asked first."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.desk.casework import stops
from portal.domain.desk.casework.reviews.queue import counts, known_to
from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    TooLateError,
    WrongStateError,
)
from portal.domain.foundation.wide_reads import BySession
from portal.domain.mailroom.roster.holds.services import put_hold
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.queries import coupon_of_child
from portal.domain.people.entitlements.claims import DECLINE, claim
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household, OldSearchRow
from portal.domain.people.households.protection import ProtectionSource, record_named
from portal.domain.people.households.queries import view_household
from portal.domain.people.households.search import SearchTerms, search_households
from portal.domain.requests.recipients import review
from portal.domain.requests.recipients.changes import stop_confirmed, stop_found_spent
from portal.domain.requests.recipients.newcomer import HandOver
from portal.domain.requests.recipients.queries import open_requests
from portal.domain.requests.requests.models import Request
from portal.platform.database import Database
from tests.functional.requests.recipients.support import (
    AT_COUNTER,
    NEW_NAME,
    NEWCOMER,
    NOW,
    ORDER,
    PARENT,
    PROGRAM,
    TOO_LATE,
    Office,
    open_office,
    staff_member,
)
from tests.support.coupons import AMOUNT
from tests.support.people import CANARY_CHILDREN
from tests.support.work import work_in


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return open_office(database, tmp_path)


def test_the_child_moves_with_a_new_code_and_the_sums_stay(office: Office) -> None:
    before, old = office.sums(), office.entry(office.households[0], 2)
    row = office.change()
    done = office.decide(row)
    assert (done.state, done.result) == ("closed", "accepted")
    assert done.household_id not in {None, *office.households}
    new = office.entry(done.household_id or 0, 1)
    assert (new.entitlement_id, new.entitlement_state) == (old.entitlement_id, "in_progress")
    assert old.coupon is not None
    assert new.coupon is not None
    assert (new.coupon.state, new.coupon.id != old.coupon.id) == ("assigned", True)
    with office.database.read() as session:
        assert session.get_one(OldSearchRow, done.household_id or 0).names == b""
        assert session.get_one(Coupon, old.coupon.id).state == "voided"
        view = view_household(work_in(session), done.household_id or 0)
        left = view_household(work_in(session), office.households[0])
        found = search_households(
            work_in(session),
            SearchTerms(name=CANARY_CHILDREN[1][0]),
            include_protected=True,
        )
    assert (view.fields.name, [c.fields.name for c in view.children]) == (
        NEW_NAME,
        [CANARY_CHILDREN[1][0]],
    )
    assert [c.ordinal for c in left.children] == [1]
    assert done.household_id in {one.id for one in found.households}
    assert office.households[0] not in {one.id for one in found.households}
    assert office.sums() == before
    assert office.sums().adds_up(4, 4 * AMOUNT)
    assert office.live_coupons() == 4


def test_before_the_first_dispatch_there_is_no_code_to_stop(
    database: Database, tmp_path: Path
) -> None:
    office = open_office(database, tmp_path, codes=0)
    done = office.decide(office.change())
    assert office.entry(done.household_id or 0, 1).coupon is None
    assert done.result == "accepted"


def test_a_shown_code_of_a_real_issuer_moves_the_child_only_after_its_answer(
    office: Office,
) -> None:
    office.reveal(office.households[0], 2)
    office.real_issuer()
    row = office.decide(office.change())
    assert (row.state, row.household_id) == ("in_progress", None)
    waiting = office.entry(office.households[0], 2)
    assert waiting.coupon is not None
    assert waiting.coupon.state == "stop_requested"
    with office.database.write() as session:
        coupons.confirm_stop(work_in(session, office.officer, NOW), waiting.coupon.id)
        done = stop_confirmed(
            work_in(session, office.officer, NOW, program=PROGRAM), waiting.entitlement_id
        )
    assert (done.state, done.result) == ("closed", "accepted")
    new = office.entry(done.household_id or 0, 1)
    assert new.coupon is not None
    assert new.coupon.state == "assigned"
    assert office.sums().adds_up(4, 4 * AMOUNT)


def test_a_spent_code_leaves_the_child_where_it_is(office: Office) -> None:
    office.reveal(office.households[0], 2)
    office.real_issuer()
    row = office.decide(office.change())
    waiting = office.entry(office.households[0], 2)
    assert waiting.coupon is not None
    with office.database.write() as session:
        coupons.found_spent(work_in(session, office.officer, NOW), waiting.coupon.id)
        done = stop_found_spent(
            work_in(session, office.officer, NOW, program=PROGRAM), waiting.entitlement_id
        )
    assert (done.id, done.state, done.result) == (row.id, "closed", "refused")
    assert office.entry(office.households[0], 2).can_show(NOW)
    assert office.entry(office.households[0], 2).claimed_by is None


def test_without_a_code_in_stock_nothing_is_done(database: Database, tmp_path: Path) -> None:
    office = open_office(database, tmp_path, codes=4)
    row = office.change()
    with pytest.raises(ConflictError, match="在庫"):
        office.decide(row)
    assert office.entry(office.households[0], 2).claimed_by == "recipient_change"
    assert office.sums().adds_up(4, 4 * AMOUNT)


def test_nobody_confirms_an_own_entry(office: Office) -> None:
    row = office.change(actor=office.ward)
    with pytest.raises(NotAllowedError):
        office.decide(row, actor=office.ward)


def test_two_accounts_of_the_contractor_are_not_four_eyes(office: Office) -> None:
    row = office.change()
    with pytest.raises(NotAllowedError, match="受託者の二人だけ"):
        office.decide(row, actor=office.colleague)
    only_a_number = office.change(ordinals=(1,), instruction=ORDER)
    with pytest.raises(NotAllowedError, match="スキャン"):
        office.decide(only_a_number, actor=office.colleague)
    attached = office.change(
        household=office.households[1], instruction=ORDER, scan_id=office.scan()
    )
    assert office.decide(attached, actor=office.colleague).result == "accepted"


def test_a_ward_officer_enters_and_an_officer_confirms(office: Office) -> None:
    assert (
        office.decide(office.change(actor=office.ward), actor=office.officer).result == "accepted"
    )


def test_a_protected_recipient_is_the_wards_alone(office: Office) -> None:
    row = office.change(newcomer=AT_COUNTER, actor=office.ward)
    assert row.ward_only
    with pytest.raises(NotFoundError):
        office.decide(row, actor=office.officer)


def test_a_protected_household_is_not_there_for_the_contractor(office: Office) -> None:
    with office.database.write() as session:
        session.get_one(Household, office.households[0]).protected = True
    with pytest.raises(NotFoundError):
        office.change()
    assert office.change(actor=office.ward).ward_only


def test_children_are_not_taken_from_a_family_that_was_named_as_protected_meanwhile(
    office: Office,
) -> None:
    row = office.change(now=NOW - timedelta(hours=1), instruction=ORDER, scan_id=office.scan())
    with office.database.write() as session:
        household = session.get_one(Household, office.households[0])
        record_named(work_in(session, now=NOW), household.id, ProtectionSource.LIST)
        household.protected = True
        assert row.id not in {one.id for one in open_requests(session, include_protected=False)}
        known = select(Request.id).where(known_to(include_protected=False))
        assert session.scalars(known).all() == [], "nor on the desk"
        late = row.due_on + timedelta(days=1)
        counted, all_of_them = (
            counts(BySession(session), include_protected=ward, today=late) for ward in (False, True)
        )
        assert (counted.all, counted.overdue) == (0, 0), "nor in its figures"
        assert (all_of_them.by_kind["recipient_change"], all_of_them.overdue) == (1, 1)
    with pytest.raises(NotFoundError):
        office.decide(row, actor=office.colleague)
    with pytest.raises(ConflictError, match="支援措置"):
        office.decide(row, actor=office.ward)
    assert office.entry(office.households[0], 2).claimed_by == "recipient_change", "nothing moved"
    assert office.decide(row, "refuse", reason="documents").result == "refused"


def test_what_holds_the_old_household_does_not_hold_the_child_any_more(office: Office) -> None:
    with office.database.write() as session:
        put_hold(
            work_in(session, office.ward, NOW),
            session.get_one(Household, office.households[0]),
            "W11_DIED_AFTER_BASE",
        )
    done = office.decide(office.change())
    assert office.entry(done.household_id or 0, 1).can_show(NOW)
    assert office.entry(office.households[0], 1).entitlement_state == "held"


def test_an_existing_household_may_be_the_recipient(office: Office) -> None:
    target = office.households[1]
    row = office.change(newcomer=NEWCOMER.__class__(target, HandOver.ADDRESS))
    assert office.decide(row).household_id == target
    assert office.entry(target, 3).can_show(NOW)


def test_a_refused_or_withdrawn_change_gives_the_code_back(office: Office) -> None:
    office.reveal(office.households[0], 2)
    row = office.change()
    assert not office.entry(office.households[0], 2).can_show(NOW)
    office.decide(row, "refuse", reason="documents")
    assert office.entry(office.households[0], 2).can_show(NOW)
    again = office.change()
    with office.database.write() as session:
        review.withdraw(work_in(session, office.officer, NOW, program=PROGRAM), again.id)
    assert office.entry(office.households[0], 2).can_show(NOW)
    with pytest.raises(WrongStateError):
        office.decide(again)


def test_other_requests_and_a_change_exclude_each_other(office: Office) -> None:
    household = office.households[0]
    office.change()
    with office.database.read() as session:
        mine = session.scalars(
            select(Entitlement.id).where(Entitlement.household_id == household)
        ).all()
    with pytest.raises(ConflictError, match="確認中"), office.database.write() as session:
        claim(work_in(session, PARENT, NOW), household, mine, DECLINE, 99)
    with office.database.write() as session:
        claim(work_in(session, PARENT, NOW), household, mine[:1], DECLINE, 99)
    with pytest.raises(ConflictError):
        office.change(ordinals=(1,))


def test_what_is_missing_is_said(office: Office) -> None:
    with pytest.raises(InputError):
        office.change(ordinals=())
    with pytest.raises(InputError):
        office.change(evidence="hearsay")
    with pytest.raises(InputError):
        office.change(evidence="other")
    with pytest.raises(NotFoundError):
        office.change(ordinals=(7,))
    with pytest.raises(TooLateError):
        office.change(now=TOO_LATE)
    with pytest.raises(InputError):
        office.decide(office.change(), "refuse")


def test_a_spent_coupon_is_refused_at_the_entry(office: Office) -> None:
    with office.database.write() as session:
        coupon = coupon_of_child(session, office.households[0], 2).coupon
        assert isinstance(coupon, Coupon)
        coupon.state = "part_used"
    with pytest.raises(NotAllowedError):
        office.change()


def test_the_stop_of_the_wards_own_request_is_not_listed_for_the_contractor(office: Office) -> None:
    office.reveal(office.households[0], 2)
    office.reveal(office.households[1], 2)
    office.real_issuer()
    other = staff_member(office.database, "ward2", Organization.WARD, Role.WARD_OFFICER)
    office.decide(office.change(newcomer=AT_COUNTER, actor=office.ward), actor=other)
    office.decide(office.change(household=office.households[1]))
    secret = office.entry(office.households[0], 2).coupon
    assert secret is not None
    with office.database.write() as session:
        seen = [
            row.household_id
            for row in stops.waiting_stops(work_in(session), include_protected=False)
        ]
        known = [
            row.household_id
            for row in stops.waiting_stops(work_in(session), include_protected=True)
        ]
        with pytest.raises(NotFoundError):
            stops.confirm(
                work_in(session, office.officer, NOW, program=PROGRAM),
                secret.id,
                include_protected=False,
            )
        stops.confirm(
            work_in(session, office.ward, NOW, program=PROGRAM), secret.id, include_protected=True
        )
    assert (seen, known) == ([office.households[1]], office.households)
    with office.database.read() as session:
        target = session.scalars(select(Household.id).where(Household.counter)).one()
    assert office.entry(target, 1).can_show(NOW)
