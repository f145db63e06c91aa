"""Blind verification: enough or not enough, never what was wrong.

Five failures close the record for the day (A14).
"""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from portal.domain.contacts.calls.levels import Level, level_of, require_level
from portal.domain.contacts.calls.models import Call, CallHousehold, VerificationAttempt
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.letters.letters.models import Letter
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from tests.functional.desk.call_desk.support import (
    CHILD_BIRTH,
    POSTAL,
    SAID,
    agent,
    letter_of,
    main_of,
    steady,
)
from tests.support.people import CANARY_NAME, CANARY_STREET, CANARY_TOWN
from tests.support.staff import StaffSite

WRONG = {"relation": "other", "name": "ちがう　ひと", "birth": "1970-01-01", "postal": POSTAL}


def place_of(staff: StaffSite, household_id: int) -> CallHousehold:
    with staff.database.read() as session:
        found = session.scalars(
            select(CallHousehold)
            .where(CallHousehold.household_id == household_id)
            .order_by(CallHousehold.id.desc())
        ).first()
        assert found is not None
        session.expunge(found)
        return found


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ({"name": CANARY_NAME, "birth": "昭和58年11月27日", "postal": "１３９ー０００１"}, 1),
        ({"name": "うずらの　るりこ", "child_birth": "2013/5/1", "postal": POSTAL}, 1),
        ({"birth": "1983-11-27", "child_birth": "2014-05-02", "postal": POSTAL}, 1),
        (
            {
                "name": CANARY_NAME,
                "birth": "1983-11-27",
                "postal": "100-0001",
                "child_birth": "2013-05-01",
            },
            1,
        ),
        ({"number": "id", "name": CANARY_NAME, "birth": "1983-11-27"}, 2),
        ({"number": "letter", "birth": "1983-11-27", "postal": POSTAL}, 2),
        ({"number": "old", "name": CANARY_NAME, "birth": "1983-11-27"}, 0),
        ({"name": CANARY_NAME, "birth": "1983-11-28", "postal": POSTAL}, 0),
        ({"name": "鶉野", "birth": "1983-11-27", "postal": POSTAL}, 0),
        ({"name": "鶉野　翡翠", "birth": "2013-05-01", "postal": POSTAL}, 0),
    ],
)
def test_three_of_five_with_a_birth_date_reach_the_status_and_the_letter_more(
    staff: StaffSite, said: dict[str, str], level: int
) -> None:
    person, other = staff.add_household(), staff.add_household()
    numbers = {"id": person.login_id, "letter": letter_of(staff, person), "old": other.login_id}
    said = {k: numbers.get(v, v) for k, v in said.items()} | {"relation": "other_parent"}
    one = agent(staff).begin()
    assert one.verify(person.household_id, **said) == (303 if level else 422)
    place = place_of(staff, person.household_id)
    assert (place.level, place.relation) == (level, "other_parent")
    assert bool(place.matched) == bool(level)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"name": CANARY_NAME, "postal": POSTAL},
        {"birth": "1983-11-27", "postal": POSTAL},
        {"name": CANARY_NAME, "postal": POSTAL, "number": "id"},
    ],
)
def test_too_little_is_asked_for_again_and_no_try_counts(
    staff: StaffSite, said: dict[str, str]
) -> None:
    person = staff.add_household()
    said = {k: person.login_id if v == "id" else v for k, v in said.items()} | {
        "relation": "householder"
    }
    one = agent(staff).begin()
    assert one.verify(person.household_id, **said) == 422
    assert "そのうち1つは" in str(one.visitor.page and one.visitor.page.text)
    assert staff.count(VerificationAttempt) == 0


@pytest.mark.parametrize(
    ("field", "typed"),
    [("number", "1234567890"), ("birth", "2月30日"), ("child_birth", "13年5月"), ("postal", "139")],
)
def test_what_cannot_be_read_is_answered_beside_its_field_and_no_try_counts(
    staff: StaffSite, field: str, typed: str
) -> None:
    person = staff.add_household()
    one = agent(staff).begin()
    assert one.verify(person.household_id, **(SAID | {field: typed})) == 422
    assert one.visitor.page is not None
    assert f'id="{field}-error"' in one.visitor.page.text
    assert staff.count(VerificationAttempt) == 0


