"""A report of a loss ends the same day: for a verified caller, or at the counter."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.domain.contacts.calls.levels import Level
from portal.domain.desk.call_desk.calling_back import has_number
from portal.domain.desk.casework.finishing import finish_by_hand
from portal.domain.foundation.actors import Actor, Role
from portal.domain.letters.letters.queries import valid_letter_numbers
from portal.domain.people.credentials.models import Credential
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.signin.evidence import Item, Right
from portal.domain.people.signin.loss import shut
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from tests.functional.desk.acts.support import Desk
from tests.support.people import Person
from tests.support.work import work_in


def reported(desk: Desk, person: Person, *rights: Right) -> None:
    """Do what reports of a loss do."""
    items = {Right.REPORT_LETTER: Item.APP, Right.REPORT_PHONE: Item.LETTER}
    resident = Actor(Role.RESIDENT, person.credential_id)
    with desk.staff.database.write() as session:
        for right in rights:
            work = work_in(session, resident, desk.now)
            shut(work, person.credential_id, frozenset({items[right]}), right)


def door(desk: Desk, person: Person) -> str:
    with desk.staff.database.read() as session:
        return session.get_one(Credential, person.credential_id).door


@pytest.mark.parametrize(
    ("right", "called_back"), [(Right.REPORT_LETTER, True), (Right.REPORT_PHONE, False)]
)
def test_a_caller_who_has_the_other_item_is_let_in_again(
    desk: Desk, right: Right, *, called_back: bool
) -> None:
    person = desk.post.household(active=True)
    desk.telephone(person)
    reported(desk, person, right)
    desk.in_call(person, called_back=called_back)
    form = desk.open(person, "unlock").text
    assert f'action="/desk/{person.household_id}/unlock/submit"' in form
    page = desk.do(person, "unlock")
    assert page.status_code == 200
    assert desk.acts()[0].receipt_no in page.text
    assert door(desk, person) == "open"
    assert desk.staff.count(Task, kind=TaskKind.LOSS_REPORTED, state="done") == 1
    assert desk.staff.count(OutboxMessage, purpose="notice.unlocked") == 1, "the owner is told"
    assert len(desk.staff.events("door.lift")) == 1
    again = desk.do(person, "unlock", {"form_key": "again"})
    assert again.status_code == 422
    assert "止まっているものはありません" in again.text


@pytest.mark.parametrize(
    ("rights", "called_back"),
    [
        ((Right.REPORT_LETTER,), False),
        ((Right.REPORT_PHONE,), True),
        ((Right.REPORT_LETTER, Right.REPORT_PHONE), False),
        ((Right.REPORT_LETTER, Right.REPORT_PHONE), True),
    ],
)
def test_what_was_reported_lost_lifts_nothing(
    desk: Desk, rights: tuple[Right, ...], *, called_back: bool
) -> None:
    """Even where the call was verified by it before the report."""
    person = desk.post.household(active=True)
    desk.telephone(person)
    desk.in_call(person, called_back=called_back)
    reported(desk, person, *rights)
    answer = desk.do(person, "unlock")
    assert answer.status_code in {409, 422}
    assert "これでは解けません" in answer.text
    assert door(desk, person) != "open"
    assert not desk.acts()


def test_what_was_reported_lost_proves_nothing_on_the_telephone(sqlite_desk: Desk) -> None:
    letter, phone = (sqlite_desk.post.household(active=True) for _one in range(2))
    for person in (letter, phone):
        sqlite_desk.telephone(person, f"+81901111{person.household_id:04}")
    reported(sqlite_desk, letter, Right.REPORT_LETTER)
    reported(sqlite_desk, phone, Right.REPORT_PHONE)
    with sqlite_desk.staff.database.read() as session:
        assert valid_letter_numbers(session, letter.household_id) is None
        assert valid_letter_numbers(session, phone.household_id) is not None
        assert has_number(session, letter.household_id)
        assert not has_number(session, phone.household_id)


def test_a_caller_of_whom_too_little_is_known_lifts_nothing(sqlite_desk: Desk) -> None:
    person = sqlite_desk.post.household(active=True)
    reported(sqlite_desk, person, Right.REPORT_PHONE)
    sqlite_desk.in_call(person, Level.STATUS)
    assert sqlite_desk.do(person, "unlock").status_code in {403, 422}
    assert door(sqlite_desk, person) == "phone_lost"


def test_an_officer_lifts_both_reports_after_a_look_at_a_document(desk: Desk) -> None:
    person = desk.post.household(active=True)
    desk.telephone(person)
    reported(desk, person, Right.REPORT_LETTER, Right.REPORT_PHONE)
    with desk.staff.database.read() as session:
        number = session.query(Task.id).filter(Task.kind == TaskKind.LOSS_REPORTED).scalar()
    visitor = desk.staff.enter_as(Role.OFFICER)
    page = visitor.open(f"/tasks/{number}")
    assert "新しい手紙を出すことに決める" in page.text, "what else may be right"
    refused = visitor.post(f"/tasks/{number}/lift", {"form_key": "none"})
    assert refused.status_code == 422
    assert "書類を選んでください" in refused.text
    for _twice in range(2):
        typed = {"form_key": "lift", "document": "passport"}
        assert visitor.send(f"/tasks/{number}/lift", typed).url.path == "/tasks"
    assert door(desk, person) == "open"
    (event,) = desk.staff.events("loss.lifted_at_counter")
    assert event.detail["document"] == "passport"
    assert desk.staff.count(OutboxMessage, purpose="notice.reopened") == 1
    late = visitor.post(f"/tasks/{number}/lift", {"form_key": "late", "document": "passport"})
    assert late.status_code == 409


def test_another_task_lifts_nothing_and_an_agent_has_no_such_button(sqlite_desk: Desk) -> None:
    person = sqlite_desk.post.household(active=True)
    reported(sqlite_desk, person, Right.REPORT_PHONE)
    with sqlite_desk.staff.database.write() as session:
        task = session.query(Task).filter(Task.kind == TaskKind.LOSS_REPORTED).one()
        number, task.kind = task.id, TaskKind.BIRTH_FROZEN
    typed = {"document": "passport"}
    assert sqlite_desk.visitor.post(f"/tasks/{number}/lift", typed).status_code in {403, 404}
    officer = sqlite_desk.staff.enter_as(Role.OFFICER)
    assert officer.post(f"/tasks/{number}/lift", typed).status_code == 409
    assert door(sqlite_desk, person) == "phone_lost"


def test_a_report_cannot_be_finished_while_the_door_is_shut(desk: Desk) -> None:
    person = desk.post.household(active=True)
    reported(desk, person, Right.REPORT_PHONE)
    with desk.staff.database.read() as session:
        number = session.query(Task.id).filter(Task.kind == TaskKind.LOSS_REPORTED).scalar()
    visitor = desk.staff.enter_as(Role.OFFICER)
    page = visitor.open(f"/tasks/{number}")
    assert "まだ止まっている" in page.text
    assert f"/tasks/{number}/finish" not in page.text
    refused = visitor.post(f"/tasks/{number}/finish", {"form_key": "early"})
    assert refused.status_code == 409
    assert "まだ止まっている" in refused.text
    assert desk.staff.count(Task, kind=TaskKind.LOSS_REPORTED, state="open") == 1
    with desk.staff.database.write() as session:  # as a new letter does, or a later report's lift
        session.get_one(Credential, person.credential_id).door = "open"
    assert f"/tasks/{number}/finish" in visitor.open(f"/tasks/{number}").text
    assert visitor.post(f"/tasks/{number}/finish", {"form_key": "now"}).status_code == 303
    assert desk.staff.count(Task, kind=TaskKind.LOSS_REPORTED, state="done") == 1


def test_a_report_during_the_finish_gets_a_task_of_its_own(desk: Desk) -> None:
    """The report waits for the account, and then finds no open task."""
    person = desk.post.household(active=True)
    reported(desk, person, Right.REPORT_PHONE)
    with desk.staff.database.write() as session:
        task = session.query(Task).filter(Task.kind == TaskKind.LOSS_REPORTED).one()
        number = task.id
        session.get_one(Credential, person.credential_id).door = "open"
    with ThreadPoolExecutor(1) as other:
        with desk.staff.database.write() as session:
            finish_by_hand(work_in(session, Actor(Role.OFFICER), desk.now), number)
            late = other.submit(reported, desk, person, Right.REPORT_LETTER)
            time.sleep(0.3)
            assert not late.done()
        late.result()
    assert door(desk, person) == "letter_lost"
    assert desk.staff.count(Task, kind=TaskKind.LOSS_REPORTED, state="open") == 1
