"""Tasks are finished once, a frozen first sign-in reopens, holds are released by one or two."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.domain.contacts.escalations import answering
from portal.domain.contacts.escalations.answering import WardAnswer
from portal.domain.foundation.actors import Role
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.mailroom.roster.holds.naming import named
from portal.domain.mailroom.roster.holds.services import put_hold
from portal.domain.people.credentials.models import Credential
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Hold, Household, PrintText
from portal.domain.people.households.protection import ProtectionSource
from portal.domain.people.signin.activation import BirthAnswer, check_birth
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import open_task
from portal.domain.requests.requests.models import Scan
from portal.domain.requests.requests.scans import store_scan
from tests.functional.contacts.escalations.support import Desk
from tests.support.people import Person
from tests.support.reading.files import picture
from tests.support.requests.looking import post_looked_at
from tests.support.requests.scans import checked
from tests.support.staff import Colleague, StaffSite
from tests.support.work import work_in


def task(
    staff: StaffSite,
    kind: TaskKind = TaskKind.NEW_LETTER,
    person: Person | None = None,
    **details: str,
) -> int:
    with staff.database.write() as session:
        household_id = person.household_id if person else None
        return open_task(work_in(session, now=staff.now), kind, household_id, dict(details)).id


def hold(staff: StaffSite, person: Person, code: str) -> int:
    with staff.database.write() as session:
        household = session.get_one(Household, person.household_id)
        return put_hold(work_in(session, now=staff.now), household, code).id


def test_a_task_is_finished_once_however_often_the_button_is_pressed(staff: StaffSite) -> None:
    number = task(staff, person=staff.add_household())
    visitor = staff.enter_as(Role.OFFICER)
    assert "新しい手紙の依頼" in visitor.open("/tasks").text
    visitor.open(f"/tasks/{number}")
    answers = [visitor.post(f"/tasks/{number}/finish", {"form_key": "once"}) for _ in range(5)]
    assert {a.status_code for a in answers} == {303}
    assert len(staff.events("task.finish")) == 1
    assert staff.count(Task, state="done") == 1
    assert visitor.post(f"/tasks/{number}/finish", {"form_key": "later"}).status_code == 409


def test_tasks_of_protected_households_are_the_wards_alone(staff: StaffSite) -> None:
    number = task(staff, person=staff.add_household(protected=True))
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    assert "待っている用件はありません" in officer.open("/tasks").text
    for answer in (officer.get(f"/tasks/{number}"), officer.post(f"/tasks/{number}/finish")):
        assert answer.status_code == 404
    assert ward.open(f"/tasks/{number}").status_code == 200


def test_what_a_requester_wrote_is_read_on_demand_and_on_record(staff: StaffSite) -> None:
    number = task(staff, TaskKind.UNMATCHED, contact="090-1111-2222", name="鶉野　瑠璃子")
    visitor = staff.enter_as(Role.OFFICER)
    assert "090-1111-2222" not in visitor.open(f"/tasks/{number}").text
    assert "090-1111-2222" in visitor.send(f"/tasks/{number}/read").text
    assert len(staff.events("task.read")) == 1


def freeze(staff: StaffSite, person: Person) -> None:
    from portal.domain.people.authn import sessions

    with staff.database.write() as session:
        owner = sessions.Owner(sessions.RESIDENT, person.credential_id)
        new = sessions.NewSession(owner, sessions.Stage.BIRTH)
        token = sessions.start(session, new, staff.now)
        auth = sessions.load(session, sessions.RESIDENT, token, staff.now)
        assert auth is not None
        answers = [
            check_birth(work_in(session, now=staff.now), auth, date(1990, 1, day)).answer
            for day in range(1, 6)
        ]
    assert answers[-1] is BirthAnswer.FROZEN


def test_an_officer_opens_a_frozen_first_sign_in_again(staff: StaffSite) -> None:
    person = staff.add_household()
    freeze(staff, person)
    with staff.database.read() as session:
        number = session.query(Task.id).scalar() or 0
    visitor = staff.enter_as(Role.OFFICER)
    assert "生年月日の凍結" in visitor.open(f"/tasks/{number}").text
    visitor.send(f"/tasks/{number}/unfreeze", {"form_key": "u"})
    assert "凍結を解きました" in (visitor.page.text if visitor.page else "")
    with staff.database.read() as session:
        credential = session.get_one(Credential, person.credential_id)
        assert (credential.state, credential.wrong_births) == ("issued", b"")
    assert staff.count(Task, state="done") == 1


def test_another_task_cannot_unfreeze_anything(staff: StaffSite) -> None:
    number = task(staff, person=staff.add_household())
    assert staff.enter_as(Role.OFFICER).post(f"/tasks/{number}/unfreeze").status_code == 409


def test_one_officer_releases_a_hold_that_takes_one(staff: StaffSite) -> None:
    person = staff.add_household()
    number = hold(staff, person, "W06_INSTITUTION")
    visitor = staff.enter_as(Role.OFFICER)
    assert "施設" in visitor.open("/holds").text
    visitor.open(f"/holds/{number}")
    visitor.send(f"/holds/{number}/release", {"form_key": "r"})
    assert "保留を解きました" in (visitor.page.text if visitor.page else "")
    assert staff.count(Hold, state="open") == 0
    assert staff.count(Entitlement, household_id=person.household_id, state="in_progress") == 2


def test_a_hold_of_two_people_is_never_released_by_one(staff: StaffSite) -> None:
    number = hold(staff, staff.add_household(), "W10_MOVED_AFTER_BASE")
    officer = staff.hire(Role.OFFICER)
    visitor = staff.enter(officer)
    assert visitor.post(f"/holds/{number}/release", {"form_key": "x"}).status_code == 403
    visitor.send(f"/holds/{number}/propose", {"form_key": "p"})
    assert "あなたの提案です" in visitor.open(f"/holds/{number}").text
    own = visitor.post(
        f"/holds/{number}/confirm", {"code": officer.code(staff.now), "form_key": "c"}
    )
    assert own.status_code == 403
    assert "自分の提案" in own.text
    assert staff.count(Hold, state="open") == 1


def confirmed(staff: StaffSite, number: int, colleague: Colleague, key: str = "c") -> int:
    visitor = staff.enter(colleague)
    form = {"code": colleague.code(staff.now), "form_key": key}
    return visitor.post(f"/holds/{number}/confirm", form).status_code


def test_an_officer_proposes_and_the_ward_confirms_with_a_fresh_code(staff: StaffSite) -> None:
    person = staff.add_household()
    number = hold(staff, person, "W10_MOVED_AFTER_BASE")
    staff.enter_as(Role.OFFICER).post(f"/holds/{number}/propose", {"form_key": "p"})
    ward = staff.hire(Role.WARD_OFFICER)
    visitor = staff.enter(ward)
    assert visitor.post(f"/holds/{number}/confirm", {"code": ""}).status_code == 422
    assert staff.count(Hold, state="open") == 1
    code = ward.code(staff.now)
    assert (
        visitor.post(f"/holds/{number}/confirm", {"code": code, "form_key": "c"}).status_code == 303
    )
    assert (
        visitor.post(f"/holds/{number}/confirm", {"code": code, "form_key": "c"}).status_code == 303
    )
    assert staff.count(Hold, state="open") == 0
    assert staff.count(Approval, state="confirmed") == 1
    assert staff.count(Entitlement, household_id=person.household_id, state="in_progress") == 2


def test_two_officers_need_the_wards_written_instruction(staff: StaffSite) -> None:
    first, second = (hold(staff, staff.add_household(), "W11_DIED_AFTER_BASE") for _ in range(2))
    proposer, other = staff.enter_as(Role.OFFICER), staff.hire(Role.OFFICER)
    proposer.post(f"/holds/{first}/propose", {"form_key": "1"})
    assert confirmed(staff, first, other) == 403
    staff.clock.advance(seconds=30)
    half = proposer.post(
        f"/holds/{second}/propose", {"instruction_no": "児発第12号", "form_key": "2"}
    )
    assert half.status_code == 422
    form = {"instruction_no": "児発第12号", "instruction_date": "令和5年7月3日"}
    assert proposer.post(f"/holds/{second}/propose", form | {"form_key": "3"}).status_code == 303
    assert "スキャンはついていません" in staff.enter(other).open(f"/holds/{second}").text
    assert (
        confirmed(staff, second, other) == 403
    )  # a number that two people of the contractor typed
    staff.clock.advance(seconds=30)
    proposer.post(f"/holds/{second}/refuse", {"form_key": "4"})
    for typed, data in (
        (form, b"<html>"),
        ({}, picture()),
    ):  # no scan, and a scan of no instruction
        sent = {"instruction_scan": ("a.png", data, "image/png")}
        assert proposer.post(f"/holds/{second}/propose", typed, files=sent).status_code == 422
    files = {"instruction_scan": ("order.png", picture(), "image/png")}
    proposed = post_looked_at(proposer, f"/holds/{second}/propose", form | {"form_key": "5"}, files)
    assert proposed.status_code == 303
    assert staff.count(Scan) == 1
    assert "/scans/" in staff.enter(other).open(f"/holds/{second}").text
    assert confirmed(staff, second, other) == 303
    assert staff.count(Hold, state="released") == 1
    with staff.database.read() as session:
        known = session.scalars(select(Approval).where(Approval.state == "confirmed")).one()
        assert (known.instruction_no, known.instruction_scan_id is not None) == ("児発第12号", True)


def test_the_scan_of_the_wards_own_answer_counts_for_its_household_alone(
    sqlite_staff: StaffSite,
) -> None:
    staff = sqlite_staff
    asked, other = staff.add_household(), staff.add_household()
    officer = staff.hire(Role.OFFICER)
    answered_with_scan(staff, asked.household_id, "児発第30号")
    typed = {"instruction_no": "児発第30号", "instruction_date": "2023-07-31"}
    found = []
    for person in (asked, other):
        number = hold(staff, person, "W11_DIED_AFTER_BASE")
        staff.enter_as(Role.OFFICER).post(
            f"/holds/{number}/propose", typed | {"form_key": str(number)}
        )
        found.append(confirmed(staff, number, officer))
        staff.clock.advance(seconds=30)
    assert found == [303, 403]


def answered_with_scan(staff: StaffSite, household_id: int, number: str) -> None:
    """A question about a household that the ward answered with an instruction and its letter."""
    desk = Desk(staff.database, staff.site.program, staff.now)
    row = desk.ask(household_id=household_id)
    with staff.database.write() as session:
        scan = store_scan(
            work_in(session, desk.ward, staff.now), checked(picture()), household_id=household_id
        )
        given = WardAnswer("解いてください。", Instruction(number, date(2023, 7, 31)), scan.id)
        answering.answer(work_in(session, desk.ward, staff.now), row.id, given)


def test_a_proposal_can_be_taken_back_and_made_again(staff: StaffSite) -> None:
    number = hold(staff, staff.add_household(), "W15_POSSIBLE_DUPLICATE")
    visitor = staff.enter_as(Role.OFFICER)
    visitor.post(f"/holds/{number}/propose", {"form_key": "1"})
    visitor.post(f"/holds/{number}/refuse")
    visitor.post(f"/holds/{number}/propose", {"form_key": "2"})
    states = {state: staff.count(Approval, state=state) for state in ("withdrawn", "proposed")}
    assert states == {"withdrawn": 1, "proposed": 1}


def test_holds_of_protected_households_are_the_wards_alone(staff: StaffSite) -> None:
    number = hold(staff, staff.add_household(protected=True), "W01_PROTECTED")
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    listed = officer.open("/holds").text
    assert "保留の世帯はありません" in listed
    for action in ("", "/print-text"):
        assert officer.get(f"/holds/{number}{action}").status_code == 404
    for action in ("release", "propose", "confirm", "refuse"):
        assert officer.post(f"/holds/{number}/{action}").status_code == 404
    assert "支援措置" in ward.open("/holds").text


def test_the_second_person_is_told_why_a_release_cannot_be_confirmed_any_more(
    staff: StaffSite,
) -> None:
    person = staff.add_household(protected=True)
    number = hold(staff, person, "W01_PROTECTED")
    staff.enter_as(Role.WARD_OFFICER).post(f"/holds/{number}/propose", {"form_key": "p"})
    second = staff.hire(Role.WARD_OFFICER)
    visitor = staff.enter(second)
    shown = re.search(r'name="proposal" value="(\d+)"', visitor.open(f"/holds/{number}").text)
    assert shown is not None
    form = {"proposal": shown[1], "form_key": "c"}
    with staff.database.write() as session:
        household = session.get_one(Household, person.household_id)
        later = staff.now + timedelta(minutes=1)
        named(work_in(session, now=later), household, ProtectionSource.LIST)
    staff.clock.advance(minutes=2)
    answer = visitor.post(f"/holds/{number}/confirm", form | {"code": second.code(staff.now)})
    assert answer.status_code == 409
    assert "もう一度提案してください" in answer.text
    assert staff.count(Hold, state="open") == 1
    assert staff.count(Household, protected=True) == 1
    assert "解除を提案する" in visitor.open(f"/holds/{number}").text


def test_a_gaiji_hold_goes_with_a_print_text_that_a_second_person_approved(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    number = hold(staff, person, "W02_GAIJI")
    officer = staff.hire(Role.OFFICER)
    visitor = staff.enter(officer)
    page = visitor.open(f"/holds/{number}/print-text")
    assert visitor.place == f"/holds/{number}/print-text", "the hold itself is the reason"
    assert "鶉野" not in page.text
    address = f"/holds/{number}/print-text/submit"
    assert visitor.post(address, {"form_key": "e"}).status_code == 422
    bad = visitor.post(address, {"name": "鶉〓　瑠璃子", "form_key": "b"})
    assert bad.status_code == 422
    assert "鶉〓" in bad.text
    assert visitor.post(address, {"name": "うずら野　瑠璃子", "form_key": "g"}).status_code == 303
    assert confirmed(staff, number, officer) == 403
    ward = staff.hire(Role.WARD_OFFICER)
    assert "うずら野　瑠璃子" in staff.enter(ward).open(f"/holds/{number}").text
    assert confirmed(staff, number, ward) == 303
    assert (staff.count(PrintText), staff.count(Hold, state="open")) == (1, 0)


@pytest.mark.parametrize(
    "path", ["/", "/tasks", "/holds", "/roster", "/letters", "/coupons", "/households"]
)
def test_an_empty_program_says_what_will_appear(sqlite_staff: StaffSite, path: str) -> None:
    page = sqlite_staff.enter_as(Role.WARD_OFFICER).open(path)
    assert page.status_code == 200
    assert "<h1>" in page.text


def test_the_first_page_adds_up_children_and_yen(staff: StaffSite) -> None:
    hold(staff, staff.add_household(), "W06_INSTITUTION")
    staff.add_household()
    page = staff.enter_as(Role.AUDITOR).open("/").text
    assert "4人と一致しています" in page
    assert "120,000円" in page
    assert "待っているもの" not in page
    with staff.database.write() as session:
        session.delete(session.query(Entitlement).first())
    assert "一致しません" in staff.enter_as(Role.AUDITOR).open("/").text


def test_a_session_that_is_over_in_the_middle_of_a_form_is_told_so(staff: StaffSite) -> None:
    number = task(staff)
    visitor = staff.enter_as(Role.OFFICER)
    visitor.open(f"/tasks/{number}")
    staff.clock.instant += timedelta(hours=8)
    page = visitor.send(f"/tasks/{number}/finish")
    assert visitor.place == "/signin"
    assert "サインアウトしました" in page.text
