"""A coupon that a shop refuses.

One case, the issuer's word, and two people who stop the old code and give a new one.
"""

import threading
from dataclasses import replace
from datetime import date

import pytest

from portal.domain.desk.casework import stops
from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.mailroom.incidents import fault_queries, faults
from portal.domain.mailroom.incidents.faults import (
    FaultEnding,
    FaultKey,
    FaultOrigin,
    FaultReport,
    LookUp,
)
from portal.domain.mailroom.incidents.kinds import Source
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.mailroom.listing import ListPage
from portal.domain.people.coupons.assignment import assign_replacement
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.services import void_unseen
from portal.domain.people.entitlements import claims
from portal.domain.people.households.models import Household
from tests.functional.mailroom.incidents.support import TOLD, UNUSED, Office
from tests.support.coupons import VAULT, load_codes
from tests.support.work import work_in


def answer(office: Office, row: CouponFault, *, spent: bool = False) -> None:
    """The issuer's answer to the stop, as the stop desk notes it."""
    act = stops.found_spent if spent else stops.confirm
    with office.staff.database.write() as session:
        act(
            work_in(session, office.actor(), office.now, program=office.staff.site.program),
            row.coupon_id,
            include_protected=True,
        )


def test_two_people_stop_and_replace_where_the_issuer_answers_at_once(office: Office) -> None:
    person = office.family(sandbox=True)
    before = office.amounts()
    row = office.report(person)
    office.look_up(row)
    office.replace(row)
    assert office.coupons(person) == ["voided", "assigned"]
    found = office.fresh(row)
    assert (found.state, found.new_coupon_id is not None, found.ended_at) == (
        "replaced",
        True,
        office.now,
    )
    assert office.amounts() == before
    assert [event.detail["state"] for event in office.staff.events("coupon_fault.replace")] == [
        "replaced"
    ]


def test_the_new_code_follows_when_the_issuer_confirms_later(office: Office) -> None:
    person = office.family()
    row = office.report(person)
    office.look_up(row)
    office.replace(row)
    assert (office.fresh(row).state, office.coupons(person)) == ("stopping", ["stop_requested"])
    with pytest.raises(WrongStateError, match="発行者の答え"):
        office.replace(row)
    answer(office, row)
    assert (office.fresh(row).state, office.coupons(person)) == ("replaced", ["voided", "assigned"])


def test_a_code_that_was_spent_before_the_stop_is_looked_up_again_and_nothing_is_given(
    office: Office,
) -> None:
    person = office.family()
    row = office.report(person)
    office.look_up(row)
    office.replace(row)
    answer(office, row, spent=True)
    found = office.fresh(row)
    assert (found.state, found.issuer_status, office.coupons(person)) == (
        "reported",
        None,
        ["revealed"],
    )
    office.look_up(row, LookUp("part_used", date(2023, 8, 1), 1_000))
    with pytest.raises(NotAllowedError, match="もう使われています"):
        office.replace(row)
    with office.staff.database.write() as session:
        faults.explain(
            work_in(session, office.actor(), office.now),
            FaultKey(row.id),
            FaultEnding("used_by_household", "きのう、お母さんが使っていました。"),
        )
    assert office.fresh(row).state == "explained"


def test_without_a_code_in_stock_nothing_is_stopped_at_once(office: Office) -> None:
    person = office.family(sandbox=True)
    row = office.report(person)
    office.look_up(row)
    empty_stock(office)
    with pytest.raises(ConflictError, match="在庫"):
        office.replace(row)
    assert (office.fresh(row).state, office.coupons(person)) == ("looked_up", ["revealed"])


def empty_stock(office: Office) -> None:
    with office.staff.database.write() as session:
        for coupon in session.query(Coupon).filter_by(state="stock"):
            session.delete(coupon)