def test_who_the_caller_is_must_be_said_and_changes_nothing_of_the_level(staff: StaffSite) -> None:
    person = staff.add_household()
    one = agent(staff).begin()
    assert one.verify(person.household_id, **(SAID | {"relation": ""})) == 422
    assert one.verify(person.household_id, **(SAID | {"relation": "king"})) == 422
    assert staff.count(VerificationAttempt) == 0
    assert one.verify(person.household_id, **(WRONG | {"relation": "householder"})) == 422
    assert place_of(staff, person.household_id).level == 0
    assert one.verify(person.household_id, **(SAID | {"relation": "other"})) == 303
    assert place_of(staff, person.household_id).level == 1


@pytest.mark.asvs("15.3.1")
def test_no_page_holds_an_expected_value_at_any_step(staff: StaffSite) -> None:
    person = staff.add_household()
    number = letter_of(staff, person)
    expected = (
        CANARY_NAME,
        "ウズラノ",
        "1983",
        "11月27日",
        CHILD_BIRTH.isoformat(),
        "2013",
        "139-0001",
        "1390001",
        person.login_id,
        number,
        person.password,
        CANARY_TOWN,
        CANARY_STREET,
    )
    one = agent(staff).begin()
    pages = [one.page(person.household_id)]
    for said in (
        WRONG | {"postal": "100-0001"},
        WRONG | {"postal": "100-0001", "number": staff.add_household().login_id},
    ):
        assert one.verify(person.household_id, **said) == 422
        assert one.visitor.page is not None
        pages.append(one.visitor.page.text)
    one.verify(person.household_id)
    pages.append(one.page(person.household_id))
    one.verify(person.household_id, relation="householder", number=number)
    pages.append(one.page(person.household_id))
    assert place_of(staff, person.household_id).level == 2
    for page in pages:
        assert [value for value in expected if value in main_of(page)] == []


def test_what_was_wrong_is_never_told(staff: StaffSite) -> None:
    person = staff.add_household()
    answers = []
    one = agent(staff).begin()
    for wrong in ({"name": "ちがう　ひと"}, {"birth": "1970-01-01"}, {"postal": "100-0001"}):
        assert one.verify(person.household_id, **(SAID | wrong)) == 422
        assert one.visitor.page is not None
        text = main_of(one.visitor.page.text)
        for typed in (*SAID.values(), *wrong.values()):
            text = text.replace(f'value="{typed}"', 'value=""')
        answers.append(text)
    assert len(set(answers)) == 1


