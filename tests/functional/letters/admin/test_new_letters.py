"""A new letter is ordered from a task, inside its window; the old password works until then."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.letters.letters.models import Letter, LetterOrder
from portal.domain.mailroom.printing.runs.recipients.selection import counts
from portal.domain.people.credentials.models import Credential
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import open_task
from tests.functional.mailroom.admin.test_hand_over import printed
from tests.support.people import Person
from tests.support.staff import StaffSite
from tests.support.work import work_in

OPENS = datetime(2023, 7, 2, 15, 0, tzinfo=UTC)  # 3 July, 0:00 in Japan
CLOSES = datetime(2023, 12, 21, 15, 0, tzinfo=UTC)  # the end of 21 December in Japan
POSTED = CLOSES + timedelta(days=1)  # 22 December is the last day for posting
MOMENT = timedelta(milliseconds=1)
BUTTON = "新しい手紙を出すことに決める"


def ask(staff: StaffSite, person: Person | None, kind: TaskKind = TaskKind.NEW_LETTER) -> int:
    with staff.database.write() as session:
        household = person.household_id if person else None
        return open_task(work_in(session, now=staff.now), kind, household, {}).id


@pytest.mark.parametrize("kind", [TaskKind.NEW_LETTER, TaskKind.REPORT_LOST, TaskKind.BIRTH_FROZEN])
def test_the_next_print_run_makes_the_new_letter_and_the_old_password_lives_until_then(
    staff: StaffSite, kind: TaskKind
) -> None:
    person = staff.add_household()
    printed(staff, [person], "handed_over")
    task = ask(staff, person, kind)
    visitor = staff.enter_as(Role.OFFICER)
    assert BUTTON in visitor.open(f"/tasks/{task}").text
    for _ in range(3):
        assert visitor.post(f"/tasks/{task}/new-letter", {"form_key": "n"}).status_code == 303
    assert "次の印刷で作られ" in visitor.open("/tasks?said=letter").text
    assert staff.count(LetterOrder, state="open", household_id=person.household_id) == 1
    assert staff.count(Task, state="done") == 1
    assert staff.count(Credential, state="issued") == 1
    assert staff.count(Letter, state="handed_over") == 1
    with staff.database.read() as session:
        assert counts(session)["due"] == 1


@pytest.mark.parametrize(
    ("asked", "decided", "said"),
    [
        (OPENS - MOMENT, OPENS - MOMENT, "2023-07-03に始まります"),
        (OPENS, OPENS, ""),
        (CLOSES - MOMENT, CLOSES - MOMENT, ""),
        (CLOSES - MOMENT, CLOSES, ""),
        (CLOSES - MOMENT, POSTED - MOMENT, ""),
        (CLOSES - MOMENT, POSTED, "2023-12-21で終わりました"),
        (CLOSES, CLOSES, "2023-12-21で終わりました"),
    ],
    ids=[
        "early",
        "first moment",
        "last moment",
        "in time",
        "last posting day",
        "too late to post",
        "late",
    ],
)
def test_outside_the_window_a_sentence_stands_in_the_place_of_the_button(
    staff: StaffSite, asked: datetime, decided: datetime, said: str
) -> None:
    person = staff.add_household()
    printed(staff, [person], "handed_over")
    staff.clock.instant = asked
    task = ask(staff, person)
    staff.clock.instant = decided
    visitor = staff.enter_as(Role.OFFICER)
    page = visitor.open(f"/tasks/{task}").text
    assert (BUTTON in page) is not bool(said)
    assert said in page
    answer = visitor.post(f"/tasks/{task}/new-letter", {"form_key": "n"})
    assert answer.status_code == (409 if said else 303)
    assert said in answer.text
    assert staff.count(LetterOrder) == (0 if said else 1)
    assert staff.count(Task, state="done") == (0 if said else 1)


def test_a_letter_that_did_not_go_out_yet_is_not_replaced(staff: StaffSite) -> None:
    person = staff.add_household()
    printed(staff, [person])
    task = ask(staff, person)
    visitor = staff.enter_as(Role.OFFICER)
    visitor.open(f"/tasks/{task}")
    answer = visitor.post(f"/tasks/{task}/new-letter", {"form_key": "n"})
    assert answer.status_code == 422
    assert "まだ引き渡していません" in answer.text
    assert staff.count(Task, state="open") == 1


def test_protected_households_and_other_tasks_get_no_letter_this_way(
    sqlite_staff: StaffSite,
) -> None:
    protected = ask(sqlite_staff, sqlite_staff.add_household(protected=True))
    unmatched = ask(sqlite_staff, None, TaskKind.UNMATCHED)
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    assert BUTTON not in ward.open(f"/tasks/{unmatched}").text
    page = ward.open(f"/tasks/{protected}").text
    assert BUTTON not in page
    assert "区の手順で渡してください" in page
    assert ward.post(f"/tasks/{protected}/new-letter", {"form_key": "1"}).status_code == 403
    assert ward.post(f"/tasks/{unmatched}/new-letter", {"form_key": "2"}).status_code == 404
    assert sqlite_staff.count(Task, state="open") == 2
