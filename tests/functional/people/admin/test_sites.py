"""Contractor and ward each work from their registered sites; the reserve site is turned on."""

from dataclasses import replace

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.sites.models import SiteSwitch
from tests.support.resident import Visitor
from tests.support.staff import COOKIE, PASSWORD, Colleague, StaffSite, make_staff

MAIN, BCP, BACK_OFFICE, WARD = "203.0.113.9", "198.51.100.9", "203.0.113.130", "203.0.113.200"
OFFICE, ELSEWHERE = "192.0.2.9", "192.0.2.200"
"""A network of the deployment that is no site, and one that nobody knows."""
END = {"day": "2023-08-02", "time": "17:00", "reason": "本拠点の停電", "site": "bcp"}


@pytest.fixture
def closed(staff: StaffSite) -> StaffSite:
    """The site in production, with an office's network besides the call center's sites."""
    settings = replace(
        staff.site.settings, admin_networks=("192.0.2.0/25",), environment="production"
    )
    site = replace(staff.site, settings=settings)
    return make_staff(site, staff.database, staff.loop, staff.folder)


def try_password(staff: StaffSite, colleague: Colleague, address: str) -> Visitor:
    visitor = staff.visitor(address)
    visitor.open("/signin")
    visitor.send("/signin/submit", {"login": colleague.login, "password": PASSWORD})
    return visitor


def sign_in(staff: StaffSite, colleague: Colleague, address: str) -> Visitor:
    visitor = try_password(staff, colleague, address)
    visitor.send("/signin/code/submit", {"code": colleague.code(staff.now)})
    staff.clock.advance(seconds=30)  # the code is used up
    return visitor


def shows(visitor: Visitor) -> str:
    return visitor.page.text if visitor.page is not None else ""


def go_on_at(staff: StaffSite, visitor: Visitor, address: str) -> Visitor:
    """The same session, opened from another network."""
    moved = staff.visitor(address)
    moved.http.cookies.set(COOKIE, visitor.cookie(COOKIE), domain="127.0.0.1")
    return moved


def test_an_agent_signs_in_from_a_site_and_from_nowhere_else(closed: StaffSite) -> None:
    agent = closed.hire(Role.AGENT)
    assert sign_in(closed, agent, MAIN).place == "/"
    for address, sentence in (
        (OFFICE, "登録された拠点からだけ"),
        (BCP, "この予備の拠点は、いまは使えません"),
    ):
        visitor = try_password(closed, agent, address)
        assert visitor.page is not None
        assert visitor.page.status_code == 403
        assert sentence in shows(visitor)
        assert visitor.cookie(COOKIE) == ""
    assert closed.visitor(ELSEWHERE).get("/signin").status_code == 403
    assert len(closed.events("staff.place_refused")) == 2
    assert closed.count(AuthSession) == 1


def test_only_the_right_password_tells_that_the_network_is_wrong(closed: StaffSite) -> None:
    agent = closed.hire(Role.AGENT)
    visitor = closed.visitor(OFFICE)
    visitor.open("/signin")
    answer = visitor.post("/signin/submit", {"login": agent.login, "password": "wrong"})
    assert answer.status_code == 422
    assert "拠点" not in answer.text.split("error-summary")[1].split("</ul>")[0]
    for _ in range(6):  # right passwords are never counted as tries
        assert try_password(closed, agent, OFFICE).page.status_code == 403  # type: ignore[union-attr]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR])
def test_the_contractors_people_come_in_from_its_sites_and_not_from_home(
    closed: StaffSite, role: Role
) -> None:
    colleague = closed.hire(role)
    for address in (MAIN, BACK_OFFICE):
        assert sign_in(closed, colleague, address).place == "/"
    for address in (OFFICE, WARD):
        visitor = try_password(closed, colleague, address)
        assert "受託者の職員は、登録された拠点からだけ使えます" in shows(visitor)
        assert visitor.cookie(COOKIE) == ""
    moved = go_on_at(closed, sign_in(closed, colleague, BACK_OFFICE), OFFICE)
    assert moved.get("/account").status_code == 403


@pytest.mark.parametrize("role", [Role.WARD_OFFICER, Role.AUDITOR])
def test_the_ward_comes_in_from_its_own_networks_only(closed: StaffSite, role: Role) -> None:
    colleague = closed.hire(role)
    assert sign_in(closed, colleague, WARD).place == "/"
    for address in (OFFICE, MAIN, BACK_OFFICE):
        visitor = try_password(closed, colleague, address)
        assert "登録された職場のネットワーク" in shows(visitor)
        assert visitor.cookie(COOKIE) == ""
    moved = go_on_at(closed, sign_in(closed, colleague, WARD), OFFICE)
    assert moved.get("/account").status_code == 403


