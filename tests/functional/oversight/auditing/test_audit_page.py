"""The auditor's page: who did what, when, with which family."""

import io
from datetime import timedelta

from python_calamine import CalamineWorkbook

from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import JST, jst_date
from portal.domain.oversight.person_lists.models import PersonList
from portal.domain.people.households.looks import VIEWED
from tests.functional.oversight.person_lists.support import made, newest, step
from tests.functional.oversight.person_lists.support import opened as opened_file
from tests.functional.people.admin.test_looks import opened
from tests.support.resident import Visitor
from tests.support.staff import StaffSite


def asked(staff: StaffSite, **more: str) -> dict[str, str]:
    """A search over the day before now."""
    now = staff.now.astimezone(JST)
    return {
        "from_on": f"{now:%Y-%m-%d}",
        "from_time": "00:00",
        "to_on": f"{now:%Y-%m-%d}",
        "to_time": "23:59",
        "login": "",
        "household": "",
        "action": "",
    } | more


def search(auditor: Visitor, staff: StaffSite, **more: str) -> str:
    """What the auditor finds."""
    page = auditor.send("/audit/search", asked(staff, **more))
    assert (page.status_code, auditor.place) == (200, "/audit")
    return page.text


def test_the_auditor_finds_who_saw_a_family_by_person_family_time_and_act(
    staff: StaffSite,
) -> None:
    person, other = staff.add_household(active=True), staff.add_household(active=True)
    officer = staff.hire(Role.OFFICER, "officer-a")
    opened(staff.enter(officer), person.household_id)
    opened(staff.enter_as(Role.OFFICER), other.household_id)
    auditor = staff.enter_as(Role.AUDITOR)
    auditor.open("/audit")
    by_family = search(auditor, staff, household=f"#{person.household_id}")
    assert "officer-a" in by_family
    assert f"#{other.household_id} " not in by_family
    by_person = search(auditor, staff, login="officer-a")
    assert f"#{person.household_id}" in by_person
    assert f"#{other.household_id} " not in by_person
    assert "officer-a" not in search(auditor, staff, action="staff.")
    assert VIEWED.partition(".")[0] in search(auditor, staff, action="data.")
    assert [e.detail["login"] for e in staff.events("audit.searched")][:2] == ["", "officer-a"]
    in_full_width = search(auditor, staff, household=f"　＃{person.household_id} ")
    assert "officer-a" in in_full_width
    assert f"#{other.household_id} " not in in_full_width
    timeline = staff.enter(officer).open(f"/households/{person.household_id}").text
    assert "操作の記録をさがした" not in timeline


def test_a_family_of_the_ward_alone_is_not_found_and_not_named(staff: StaffSite) -> None:
    person = staff.add_household(active=True, protected=True)
    opened(staff.enter_as(Role.WARD_OFFICER), person.household_id)
    auditor = staff.enter_as(Role.AUDITOR)
    auditor.open("/audit")
    for number in (f"#{person.household_id}", "#999999", f"#{'9' * 40}", "#²"):
        page = auditor.post("/audit/search", asked(staff, household=number))
        assert page.status_code == 422
        assert "この番号の世帯は見つかりませんでした。" in page.text
    found = search(auditor, staff)
    assert "区だけが扱う世帯" in found
    assert f"#{person.household_id} " not in found
    assert f"/households/{person.household_id}" not in found


def test_the_list_leaves_only_with_the_approval_of_an_officer_of_the_ward(
    staff: StaffSite,
) -> None:
    person = staff.add_household(active=True)
    hidden = staff.add_household(active=True, protected=True)
    opened(staff.enter_as(Role.OFFICER), person.household_id)
    opened(staff.enter_as(Role.WARD_OFFICER), hidden.household_id)
    auditor, ward = staff.enter_as(Role.AUDITOR), staff.enter_as(Role.WARD_OFFICER)
    auditor.open("/audit")
    search(auditor, staff)
    until = (jst_date(staff.now) + timedelta(days=3)).isoformat()
    wish = {"purpose": "四半期の点検", "recipient": "区 監査 係長", "until": until, "form_key": "k"}
    assert auditor.post("/audit/take-out", wish | {"purpose": "なし"}).status_code == 422
    auditor.open("/audit")
    assert auditor.post("/audit/take-out", wish | {"until": "いつか"}).status_code == 422
    auditor.open("/audit")
    assert auditor.post("/audit/take-out", wish).headers["location"].startswith("/person-lists")
    number = newest(staff).id
    assert step(auditor, number, "approve").status_code == 403
    key = made(number, ward)
    workbook = opened_file(step(auditor, number, "fetch").content, key)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(1).to_python()
    families = [str(row[6]).split() for row in rows[2:]]
    assert [f"#{person.household_id}"] in families
    assert not any(f"#{hidden.household_id}" in some for some in families)
    assert staff.events("audit.exported") == []
    (fetched,) = staff.events("person_list.fetched")
    assert fetched.detail["kind"] == "audit"


def test_nobody_asks_for_the_audit_past_its_own_page(staff: StaffSite) -> None:
    until = (jst_date(staff.now) + timedelta(days=3)).isoformat()
    wish = {"kind": "audit", "purpose": "四半期の点検", "recipient": "係長", "until": until}
    for role in (Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR):
        assert staff.enter_as(role).post("/person-lists/request", wish).status_code == 404
    before_a_search = staff.enter_as(Role.AUDITOR).post("/audit/take-out", wish)
    assert before_a_search.headers["location"] == "/audit"
    assert staff.count(PersonList) == 0


def test_only_the_auditor_of_the_ward_sees_the_page(staff: StaffSite) -> None:
    for role in (Role.OFFICER, Role.SUPERVISOR, Role.AGENT, Role.ADMINISTRATOR, Role.WARD_OFFICER):
        assert staff.enter_as(role).get("/audit").status_code == 403