@pytest.mark.asvs("2.3.2")
def test_the_sixth_try_of_a_day_is_refused_though_right_and_nothing_tells_the_difference(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    one = agent(staff).begin()
    for _ in range(4):
        assert one.verify(person.household_id, **WRONG) == 422
    assert one.verify(person.household_id, **WRONG) == 422
    fifth = steady(one.visitor.page.text) if one.visitor.page else ""
    assert one.verify(person.household_id, **WRONG) == 422
    assert one.visitor.page is not None
    assert steady(one.visitor.page.text) == fifth
    assert one.verify(person.household_id) == 422
    right = steady(one.visitor.page.text)
    for name in ("name", "birth"):
        right = right.replace(f'value="{SAID[name]}"', f'value="{WRONG[name]}"')
    right = right.replace('value="householder" selected', 'value="householder"')
    fifth = fifth.replace('value="other" selected', 'value="other"')
    # the level's line names the relation that was chosen
    assert right.replace("世帯主</span>", "そのほかの人</span>") == fifth
    assert place_of(staff, person.household_id).level == 0
    assert len(staff.events("household.closed_to_callers")) == 1
    closed = agent(staff).begin()
    assert closed.verify(person.household_id) == 422


def test_a_closed_record_opens_at_midnight_in_japan(staff: StaffSite) -> None:
    person = staff.add_household()
    staff.clock.instant = datetime(2023, 8, 1, 14, 50, tzinfo=UTC)  # 23:50 in Japan
    one = agent(staff).begin()
    for _ in range(5):
        one.verify(person.household_id, **WRONG)
    staff.clock.instant = datetime(2023, 8, 1, 14, 59, 59, tzinfo=UTC)
    assert one.verify(person.household_id) == 422
    staff.clock.instant = datetime(2023, 8, 1, 15, 0, tzinfo=UTC)
    assert one.verify(person.household_id) == 303
    assert place_of(staff, person.household_id).level == 1


def test_failures_of_one_household_close_no_other(staff: StaffSite) -> None:
    person, other = staff.add_household(), staff.add_household()
    one = agent(staff).begin()
    for _ in range(5):
        one.verify(person.household_id, **WRONG)
    assert one.verify(other.household_id) == 303


def test_a_double_click_is_one_try(staff: StaffSite) -> None:
    person = staff.add_household()
    one = agent(staff).begin()
    address = f"/desk/{person.household_id}/verify"
    for _ in range(3):
        assert one.visitor.post(address, WRONG | {"form_key": "once"}).status_code == 422
    assert staff.count(VerificationAttempt) == 1
    for _ in range(3):
        assert one.visitor.post(address, SAID | {"form_key": "twice"}).status_code == 303
    assert staff.count(VerificationAttempt) == 2


def test_a_wrong_number_after_the_status_counts_too(staff: StaffSite) -> None:
    person, other = staff.add_household(), staff.add_household()
    one = agent(staff).begin()
    one.verify(person.household_id)
    for _ in range(5):
        said = {"relation": "householder", "number": other.login_id}
        assert one.verify(person.household_id, **said) == 422
    assert one.verify(person.household_id, relation="householder", number=person.login_id) == 422
    assert place_of(staff, person.household_id).level == 1


@pytest.mark.parametrize("state", ["suspended", "superseded", "closed"])
def test_the_number_of_a_letter_that_was_lost_or_replaced_proves_nothing(
    staff: StaffSite, state: str
) -> None:
    person = staff.add_household()
    number = letter_of(staff, person)
    with staff.database.write() as session:
        session.execute(update(Credential).values(state=state))
        session.execute(
            update(Letter).values(state="superseded" if state == "superseded" else "handed_over")
        )
    one = agent(staff).begin()
    for said in (number, person.login_id):
        assert one.verify(person.household_id, **(SAID | {"number": said})) in {303, 422}
        assert place_of(staff, person.household_id).level == 1


def test_nobody_is_verified_after_hanging_up(staff: StaffSite) -> None:
    person = staff.add_household()
    one = agent(staff).begin()
    one.page(person.household_id)
    with staff.database.write() as session:
        session.execute(update(Call).values(state="after_call"))
    assert one.verify(person.household_id) == 422
    assert one.visitor.page is not None
    assert "話している間だけ" in one.visitor.page.text
    assert staff.count(VerificationAttempt) == 0


def test_the_level_ends_with_the_call_and_with_a_protection(staff: StaffSite) -> None:
    person = staff.add_household()
    one = agent(staff).begin()
    one.verify(person.household_id)
    with staff.database.read() as session:
        call = session.scalars(select(Call)).one()
        assert level_of(session, call, person.household_id) is Level.STATUS
        require_level(level_of(session, call, person.household_id), Level.STATUS)
        with pytest.raises(NotAllowedError, match="手紙番号かID"):
            require_level(level_of(session, call, person.household_id), Level.ACT)
    with staff.database.write() as session:
        session.execute(update(Household).values(protected=True))
    with staff.database.read() as session:
        assert (
            level_of(session, session.scalars(select(Call)).one(), person.household_id)
            is Level.NONE
        )
    assert one.visitor.get(f"/desk/{person.household_id}").status_code == 404
    assert one.verify(person.household_id, relation="householder", number=person.login_id) == 404
    with staff.database.write() as session:
        session.execute(update(Household).values(protected=False))
    one.end()
    one.begin()
    assert "確認がまだ" in one.page(person.household_id)
