"""Every route is public or names one permission, and every role gets exactly the table's."""

import re
from collections.abc import Iterator

import pytest
from litestar.handlers import HTTPRouteHandler

from admin.places import FIRST, JOBS, MOST_FIRST
from portal.domain.foundation.actors import Organization, Role
from portal.domain.people.households.models import Hold
from portal.domain.people.staff.permissions import (
    GRANTS,
    ROLES_OF_ORGANIZATION,
    STAFF_ROLES,
    Permission,
    allows,
    held,
)
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from tests.support.staff import ROLES, StaffSite, staff_routes
from tests.support.work import work_in

PUBLIC = {
    "/static/{name:path}",
    "/healthz",
    "/readyz",
    "/.well-known/security.txt",
    "/signin",
    "/signin/submit",
    "/signin/code",
    "/signin/code/submit",
    "/signin/key/options",
    "/signin/key/submit",
    "/enrollment",
    "/enrollment/key.png",
    "/enrollment/submit",
    "/signout",
    "/signedout",
}


def routes() -> Iterator[tuple[str, str, str]]:
    for route in staff_routes().routes:
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler):
                for path in handler.paths:
                    for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                        yield str(method), path, str(handler.opt.get("access", "none"))


@pytest.mark.asvs("8.2.1")
def test_every_route_names_a_permission_or_is_one_of_the_known_public_ones(
    sqlite_staff: StaffSite,
) -> None:
    found = list(routes())
    assert len(found) > 25
    assert {path for _method, path, access in found if access == "public"} <= PUBLIC
    named = {access for _method, _path, access in found if access != "public"}
    assert named <= {permission.value for permission in Permission}


def test_the_table_speaks_of_every_permission_and_gives_the_ward_alone_the_protected() -> None:
    assert set(GRANTS) == set(Permission)
    knowing = {
        (role, organization)
        for role in STAFF_ROLES
        for organization in Organization
        if allows(Permission.KNOW_PROTECTED, role, organization)
    }
    assert knowing == {(Role.WARD_OFFICER, Organization.WARD)}


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_nobody_but_the_back_office_reaches_households(role: Role) -> None:
    for permission in (
        Permission.SEARCH_HOUSEHOLDS,
        Permission.OPEN_HOUSEHOLD,
        Permission.SEE_TASKS,
    ):
        assert not any(allows(permission, role, organization) for organization in Organization)


def test_an_organization_cannot_hold_a_role_that_is_not_its_own() -> None:
    assert not allows(Permission.OPEN_HOUSEHOLD, Role.OFFICER, Organization.SUBCONTRACTOR)
    assert not allows(Permission.CONFIRM_RELEASE, Role.WARD_OFFICER, Organization.CONTRACTOR)
    assert Role.WARD_OFFICER not in ROLES_OF_ORGANIZATION[Organization.CONTRACTOR]


def fill(staff: StaffSite) -> dict[str, str]:
    """A household, a task and a hold, so that every address leads somewhere.

    Returns the addresses' parts.
    """
    person = staff.add_household(active=True)
    with staff.database.write() as session:
        task = open_task(
            work_in(session, now=staff.now), TaskKind.NEW_LETTER, person.household_id, {}
        )
        hold = Hold(household_id=person.household_id, code="W06_INSTITUTION", created_at=staff.now)
        session.add(hold)
        session.flush()
        return {
            "{month:str}": "2023-07",
            "{span:str}": "2023-07-10",
            "{register:str}": "certificate",
            "{figure:str}": "posted",
            "{entry_id:int}": "999",
            "{question_id:int}": "999",
            "{note_id:int}": "999",
            "{comment_id:int}": "999",
            "{help_id:int}": "999",
            "{rehearsal_id:int}": "999",
            "{hours_id:int}": "999",
            "{text_id:int}": "999",
            "{place:str}": "home",
            "{opening_id:int}": "999",
            "{key_id:int}": "999",
            "{event_id:int}": "999",
            "{household_id:int}": str(person.household_id),
            "{task_id:int}": str(task.id),
            "{staff_id:int}": "999",
            "{session_id:int}": "999",
            "{part:str}": "answer",
            "{reply_id:int}": "999",
            "{difference_id:int}": "999",
            "{case_id:int}": "999",
            "{switch_id:int}": "999",
            "{call_id:int}": "999",
            "{import_id:int}": "999",
            "{letter_id:int}": "999",
            "{coupon_id:int}": "999",
            "{parcel_id:int}": "999",
            "{count_id:int}": "999",
            "{word_id:int}": "999",
            "{number_id:int}": "999",
            "{file_id:int}": "999",
            "{status:str}": "held",
            "{means:str}": "revealed",
            "{kind:str}": "decline",
            "{channel:str}": "post",
            "{blank:str}": "redelivery",
            "{request_id:int}": "999",
            "{run_id:int}": "999",
            "{print_id:int}": "999",
            "{other_id:int}": "999",
            "{notice_id:int}": "999",
            "{hold_id:int}": str(hold.id),
            "{scan_id:int}": "999",
            "{draft_id:int}": "999",
            "{key:str}": "greeting",
            "{escalation_id:int}": "999",
            "{sheet_id:int}": "999",
            "{number:int}": "1",
            "{approval_id:int}": "999",
            "{act_id:int}": "999",
            "{company_id:int}": "999",
            "{fault_id:int}": "999",
            "{incident_id:int}": "999",
            "{site_notice_id:int}": "999",
            "{downtime_id:int}": "999",
            "{paper_id:int}": "999",
            "{minutes_id:int}": "999",
            "{version_id:int}": "999",
            "{archive_id:int}": "999",
            "{transfer_id:int}": "999",
            "{aside_id:int}": "999",
            "{copy_id:int}": "999",
            "{person_list_id:int}": "999",
            "{drill_id:int}": "999",
            "{disposal_id:int}": "999",
            "{person_request_id:int}": "999",
            "{disposed_id:int}": "999",
            "{address_id:int}": "999",
            "{page_id:int}": "999",
            "{list_id:int}": "999",
            "{dispatch_id:int}": "999",
            "{item_id:int}": "999",
        }


