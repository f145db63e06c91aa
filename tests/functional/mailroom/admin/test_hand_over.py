"""The page of a print run.

What must be taken out, proposing, confirming with a fresh code, and refusals in words.
"""

import re

import pytest

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.models import Approval
from portal.domain.letters.letters.models import Letter, PrintChunk, PrintRun
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.mailroom.roster.holds.services import put_hold
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from tests.support.mailroom.proofs import approve_run
from tests.support.people import Person
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in


def printed(staff: StaffSite, people: list[Person], state: str = "built") -> int:
    """A run with a letter for each of these households."""
    letter_state = "printed" if state == "built" else state
    with staff.database.write() as session:
        run = PrintRun(
            kind="credential",
            state=state,
            planned=len(people),
            children=2 * len(people),
            folder="f",
            total_yen=60_000 * len(people),
            notice_date=staff.now.date(),
            created_at=staff.now,
            finished_at=staff.now,
        )
        session.add(run)
        session.flush()
        session.add(
            PrintChunk(
                print_run_id=run.id,
                number=1,
                state="built",
                file_name="letters-001-0001.pdf",
                sha256="ab" * 32,
                letters=len(people),
                built_at=staff.now,
            )
        )
        for place, person in enumerate(people, 1):
            session.add(
                Letter(
                    number=new_letter_number(),
                    household_id=person.household_id,
                    kind="credential",
                    state=letter_state,
                    print_run_id=run.id,
                    chunk_number=1,
                    position=place,
                    children=2,
                    amount_yen=60_000,
                    credential_id=person.credential_id,
                    created_at=staff.now,
                    printed_at=staff.now,
                )
            )
        run_id = run.id
    if state == "built":
        maker, approver = (
            Actor(Role.OFFICER, staff.hire(Role.OFFICER).id, Organization.CONTRACTOR)
            for _ in range(2)
        )
        approve_run(staff.database, run_id, maker, approver, staff.now)
    return run_id


def hold(staff: StaffSite, person: Person) -> None:
    with staff.database.write() as session:
        put_hold(
            work_in(session, now=staff.now),
            session.get_one(Household, person.household_id),
            "W06_INSTITUTION",
        )


def said(visitor: Visitor) -> str:
    return visitor.page.text if visitor.page else ""


@pytest.mark.parametrize("second", [Role.OFFICER, Role.WARD_OFFICER])
def test_an_officer_proposes_and_another_person_confirms_with_a_fresh_code(
    staff: StaffSite, second: Role
) -> None:
    run = printed(staff, [staff.add_household() for _ in range(2)])
    officer, other = staff.hire(Role.OFFICER), staff.hire(second)
    first = staff.enter(officer)
    assert "2通がすべて" in first.open(f"/letters/{run}").text
    first.send(f"/letters/{run}/propose", {"form_key": "p"})
    assert "あなたの提案です" in said(first)
    own = first.post(f"/letters/{run}/confirm", {"code": officer.code(staff.now), "form_key": "c"})
    assert own.status_code == 403
    visitor = staff.enter(other)
    assert "引き渡しの承認を待つ印刷" in visitor.open("/").text
    assert "引き渡しの承認待ち" in visitor.open("/letters").text
    visitor.open(f"/letters/{run}")
    assert visitor.post(f"/letters/{run}/confirm", {"code": ""}).status_code == 422
    assert staff.count(Letter, state="printed") == 2
    form = {"code": other.code(staff.now), "form_key": "c"}
    assert {visitor.post(f"/letters/{run}/confirm", form).status_code for _ in range(3)} == {303}
    assert staff.count(Letter, state="handed_over") == 2
    assert len(staff.events("print_run.handed_over")) == 1
    assert "2通を印刷会社に引き渡しました" in visitor.open(f"/letters/{run}").text


def test_the_ward_does_not_propose_and_sees_no_button_for_it(sqlite_staff: StaffSite) -> None:
    run = printed(sqlite_staff, [sqlite_staff.add_household()])
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    assert "/propose" not in ward.open(f"/letters/{run}").text
    assert ward.post(f"/letters/{run}/propose").status_code == 403
    assert sqlite_staff.count(Approval) == 0


