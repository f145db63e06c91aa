"""Agents act for a household only in their own open call, as far as the caller is verified."""

from datetime import UTC, datetime

import pytest

from admin.desk.in_call.offered_acts import PLACES
from portal.domain.contacts.calls.levels import Level
from portal.domain.desk.call_desk.acting.kinds import NEEDED, Act
from portal.domain.foundation.actors import Role
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.models import Task
from portal.domain.requests.requests.models import Request
from tests.functional.desk.acts.support import Desk
from tests.support.people import CANARY_BUILDING, CANARY_NAME, CANARY_STREET

EVERY = sorted(PLACES.values())
TOO_LATE = datetime(2024, 6, 1, 3, 0, tzinfo=UTC)


def nothing_done(desk: Desk) -> bool:
    return not (desk.acts() or desk.staff.count(Request) or desk.staff.count(Task))


def test_re_posting_and_large_print_need_the_status_and_everything_else_more() -> None:
    assert {act for act, level in NEEDED.items() if level is Level.STATUS} == {
        Act.REDELIVERY,
        Act.NEW_LETTER,
        Act.LETTER_SIZE,
    }
    assert set(NEEDED.values()) == {Level.STATUS, Level.ACT}


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.asvs("8.3.1")
def test_a_caller_who_is_not_known_well_enough_gets_nothing(sqlite_desk: Desk, act: Act) -> None:
    person = sqlite_desk.post.household(active=True)
    call_id = sqlite_desk.call()
    for level in [level for level in Level if level < NEEDED[act]]:
        sqlite_desk.know(person, level, call_id=call_id, called_back=True)
        for answer in (sqlite_desk.open(person, PLACES[act]), sqlite_desk.do(person, PLACES[act])):
            assert answer.status_code == 403
            assert "確認" in answer.text or "手紙番号" in answer.text
            assert f'class="button" href="/desk/{person.household_id}"' in answer.text, (
                "the way back to the caller"
            )
    assert nothing_done(sqlite_desk)


@pytest.mark.parametrize("place", EVERY)
def test_outside_a_call_nothing_is_done(sqlite_desk: Desk, place: str) -> None:
    person = sqlite_desk.post.household(active=True)
    for answer in (sqlite_desk.open(person, place), sqlite_desk.do(person, place)):
        assert answer.status_code == 403
        assert "受付を始める" in answer.text
    assert nothing_done(sqlite_desk)


@pytest.mark.parametrize("place", EVERY)
def test_after_the_call_nothing_more_is_done(sqlite_desk: Desk, place: str) -> None:
    person = sqlite_desk.post.household(active=True)
    call_id = sqlite_desk.in_call(person, called_back=True)
    sqlite_desk.open(person, place)
    sqlite_desk.end(call_id)
    assert sqlite_desk.do(person, place).status_code == 403
    assert nothing_done(sqlite_desk)


@pytest.mark.parametrize("place", EVERY)
def test_what_another_agents_caller_said_counts_for_nobody_else(
    sqlite_desk: Desk, place: str
) -> None:
    person = sqlite_desk.post.household(active=True)
    sqlite_desk.in_call(person, called_back=True)
    other = sqlite_desk.staff.hire(Role.AGENT)
    visitor = sqlite_desk.staff.enter(other)
    sqlite_desk.call(other)
    assert sqlite_desk.do(person, place, visitor=visitor).status_code == 403
    assert nothing_done(sqlite_desk)


@pytest.mark.parametrize("place", EVERY)
@pytest.mark.asvs("16.3.2")
def test_a_household_that_became_protected_is_not_there_and_that_is_noted(
    sqlite_desk: Desk, place: str
) -> None:
    person = sqlite_desk.post.household(active=True)
    sqlite_desk.in_call(person, called_back=True)
    with sqlite_desk.staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    for key in (person.household_id, 99_999):
        place_of = f"/desk/{key}/{place}"
        assert sqlite_desk.visitor.open(place_of).status_code == 404
        answer = sqlite_desk.visitor.send(f"{place_of}/submit", {"told": "yes"})
        assert answer.status_code == 404
        assert "この世帯は見つかりませんでした" in answer.text
    assert nothing_done(sqlite_desk)
    assert len(sqlite_desk.staff.events("household.protected_asked")) == 2


@pytest.mark.parametrize("place", EVERY)
def test_what_is_read_out_must_be_confirmed_first(sqlite_desk: Desk, place: str) -> None:
    person = sqlite_desk.post.household(active=True)
    sqlite_desk.in_call(person, called_back=True)
    answer = sqlite_desk.do(person, place, {"told": ""})
    assert answer.status_code == 422
    assert "読み上げて" in answer.text
    assert nothing_done(sqlite_desk)


# What was lost, or refused in a shop on the last day, may be told later, and how letters are read.
@pytest.mark.parametrize("place", sorted({*EVERY} - {"lost", "coupon-fault", "letter-size"}))
def test_after_the_last_day_the_agent_can_only_say_so(sqlite_desk: Desk, place: str) -> None:
    person = sqlite_desk.post.household(active=True)
    sqlite_desk.post.come_back(person)
    sqlite_desk.staff.give_coupons()
    sqlite_desk.staff.clock.instant = TOO_LATE
    sqlite_desk.visitor = sqlite_desk.staff.enter(sqlite_desk.agent)
    sqlite_desk.in_call(person, called_back=True)
    data = {"item": "letter", "child-1": "1", "product-1": "gift_card", "why": "disability"}
    assert "終わりました" in sqlite_desk.open(person, place).text
    answer = sqlite_desk.do(person, place, data)
    assert answer.status_code == 422
    assert "終わりました" in answer.text
    assert nothing_done(sqlite_desk)


@pytest.mark.parametrize("place", EVERY)
def test_no_page_of_an_act_shows_a_secret_or_who_the_household_is(
    sqlite_desk: Desk, place: str
) -> None:
    person = sqlite_desk.post.household(active=True)
    sqlite_desk.post.come_back(person)
    sqlite_desk.staff.give_coupons()
    sqlite_desk.telephone(person)
    sqlite_desk.in_call(person, called_back=True)
    data = {"item": "letter", "child-1": "1", "product-1": "gift_card", "why": "disability"}
    pages = [sqlite_desk.open(person, place).text, sqlite_desk.do(person, place, data).text]
    for secret in (
        person.password,
        person.login_id,
        person.totp_secret,
        *person.backup,
        "9011112222",
        "090-1111",
        CANARY_NAME,
        CANARY_STREET,
        CANARY_BUILDING,
    ):
        assert all(secret not in page for page in pages), secret


def test_a_household_off_the_roster_is_passed_to_the_ward(sqlite_desk: Desk) -> None:
    person = sqlite_desk.post.household(active=True)
    sqlite_desk.in_call(person)
    with sqlite_desk.staff.database.write() as session:
        session.get_one(Household, person.household_id).state = "removed"
    answer = sqlite_desk.do(person, "lost")
    assert answer.status_code == 409
    assert "区に引き継いで" in answer.text
