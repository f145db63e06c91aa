"""Opening hours: two people, from their day on, on every page and both nodes, and back again."""

import threading
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.contacts.escalations.call_back_times import default_due
from portal.domain.contacts.hours.models import OpeningHours
from portal.domain.foundation.actors import SYSTEM, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import (
    DomainError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.calendar import CallCenterCalendar, Hours
from portal.domain.foundation.program.hours_text import hours_text
from portal.domain.foundation.texts import plain, use_locale
from portal.domain.requests.requests.services import due_day
from portal.platform.http.locale import CODE_OF
from portal.platform.in_force import KEPT_SECONDS, InForce
from portal.platform.rendering.templating import RUBY_TAGS
from tests.functional.contacts.hours.support import NINE, WEEK, Desk
from tests.support.resident import Resident
from tests.support.sample_ward import sample_program

ONE_DAY = timedelta(days=1)


def calendar_of(desk: Desk) -> CallCenterCalendar:
    """The calendar as every page of a process that just read it has it."""
    board = InForce(0)
    with desk.staff.database.read() as session:
        board.refresh(session, desk.staff.now)
    return board.program(sample_program()).calendar


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), JST)


def test_nothing_changes_before_the_ward_approves(desk: Desk) -> None:
    key = desk.week()
    assert calendar_of(desk) == sample_program().calendar
    desk.approve(key)
    first = desk.day(6)
    ours = calendar_of(desk)
    assert ours.week_on(first - ONE_DAY) == sample_program().calendar.week_on(first)
    assert ours.week_on(first) == WEEK
    assert ours.filed == sample_program().calendar


def test_a_special_day_is_closed_and_open_again_when_taken_back(desk: Desk) -> None:
    key = desk.special()
    desk.approve(key)
    assert calendar_of(desk).hours_on(desk.day(1)) is None
    desk.take_back(key)
    assert calendar_of(desk).hours_on(desk.day(1)) == NINE


def test_taken_back_it_stays_true_for_the_days_that_are_over(desk: Desk) -> None:
    """Reports of past days and what was counted by them do not move."""
    key = desk.special(first_day=desk.today, last_day=desk.day(2))
    desk.approve(key)
    days = [desk.day(n) for n in range(3)]
    desk.staff.clock.advance(days=1)
    desk.take_back(key)
    assert [calendar_of(desk).hours_on(day) for day in days] == [None, NINE, NINE]


def test_the_same_person_never_does_both(desk: Desk) -> None:
    ward = desk.actor(Role.WARD_OFFICER)
    key = desk.special(by=ward)
    for act in (desk.approve, desk.refuse):
        with pytest.raises(NotAllowedError, match="自分の出した"):
            act(key, ward)
    desk.approve(key, desk.actor(Role.WARD_OFFICER, "second"))


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.OFFICER, Role.AGENT, Role.AUDITOR])
def test_only_the_ward_decides(quick_desk: Desk, role: Role) -> None:
    key = quick_desk.special(by=quick_desk.actor(Role.OFFICER, "proposer"))
    somebody = quick_desk.actor(role)
    for act in (quick_desk.approve, quick_desk.refuse, quick_desk.take_back):
        with pytest.raises(NotAllowedError):
            act(key, somebody)
    assert calendar_of(quick_desk).hours_on(quick_desk.day(1)) == NINE


def test_a_proposal_is_taken_back_by_its_writer_and_what_is_in_force_by_the_ward(
    desk: Desk,
) -> None:
    assert desk.take_back(desk.special(), desk.actor()).state == "taken_back"
    key = desk.special()
    desk.approve(key)
    with pytest.raises(NotAllowedError):
        desk.take_back(key, desk.actor())
    assert desk.take_back(key).state == "taken_back"


def test_a_refused_change_never_holds(desk: Desk) -> None:
    key = desk.special()
    desk.refuse(key)
    for act in (desk.approve, desk.refuse, desk.take_back):
        with pytest.raises(WrongStateError):
            act(key)
    assert calendar_of(desk) == sample_program().calendar


def test_nothing_is_approved_for_a_day_that_is_over(desk: Desk) -> None:
    key = desk.special(first_day=desk.today, last_day=desk.day(3))
    desk.staff.clock.advance(days=1)
    with pytest.raises(WrongStateError, match="過ぎました"):
        desk.approve(key)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"first_day": -1}, "first_day"),
        ({"first_day": 1_000, "last_day": 1_000}, "first_day"),
        ({"last_day": 0}, "last_day"),
        ({"last_day": 32}, "last_day"),
        ({"reason": ""}, "reason"),
        ({"reason": "家族の名前"}, "reason"),
        ({"paid_by": ""}, "paid_by"),
        ({"hours": Hours(time(9), time(9))}, "closes"),
    ],
)
def test_a_special_day_that_cannot_be_is_refused(
    quick_desk: Desk, changed: dict[str, Any], field: str
) -> None:
    given: dict[str, Any] = {
        name: quick_desk.day(value) if isinstance(value, int) else value
        for name, value in changed.items()
    }
    with pytest.raises(InputError) as refused:
        quick_desk.special(**given)
    assert refused.value.code == field


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"first_day": -1}, "first_day"),
        ({"first_day": 1_000}, "first_day"),
        ({"hours": (None,) * 7}, "mon_opens"),
        ({"hours": (Hours(time(12), time(9)), *WEEK[1:])}, "mon_closes"),
        ({"paid_by": "somebody"}, "paid_by"),
    ],
)
def test_weekdays_that_cannot_be_are_refused(
    quick_desk: Desk, changed: dict[str, Any], field: str
) -> None:
    given: dict[str, Any] = {
        name: quick_desk.day(value) if isinstance(value, int) else value
        for name, value in changed.items()
    }
    with pytest.raises(InputError) as refused:
        quick_desk.week(**given)
    assert refused.value.code == field


