"""Staff see what a household was informed of and what failed, and resume a stopped notice once."""

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.letters.announcements.models import Announcement
from portal.domain.people.households.models import Hold, Household
from portal.platform.senders.sending import SendFailedError
from tests.functional.desk.openings.support import ASKS
from tests.functional.letters.announcements.support import (
    MAIL,
    PHONE,
    Gateway,
    put_hold,
    resident,
    send_all,
    tell,
)
from tests.support.people import Person
from tests.support.resident import Visitor
from tests.support.staff import StaffSite


def opened(staff: StaffSite, person: Person, role: Role = Role.OFFICER) -> Visitor:
    visitor = staff.enter_as(role)
    visitor.open(f"/households/{person.household_id}")
    visitor.send(
        f"/households/{person.household_id}/reason/submit", {"reason": "inquiry", "form_key": "k1"}
    )
    return visitor


def stopped(staff: StaffSite) -> tuple[Person, int, int]:
    person = resident(staff.database)
    tell(staff.database, person)
    hold = put_hold(staff.database, person)
    send_all(staff.database, Gateway())
    with staff.database.read() as session:
        return person, hold, session.scalars(select(Announcement.id)).one()


def test_the_log_shows_medium_state_tries_and_failure_without_an_address(staff: StaffSite) -> None:
    person = resident(staff.database)
    tell(staff.database, person, "received", "r:1")
    send_all(staff.database, Gateway(SendFailedError("http_400", permanent=True)))
    tell(staff.database, person, "decided", "r:2")
    send_all(staff.database, Gateway(SendFailedError("timeout")))
    page = opened(staff, person).open(f"/households/{person.household_id}").text
    for wanted in (
        "申請の受け付け",
        "届かなかった（カードに替えました）",
        "相手に断られました（400）",
        "つぎの印刷を待っています",
        "申請の結果",
        "相手が時間内に答えませんでした",
        "送信を待っています",
        "つぎは",
    ):
        assert wanted in page, wanted
    for leak in (PHONE, PHONE[-4:], MAIL):
        assert leak not in page


def test_a_stopped_notice_is_started_again_once_however_often_the_button_is_pressed(
    staff: StaffSite,
) -> None:
    person, hold, notice = stopped(staff)
    with staff.database.write() as session:
        session.get_one(Hold, hold).state = "released"
    visitor = opened(staff, person)
    assert "やはり送る" in visitor.open(f"/households/{person.household_id}").text
    address = f"/households/{person.household_id}/notices/{notice}/resume"
    for _ in range(3):
        assert visitor.post(address, {"form_key": "k2"}).status_code == 303
    gateway = Gateway()
    send_all(staff.database, gateway)
    assert len(gateway.got) == 1
    assert len(staff.events("notice.resumed")) == 1


def test_while_the_household_is_held_it_is_not_started_again(staff: StaffSite) -> None:
    person, _hold, notice = stopped(staff)
    visitor = opened(staff, person)
    answer = visitor.post(
        f"/households/{person.household_id}/notices/{notice}/resume", {"form_key": "k2"}
    )
    assert answer.status_code == 422
    assert "自動のお知らせを送りません" in answer.text
    assert staff.events("notice.resumed") == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.AGENT])
def test_who_may_not_decide_cannot_start_it(sqlite_staff: StaffSite, role: Role) -> None:
    person, _hold, notice = stopped(sqlite_staff)
    visitor = sqlite_staff.enter_as(role)
    address = f"/households/{person.household_id}/notices/{notice}/resume"
    assert visitor.post(address, {"form_key": "k2"}).status_code == 403


def test_a_household_that_was_not_opened_or_another_s_notice_is_refused(
    sqlite_staff: StaffSite,
) -> None:
    person, _hold, notice = stopped(sqlite_staff)
    other = resident(sqlite_staff.database, number="9900000002")
    visitor = opened(sqlite_staff, other)
    closed = visitor.post(
        f"/households/{person.household_id}/notices/{notice}/resume", {"form_key": "k2"}
    )
    assert (closed.status_code, ASKS in closed.text) == (403, True)
    strange = visitor.post(
        f"/households/{other.household_id}/notices/{notice}/resume", {"form_key": "k3"}
    )
    assert strange.status_code == 404
    assert sqlite_staff.events("notice.resumed") == []


def test_the_letters_page_counts_cards_that_wait_but_never_the_protected(
    sqlite_staff: StaffSite,
) -> None:
    for number, protected in enumerate((False, False, True)):
        person = sqlite_staff.add_household(protected=protected)
        tell(sqlite_staff.database, person, key=f"k:{number}")
    words = "つぎの印刷を待つカード</dt>\n<dd><strong>{}</strong>"
    assert words.format(2) in sqlite_staff.enter_as(Role.OFFICER).open("/letters").text
    assert words.format(3) in sqlite_staff.enter_as(Role.WARD_OFFICER).open("/letters").text


def test_staff_find_the_households_whose_notices_were_stopped(sqlite_staff: StaffSite) -> None:
    person, _hold, _notice = stopped(sqlite_staff)
    protected = resident(sqlite_staff.database, number="9900000002")
    tell(sqlite_staff.database, protected, key="k:2")
    with sqlite_staff.database.write() as session:
        session.get_one(Household, protected.household_id).protected = True
    send_all(sqlite_staff.database, Gateway())
    link = 'href="/households/{}?at=notice-'
    page = sqlite_staff.enter_as(Role.OFFICER).open("/letters").text
    assert link.format(person.household_id) in page
    assert link.format(protected.household_id) not in page
    assert (
        link.format(protected.household_id)
        in sqlite_staff.enter_as(Role.WARD_OFFICER).open("/letters").text
    )