def test_a_session_that_moves_to_another_network_is_refused_at_its_next_request(
    closed: StaffSite,
) -> None:
    agent = sign_in(closed, closed.hire(Role.AGENT), MAIN)
    for address in (OFFICE, BCP):
        moved = go_on_at(closed, agent, address)
        answer = moved.get("/calls")
        assert answer.status_code == 403
        assert "拠点" in answer.text
        assert "/calls/start" not in answer.text.split("<main")[1]
    assert agent.get("/calls").status_code == 200


@pytest.mark.asvs("6.3.4")
def test_between_password_and_code_the_network_counts_too(closed: StaffSite) -> None:
    colleague = closed.hire(Role.AGENT)
    visitor = try_password(closed, colleague, MAIN)
    moved = go_on_at(closed, visitor, OFFICE)
    assert moved.get("/signin/code").status_code == 403
    assert (
        moved.post("/signin/code/submit", {"code": colleague.code(closed.now)}).status_code == 403
    )
    assert closed.count(AuthSession, stage="full") == 0


def test_a_locked_screen_does_not_open_from_a_network_that_is_not_registered(
    closed: StaffSite,
) -> None:
    agent = sign_in(closed, closed.hire(Role.AGENT), MAIN)
    agent.post("/lock")
    moved = go_on_at(closed, agent, OFFICE)
    assert moved.get("/").status_code == 403
    assert (
        moved.post("/lock/open", {"form_token": agent.token, "password": PASSWORD}).status_code
        == 403
    )
    assert closed.events("session.unlocked") == []


def test_a_supervisor_switches_the_reserve_site_on_from_there_and_only_then_agents_come_in(
    closed: StaffSite,
) -> None:
    lead, agent = closed.hire(Role.SUPERVISOR), closed.hire(Role.AGENT)
    visitor = sign_in(closed, lead, BCP)
    assert visitor.place == "/sites"
    assert "いま「予備の拠点（架空）」にいます" in shows(visitor)
    assert "ending" not in shows(visitor)
    assert visitor.get("/calls").headers["location"] == "/sites"
    assert visitor.post("/calls/start").status_code == 403
    assert try_password(closed, agent, BCP).page.status_code == 403  # type: ignore[union-attr]
    visitor.open("/sites")
    visitor.send("/sites/on", END | {"code": lead.code(closed.now)})
    assert visitor.place == "/sites"
    assert "予備の拠点を使えるようにしました" in shows(visitor)
    assert "2023-08-02 17:00 まで使えます" in shows(visitor)
    assert "本拠点の停電" in shows(visitor)
    assert visitor.get("/calls").status_code == 200
    at_reserve = sign_in(closed, agent, BCP)
    assert at_reserve.place == "/"
    (event,) = closed.events("site.switched_on")
    assert (event.actor_id, event.detail) == (
        lead.id,
        {"site": "bcp", "until": "2023-08-02T17:00:00+09:00"},
    )
    visitor.open("/sites")
    visitor.send(f"/sites/{event.subject_id}/off")
    assert "予備の拠点を閉じました" in shows(visitor)
    assert "この予備の拠点は、いまは使えません" in at_reserve.get("/calls").text
    assert len(closed.events("site.switched_off")) == 1


def test_at_the_chosen_time_it_ends_by_itself_for_everybody_who_works_there(
    closed: StaffSite,
) -> None:
    lead, agent = closed.hire(Role.SUPERVISOR), closed.hire(Role.AGENT)
    visitor = sign_in(closed, lead, MAIN)
    visitor.open("/sites")
    visitor.send(
        "/sites/on", END | {"day": "2023-08-01", "time": "13:00", "code": lead.code(closed.now)}
    )
    working = sign_in(closed, agent, BCP)
    closed.clock.advance(minutes=14)
    working.get("/")
    closed.clock.instant = closed.now.replace(hour=3, minute=59, second=59)
    assert working.get("/lock/awake").status_code in {204, 403}
    working.send("/lock/open", {"password": PASSWORD})
    closed.clock.advance(seconds=1)
    answer = working.get("/")
    assert answer.status_code == 403
    assert "この予備の拠点は、いまは使えません" in answer.text
    page = closed.enter(lead, closed.visitor(MAIN)).open("/sites").text
    assert "自動で終わった" in page
    assert "閉じています" in page


