"""The returned-mail desk on the staff site.

Fifty scans in a row, corrected, kept, destroyed by two, printed.
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments import services as shipments
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.models import Task
from tests.functional.requests.redeliveries.support import POSTED, handed_over
from tests.support.people import CANARY_NAME, Person
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

PILE = {
    "reason": "storage_ended",
    "box": "A-1",
    "received_on": "2023-08-01",
    "keep_until": "2023-12-28",
}


def letters(staff: StaffSite, count: int) -> list[str]:
    numbers = []
    for _place in range(count):
        person: Person = staff.add_household()
        with staff.database.write() as session:
            numbers.append(handed_over(session, person).number)
    return numbers


def scan(desk: Visitor, number: str, **changes: str) -> int:
    return desk.post(
        "/returns/receive", PILE | {"form_key": number or "empty", "number": number} | changes
    ).status_code


def test_fifty_scans_in_a_row_keep_the_pile_and_say_the_next_step(sqlite_staff: StaffSite) -> None:
    desk = sqlite_staff.enter_as(Role.OFFICER)
    numbers = letters(sqlite_staff, 50)
    desk.open("/returns")
    for number in numbers:
        assert scan(desk, number) == 303
    page = desk.open("/returns?said=received").text
    assert f'<strong class="mono">{numbers[-1]}</strong>' in page
    assert "再配達の申し込みを待ちます" in page
    assert 'value="A-1"' in page
    assert 'name="number"' in page
    assert "autofocus" in page
    assert page.count('<th scope="row" class="mono nowrap">') == 20
    assert sqlite_staff.count(ReturnedItem) == 50
    assert sqlite_staff.count(Credential, state="suspended") == 50


def in_use(staff: StaffSite, *, protected: bool = False) -> str:
    """A delivered letter whose ID is in use; return its number."""
    person = staff.add_household(active=True)
    with staff.database.write() as session:
        letter = handed_over(session, person)
        work = work_in(session, now=staff.now)
        shipment = shipments.plan_letter(work, letter)
        shipments.post_unlabeled(work, shipment.id, POSTED)
        shipments.deliver(work, shipment.id, POSTED)
        session.get_one(Household, person.household_id).protected = protected
        return letter.number


def test_a_delivered_letter_in_hand_goes_to_two_who_decide_about_its_id(staff: StaffSite) -> None:
    first, second = staff.enter_as(Role.OFFICER), staff.enter_as(Role.OFFICER)
    number = in_use(staff)
    assert scan(first, number) == 303
    page = first.open("/returns?said=received").text
    assert "IDを止めました" not in page
    assert "2023-07-10に届いたことになっています" in page
    assert "/tasks?kind=returned_in_use" in page
    with staff.database.read() as session:
        task = f"/tasks/{session.scalars(select(Task.id)).one()}"
    assert "二人で決めるまで" in first.open(task).text
    nothing = first.post(f"{task}/finding", {"form_key": "none"})
    assert (nothing.status_code, "わかったことを選んで" in nothing.text) == (422, True)
    first.send(f"{task}/finding", {"form_key": "f", "finding": "stranger"})
    assert "ほかの人の承認を待っています" in first.open(task).text
    own = first.post(f"{task}/finding/confirm", {"form_key": "own"})
    assert (own.status_code, "自分の提案" in own.text) == (422, True)
    second.send(f"{task}/finding/refuse", {"form_key": "no"})
    assert "ほかの人の承認を待っています" not in first.open(task).text
    first.send(f"{task}/finding", {"form_key": "g", "finding": "stranger"})
    assert staff.count(Credential, state="active") == 1
    assert "本人は使っていない" in second.open(task).text
    second.send(f"{task}/finding/confirm", {"form_key": "c"})
    assert staff.count(Credential, state="suspended") == 1


def test_who_may_not_know_a_protected_household_finds_no_task_about_its_letter(
    staff: StaffSite,
) -> None:
    officer = staff.enter_as(Role.OFFICER)
    assert scan(officer, in_use(staff, protected=True)) == 303
    with staff.database.read() as session:
        task = f"/tasks/{session.scalars(select(Task.id)).one()}"
    for step in ("", "/finding", "/finding/confirm", "/finding/refuse"):
        answer = officer.post(task + step, {"finding": "stranger"}) if step else officer.get(task)
        assert answer.status_code == 404
    ward = staff.enter_as(Role.WARD_OFFICER)
    assert "二人で決める" in ward.open(task).text


def test_a_number_that_fits_nothing_says_what_to_do_and_the_pile_stays(staff: StaffSite) -> None:
    desk = staff.enter_as(Role.OFFICER)
    answer = desk.post("/returns/receive", PILE | {"form_key": "a", "number": "M000000000"})
    assert answer.status_code == 422
    assert "責任者に渡してください" in answer.text
    assert 'value="A-1"' in answer.text
    (number,) = letters(staff, 1)
    assert scan(desk, number) == 303
    again = desk.post("/returns/receive", PILE | {"form_key": "b", "number": number})
    assert "もう受け取ってあります" in again.text
    assert staff.count(ReturnedItem) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", ""),
        ("box", ""),
        ("reason", "x"),
        ("received_on", "きのう"),
        ("keep_until", "2023-01-01"),
    ],
)
def test_a_fault_in_the_form_takes_nothing_in(
    sqlite_staff: StaffSite, field: str, value: str
) -> None:
    (number,) = letters(sqlite_staff, 1)
    desk = sqlite_staff.enter_as(Role.OFFICER)
    answer = desk.post(
        "/returns/receive", PILE | {"form_key": "a", "number": number} | {field: value}
    )
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert sqlite_staff.count(ReturnedItem) == 0


def test_a_wrong_reason_is_put_right_the_same_day_only(staff: StaffSite) -> None:
    (number,) = letters(staff, 1)
    desk = staff.enter_as(Role.OFFICER)
    scan(desk, number)
    with staff.database.read() as session:
        key = session.scalars(select(ReturnedItem.id)).one()
    desk.send(f"/returns/{key}/correct", {"form_key": "c", f"reason-{key}": "moved_unknown"})
    assert "区が住所を確かめます" in desk.open("/returns").text
    staff.clock.instant += timedelta(days=1)
    late = staff.enter_as(Role.OFFICER).post(
        f"/returns/{key}/correct", {"form_key": "d", f"reason-{key}": "died"}
    )
    assert late.status_code == 422
    assert "受け取ったその日だけ" in late.text


def test_the_shelf_is_emptied_by_two_people_after_the_last_day(staff: StaffSite) -> None:
    numbers = letters(staff, 2)
    first = staff.enter_as(Role.OFFICER)
    for number in numbers:
        scan(first, number)
    assert "廃棄を提案する" not in first.open("/returns/storage").text
    staff.clock.instant = datetime(2023, 12, 29, 3, 0, tzinfo=UTC)
    first, second = staff.enter_as(Role.OFFICER), staff.enter_as(Role.OFFICER)
    with staff.database.read() as session:
        chosen = {f"item-{key}": "1" for key in session.scalars(select(ReturnedItem.id))}
    assert first.post("/returns/storage/propose", {"form_key": "none"}).status_code == 422
    first.send("/returns/storage/propose", {"form_key": "p"} | chosen)
    own = first.post("/returns/storage/confirm", {"form_key": "own"} | chosen)
    assert own.status_code == 422
    back = min(chosen).removeprefix("item-")
    first.send(f"/returns/{back}/take-back", {"form_key": "t"})
    early = second.post("/returns/storage/confirm", {"form_key": "early"} | chosen)
    assert early.status_code == 422, "one of them is proposed no more"
    first.send("/returns/storage/propose", {"form_key": "u", f"item-{back}": "1"})
    second.send("/returns/storage/confirm", {"form_key": "q"} | chosen)
    assert staff.count(ReturnedItem, state="destroyed") == 2
    assert "保管している郵便はありません" in second.open("/returns/storage").text


def test_lists_name_nobody_and_do_not_leave_as_they_are(staff: StaffSite) -> None:
    numbers = letters(staff, 2)
    desk = staff.enter_as(Role.OFFICER)
    for number in numbers:
        scan(desk, number)
    for path in ("/returns", "/returns/storage", "/undelivered"):
        page = desk.open(path).text
        assert numbers[0] in page
        assert CANARY_NAME not in page
    for path, kind in (("/returns/storage", "stored_mail"), ("/undelivered", "undelivered")):
        assert f'href="/person-lists?kind={kind}"' in desk.open(path).text
        assert desk.post(f"{path}/file/xlsx").status_code == 404
    assert staff.events("report.taken") == []


@pytest.mark.parametrize("path", ["/returns", "/returns/storage", "/undelivered"])
def test_a_household_opens_from_a_list_of_its_mail_without_a_question(
    sqlite_staff: StaffSite, path: str
) -> None:
    (number,) = letters(sqlite_staff, 1)
    desk = sqlite_staff.enter_as(Role.OFFICER)
    scan(desk, number)
    link = desk.open(path).text.split('href="/households/')[1].split('"')[0]
    assert desk.get(f"/households/{link}").status_code == 200


def test_a_protected_household_is_the_wards_alone(staff: StaffSite) -> None:
    (number,) = letters(staff, 1)
    with staff.database.write() as session:
        household = session.scalars(
            select(Letter.household_id).where(Letter.number == number)
        ).one()
        session.get_one(Household, household).protected = True
    officer = staff.enter_as(Role.OFFICER)
    scan(officer, number)
    assert (
        f"/households/{household}"
        not in officer.open("/returns").text + officer.open("/returns/storage").text
    )
    assert number in staff.enter_as(Role.WARD_OFFICER).open("/returns/storage").text


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("path", ["/returns", "/returns/storage", "/undelivered"])
def test_others_do_not_get_here(sqlite_staff: StaffSite, role: Role, path: str) -> None:
    assert sqlite_staff.enter_as(role).get(path).status_code == 403


def test_no_number_stands_in_the_log(sqlite_staff: StaffSite) -> None:
    (number,) = letters(sqlite_staff, 1)
    scan(sqlite_staff.enter_as(Role.OFFICER), number)
    with sqlite_staff.database.read() as session:
        assert all(number not in str(event.detail) for event in session.scalars(select(AuditEvent)))
