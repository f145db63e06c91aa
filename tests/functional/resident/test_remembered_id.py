"""An ID is remembered by choice only, shown masked, and forgotten by a press or by what ends it."""

from datetime import timedelta

import pytest

from portal.domain.people.credentials.formats import print_login_id
from portal.domain.people.signin.remembered import remembered_id
from tests.functional.resident.test_where_one_lands import finish
from tests.support.login_ids import plain_login_id
from tests.support.people import Person
from tests.support.resident import Resident, Visitor
from tests.support.work import work_in

WISH = "このスマートフォンに、IDをおぼえさせる"


def choose(resident: Resident, person: Person, visitor: Visitor | None = None) -> Visitor:
    """Sign in with the box ticked, and sign out."""
    visitor = visitor or resident.visitor()
    visitor.open("/signin")
    typed = {"login_id": person.login_id, "password": person.password, "remember": "yes"}
    visitor.send("/signin/submit", typed)
    visitor.send("/signin/code/submit", {"code": person.totp(resident.now)})
    assert visitor.place == "/home"
    visitor.send("/signout")
    resident.clock.advance(minutes=1)
    return visitor


def masked(visitor: Visitor, person: Person) -> bool:
    """Whether the form of the sign-in stands for the ID, of which it shows four digits."""
    page = visitor.open("/signin").text
    for whole in (person.login_id, print_login_id(person.login_id)):
        assert whole not in page
    return f"</span> {person.login_id[-4:]}" in page


def test_nothing_is_remembered_unless_it_was_chosen(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = finish(resident, person, resident.visitor())
    visitor.send("/signout")
    assert visitor.cookie("remembered") == ""
    assert WISH in visitor.open("/signin").text
    assert not masked(visitor, person)


def test_a_remembered_id_is_masked_and_only_the_password_is_typed(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = choose(resident, person)
    assert masked(visitor, person)
    assert 'name="login_id"' not in visitor.open("/signin").text
    visitor.send("/signin/submit", {"known": "yes", "password": person.password})
    assert visitor.place == "/signin/code"
    visitor.send("/signin/code/submit", {"code": person.totp(resident.now)})
    assert visitor.place == "/home"
    visitor.send("/signout")
    assert masked(visitor, person), "for the next time too"


def test_a_wrong_password_shows_no_more_of_it(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = choose(resident, person)
    visitor.open("/signin")
    page = visitor.send("/signin/submit", {"known": "yes", "password": "CDFG HJKL MNPQ"})
    assert page.status_code == 422
    assert "IDかパスワードが違います" in page.text
    assert person.login_id not in page.text
    assert print_login_id(person.login_id) not in page.text
    assert f"</span> {person.login_id[-4:]}" in page.text


def test_the_browser_forgets_by_a_press(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = choose(resident, person)
    visitor.open("/signin")
    assert "IDを忘れました" in visitor.send("/signin/forget").text
    assert visitor.cookie("remembered") == ""
    assert not masked(visitor, person)


def test_another_id_can_be_used(resident: Resident) -> None:
    person, other = resident.add(active=True), resident.add(active=True)
    visitor = choose(resident, person)
    assert 'name="login_id"' in visitor.open("/signin?other=1").text
    finish(resident, other, visitor)
    assert visitor.place == "/home"


def test_a_letter_goes_before_what_is_remembered(resident: Resident) -> None:
    person, other = resident.add(active=True), resident.add(active=True)
    visitor = choose(resident, person)
    page = visitor.open(f"/signin?id={other.login_id}").text
    assert print_login_id(other.login_id) in page
    visitor = choose(resident, person)
    page = visitor.open(f"/signin?id={person.login_id}").text
    assert f"</span> {person.login_id[-4:]}" in page
    assert print_login_id(person.login_id) not in page


def test_it_is_not_offered_where_others_use_the_phone(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = choose(resident, person)
    visitor.http.cookies.set("shared", "1", domain="127.0.0.1")
    assert not masked(visitor, person)
    assert WISH not in visitor.open("/signin").text
    choose(resident, person, visitor)
    assert visitor.cookie("remembered") == "", "a forged box changes nothing"


def test_who_says_that_others_use_the_phone_lets_it_forget(named_resident: Resident) -> None:
    resident = named_resident
    person = resident.add(active=True)
    visitor = choose(resident, person)
    resident.enter(person, visitor)
    visitor.open("/start/passkey")
    visitor.send("/start/passkey/later", {"who": "shared"})
    assert visitor.cookie("remembered") == ""


def test_a_half_sign_in_is_not_remembered(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.visitor()
    visitor.open("/signin")
    typed = {"login_id": person.login_id, "password": person.password, "remember": "yes"}
    visitor.send("/signin/submit", typed)
    assert visitor.place == "/signin/code"
    assert visitor.cookie("remembered") == ""
    visitor.open("/signin")
    nobody = typed | {"login_id": plain_login_id(), "password": "CDFG HJKL MNPQ"}
    visitor.send("/signin/submit", nobody)
    assert visitor.cookie("remembered") == "", "nor does it tell which IDs exist"


def test_it_is_remembered_for_180_days_from_the_last_sign_in(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = choose(resident, person)
    resident.clock.advance(days=100)
    assert masked(visitor, person)
    last = resident.now
    visitor.send("/signin/submit", {"known": "yes", "password": person.password})
    visitor.send("/signin/code/submit", {"code": person.totp(resident.now)})
    kept = visitor.cookie("remembered")
    with resident.database.read() as session:
        for days, found in ((179, person.login_id), (180, "")):
            work = work_in(session, now=last + timedelta(days=days))
            assert remembered_id(work, kept) == found


@pytest.mark.parametrize("forged", ["1234567890", "x", "", "é"])
def test_a_forged_cookie_is_nobodys_id(sqlite_resident: Resident, forged: str) -> None:
    visitor = sqlite_resident.visitor()
    cookie = f"remembered={forged}".encode()
    page = visitor.get("/signin", headers={"cookie": cookie})
    assert page.status_code == 200
    assert 'name="login_id"' in page.text
    page = visitor.post("/signin/submit", {"known": "yes", "password": "CDFG HJKL MNPQ"})
    assert page.status_code == 422
    assert "手紙のIDを入力してください" in page.text


def end_by_password(resident: Resident, person: Person) -> None:
    visitor = resident.enter(person)
    visitor.open("/account/password")
    visitor.send("/account/password/submit", {"own_password": "四つの季節をめぐる旅の歌"})


def end_by_sign_out(resident: Resident, person: Person) -> None:
    visitor = resident.enter(person)
    visitor.open("/account")
    visitor.send("/account/sign-out-everywhere")


@pytest.mark.parametrize("end", [end_by_password, end_by_sign_out])
def test_what_makes_browsers_strange_ends_it(resident: Resident, end: object) -> None:
    person = resident.add(active=True)
    visitor = choose(resident, person)
    assert callable(end)
    end(resident, person)
    assert not masked(visitor, person)
    assert visitor.cookie("remembered") == ""


def test_who_changes_the_password_there_stays_remembered(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = choose(resident, person)
    resident.enter(person, visitor)
    visitor.open("/account/password")
    visitor.send("/account/password/submit", {"own_password": "四つの季節をめぐる旅の歌"})
    visitor.send("/signout")
    assert masked(visitor, person)
