"""What ends a report of a loss, and that nothing else does: every kind by every outcome."""

from collections.abc import Callable

import pytest

from portal.domain.desk.casework.finishing import finish_by_hand
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.errors import WrongStateError
from portal.domain.letters.letters.models import LetterOrder
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from portal.domain.people.signin.account import report_lost
from portal.domain.people.signin.evidence import Right
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from tests.functional.desk.acts.support import Desk
from tests.functional.desk.acts.test_lifting import reported
from tests.functional.desk.acts.test_unlock import freeze
from tests.functional.letters.admin.test_new_letters import CLOSES
from tests.support.people import Person
from tests.support.work import work_in


def at_once(desk: Desk, person: Person) -> None:
    """The whole account is stopped, by somebody who was signed in or verified."""
    with desk.staff.database.write() as session:
        resident = Actor(Role.RESIDENT, person.credential_id)
        report_lost(work_in(session, resident, desk.now), person.credential_id)


def by_one_item(desk: Desk, person: Person) -> None:
    """Only the door is shut."""
    reported(desk, person, Right.REPORT_LETTER)


def while_frozen(desk: Desk, person: Person) -> None:
    """It is frozen already: the task alone says that the letter is lost."""
    freeze(desk, person)
    at_once(desk, person)


def by_call(desk: Desk, person: Person, _task: int) -> int:
    desk.telephone(person)
    desk.in_call(person, called_back=True)
    return desk.do(person, "unlock").status_code


def at_counter(desk: Desk, _person: Person, task: int) -> int:
    typed = {"form_key": "lift", "document": "passport"}
    return desk.staff.enter_as(Role.OFFICER).post(f"/tasks/{task}/lift", typed).status_code


def by_letter(desk: Desk, _person: Person, task: int) -> int:
    visitor = desk.staff.enter_as(Role.OFFICER)
    return visitor.post(f"/tasks/{task}/new-letter", {"form_key": "letter"}).status_code


def by_unfreezing(desk: Desk, _person: Person, _task: int) -> int:
    with desk.staff.database.read() as session:
        number = session.query(Task.id).filter(Task.kind == TaskKind.BIRTH_FROZEN).scalar() or 0
    visitor = desk.staff.enter_as(Role.OFFICER)
    return visitor.post(f"/tasks/{number}/unfreeze", {"form_key": "frozen"}).status_code


def by_hand(desk: Desk, _person: Person, task: int) -> int:
    visitor = desk.staff.enter_as(Role.OFFICER)
    return visitor.post(f"/tasks/{task}/finish", {"form_key": "hand"}).status_code


Report = Callable[[Desk, Person], None]
Outcome = Callable[[Desk, Person, int], int]
OUTCOMES: tuple[Outcome, ...] = (by_call, at_counter, by_letter, by_unfreezing, by_hand)
ENDS: dict[Report, tuple[TaskKind, frozenset[Outcome]]] = {
    at_once: (TaskKind.REPORT_LOST, frozenset({by_letter})),
    by_one_item: (TaskKind.LOSS_REPORTED, frozenset({by_call, at_counter, by_letter})),
    while_frozen: (TaskKind.REPORT_LOST, frozenset({by_letter})),
}
"""What may end each report."""


def lost(desk: Desk, report: Report) -> tuple[Person, int]:
    """A household whose letter was posted and reported lost; its task's key."""
    person = desk.post.household(active=report is not while_frozen)
    report(desk, person)
    with desk.staff.database.read() as session:
        return person, session.query(Task.id).filter(Task.kind == ENDS[report][0]).scalar()


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("report", ENDS)
def test_each_outcome_ends_a_report_or_is_refused(
    sqlite_desk: Desk, report: Report, outcome: Outcome
) -> None:
    kind, ends = ENDS[report]
    person, task = lost(sqlite_desk, report)
    status = outcome(sqlite_desk, person, task)
    assert (status < 400) is (outcome in ends), status
    state = "done" if outcome in ends else "open"
    assert sqlite_desk.staff.count(Task, kind=kind, state=state) == 1
    assert sqlite_desk.staff.count(LetterOrder) == (outcome is by_letter)
    if outcome not in ends:
        assert sqlite_desk.staff.count(Credential, state="issued") == 0, "opened nothing"


@pytest.mark.parametrize("report", [at_once, while_frozen])
def test_the_page_of_a_report_offers_what_ends_it_and_nothing_else(
    sqlite_desk: Desk, report: Report
) -> None:
    _person, task = lost(sqlite_desk, report)
    page = sqlite_desk.staff.enter_as(Role.OFFICER).open(f"/tasks/{task}").text
    assert "電話や窓口では解けません" in page
    assert f"/tasks/{task}/new-letter" in page
    for absent in ("finish", "lift", "unfreeze"):
        assert f"/tasks/{task}/{absent}" not in page


def finished(desk: Desk, task: int) -> None:
    with desk.staff.database.write() as session:
        finish_by_hand(work_in(session, Actor(Role.WARD_OFFICER), desk.now), task)


@pytest.mark.parametrize("why", ["protected", "late"])
def test_where_no_letter_can_be_ordered_any_more_the_task_ends_and_the_account_stays_shut(
    desk: Desk, why: str
) -> None:
    person, task = lost(desk, at_once)
    with desk.staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = why == "protected"
    if why == "late":
        desk.staff.clock.instant = CLOSES
        with pytest.raises(WrongStateError, match="新しい手紙"):  # it may still be decided
            finished(desk, task)
        desk.staff.clock.advance(days=30)
    finished(desk, task)
    with desk.staff.database.read() as session:
        assert session.get_one(Credential, person.credential_id).state == "suspended"


def test_a_frozen_account_is_kept_by_its_report_also_where_no_letter_goes(desk: Desk) -> None:
    person, task = lost(desk, while_frozen)
    with desk.staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    with pytest.raises(WrongStateError):
        finished(desk, task)