def test_somebody_without_an_account_proposes_nothing(quick_desk: Desk) -> None:
    with pytest.raises(NotAllowedError):
        quick_desk.special(by=SYSTEM)


def test_an_unknown_key_is_refused(quick_desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        quick_desk.approve(999)


def test_each_step_is_on_record(desk: Desk) -> None:
    key = desk.special()
    desk.approve(key)
    desk.take_back(key)
    with desk.staff.database.read() as session:
        rows = session.execute(
            select(AuditEvent.action, AuditEvent.actor_id)
            .where(AuditEvent.subject == "opening_hours", AuditEvent.subject_id == key)
            .order_by(AuditEvent.id)
        ).all()
    ward = desk.actor(Role.WARD_OFFICER).id
    assert [tuple(row) for row in rows] == [
        ("opening_hours.proposed", desk.actor().id),
        ("opening_hours.approved", ward),
        ("opening_hours.taken_back", ward),
    ]


def test_two_at_once_decide_once(desk: Desk) -> None:
    key = desk.special()
    people = [desk.actor(Role.WARD_OFFICER), desk.actor(Role.WARD_OFFICER, "second")]
    outcomes: list[str] = []

    def decide(act: Any, by: Any) -> None:
        try:
            act(key, by)
            outcomes.append("done")
        except DomainError as error:
            outcomes.append(type(error).__name__)

    threads = [
        threading.Thread(target=decide, args=(act, by))
        for act, by in zip((desk.approve, desk.refuse), people, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["WrongStateError", "done"]
    with desk.staff.database.read() as session:
        assert session.get_one(OpeningHours, key).state in {"in_force", "refused"}


def test_two_nodes_show_it_within_a_minute_and_no_page_pays_for_it(desk: Desk) -> None:
    now = 1_000.0
    nodes = [InForce(clock=lambda: now) for _ in range(2)]

    def read() -> list[bool]:
        seen = []
        for node in nodes:
            with desk.staff.database.read() as session:
                node.refresh(session, desk.staff.now)
            program = node.program(sample_program())
            seen.append(program.calendar.hours_on(desk.day(1)) is None)
        return seen

    assert read() == [False, False]
    key = desk.special()
    desk.approve(key)
    now += KEPT_SECONDS - 0.1
    assert read() == [False, False], "read again too soon"
    now += 0.1
    assert read() == [True, True]
    desk.take_back(key)
    now += KEPT_SECONDS
    assert read() == [False, False]
    assert KEPT_SECONDS <= 30, "the page of the waiting room adds half a minute"


def test_the_program_stays_one_object_until_something_changes(desk: Desk) -> None:
    board, filed = InForce(0), sample_program()
    with desk.staff.database.read() as session:
        board.refresh(session, desk.staff.now)
    assert board.program(filed) is filed
    desk.approve(desk.special())
    kept = []
    for _ in range(2):
        with desk.staff.database.read() as session:
            board.refresh(session, desk.staff.now)
        kept.append(board.program(filed))
    assert kept[0] is kept[1] is not filed


@pytest.mark.parametrize("locale", RESIDENT_LOCALES)
def test_residents_read_it_in_their_language_from_its_day_on(
    desk: Desk, residents: Resident, locale: str
) -> None:
    desk.approve(desk.week())
    visitor = residents.visitor()

    def read(path: str) -> str:
        visitor.open(f"{path}?lang={CODE_OF[locale]}")
        return " ".join(RUBY_TAGS.sub(r"\1", visitor.open(path).text).split())

    ours = calendar_of(desk)
    with use_locale(locale):
        before, after = (str(plain(hours_text(ours, day))) for day in (desk.today, desk.day(6)))
    assert before != after
    for path in ("/", "/help"):
        assert before in read(path)
    residents.clock.advance(days=6)
    for path in ("/", "/help"):
        assert after in read(path)


def test_open_or_closed_follows_at_once_on_both_sites(desk: Desk, residents: Resident) -> None:
    assert "いま、電話を受け付けています" in residents.visitor().open("/").text
    desk.approve(desk.special(first_day=desk.today, last_day=desk.today))
    page = residents.visitor().open("/").text
    assert "いま、電話を受け付けています" not in page
    assert "設備の点検のため" in page
    agent = desk.staff.enter_as(Role.SUPERVISOR)
    assert "設備の点検のため" in agent.open("/calendar").text
    assert "いまは受付時間の外です" in agent.open("/calendar").text


def test_deadlines_that_are_counted_anew_follow_and_those_of_the_contract_do_not(
    desk: Desk,
) -> None:
    filed = sample_program()
    before = due_day(filed, desk.staff.now)
    desk.approve(desk.special(last_day=desk.day(2)))
    for last in {rule.last_posting_day(filed.calendar) for rule in filed.request_rules}:
        desk.approve(desk.special(first_day=last, last_day=last))
    board = InForce(0)
    with desk.staff.database.read() as session:
        board.refresh(session, desk.staff.now)
    ours = board.program(filed)
    assert due_day(ours, desk.staff.now) > before
    late = at(desk.today, 16)
    assert default_due(ours.calendar, late) > default_due(filed.calendar, late)
    assert ours.windows == filed.windows
    for rule in filed.request_rules:
        assert not ours.calendar.is_business_day(rule.last_posting_day(filed.calendar))
        assert rule.last_posting_day(ours.calendar) == rule.last_posting_day(filed.calendar)
