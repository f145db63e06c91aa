"""A decline from declaration to end: with the coupon and the child together, or not at all."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    InputError,
    NotAllowedError,
    NotFoundError,
    TooEarlyError,
    TooLateError,
    WrongStateError,
)
from portal.domain.letters.announcements.models import Announcement
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.services import hold_household, release_household
from portal.domain.people.households.models import Hold, Household
from portal.domain.requests.declines import outcome, services
from portal.domain.requests.declines.review import DECLINE_KIND
from portal.domain.requests.declines.words import reply_lines
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from portal.platform.database import Database
from tests.functional.requests.declines.support import (
    LAST_MOMENT,
    NOW,
    PARENT,
    PROGRAM,
    TOO_LATE,
    Desk,
    coupon,
    make_desk,
    with_rules,
)
from tests.support.coupons import VAULT
from tests.support.work import work_in


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    """The test runs on SQLite and on PostgreSQL."""
    return make_desk(database, tmp_path)


@pytest.fixture
def quick_desk(sqlite_database: Database, tmp_path: Path) -> Desk:
    """On SQLite only: for rules that no database can change."""
    return make_desk(sqlite_database, tmp_path)


def test_declaring_hides_the_coupon_and_accepting_voids_it_with_the_child(desk: Desk) -> None:
    row = desk.submit(ordinals=(2,))
    assert (row.state, row.children, row.amount_yen, row.channel) == (
        "waiting",
        1,
        30_000,
        "portal",
    )
    assert desk.states() == [("in_progress", "assigned", False), ("in_progress", "suspended", True)]
    row = desk.decide(row, "accept")
    assert (row.state, row.result) == ("closed", "accepted")
    assert desk.states() == [("in_progress", "assigned", False), ("declined", "voided", False)]
    with desk.database.read() as session:
        told = session.scalars(select(Announcement.event).order_by(Announcement.id)).all()
    assert told == ["received", "decided"]


def test_a_shown_code_is_declined_only_when_its_issuer_confirms(desk: Desk) -> None:
    desk.issuer(sandbox=False)
    desk.reveal()
    row = desk.decide(desk.submit(), "accept")
    assert row.state == "in_progress"
    assert desk.states() == [("in_progress", "stop_requested", True), ("declined", "voided", False)]
    with desk.database.write() as session:
        stopped = coupon(session, 1, 1)
        coupons.confirm_stop(work_in(session, now=NOW), stopped.id)
        outcome.stop_confirmed(
            work_in(session, now=NOW, program=PROGRAM), stopped.entitlement_id or 0
        )
    assert desk.states() == [("declined", "voided", False)] * 2
    assert (desk.fresh(row).state, desk.fresh(row).result) == ("closed", "accepted")


def test_a_code_that_was_spent_is_refused_with_the_wards_telephone(desk: Desk) -> None:
    desk.issuer(sandbox=False)
    desk.reveal()
    row = desk.decide(desk.submit(), "accept")
    with desk.database.write() as session:
        spent = coupon(session, 1, 1)
        coupons.found_spent(work_in(session, now=NOW), spent.id)
        outcome.stop_found_spent(
            work_in(session, now=NOW, program=PROGRAM), spent.entitlement_id or 0
        )
    assert desk.states() == [("in_progress", "revealed", False), ("declined", "voided", False)]
    row = desk.fresh(row)
    assert (row.state, row.result, desk.items(row)) == ("closed", "partly", ["refused", "accepted"])
    said = " ".join(reply_lines(VAULT, PROGRAM, row))
    assert "使われていた" in said
    assert PROGRAM.contact.escalation_telephone in said


def test_a_shown_code_of_an_issuer_that_never_stops_one_cannot_be_declined(
    quick_desk: Desk,
) -> None:
    quick_desk.issuer(stop="never", sandbox=False)
    quick_desk.reveal()
    with pytest.raises(NotAllowedError, match="止められません") as refused:
        quick_desk.submit()
    assert refused.value.code == "coupon_cannot_be_stopped"
    assert quick_desk.states()[0] == ("in_progress", "revealed", False)
    assert quick_desk.decide(quick_desk.submit(ordinals=(2,)), "accept").result == "accepted"


def test_a_spent_coupon_cannot_be_declined(quick_desk: Desk) -> None:
    quick_desk.reveal()
    with quick_desk.database.write() as session:
        session.execute(update(Coupon).where(Coupon.state == "revealed").values(state="part_used"))
    with pytest.raises(NotAllowedError) as refused:
        quick_desk.submit()
    assert refused.value.code == "coupon_spent"


@pytest.mark.parametrize(
    ("moment", "error"),
    [
        (LAST_MOMENT, None),
        (TOO_LATE, TooLateError),
        (datetime.fromisoformat("2023-07-02T23:59:59.999+09:00"), TooEarlyError),
        (datetime.fromisoformat("2023-07-03T00:00:00+09:00"), None),
    ],
)
def test_the_window_is_exact(
    quick_desk: Desk, moment: datetime, error: type[DomainError] | None
) -> None:
    if error is None:
        assert quick_desk.submit(now=moment).received_at == moment
    else:
        with pytest.raises(error, match="2023年"):
            quick_desk.submit(now=moment)


def test_who_is_not_of_the_household_cannot_be_declined(quick_desk: Desk) -> None:
    for ordinals in ((), (3,), (1, 9)):
        with pytest.raises(InputError):
            quick_desk.submit(ordinals=ordinals)


def test_a_second_declaration_and_another_kind_of_request_are_refused(desk: Desk) -> None:
    row = desk.submit(ordinals=(1,))
    with pytest.raises(ConflictError, match=row.receipt_no):
        desk.submit()
    assert desk.states()[1] == ("in_progress", "assigned", False)
    with desk.database.write() as session:
        claims.claim(
            work_in(session, PARENT, NOW),
            1,
            [coupon(session, 1, 2).entitlement_id or 0],
            claims.ALTERNATIVE,
            7,
        )
    with pytest.raises(ConflictError, match="別の申請"):
        desk.submit(ordinals=(2,))


def test_staff_cannot_declare_for_somebody(quick_desk: Desk) -> None:
    with quick_desk.database.write() as session, pytest.raises(NotAllowedError, match="書類"):
        services.submit(work_in(session, quick_desk.officer, NOW, program=PROGRAM), 1, [1])


def test_a_returned_decline_is_corrected_even_after_the_window(quick_desk: Desk) -> None:
    row = quick_desk.decide(
        quick_desk.submit(), "return", reason="incomplete", text="こどもを選びなおしてください。"
    )
    assert row.state == "with_resident"
    assert quick_desk.states()[0] == ("in_progress", "suspended", True)
    again = quick_desk.submit(ordinals=(1,), now=TOO_LATE)
    assert (again.id, again.state, again.received_at, again.children) == (row.id, "waiting", NOW, 1)
    assert quick_desk.items(row) == ["submitted", "withdrawn"]
    assert quick_desk.states()[1] == ("in_progress", "assigned", False)
    assert quick_desk.decide(row, "accept").result == "accepted"


def test_a_refused_decline_gives_the_coupon_back(quick_desk: Desk) -> None:
    row = quick_desk.decide(
        quick_desk.submit(), "refuse", reason="not_authorized", text="委任状を送ってください。"
    )
    assert (row.state, row.result) == ("closed", "refused")
    assert quick_desk.states() == [("in_progress", "assigned", False)] * 2
    assert reply_lines(VAULT, PROGRAM, row)[1] == "委任状を送ってください。"
    assert quick_desk.submit().id != row.id


@pytest.mark.parametrize("shown", [False, True])
def test_a_decline_is_taken_back_while_it_waits(quick_desk: Desk, shown: bool) -> None:
    if shown:
        quick_desk.reveal()
    row = quick_desk.withdraw(quick_desk.submit(), LAST_MOMENT)
    assert (row.state, row.result) == ("closed", "withdrawn")
    assert quick_desk.states()[0] == ("in_progress", "revealed" if shown else "assigned", False)
    with pytest.raises(WrongStateError):
        quick_desk.withdraw(row)


def test_after_the_void_taking_back_gives_a_fresh_code(desk: Desk) -> None:
    row = desk.decide(desk.submit(ordinals=(1,)), "accept")
    with desk.database.read() as session:
        old = coupon(session, 1, 1).id
    row = desk.withdraw(row)
    assert (row.state, row.result, desk.items(row)) == ("closed", "withdrawn", ["withdrawn"])
    with desk.database.read() as session:
        assert coupon(session, 1, 1).id != old
    assert desk.states()[0] == ("in_progress", "assigned", False)
    assert desk.decide(desk.submit(ordinals=(1,)), "accept").result == "accepted"


def test_with_no_code_left_taking_back_is_refused_whole_and_in_words(
    database: Database, tmp_path: Path
) -> None:
    desk = make_desk(database, tmp_path, households=1, reserve=1)
    row = desk.decide(desk.submit(), "accept")
    with pytest.raises(NotAllowedError, match="残っていない") as refused:
        desk.withdraw(row)
    assert refused.value.code == "coupon_stock"
    assert desk.states() == [("declined", "voided", False)] * 2
    assert desk.fresh(row).result == "accepted"


def test_the_cut_off_ends_taking_back(quick_desk: Desk) -> None:
    row = quick_desk.submit()
    with pytest.raises(TooLateError, match="2023年9月29日"):
        quick_desk.withdraw(row, TOO_LATE)


@pytest.mark.parametrize("answer", ["stopped", "spent"])
def test_taken_back_while_the_issuer_was_asked(desk: Desk, answer: str) -> None:
    desk.issuer(sandbox=False)
    desk.reveal()
    desk.withdraw(desk.decide(desk.submit(ordinals=(1,)), "accept"))
    assert desk.states()[0] == ("in_progress", "stop_requested", True)
    with desk.database.write() as session:
        asked = coupon(session, 1, 1)
        act, tell = (
            (coupons.confirm_stop, outcome.stop_confirmed)
            if answer == "stopped"
            else (coupons.found_spent, outcome.stop_found_spent)
        )
        work = work_in(session, now=NOW, program=PROGRAM)
        act(work, asked.id)
        tell(work, asked.entitlement_id or 0)
    assert desk.states()[0] == (
        "in_progress",
        "assigned" if answer == "stopped" else "revealed",
        False,
    )


def test_a_held_household_is_accepted_only_after_its_release(quick_desk: Desk) -> None:
    row = quick_desk.submit()
    with quick_desk.database.write() as session:
        session.add(Hold(household_id=1, code="W10_MOVED_AFTER_BASE", created_at=NOW))
        hold_household(session, 1, NOW)
    with pytest.raises(NotAllowedError, match="保留中"):
        quick_desk.decide(row, "accept")
    assert quick_desk.states() == [("held", "suspended", True)] * 2


def test_a_hold_during_the_stop_brings_the_request_back_to_a_reviewer(quick_desk: Desk) -> None:
    quick_desk.issuer(sandbox=False)
    quick_desk.reveal()
    row = quick_desk.decide(quick_desk.submit(ordinals=(1,)), "accept")
    with quick_desk.database.write() as session:
        hold_household(session, 1, NOW)
        asked = coupon(session, 1, 1)
        coupons.confirm_stop(work_in(session, now=NOW), asked.id)
        outcome.stop_confirmed(
            work_in(session, now=NOW, program=PROGRAM), asked.entitlement_id or 0
        )
    assert quick_desk.states()[0] == ("held", "voided", True)
    assert quick_desk.fresh(row).state == "waiting"
    with quick_desk.database.write() as session:
        release_household(session, 1, NOW)
    assert quick_desk.decide(row, "accept").result == "accepted"
    assert quick_desk.states()[0] == ("declined", "voided", False)


def test_a_protected_household_gets_the_usual_receipt_and_only_the_ward_decides(
    quick_desk: Desk,
) -> None:
    usual = quick_desk.submit(household=2)
    with quick_desk.database.write() as session:
        session.execute(update(Household).where(Household.id == 1).values(protected=True))
        hold_household(session, 1, NOW)
    row = quick_desk.submit()
    assert (row.state, row.warnings, row.children) == (usual.state, usual.warnings, usual.children)
    with quick_desk.database.read() as session:
        assert [s.words for s in DECLINE_KIND.steps_of(session, row)] == [
            s.words for s in DECLINE_KIND.steps_of(session, usual)
        ]
    for action in DECLINE_KIND.decisions:
        with pytest.raises(NotFoundError):
            quick_desk.decide(row, action, reason="other")
    with pytest.raises(NotAllowedError, match="保留中"):
        quick_desk.decide(row, "accept", quick_desk.ward)
    assert quick_desk.decide(row, "refuse", quick_desk.ward, reason="other").result == "refused"


def test_two_people_decide_where_the_program_says_so(desk: Desk) -> None:
    program = with_rules(four_eyes=frozenset({"decline"}))
    row = desk.submit()
    assert desk.decide(row, "accept", program=program).state == "waiting"
    with pytest.raises(NotAllowedError, match="自分の提案"):
        desk.decide(row, "accept", program=program)
    assert desk.states()[0] == ("in_progress", "suspended", True)
    assert desk.decide(row, "accept", desk.colleague, program=program).result == "accepted"


def test_a_proposal_ends_when_the_decline_is_taken_back(quick_desk: Desk) -> None:
    program = with_rules(four_eyes=frozenset({"decline"}))
    row = quick_desk.submit()
    quick_desk.decide(row, "accept", program=program)
    quick_desk.withdraw(row)
    with pytest.raises(NotAllowedError):
        quick_desk.decide(row, "accept", quick_desk.colleague, program=program)


def test_a_decision_on_changed_data_is_refused(quick_desk: Desk) -> None:
    row = quick_desk.submit()
    with quick_desk.database.write() as session:
        version = session.get_one(Request, row.id).version
    quick_desk.decide(row, "return", reason="incomplete")
    with quick_desk.database.write() as session, pytest.raises(ConflictError, match="変わりました"):
        decide(
            work_in(session, quick_desk.officer, NOW, program=PROGRAM),
            DECLINE_KIND,
            row.id,
            version,
            Decided("accept"),
        )
    with pytest.raises(InputError):
        quick_desk.decide(row, "burn")
    with pytest.raises(NotAllowedError):
        quick_desk.decide(row, "accept")


def test_the_reviewer_reads_what_accepting_does(quick_desk: Desk) -> None:
    quick_desk.issuer(sandbox=False)
    quick_desk.reveal()
    row = quick_desk.submit()
    with quick_desk.database.read() as session:
        said = " ".join(DECLINE_KIND.effects_of(work_in(session, program=PROGRAM), row))
    assert "こども2人、60,000円" in said
    assert "表示していないコード1件" in said
    assert "表示したコード1件" in said