def address(path: str, parts: dict[str, str]) -> str:
    for placeholder, value in parts.items():
        path = path.replace(placeholder, value)
    assert "{" not in path, path
    return path


@pytest.mark.matrix
@pytest.mark.parametrize("role", list(ROLES))
@pytest.mark.asvs("8.2.1", "8.3.1")
def test_every_role_is_let_in_where_the_table_says_so_and_nowhere_else(
    sqlite_staff: StaffSite, role: Role
) -> None:
    parts = fill(sqlite_staff)
    colleague = sqlite_staff.hire(role)
    for method, path, access in routes():
        if access == "public":
            continue
        visitor = sqlite_staff.enter(colleague)
        answer = (
            visitor.get(address(path, parts))
            if method == "GET"
            else visitor.post(address(path, parts))
        )
        expected = allows(Permission(access), role, ROLES[role])
        refused = answer.status_code == 403 and "あなたの役割では" in answer.text
        assert refused is not expected, (method, path, answer.status_code)
        assert answer.status_code < 500, (method, path)


@pytest.mark.asvs("7.2.1")
def test_somebody_who_is_not_signed_in_is_sent_to_the_sign_in_from_everywhere(
    sqlite_staff: StaffSite,
) -> None:
    parts = fill(sqlite_staff)
    visitor = sqlite_staff.visitor()
    visitor.get("/signin")
    for method, path, access in routes():
        if access == "public":
            continue
        answer = (
            visitor.get(address(path, parts))
            if method == "GET"
            else visitor.post(address(path, parts))
        )
        assert answer.status_code == 303, (method, path)
        assert answer.headers["location"].startswith("/signin"), (method, path)


ON_THE_WAY = {"/signin/code/submit", "/signin/key/submit", "/enrollment/submit"}
"""For whoever has not signed in yet."""


@pytest.mark.asvs("3.5.1")
def test_a_form_without_the_sessions_token_is_refused_everywhere(sqlite_staff: StaffSite) -> None:
    parts = fill(sqlite_staff)
    for role in (Role.WARD_OFFICER, Role.ADMINISTRATOR):
        visitor = sqlite_staff.enter_as(role)
        foreign = sqlite_staff.enter_as(role).token
        for method, path, access in routes():
            if method != "POST" or path == "/signin/submit":
                continue
            if access != "public" and not allows(Permission(access), role, ROLES[role]):
                continue
            if path in ON_THE_WAY:
                continue
            for token in ("", foreign):
                answer = visitor.post(address(path, parts), {"form_token": token})
                assert answer.status_code == 403, (path, token)


def test_the_staff_site_answers_registered_networks_only(sqlite_staff: StaffSite) -> None:
    from dataclasses import replace

    from tests.support.staff import make_staff

    settings = replace(
        sqlite_staff.site.settings, admin_networks=("192.0.2.0/24",), environment="production"
    )
    base = replace(sqlite_staff.site, settings=settings)
    closed = make_staff(base, sqlite_staff.database, sqlite_staff.loop, sqlite_staff.folder)
    assert closed.visitor("192.0.2.77").get("/signin").status_code == 200
    for place in ("198.51.100.200", "127.0.0.1"):
        answer = closed.visitor(place).get("/signin")
        assert answer.status_code == 403
        assert "ネットワーク" in answer.text
    open_demo = replace(base, settings=replace(settings, environment="demo"))
    demo = make_staff(open_demo, sqlite_staff.database, sqlite_staff.loop, sqlite_staff.folder)
    assert demo.visitor("127.0.0.1").get("/signin").status_code == 200


@pytest.mark.parametrize(
    ("path", "is_open"), [("/", False), ("/calendar", True), ("/tasks", False)]
)
def test_the_other_places_are_one_press_away_and_open_where_the_page_is_one_of_them(
    sqlite_staff: StaffSite, path: str, is_open: bool
) -> None:
    page = sqlite_staff.enter_as(Role.OFFICER).open(path).text
    menu = page.split('<nav class="places"', 1)[1].split("</nav>", 1)[0]
    first, _more, others = menu.partition('<details class="more"')
    assert len(re.findall("<a href", first)) <= MOST_FIRST
    assert others.startswith(" open") is is_open
    assert ("aria-current" in others) is is_open


@pytest.mark.parametrize("role", list(ROLES))
def test_the_menu_has_every_place_that_a_role_may_open_once(
    sqlite_staff: StaffSite, role: Role
) -> None:
    page = sqlite_staff.enter_as(role).open("/").text
    menu = page.split('<nav class="places"', 1)[1].split("</nav>", 1)[0]
    may = held(role, ROLES[role])
    expected = [path for _job, every in JOBS for path, _spot, needs in every if needs in may]
    assert sorted(re.findall(r'<a href="([^"]+)"', menu)) == sorted(expected)
    assert all(len(first) <= MOST_FIRST for first in FIRST.values())
