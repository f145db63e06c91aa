"""Who gets a letter or parcel again, who does not and why, and where the ward must agree."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    TooLateError,
    WrongStateError,
)
from portal.domain.letters.shipments.services import Absence
from portal.domain.people.households.models import Hold
from portal.domain.requests.redeliveries.fulfilling import parcel_posted
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import reply_of
from tests.functional.requests.redeliveries.support import (
    NOW,
    PROGRAM,
    Post,
    by_phone,
    days,
    with_rules,
)
from tests.support.coupons import VAULT
from tests.support.work import work_in

INSTRUCTION: dict[str, Any] = {
    "extra_instruction": "区指示 第7号",
    "extra_instruction_day": "2023-07-31",
}
ELSEWHERE: dict[str, Any] = {
    "extra_postal_code": "060-0001",
    "extra_town": "北海道札幌市中央区北一条西",
    "extra_street": "９番",
}


def test_an_approved_redelivery_orders_a_letter_and_leaves_the_old_password_alone(
    post: Post,
) -> None:
    person = post.household()
    row = post.ask(person)
    assert post.state(row) == ("submitted", "waiting", None)
    post.decide(row)
    assert post.state(row) == ("approved", "in_progress", None)
    assert post.orders(person) == [("redelivery", "open")]
    assert post.credential(person) == "issued"
    with pytest.raises(WrongStateError):
        post.decide(row)


def test_a_second_request_for_the_same_letter_is_refused_with_the_first_ones_number(
    post: Post,
) -> None:
    person = post.household()
    first = post.ask(person)
    with pytest.raises(ConflictError, match=first.receipt_no):
        post.ask(person)
    post.withdraw(first, person)
    assert post.ask(person).receipt_no != first.receipt_no


def test_a_request_may_be_taken_back_until_the_letter_is_printed(post: Post) -> None:
    person, stranger = post.household(), post.household()
    row = post.ask(person)
    post.decide(row)
    with pytest.raises(NotFoundError):
        post.withdraw(row, stranger)
    post.withdraw(row, person)
    assert post.state(row) == ("withdrawn", "closed", "withdrawn")
    assert post.orders(person) == [("redelivery", "cancelled")]
    with pytest.raises(WrongStateError):
        post.withdraw(row, person)


def test_the_programs_number_of_redeliveries_is_the_limit(post: Post) -> None:
    program = with_rules(redeliveries=2)
    person = post.household()
    rows = []
    for used in range(2):
        assert (post.status(person).used, post.status(person).left) == (used, 2 - used)
        rows.append(post.ask(person, program=program))
        post.decide(rows[-1], program=program)
        _print_for(post, person)
    assert post.status(person).bar == "limit"
    with pytest.raises(ConflictError, match=r"2回までです.*区の窓口") as refused:
        post.ask(person, program=program)
    assert refused.value.code == "limit"
    assert post.status(person).next_day is None
    assert post.ask(person, program=with_rules(redeliveries=3)).state == "waiting"


def test_an_approval_beyond_the_limit_is_refused_though_the_request_was_in_time(
    sqlite_post: Post,
) -> None:
    post = sqlite_post
    person = post.household()
    for _time in range(2):
        post.decide(post.ask(person))
        _print_for(post, person)
    late = post.ask(person, program=with_rules(redeliveries=3))
    with pytest.raises(ConflictError, match="達しています"):
        post.decide(late)
    post.decide(late, "refuse", reason="limit", text="窓口で渡せます。")
    assert post.state(late) == ("refused", "closed", "refused")
    assert reply_of(VAULT, post.fresh(late)) == "窓口で渡せます。"


def test_a_letter_that_waits_at_the_post_office_is_the_post_offices_to_deliver(post: Post) -> None:
    person = post.household()
    before = post.ask(person)
    post.mail(person, "absent", Absence(date(2023, 7, 30), date(2023, 8, 6)))
    with pytest.raises(ConflictError, match="郵便局の再配達") as refused:
        post.decide(before)
    assert refused.value.code == "at_post_office"
    post.withdraw(before, person)
    with pytest.raises(ConflictError, match=r"2023年8月6日まで.*不在連絡票"):
        post.ask(person)
    assert post.orders(person) == []
    assert post.status(person).next_day == date(2023, 8, 7)
    assert post.ask(person, now=NOW + days(6)).state == "waiting"  # kept no longer


@pytest.mark.parametrize("reason", ["address_unknown", "moved_unknown"])
def test_what_came_back_from_an_unknown_address_goes_to_the_ward(post: Post, reason: str) -> None:
    person = post.household()
    post.come_back(person, reason)
    row = post.ask(person)
    assert post.fresh(row).warnings == ["address"]
    post.decide(row)  # a contractor only proposes it
    assert post.state(row) == ("submitted", "waiting", None)
    with pytest.raises(NotAllowedError, match="受託者の二人だけでは"):
        post.decide(row, actor=post.colleague)
    assert post.orders(person) == []
    post.decide(row, actor=post.ward)
    assert post.state(row)[0] == "approved"
    with post.database.read() as session:
        assert session.scalars(select(Approval.state)).all() == ["confirmed"]


def test_what_came_back_because_nobody_fetched_it_is_sent_again_at_once(post: Post) -> None:
    person = post.household()
    post.come_back(person)
    row = post.ask(person)
    post.decide(row)
    assert post.state(row)[0] == "approved"


def test_another_address_needs_the_wards_instruction(post: Post) -> None:
    person = post.household()
    row = post.ask(person)
    with pytest.raises(InputError, match="指示書の番号"):
        post.decide(row, actor=post.ward, **ELSEWHERE)
    with pytest.raises(InputError, match="郵便番号"):
        post.decide(row, actor=post.ward, **INSTRUCTION, extra_town="札幌市")
    post.decide(row, **INSTRUCTION, **ELSEWHERE)
    assert post.state(row)[0] == "submitted", "one contractor is not enough"
    with pytest.raises(NotAllowedError, match="受託者の二人だけでは"):
        post.decide(row, actor=post.colleague)  # a number is only what somebody typed
    post.decide(row, actor=post.colleague, **INSTRUCTION, extra_scan="1")
    assert post.state(row)[0] == "approved"
    with post.database.read() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.household_id == person.household_id)
        ).all()
        assert not any("札幌" in str(event.detail) for event in events)
        assert {"redelivery.elsewhere", "letter.order_elsewhere"} <= {
            event.action for event in events
        }


def test_the_ward_alone_may_order_another_address_with_a_numbered_instruction(
    sqlite_post: Post,
) -> None:
    person = sqlite_post.household()
    row = sqlite_post.ask(person)
    sqlite_post.decide(row, actor=sqlite_post.ward, **INSTRUCTION, **ELSEWHERE)
    assert sqlite_post.state(row)[0] == "approved"


@pytest.mark.parametrize(
    ("day", "words"),
    [("", "日付を入力"), ("7月", "日付を入力"), ("2023-08-02", "今日かそれより前")],
)
def test_an_instruction_has_a_day_that_has_come(sqlite_post: Post, day: str, words: str) -> None:
    row = sqlite_post.ask(sqlite_post.household())
    with pytest.raises(InputError, match=words):
        sqlite_post.decide(row, extra_instruction="7", extra_instruction_day=day)


def test_what_was_passed_to_the_ward_is_the_wards_to_decide(post: Post) -> None:
    person = post.household()
    row = post.ask(person)
    post.decide(row, "to_ward")
    assert "ward" in post.fresh(row).warnings
    with pytest.raises(NotAllowedError, match="区の職員が決めます"):
        post.decide(row, "refuse", reason="other")
    post.decide(row, "refuse", actor=post.ward, reason="other")
    assert post.state(row) == ("refused", "closed", "refused")


def test_a_held_household_gets_nothing_until_the_hold_is_released(post: Post) -> None:
    person = post.household()
    row = post.ask(person)
    with post.database.write() as session:
        session.add(Hold(household_id=person.household_id, code="W06_INSTITUTION", created_at=NOW))
    with pytest.raises(NotAllowedError, match="保留中"):
        post.decide(row)
    assert post.state(row)[0] == "submitted"


def test_a_protected_household_is_not_there_for_the_contractor_and_the_wards_own_way_for_the_ward(
    post: Post,
) -> None:
    person = post.household()
    row = post.ask(person)
    _protect(post, person.household_id)
    with pytest.raises(NotFoundError):
        post.decide(row)
    with pytest.raises(NotAllowedError, match="区の手順"):
        post.decide(row, actor=post.ward)


def test_nobody_decides_what_they_entered_and_a_refusal_needs_a_reason(post: Post) -> None:
    row = post.ask(post.household(), actor=by_phone(post.officer))
    assert post.fresh(row).channel == "phone"
    with pytest.raises(NotAllowedError, match="自分が入力した申請"):
        post.decide(row)
    with pytest.raises(NotAllowedError, match="自分が入力した申請"):
        post.decide(row, "refuse", reason="other")
    with pytest.raises(InputError, match="理由"):
        post.decide(row, "refuse", actor=post.colleague, reason="whatever")
    with pytest.raises(InputError, match="どうするか"):
        post.decide(row, "explode", actor=post.colleague)
    post.decide(row, actor=post.colleague)
    assert post.state(row)[0] == "approved"


def test_four_eyes_of_the_program_hold_here_too(post: Post) -> None:
    program = with_rules(four_eyes=frozenset({"redelivery"}))
    row = post.ask(post.household())
    post.decide(row, program=program)
    assert post.state(row) == ("submitted", "waiting", None)
    with pytest.raises(NotAllowedError, match="自分の提案"):
        post.decide(row, program=program)
    post.decide(row, program=program, actor=post.colleague)
    assert post.state(row)[0] == "approved"


def test_an_approved_redelivery_may_be_refused_until_it_is_printed(post: Post) -> None:
    person = post.household()
    row = post.ask(person)
    post.decide(row)
    post.decide(row, "refuse", reason="delivered")
    assert post.state(row) == ("refused", "closed", "refused")
    assert post.orders(person) == [("redelivery", "cancelled")]


def test_too_late_for_the_post_is_refused_and_the_last_second_of_asking_counts(
    sqlite_post: Post,
) -> None:
    post = sqlite_post
    person = post.household()
    last = datetime(2023, 12, 21, 14, 59, 59, 999_000, tzinfo=UTC)
    with pytest.raises(TooLateError, match="2023年12月21日"):
        post.ask(person, now=last + timedelta(milliseconds=1))
    row = post.ask(person, now=last)
    post.decide(row, now=datetime(2023, 12, 22, 14, 59, 59, tzinfo=UTC))
    assert post.state(row)[0] == "approved"
    other = post.ask(post.household(), now=last)
    with pytest.raises(TooLateError, match="期限までに届きません"):
        post.decide(other, now=datetime(2023, 12, 22, 15, 0, tzinfo=UTC))


def test_before_the_letter_went_out_and_while_it_is_on_its_way_there_is_nothing_to_send_again(
    sqlite_post: Post,
) -> None:
    post = sqlite_post
    with pytest.raises(ConflictError, match="まだ送っていません"):
        post.ask(post.household(letter=False))
    person = post.household()
    two_days_later = datetime(2023, 7, 12, 3, 0, tzinfo=UTC)
    with pytest.raises(ConflictError, match="2023年7月13日になっても届かないとき"):
        post.ask(person, now=two_days_later)
    assert post.ask(person, now=two_days_later + days(1)).state == "waiting"


def test_a_returned_parcel_is_sent_again_within_its_own_limit(post: Post) -> None:
    person = post.household()
    parcel = post.parcel(person)
    early = post.ask(person, shipment=parcel)
    with pytest.raises(ConflictError, match="まだ事務局に戻っていません"):
        post.decide(early)
    post.come_back(person, shipment=parcel)
    post.decide(early)
    assert post.state(early)[0] == "approved"
    assert post.orders(person) == [], "a parcel needs no letter"
    with post.database.write() as session:
        assert parcel_posted(work_in(session, post.officer, NOW), parcel) == 1
        assert parcel_posted(work_in(session, post.officer, NOW), parcel) == 0
    assert post.state(early) == ("fulfilled", "closed", "fulfilled")
    undecided = post.parcel(person, attempt=1)
    row = post.ask(person, shipment=undecided)
    post.come_back(person, shipment=undecided)
    with post.database.write() as session:  # the desk that packs did not wait for a decision
        assert parcel_posted(work_in(session, post.officer, NOW), undecided) == 1
    assert post.state(row) == ("fulfilled", "closed", "fulfilled")
    last = post.parcel(person, attempt=2)
    with pytest.raises(ConflictError, match="2回まで"):
        post.ask(person, shipment=last)
    with pytest.raises(NotFoundError):
        post.ask(post.household(), shipment=last)


def _print_for(post: Post, person: object) -> None:
    """What a print run does to orders and redeliveries of a household, without paper.

    The letter went out again.
    """
    from portal.domain.letters.letters.models import LetterOrder
    from portal.domain.requests.redeliveries.fulfilling import letters_printed

    with post.database.write() as session:
        order = session.scalars(select(LetterOrder).where(LetterOrder.state == "open")).one()
        order.state = "printed"
        assert letters_printed(work_in(session, post.officer, NOW), [order.household_id]) == 1


def _protect(post: Post, household_id: int) -> None:
    from portal.domain.people.households.models import Household

    with post.database.write() as session:
        session.get_one(Household, household_id).protected = True


def test_receipts_are_different_and_every_write_is_logged(sqlite_post: Post) -> None:
    post = sqlite_post
    person = post.household()
    row = post.ask(person)
    post.decide(row)
    post.withdraw(row, person)
    with post.database.read() as session:
        actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
        assert session.scalar(select(func.count(Request.id))) == 1
    for action in (
        "request.opened",
        "letter.ordered",
        "request.proceed",
        "letter.order_cancelled",
        "request.close",
    ):
        assert action in actions
    assert PROGRAM.requests.redeliveries >= 2


def test_a_refusal_reaches_everybody_and_a_new_letter_speaks_for_itself(sqlite_post: Post) -> None:
    from portal.domain.letters.announcements.models import Announcement

    post = sqlite_post
    refused, approved = post.ask(post.household()), post.ask(post.household())
    post.decide(refused, "refuse", reason="other")
    post.decide(approved)
    with post.database.read() as session:
        told = [
            (row.event, row.medium, row.receipt_no) for row in session.scalars(select(Announcement))
        ]
    assert told == [("decided", "card", refused.receipt_no)]
