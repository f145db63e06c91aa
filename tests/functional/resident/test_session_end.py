"""A session says when it ends, one tap makes it longer, and what was typed comes back."""

import re

import pytest
from sqlalchemy import select

from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.households.models import Household
from portal.domain.people.signin.brought_back import TYPED, typed_form
from portal.domain.people.signin.ending import end_sign_ins
from tests.functional.resident.passkeys import device_of, press
from tests.functional.resident.test_where_one_lands import finish
from tests.support.people import Person
from tests.support.resident import Resident, Visitor
from tests.support.work import work_in

CHOOSE = "/decline/choose/submit"
REASON = "もう引っこしました"
FORM = {"child_1": "1", "reason": "other", "text": REASON}


def said(page: str) -> str:
    found = re.search(r'data-left="(\d+)".*?role="status">(.*?)</p>', page, re.DOTALL)
    return re.sub("<.*?>", "", found[2]).strip() if found else ""


@pytest.mark.parametrize("path", ["/home", "/account", "/help", "/decline/choose", "/requests"])
def test_every_page_of_a_household_says_when_its_session_ends(
    sqlite_resident: Resident, path: str
) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    assert said(visitor.open(path).text) == "操作がないと、午後0時15分にサインアウトします。"


@pytest.mark.parametrize("path", ["/", "/help", "/signin", "/check"])
def test_nobody_else_is_told_of_a_session(sqlite_resident: Resident, path: str) -> None:
    assert said(sqlite_resident.visitor().open(path).text) == ""


def test_what_a_page_says_is_when_it_ends(resident: Resident) -> None:
    visitor = resident.enter(resident.add(active=True))
    resident.clock.advance(seconds=50)
    left = re.search(r'data-left="(\d+)"', visitor.open("/home").text)
    assert left is not None
    resident.clock.advance(seconds=int(left[1]) - 1)
    other = resident.visitor()
    other.http.cookies.set("sid", visitor.cookie("sid"), domain="127.0.0.1")
    assert other.get("/home").status_code == 200
    resident.clock.advance(minutes=15)
    assert other.get("/home").status_code == 303


@pytest.mark.parametrize("script", [False, True])
def test_one_tap_makes_a_session_longer(resident: Resident, script: bool) -> None:
    visitor = resident.enter(resident.add(active=True))
    visitor.open("/requests")
    resident.clock.advance(minutes=14)
    headers = {"referer": "http://127.0.0.1/requests", "host": "127.0.0.1"}
    answer = visitor.post("/longer", headers=headers | ({"hx-request": "true"} if script else {}))
    if script:
        assert answer.headers["x-left"] == "900"
    else:
        assert answer.headers["location"] == "/requests"
    resident.clock.advance(minutes=14)
    assert visitor.get("/home").status_code == 200


@pytest.mark.asvs("7.3.2")
def test_no_tap_makes_it_longer_than_twelve_hours(resident: Resident) -> None:
    visitor = resident.enter(resident.add(active=True))
    for _minutes in range(0, 710, 10):
        resident.clock.advance(minutes=10)
        answer = visitor.post("/longer", headers={"hx-request": "true"})
        assert answer.status_code == 204
    page = visitor.open("/home").text
    assert said(page) == "午前0時にサインアウトします。これより長くはできません。"
    assert "時間をのばす" not in page
    resident.clock.advance(minutes=10)
    assert visitor.post("/longer").headers["location"].startswith("/signin")


def test_a_strangers_page_makes_nothing_longer(resident: Resident) -> None:
    visitor = resident.enter(resident.add(active=True))
    resident.clock.advance(minutes=14)
    answer = visitor.post("/longer", headers={"origin": "https://example.com"})
    assert answer.status_code == 403
    resident.clock.advance(minutes=2)
    assert visitor.get("/home").status_code == 303