def test_the_letter_of_a_family_protected_since_is_shown_to_the_ward_alone(
    staff: StaffSite,
) -> None:
    people = [staff.add_household() for _ in range(2)]
    run = printed(staff, people)
    with staff.database.write() as session:
        session.get_one(Household, people[0].household_id).protected = True
        letter = session.query(Letter).filter_by(household_id=people[0].household_id).one()
        number, key = letter.number, letter.id
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    for page in ("/letters", f"/letters/{run}"):
        assert number not in officer.open(page).text
        assert number in ward.open(page).text
    refused = officer.post(f"/letters/{run}/propose", {"form_key": "1"})
    assert refused.status_code == 422
    assert "区の担当が先に抜き取る手紙がある" in refused.text
    assert 'href="#hand-over"' in refused.text
    chosen = {f"letter-{key}": "1", "form_key": "2"}
    assert officer.post(f"/letters/{run}/take-out", chosen).status_code == 404
    assert ward.post(f"/letters/{run}/take-out", chosen).status_code == 303
    officer.send(f"/letters/{run}/propose", {"form_key": "3"})
    assert "あなたの提案です" in said(officer)


def test_a_run_with_a_household_held_since_is_refused_until_its_letter_is_out(
    staff: StaffSite,
) -> None:
    people = [staff.add_household() for _ in range(2)]
    run = printed(staff, people)
    officer, ward = staff.enter_as(Role.OFFICER), staff.hire(Role.WARD_OFFICER)
    officer.open(f"/letters/{run}")
    hold(staff, people[0])
    refused = officer.post(f"/letters/{run}/propose", {"form_key": "1"})
    assert refused.status_code == 422
    assert "手紙が1通あります" in refused.text
    assert refused.text.count('type="checkbox"') == 1
    assert officer.open(f"/letters/{run}").text.count('type="checkbox"') == 1
    nothing = officer.post(f"/letters/{run}/take-out", {"form_key": "2"})
    assert nothing.status_code == 422
    assert "抜き取った手紙を選んでください" in nothing.text
    box = re.findall(r'name="(letter-\d+)"', nothing.text)[0]
    for _ in range(2):
        assert (
            officer.post(f"/letters/{run}/take-out", {box: "1", "form_key": "3"}).status_code == 303
        )
    assert staff.count(Letter, state="cancelled", household_id=people[0].household_id) == 1
    assert staff.count(Credential, state="closed", household_id=people[0].household_id) == 1
    assert len(staff.events("letter.cancel")) == 1
    officer.send(f"/letters/{run}/propose", {"form_key": "4"})
    hold(staff, people[1])
    late = staff.enter(ward).post(
        f"/letters/{run}/confirm", {"code": ward.code(staff.now), "form_key": "5"}
    )
    assert late.status_code == 422
    assert "手紙が1通あります" in late.text
    assert staff.count(Letter, state="handed_over") == 0


def test_a_proposal_is_taken_back_and_made_again(sqlite_staff: StaffSite) -> None:
    run = printed(sqlite_staff, [sqlite_staff.add_household()])
    officer = sqlite_staff.enter_as(Role.OFFICER)
    officer.open(f"/letters/{run}")
    officer.post(f"/letters/{run}/propose", {"form_key": "1"})
    officer.send(f"/letters/{run}/refuse")
    assert "提案を取り下げるか、戻しました" in said(officer)
    officer.post(f"/letters/{run}/propose", {"form_key": "2"})
    states = [sqlite_staff.count(Approval, state=state) for state in ("withdrawn", "proposed")]
    assert states == [1, 1]


def test_a_household_shows_each_letter_once_and_who_handed_it_over(sqlite_staff: StaffSite) -> None:
    person = sqlite_staff.add_household()
    run = printed(sqlite_staff, [person])
    officer, ward = sqlite_staff.enter_as(Role.OFFICER), sqlite_staff.hire(Role.WARD_OFFICER)
    officer.open(f"/letters/{run}")
    officer.post(f"/letters/{run}/propose", {"form_key": "1"})
    visitor = sqlite_staff.enter(ward)
    visitor.post(f"/letters/{run}/confirm", {"code": ward.code(sqlite_staff.now), "form_key": "2"})
    visitor.open(f"/households/{person.household_id}/reason")
    visitor.send(
        f"/households/{person.household_id}/reason/submit", {"reason": "check", "form_key": "o"}
    )
    page = visitor.open(f"/households/{person.household_id}").text
    assert page.count("印刷会社に手紙を引き渡し") == 1
    assert page.count("手紙を印刷") == 1