def test_who_may_switch(closed: StaffSite) -> None:
    for role in (Role.AGENT, Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR):
        visitor = closed.enter(closed.hire(role))
        assert visitor.get("/sites").status_code == 403
        assert visitor.post("/sites/on", END).status_code == 403
        assert visitor.post("/sites/1/off").status_code == 403
        assert 'href="/sites"' not in visitor.get("/account").text
    assert closed.count(SiteSwitch) == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": " "}, "切り替える理由を"),
        ({"day": "", "time": "17:00"}, "終わりの日を"),
        ({"day": "あした"}, "終わりの日を"),
        ({"time": "25:00"}, "終わりの時刻を"),
        ({"day": "2023-08-01", "time": "12:00"}, "いまより後"),
        ({"day": "2023-08-09", "time": "12:00"}, "7日以内"),
        ({"code": ""}, "6けたの番号"),
        ({"site": "main"}, "登録されていません"),
    ],
)
def test_what_is_wrong_comes_back_with_everything_typed(
    sqlite_staff: StaffSite, change: dict[str, str], sentence: str
) -> None:
    lead = sqlite_staff.hire(Role.SUPERVISOR)
    visitor = sqlite_staff.enter(lead)
    form = END | {"code": lead.code(sqlite_staff.now)} | change
    answer = visitor.post("/sites/on", form)
    assert answer.status_code == 422
    assert sentence in answer.text.split("error-summary")[1].split("</ul>")[0]
    assert form["reason"].strip() in answer.text
    assert f'value="{form["time"]}"' in answer.text
    assert sqlite_staff.count(SiteSwitch) == 0


def test_a_double_press_switches_once_and_a_second_supervisor_is_told(staff: StaffSite) -> None:
    lead, second = staff.hire(Role.SUPERVISOR), staff.hire(Role.SUPERVISOR)
    visitor = staff.enter(lead)
    form = END | {"code": lead.code(staff.now), "form_key": "one"}
    visitor.open("/sites")
    assert visitor.post("/sites/on", form).status_code == 303
    again = visitor.post("/sites/on", form)  # the code is used by now, and nothing happens twice
    assert again.status_code == 422
    other = staff.enter(second)
    late = other.post("/sites/on", END | {"code": second.code(staff.now)})
    assert late.status_code == 422
    assert "もう使えるようになっています" in late.text
    assert staff.count(SiteSwitch) == 1
    switch = staff.events("site.switched_on")[0].subject_id
    off = {"form_key": "off"}
    assert visitor.post(f"/sites/{switch}/off", off).status_code == 303
    assert visitor.post(f"/sites/{switch}/off", off).status_code == 303
    refused = other.post(f"/sites/{switch}/off", {"form_key": "other"})
    assert refused.status_code == 422
    assert len(staff.events("site.switched_off")) == 1


def test_the_end_can_be_moved_while_it_is_on(staff: StaffSite) -> None:
    lead = staff.hire(Role.SUPERVISOR)
    visitor = staff.enter(lead)
    visitor.send("/sites/on", END | {"code": lead.code(staff.now)})
    switch = staff.events("site.switched_on")[0].subject_id
    staff.clock.advance(seconds=30)
    visitor.send(
        f"/sites/{switch}/prolong", {"day": "8月5日", "time": "17:00", "code": lead.code(staff.now)}
    )
    assert visitor.page is not None
    assert visitor.page.status_code == 422
    visitor.send(
        f"/sites/{switch}/prolong",
        {"day": "令和5年8月5日", "time": "午後5時", "code": lead.code(staff.now)},
    )
    assert "終わりの日時を変えました" in shows(visitor)
    assert "2023-08-05 17:00 まで使えます" in shows(visitor)
    assert staff.events("site.prolonged")[0].detail["until"] == "2023-08-05T17:00:00+09:00"


def test_a_program_without_sites_lets_nobody_of_the_contractor_in(closed: StaffSite) -> None:
    site = replace(closed.site, filed=replace(closed.site.program, workplaces=()))
    bare = make_staff(site, closed.database, closed.loop, closed.folder)
    for role in (Role.AGENT, Role.OFFICER, Role.ADMINISTRATOR):
        assert "登録された拠点からだけ" in shows(try_password(bare, bare.hire(role), OFFICE))
    assert sign_in(bare, bare.hire(Role.WARD_OFFICER), OFFICE).place == "/"


def test_in_the_demo_this_machine_is_a_place_for_everybody(staff: StaffSite) -> None:
    site = replace(staff.site, settings=replace(staff.site.settings, environment="demo"))
    demo = make_staff(site, staff.database, staff.loop, staff.folder)
    assert sign_in(demo, demo.hire(Role.AGENT), "127.0.0.1").place == "/"