def test_with_no_code_left_when_the_issuer_confirms_the_case_waits_for_one(office: Office) -> None:
    person = office.family()
    row = office.report(person)
    office.look_up(row)
    office.replace(row)
    empty_stock(office)
    answer(office, row)
    assert (office.fresh(row).state, office.coupons(person)) == ("no_code", ["voided"])
    load_codes(office.staff.database, office.staff.folder, 5, seed=7)
    office.replace(row)
    assert (office.fresh(row).state, office.coupons(person)) == ("replaced", ["voided", "assigned"])


def test_asking_twice_is_one_case_and_two_at_once_too(office: Office) -> None:
    person = office.family()
    numbers: list[str] = []
    threads = [
        threading.Thread(target=lambda: numbers.append(office.report(person).receipt_no))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == 1
    assert office.staff.count(CouponFault) == 1


@pytest.mark.parametrize(
    ("reported", "field"),
    [
        (FaultReport("magic"), "said"),
        (replace(TOLD, shop="あ" * 101), "shop"),
        (replace(TOLD, words="あ" * 501), "words"),
        (replace(TOLD, shop_on=date(2023, 8, 2)), "shop_on"),
        (replace(TOLD, words="カードは 4111 1111 1111 1111 です"), "words"),
    ],
)
def test_what_cannot_be_told_is_refused_beside_its_field(
    quick_office: Office, reported: FaultReport, field: str
) -> None:
    person = quick_office.family()
    with pytest.raises(InputError) as refused:
        quick_office.report(person, reported)
    assert refused.value.code == field
    assert quick_office.staff.count(CouponFault) == 0


def test_a_code_that_nobody_saw_cannot_be_refused_by_a_shop(quick_office: Office) -> None:
    person = quick_office.family()
    with pytest.raises(NotAllowedError) as refused:
        quick_office.report(person, ordinal=2)
    assert refused.value.code == "no_coupon"


def test_another_households_child_is_not_found(quick_office: Office) -> None:
    person, other = quick_office.family(), quick_office.family()
    with quick_office.staff.database.write() as session, pytest.raises(NotFoundError):
        faults.report_fault(
            work_in(session, quick_office.actor(), quick_office.now),
            FaultOrigin(person.household_id, quick_office.entitlement(other), Source.CALL),
            TOLD,
        )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (LookUp("perhaps", date(2023, 8, 1)), "status"),
        (LookUp("unused", date(2023, 8, 2)), "as_of"),
        (LookUp("part_used", date(2023, 8, 1), 0), "used_yen"),
        (LookUp("part_used", date(2023, 8, 1), 30_000), "used_yen"),
    ],
)
def test_an_issuers_word_that_cannot_be_is_refused(
    quick_office: Office, given: LookUp, field: str
) -> None:
    row = quick_office.report(quick_office.family())
    with pytest.raises(InputError) as refused:
        quick_office.look_up(row, given)
    assert (refused.value.code, quick_office.fresh(row).state) == (field, "reported")


def test_nothing_is_stopped_before_the_issuer_was_asked(quick_office: Office) -> None:
    person = quick_office.family()
    row = quick_office.report(person)
    with pytest.raises(WrongStateError):
        quick_office.replace(row)
    assert quick_office.coupons(person) == ["revealed"]


def test_a_child_with_an_open_decline_is_not_replaced(office: Office) -> None:
    person = office.family(sandbox=True)
    row = office.report(person)
    office.look_up(row)
    office.box.decline(person, (1,))
    with pytest.raises(NotAllowedError) as refused:
        office.replace(row)
    assert refused.value.code == "claimed"


def test_a_decline_that_was_decided_while_the_issuer_was_asked_ends_the_case_without_a_new_code(
    office: Office,
) -> None:
    person = office.family()
    row = office.report(person)
    office.look_up(row)
    office.replace(row)
    with office.staff.database.write() as session:
        claims.claim(
            work_in(session, office.actor(), office.now),
            person.household_id,
            [row.entitlement_id],
            claims.DECLINE,
            office.box.decline(person, (2,)).id,
        )
    answer(office, row)
    found = office.fresh(row)
    assert (found.state, found.outcome, office.coupons(person)) == (
        "explained",
        "other_request",
        ["voided"],
    )


