"""The screen lock.

After fifteen minutes only the password opens the page again, and nothing that was typed is lost.
"""

import pytest

from portal.domain.contacts.calls.models import Call
from portal.domain.foundation.actors import Role
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.staff import services
from tests.functional.people.admin.lock_support import (
    LOCKED,
    at_work,
    kept,
    open_lock,
    shows,
    window_of,
)
from tests.support.staff import COOKIE, PASSWORD, StaffSite
from tests.support.work import work_in

HTMX = {"HX-Request": "true"}


@pytest.mark.asvs("7.3.1")
def test_at_14_59_the_screen_is_open_and_at_15_00_it_is_locked(staff: StaffSite) -> None:
    _colleague, visitor = at_work(staff)
    staff.clock.advance(minutes=14, seconds=59)
    assert visitor.get("/account").status_code == 200
    staff.clock.advance(minutes=15)
    answer = visitor.get("/tasks?kind=new_letter")
    assert answer.status_code == 403
    assert answer.headers["x-locked"] == "1"
    assert LOCKED in answer.text
    assert "<nav" not in answer.text  # nothing of the page, and no way around
    first = visitor.cookie(COOKIE)
    open_lock(visitor)
    assert str(visitor.page.request.url).endswith("/tasks?kind=new_letter")  # type: ignore[union-attr]
    assert shows(visitor).count(LOCKED) == 1  # the page's own lock that waits in a template
    assert visitor.cookie(COOKIE) not in {"", first}
    assert [event.action for event in staff.events("session.unlocked")] == ["session.unlocked"]


def test_every_use_begins_the_quarter_of_an_hour_anew_but_a_locked_screen_is_not_woken_by_requests(
    staff: StaffSite,
) -> None:
    _colleague, visitor = at_work(staff)
    for _ in range(3):
        staff.clock.advance(minutes=14)
        assert visitor.get("/lock/awake").status_code == 204
    staff.clock.advance(minutes=15)
    assert visitor.get("/lock/awake").status_code == 403
    staff.clock.advance(seconds=1)
    assert visitor.get("/").status_code == 403


def test_a_window_of_the_person_before_is_told_to_lock(staff: StaffSite) -> None:
    _colleague, visitor = at_work(staff)
    mine = window_of(visitor)
    assert visitor.get(f"/lock/awake?window={mine}").status_code == 204
    staff.enter(staff.hire(Role.WARD_OFFICER), visitor)
    visitor.open("/account")
    own = window_of(visitor)
    assert own != mine
    told = visitor.get(f"/lock/awake?window={mine}")
    assert (told.status_code, told.headers["x-locked"]) == (403, "1")
    assert visitor.get(f"/lock/awake?window={own}").status_code == 204


@pytest.mark.asvs("6.3.4")
def test_a_wrong_password_keeps_the_lock_and_what_was_typed_and_counts_like_a_sign_in(
    staff: StaffSite,
) -> None:
    colleague, visitor = at_work(staff)
    visitor.get("/households")
    staff.clock.advance(minutes=15)
    visitor.post("/households/search", {"name": "鶉野"})
    for typed, sentence in (("", "パスワードを入力"), ("wrong", "パスワードが違います")):
        answer = visitor.post("/lock/open", {**kept(visitor), "password": typed})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "鶉野" not in answer.text
    for _ in range(4):
        visitor.post("/lock/open", {**kept(visitor), "password": "wrong"})
    blocked = visitor.post("/lock/open", {**kept(visitor), "password": PASSWORD})
    assert blocked.status_code == 429
    assert int(blocked.headers["retry-after"]) > 0
    stranger = staff.visitor()
    stranger.open("/signin")
    signing = stranger.post("/signin/submit", {"login": colleague.login, "password": PASSWORD})
    assert signing.status_code == 429  # the same counter
    assert len(staff.events("session.unlock_refused")) == 5
    staff.clock.advance(minutes=5)
    visitor.get("/account")
    visitor.post("/households/search", {"name": "鶉野"})
    open_lock(visitor)
    assert 'value="鶉野"' in shows(visitor)


@pytest.mark.asvs("7.3.2")
def test_the_lock_lasts_to_the_absolute_end_of_the_session_and_no_longer(staff: StaffSite) -> None:
    colleague, visitor = at_work(staff)
    for _ in range(2):
        staff.clock.advance(hours=3, minutes=50)
        visitor.get("/account")
        open_lock(visitor)
        assert visitor.place == "/account"
    staff.clock.advance(minutes=20)
    visitor.open("/account")
    assert visitor.place == "/signin"
    late = visitor.post("/lock/open", {"password": PASSWORD})
    assert late.headers["location"] == "/signin?ended=1"
    assert colleague.id