def test_a_tap_needs_the_token_of_its_page(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    visitor.token = "00" * 32
    assert visitor.post("/longer").status_code == 403


@pytest.mark.parametrize("came", ["https://example.com/", "http://127.0.0.1/signout", ""])
def test_a_tap_leads_to_a_page_of_the_household_only(sqlite_resident: Resident, came: str) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    answer = visitor.post("/longer", headers={"referer": came, "host": "127.0.0.1"})
    assert answer.headers["location"] == "/home"


def test_a_form_stays_filled_while_its_session_becomes_longer(resident: Resident) -> None:
    visitor = resident.enter(resident.add(active=True))
    visitor.open("/decline/choose")
    resident.clock.advance(minutes=14)
    page = visitor.send(CHOOSE, FORM | {"lang": "ja"})
    assert REASON in page.text
    assert said(page.text) == "操作がないと、午後0時29分にサインアウトします。"


def too_late(resident: Resident, person: Person, minutes: int = 16) -> Visitor:
    """Somebody who typed, was left alone, and sent it after the session had ended."""
    visitor = resident.enter(person)
    visitor.open("/decline/choose")
    resident.clock.advance(minutes=minutes)
    page = visitor.send(CHOOSE, FORM)
    assert visitor.place == "/signin"
    assert "入力したものは、15分のあいだ残っています" in page.text
    return visitor


def kept(resident: Resident) -> int:
    with resident.database.read() as session:
        return sum(TYPED in row.data for row in session.scalars(select(AuthSession)))


def test_typed_answers_come_back_with_the_next_sign_in(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = too_late(resident, person)
    page = finish(resident, person, visitor).page
    assert page is not None
    assert visitor.place == "/typed"
    assert "まだ送られていません" in page.text
    assert REASON in page.text
    assert REASON in visitor.open("/typed").text, "a reload keeps them"
    visitor.send(CHOOSE, FORM)
    assert visitor.place == "/decline/check"
    assert kept(resident) == 0, "what was sent is not offered again"
    assert visitor.open("/typed").request.url.path == "/home"


def test_a_passkey_brings_them_back_too(named_resident: Resident) -> None:
    resident = named_resident
    person = resident.add(active=True)
    device = device_of(resident, person)
    visitor = too_late(resident, person)
    press(resident, device, visitor)
    assert visitor.place == "/typed"
    assert visitor.page is not None
    assert REASON in visitor.page.text


def test_a_choice_that_waited_for_its_check_comes_back(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    visitor.open("/decline/choose")
    visitor.send(CHOOSE, FORM)
    assert visitor.place == "/decline/check"
    resident.clock.advance(minutes=16)
    visitor.open("/decline/check")
    finish(resident, person, visitor)
    assert visitor.place == "/decline/check"
    assert visitor.page is not None
    assert REASON in visitor.page.text


def test_what_is_kept_is_sealed_and_holds_no_secret(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    visitor.open("/decline/choose")
    resident.clock.advance(minutes=16)
    secrets = {"code": "123456", "password": "secret-word", "birth": "1990", "year": "1990"}
    visitor.send(CHOOSE, FORM | secrets)
    with resident.database.read() as session:
        stored = str([row.data for row in session.scalars(select(AuthSession))])
    assert TYPED in stored
    assert REASON not in stored
    finish(resident, person, visitor)
    assert visitor.place == "/typed"
    with resident.database.read() as session:
        now = work_in(session, now=resident.now)
        found = [typed_form(now, row) for row in session.scalars(select(AuthSession))]
    values = [dict(form.values) for form in found if form is not None]
    assert values == [FORM]


def test_another_household_in_the_same_browser_sees_nothing(resident: Resident) -> None:
    person, other = resident.add(active=True), resident.add(active=True)
    visitor = too_late(resident, person)
    finish(resident, other, visitor)
    assert visitor.place != "/typed"
    with resident.database.read() as session:
        owners = [row.owner_id for row in session.scalars(select(AuthSession)) if TYPED in row.data]
    assert owners == [person.credential_id], "it moved nowhere"
    assert visitor.open("/typed").request.url.path == "/home"
    assert visitor.page is not None
    assert REASON not in visitor.page.text


def test_another_browser_of_the_household_sees_nothing(resident: Resident) -> None:
    person = resident.add(active=True)
    too_late(resident, person)
    other = finish(resident, person, resident.visitor())
    assert other.place == "/home"
    assert other.open("/typed").request.url.path == "/home"


def end_by_ward(resident: Resident, person: Person) -> None:
    with resident.database.write() as session:
        end_sign_ins(work_in(session, now=resident.now), person.household_id)


def end_everywhere(resident: Resident, person: Person) -> None:
    visitor = resident.enter(person)
    visitor.send("/account/sign-out-everywhere")


@pytest.mark.parametrize("end", [end_by_ward, end_everywhere])
def test_what_ends_sessions_ends_what_was_typed(resident: Resident, end: object) -> None:
    person = resident.add(active=True)
    visitor = too_late(resident, person)
    assert kept(resident) == 1
    assert callable(end)
    end(resident, person)
    assert kept(resident) == 0
    finish(resident, person, visitor)
    assert visitor.place != "/typed"


def test_a_protected_household_keeps_nothing(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    visitor.open("/decline/choose")
    resident.clock.advance(minutes=16)
    with resident.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    visitor.send(CHOOSE, FORM)
    assert visitor.place == "/signin"
    assert kept(resident) == 0


def test_typed_answers_wait_a_quarter_of_an_hour(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = too_late(resident, person)
    resident.clock.advance(minutes=15)
    finish(resident, person, visitor)
    assert visitor.place != "/typed"


@pytest.mark.parametrize("fault", ["token", "origin", "signed out", "of another"])
def test_a_form_that_was_not_the_sessions_own_is_not_kept(resident: Resident, fault: str) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    visitor.open("/decline/choose")
    sid, headers = visitor.cookie("sid"), {}
    if fault == "token":
        visitor.token = "00" * 32
    if fault == "origin":
        headers = {"origin": "https://example.com"}
    if fault == "signed out":
        token = visitor.token
        visitor.send("/signout")
        visitor.token = token
        visitor.http.cookies.set("sid", sid, domain="127.0.0.1")
    if fault == "of another":
        visitor.token = resident.enter(resident.add(active=True)).token
    resident.clock.advance(minutes=16)
    visitor.post(CHOOSE, FORM, headers=headers)
    assert kept(resident) == 0


def test_what_is_too_long_is_not_kept(resident: Resident) -> None:
    visitor = resident.enter(resident.add(active=True))
    visitor.open("/decline/choose")
    resident.clock.advance(minutes=16)
    visitor.post(CHOOSE, {f"field_{number}": "x" * 3_999 for number in range(6)})
    assert kept(resident) == 0


def test_an_ended_session_stays_ended_whatever_it_keeps(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = too_late(resident, person)
    ended = visitor.cookie("ended")
    thief = resident.visitor()
    thief.http.cookies.set("sid", ended, domain="127.0.0.1")
    assert thief.open("/home").request.url.path == "/signin"
    with resident.database.read() as session:
        found = sessions.load(session, sessions.RESIDENT, ended, resident.now)
    assert found is None