def test_a_code_replaced_another_way_is_not_replaced_twice(quick_office: Office) -> None:
    office = quick_office
    person = office.family(sandbox=True)
    row = office.report(person)
    office.look_up(row)
    with office.staff.database.write() as session:
        coupon = session.get_one(Coupon, row.coupon_id)
        coupon.revealed_at = None
        session.flush()
        void_unseen(work_in(session, office.actor(), office.now), row.coupon_id, reason="test")
    with office.staff.database.write() as session:
        assign_replacement(work_in(session, office.actor(), office.now), row.entitlement_id)
    with pytest.raises(NotAllowedError) as refused:
        office.replace(row)
    assert refused.value.code == "replaced"


def test_a_protected_households_case_is_the_wards_alone(office: Office) -> None:
    person = office.family(sandbox=True)
    row = office.report(person)
    with office.staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    with pytest.raises(NotFoundError):
        office.look_up(row)
    with office.staff.database.read() as session:
        assert fault_queries.faults(session, ListPage()) == []
        assert fault_queries.fault_by_id(session, row.id, include_protected=False) is None
        assert [
            one.id for one in fault_queries.faults(session, ListPage(include_protected=True))
        ] == [row.id]
    office.look_up(row, UNUSED, Role.WARD_OFFICER)
    assert office.fresh(row).state == "looked_up"


def test_words_are_sealed_and_the_log_names_nothing(office: Office) -> None:
    row = office.report(office.family())
    assert "汐見マート".encode() not in row.sealed
    assert faults.words_of(VAULT, row)["shop"] == "汐見マート"
    with office.staff.database.read() as session:
        for event in session.query(AuditEvent):
            assert "汐見" not in str(event.detail)
            assert row.receipt_no not in str(event.detail)


@pytest.mark.parametrize(
    ("outcome", "words", "field"), [("", "x", "outcome"), ("other", " ", "note")]
)
def test_ending_a_case_needs_a_reason_and_words(
    quick_office: Office, outcome: str, words: str, field: str
) -> None:
    row = quick_office.report(quick_office.family())
    with quick_office.staff.database.write() as session, pytest.raises(InputError) as refused:
        faults.refuse(
            work_in(session, quick_office.actor(), quick_office.now),
            FaultKey(row.id),
            FaultEnding(outcome, words),
        )
    assert refused.value.code == field


def test_many_cases_of_one_day_are_seen(quick_office: Office) -> None:
    office = quick_office
    for _place in range(fault_queries.MANY_A_DAY):
        with office.staff.database.read() as session:
            assert not fault_queries.is_many(session, office.now, include_protected=True)
        office.report(office.family())
    with office.staff.database.read() as session:
        assert fault_queries.is_many(session, office.now, include_protected=True)
        (today, *_earlier) = fault_queries.by_day(session, office.now, include_protected=True)
        assert today.new == fault_queries.MANY_A_DAY


def test_the_counts_by_day_are_those_of_the_readers_list(quick_office: Office) -> None:
    """One more than the list has would tell the contractor of a family under protection."""
    office = quick_office
    for _place in range(fault_queries.MANY_A_DAY - 1):
        office.report(office.family())
    hidden = office.family()
    office.report(hidden)
    with office.staff.database.write() as session:
        session.get_one(Household, hidden.household_id).protected = True
    with office.staff.database.read() as session:
        for knows, number in ((True, fault_queries.MANY_A_DAY), (False, 4)):
            (today, *_) = fault_queries.by_day(session, office.now, include_protected=knows)
            assert (today.new, today.open) == (number, number)
            assert fault_queries.is_many(session, office.now, include_protected=knows) is knows