def test_locking_by_hand_hides_the_page_at_once_and_twice_is_once(staff: StaffSite) -> None:
    _colleague, visitor = at_work(staff)
    visitor.get("/tasks")
    answer = visitor.post("/lock", headers={"referer": "http://127.0.0.1/tasks"})
    assert LOCKED in answer.text
    assert visitor.post("/lock").status_code == 403
    assert visitor.get("/").status_code == 403
    assert len(staff.events("session.locked")) == 1
    visitor.post("/lock")
    open_lock(visitor)
    assert visitor.get("/").status_code == 200


def test_a_script_locks_and_opens_without_leaving_the_page_and_its_forms_stay_good(
    staff: StaffSite,
) -> None:
    _colleague, visitor = at_work(staff)
    visitor.get("/households")
    token = visitor.token
    assert visitor.post("/lock", headers=HTMX).status_code == 204
    refused = visitor.get("/lock/awake", headers=HTMX)
    assert refused.status_code == 403
    assert refused.headers["x-locked"] == "1"
    wrong = visitor.post("/lock/open", {"form_token": token, "password": "wrong"}, headers=HTMX)
    assert wrong.status_code == 422
    assert wrong.headers["content-type"].startswith("text/plain")
    assert "パスワードが違います" in wrong.text
    first = visitor.cookie(COOKIE)
    assert (
        visitor.post(
            "/lock/open", {"form_token": token, "password": PASSWORD}, headers=HTMX
        ).status_code
        == 204
    )
    assert visitor.cookie(COOKIE) != first
    # hidden by a script whose lock did not get through: the password counts all the same
    for password, status in (("wrong", 422), ("", 422), (PASSWORD, 204)):
        form = {"form_token": token, "password": password}
        assert visitor.post("/lock/open", form, headers=HTMX).status_code == status
    assert (
        visitor.post("/households/search", {"form_token": token, "name": "鶉野"}).status_code != 403
    )


@pytest.mark.asvs("7.2.4")
def test_the_id_of_the_locked_session_is_worth_nothing_after_the_opening(staff: StaffSite) -> None:
    _colleague, visitor = at_work(staff)
    stolen = visitor.cookie(COOKIE)
    visitor.post("/lock")
    open_lock(visitor)
    thief = staff.visitor()
    thief.http.cookies.set(COOKIE, stolen, domain="127.0.0.1")
    assert thief.get("/account").headers["location"] == "/signin"
    assert staff.count(AuthSession) == 1


def test_a_call_goes_on_behind_the_lock(staff: StaffSite) -> None:
    _colleague, visitor = at_work(staff, Role.AGENT)
    visitor.post("/calls/start")
    assert staff.count(Call, state="talking") == 1
    staff.clock.advance(minutes=15)
    assert "電話の受付は、終わらせるまで続いています" in visitor.get("/calls").text
    open_lock(visitor)
    assert staff.count(Call, state="talking") == 1
    assert 'action="/calls/hang-up"' in shows(visitor)


def test_an_error_page_behind_the_lock_names_nobody(staff: StaffSite) -> None:
    colleague, visitor = at_work(staff)
    staff.clock.advance(minutes=15)
    for answer in (visitor.get("/nothing"), visitor.post("/lock/open", {"form_token": "0"})):
        assert answer.status_code in {403, 404}
        assert colleague.login not in answer.text


@pytest.mark.asvs("7.4.4")
def test_signing_out_works_from_the_lock(staff: StaffSite) -> None:
    _colleague, visitor = at_work(staff)
    staff.clock.advance(minutes=15)
    visitor.get("/tasks")
    visitor.send("/signout")
    assert visitor.place == "/signedout"
    assert staff.count(AuthSession) == 0


def test_a_deactivated_person_cannot_open_the_lock(staff: StaffSite) -> None:
    colleague, visitor = at_work(staff)
    staff.hire(Role.WARD_OFFICER)  # the last one cannot be closed
    staff.clock.advance(minutes=15)
    visitor.get("/tasks")
    with staff.database.write() as session:
        services.deactivate(work_in(session, now=staff.now), colleague.id)
        owner = sessions.Owner(sessions.STAFF, colleague.id)
        new = sessions.NewSession(owner, sessions.Stage.LOCKED)
        token = sessions.start(session, new, staff.now)
    visitor.http.cookies.set(COOKIE, token, domain="127.0.0.1")
    assert (
        visitor.post("/lock/open", {"password": PASSWORD}).headers["location"] == "/signin?ended=1"
    )
