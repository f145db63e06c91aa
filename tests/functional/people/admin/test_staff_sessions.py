"""Where somebody is signed in: one's own sessions, and those of others for administrators."""

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.staff.own_sessions import browser_family
from tests.support.resident import Visitor
from tests.support.staff import COOKIE, PASSWORD, Colleague, StaffSite

EDGE = (
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/115.0 "
    "Safari/537.36 Edg/115.0"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0"
SAFARI = (
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 Safari/605.1.15"
)


def sign_in(
    staff: StaffSite, colleague: Colleague, agent: str, address: str = "203.0.113.9"
) -> Visitor:
    visitor = staff.visitor(address, **{"user-agent": agent})
    visitor.open("/signin")
    visitor.send("/signin/submit", {"login": colleague.login, "password": PASSWORD})
    visitor.send("/signin/code/submit", {"code": colleague.code(staff.now)})
    staff.clock.advance(seconds=30)
    return visitor


def shows(visitor: Visitor) -> str:
    return visitor.page.text if visitor.page is not None else ""


def ids(staff: StaffSite) -> list[int]:
    with staff.database.read() as session:
        return [row.id for row in session.query(AuthSession).order_by(AuthSession.id)]


@pytest.mark.parametrize(
    ("agent", "name"),
    [(EDGE, "Edge"), (FIREFOX, "Firefox"), (SAFARI, "Safari"), ("curl/8", ""), ("", "")],
)
def test_a_browser_is_named_by_its_family(agent: str, name: str) -> None:
    assert browser_family(agent) == name


@pytest.mark.asvs("7.5.2")
def test_the_own_account_lists_sessions_with_start_last_use_site_and_browser(
    staff: StaffSite,
) -> None:
    colleague = staff.hire()
    sign_in(staff, colleague, EDGE)
    staff.clock.advance(minutes=5)
    second = sign_in(staff, colleague, FIREFOX, "203.0.113.130")
    page = second.open("/account").text
    for said in (
        "Edge",
        "Firefox",
        "汐風区コールセンター（架空）",
        "事務局（架空）",
        "この画面",
        "サインイン 2023-08-01 12:00",
    ):
        assert said in page, said
    assert "203.0.113.9" not in page
    assert page.count("/account/sessions/") == 1  # the one in hand is ended by signing out


@pytest.mark.asvs("7.5.2")
def test_ending_one_of_the_own_sessions_signs_that_browser_out_at_once(staff: StaffSite) -> None:
    colleague = staff.hire()
    first, second = sign_in(staff, colleague, EDGE), sign_in(staff, colleague, FIREFOX)
    lost, kept = ids(staff)
    second.open("/account")
    second.send(f"/account/sessions/{lost}/end")
    assert "1つ終わらせました" in shows(second)
    second.send(f"/account/sessions/{lost}/end")
    assert "もう終わっています" in shows(second)
    assert second.post(f"/account/sessions/{kept}/end").headers["location"] == "/account"
    first.open("/")
    assert first.place == "/signin"
    assert second.get("/").status_code == 200
    (event,) = staff.events("session.ended")
    assert (event.actor_id, event.subject_id) == (colleague.id, colleague.id)


@pytest.mark.asvs("8.2.2")
def test_nobody_ends_a_colleagues_session_through_the_own_account(staff: StaffSite) -> None:
    other = sign_in(staff, staff.hire(Role.AGENT), EDGE)
    theirs = ids(staff)[0]
    visitor = sign_in(staff, staff.hire(Role.SUPERVISOR), FIREFOX)
    visitor.open("/account")
    visitor.send(f"/account/sessions/{theirs}/end")
    assert "もう終わっています" in shows(visitor)
    assert other.get("/").status_code == 200
    assert staff.events("session.ended") == []


@pytest.mark.asvs("7.4.5")
def test_an_administrator_sees_and_ends_sessions_of_others(staff: StaffSite) -> None:
    colleague = staff.hire(Role.AGENT)
    first, second, third = (sign_in(staff, colleague, agent) for agent in (EDGE, FIREFOX, SAFARI))
    administrator = staff.enter_as(Role.ADMINISTRATOR)
    page = administrator.open("/staff").text
    assert f'href="/staff/{colleague.id}/sessions"' in page
    place = f"/staff/{colleague.id}/sessions"
    assert all(name in administrator.open(place).text for name in ("Edge", "Firefox", "Safari"))
    administrator.send(f"{place}/{ids(staff)[0]}/end")
    assert "1つ終わらせました" in shows(administrator)
    assert first.open("/").request.url.path == "/signin"
    assert second.get("/").status_code == 200
    administrator.open(place)
    administrator.send(f"{place}/end-all")
    assert "サインイン中の端末はありません" in shows(administrator)
    for visitor in (second, third):
        visitor.open("/")
        assert visitor.place == "/signin"
    assert [event.detail["count"] for event in staff.events("session.ended")] == [1, 2]
    assert {event.actor_role for event in staff.events("session.ended")} == {"administrator"}


def test_ending_all_of_ones_own_spares_the_session_in_hand(staff: StaffSite) -> None:
    own = staff.hire(Role.ADMINISTRATOR)
    other, visitor = staff.enter(own), staff.enter(own)
    visitor.open(f"/staff/{own.id}/sessions")
    visitor.send(f"/staff/{own.id}/sessions/end-all")
    assert visitor.place == f"/staff/{own.id}/sessions"
    assert other.get("/").headers["location"] == "/signin"


@pytest.mark.parametrize(
    "role", [Role.SUPERVISOR, Role.AGENT, Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR]
)
def test_only_administrators_see_the_sessions_of_others(
    sqlite_staff: StaffSite, role: Role
) -> None:
    colleague = sqlite_staff.hire()
    sqlite_staff.enter(colleague)
    visitor = sqlite_staff.enter_as(role)
    assert visitor.get(f"/staff/{colleague.id}/sessions").status_code == 403
    assert (
        visitor.post(f"/staff/{colleague.id}/sessions/{ids(sqlite_staff)[0]}/end").status_code
        == 403
    )
    assert visitor.post(f"/staff/{colleague.id}/sessions/end-all").status_code == 403


def test_a_locked_session_is_listed_as_such_and_can_be_ended(staff: StaffSite) -> None:
    colleague = staff.hire()
    away = sign_in(staff, colleague, EDGE)
    staff.clock.advance(minutes=15)
    here = sign_in(staff, colleague, FIREFOX)
    assert "ロック中" in here.open("/account").text.split("サインイン中の端末")[1].split("</ul>")[0]
    here.send(f"/account/sessions/{ids(staff)[0]}/end")
    assert away.get("/").headers["location"] == "/signin"
    assert here.cookie(COOKIE)


def test_an_account_that_is_not_there_has_no_page(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter_as(Role.ADMINISTRATOR)
    assert visitor.get("/staff/999/sessions").status_code == 404
    assert visitor.post("/staff/999/sessions/1/end").status_code == 404
