"""Real calls played through.

A man asking for his ex-wife's address, somebody guessing birth dates, a returned letter.
"""

from sqlalchemy import select, update

from portal.domain.contacts.calls.models import CallHousehold, VerificationAttempt
from portal.domain.foundation.actors import Role
from portal.domain.people.credentials.models import Credential
from portal.domain.people.tasks.models import Task
from tests.functional.desk.call_desk.support import (
    CHILD_BIRTH,
    POSTAL,
    SAID,
    agent,
    enroll_telephone,
    letter_of,
    main_of,
    posted,
    words,
)
from tests.support.people import CANARY_BUILDING, CANARY_NAME, CANARY_STREET, CANARY_TOWN
from tests.support.resident import NOON
from tests.support.staff import StaffSite

EX_HUSBAND = {
    "relation": "householder",
    "name": CANARY_NAME,
    "birth": "1983-11-27",
    "child_birth": CHILD_BIRTH.isoformat(),
    "postal": POSTAL,
}
"""All that he was married to; he even says to be her."""


def test_a_man_who_asks_for_his_former_wifes_address_hears_where_the_letter_is_and_nothing_else(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    posted(
        staff,
        person,
        letter_of(staff, person),
        "returned",
        returned_reason="storage_ended",
        returned_on=NOON.date(),
    )
    enroll_telephone(staff, person)
    one = agent(staff).begin()
    one.search(name="うずらの　るりこ", postal=POSTAL)
    assert one.verify(person.household_id, **EX_HUSBAND) == 303
    page = one.page(person.household_id)
    assert "状況まで伝えられる" in page
    for place in (
        CANARY_TOWN,
        CANARY_STREET,
        CANARY_BUILDING,
        "090-1234-5678",
        "5678",
        person.login_id,
    ):
        assert place not in page
    for part in ("address", "children", "birth", "login_id"):
        form = {"part": part, "reason": "inquiry", "form_key": one.key()}
        answer = one.visitor.post(f"/desk/{person.household_id}/reveal", form)
        assert answer.status_code == 403
        assert CANARY_TOWN not in answer.text
    # nothing that changes the account, and no paper to somewhere else
    for act in ("unlock", "lost", "alternative", "decline-form", "channel"):
        assert one.visitor.get(f"/desk/{person.household_id}/{act}").status_code == 403
    # he does not have the letter, so he guesses numbers; the record closes, and he is no further
    for _ in range(5):
        guess = {"relation": "householder", "number": staff.add_household().login_id}
        assert one.verify(person.household_id, **guess) == 422
    right = {"relation": "householder", "number": person.login_id}
    assert one.verify(person.household_id, **right) == 422
    with staff.database.read() as session:
        row = session.scalars(select(CallHousehold)).one()
        assert (row.level, row.relation) == (1, "householder")
        assert set(row.matched) == {"name", "birth", "child_birth", "postal"}
        assert session.scalars(select(Task)).all() == []
    assert len(staff.events("household.closed_to_callers")) == 1
    assert [event.detail["what"] for event in staff.events("staff.unusual_browsing")] == ["closed"]


def test_a_man_whose_former_wife_is_protected_finds_nobody_there(staff: StaffSite) -> None:
    person = staff.add_household(protected=True)
    one = agent(staff).begin()
    page = one.search(name="うずらの　るりこ", postal=POSTAL, birth="1983-11-27")
    assert "0件見つかりました" in page
    assert "見つけられませんでした" in page
    assert one.verify(person.household_id, **EX_HUSBAND) == 404
    assert one.visitor.get(f"/desk/{person.household_id}").status_code == 404
    with staff.database.read() as session:
        assert session.scalars(select(VerificationAttempt)).all() == []
    asked = staff.events("household.protected_asked")
    assert len(asked) == 3
    assert all(
        event.detail["call"] and event.household_id == person.household_id for event in asked
    )


def test_somebody_who_guesses_birth_dates_is_stopped_after_five_whoever_takes_the_call(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    agents = [agent(staff).begin() for _ in range(3)]
    answers = []
    for number, day in enumerate(range(20, 28)):  # the eighth guess is right
        one = agents[number % 3]
        said = {
            "relation": "householder",
            "name": CANARY_NAME,
            "birth": f"1983-11-{day}",
            "postal": POSTAL,
        }
        assert one.verify(person.household_id, **said) == 422
        assert one.visitor.page is not None
        answers.append(words(main_of(one.visitor.page.text)))
    assert len(set(answers)) == 1
    assert "まだ何も伝えられません" in answers[0]
    # nor does the search tell more than five times in a call
    one = agents[0]
    searches = [
        {"name": "鶉野", "birth": f"1983-10-{day}", "form_key": one.key()} for day in range(20, 26)
    ]
    statuses = [one.visitor.post("/desk/search", typed).status_code for typed in searches]
    assert statuses == [303] * 5 + [422]


def test_a_parent_whose_letter_was_returned_hears_where_it_is_and_what_can_be_done(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    number = letter_of(staff, person)
    posted(staff, person, number, "at_post_office", kept_until=NOON.date())
    one = agent(staff).begin()
    one.search(number="131-12-38385-2")  # all that she has is the absence slip
    assert one.visitor.place == f"/desk/{person.household_id}"
    assert (
        one.verify(
            person.household_id,
            relation="householder",
            name="ウズラノ ルリコ",
            birth="S58.11.27",
            postal=POSTAL,
        )
        == 303
    )
    page = words(main_of(one.page(person.household_id)))
    assert "郵便局に再配達を頼んでください" in page
    assert "再配送" in page


def test_the_number_of_a_letter_that_came_back_is_not_asked_for_again(
    sqlite_staff: StaffSite,
) -> None:
    staff = sqlite_staff
    person = staff.add_household()
    number = letter_of(staff, person)
    posted(staff, person, number, "returned")
    with staff.database.write() as session:
        session.execute(update(Credential).values(state="suspended"))
    one = agent(staff).begin()
    one.search(number=number)
    assert one.verify(person.household_id, **(SAID | {"number": number})) == 303
    page = one.page(person.household_id)
    assert "事務局に戻りました" in words(page)
    assert 'name="number"' not in page
    assert "番号は聞きません。" in page
    assert "新しい手紙を登録の住所に送る" in page, "and what is possible instead"
    assert "先に、手紙番号かID" not in page
    for act in ("redelivery", "new-letter"):
        assert f'href="/desk/{person.household_id}/{act}"' in page


def test_an_agent_who_browses_is_noticed(sqlite_staff: StaffSite) -> None:
    keys = [sqlite_staff.add_household().household_id for _ in range(61)]
    one = agent(sqlite_staff, Role.AGENT).begin()
    for key in keys:
        page = one.visitor.get(f"/desk/{key}").text
        assert "鶉" not in page
    assert [event.detail["what"] for event in sqlite_staff.events("staff.unusual_browsing")] == [
        "open"
    ]
