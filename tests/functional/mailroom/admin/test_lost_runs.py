"""The page of a run whose machine is lost: its letters end once, with a fresh code."""

from portal.domain.foundation.actors import Role
from portal.domain.letters.letters.models import Letter, PrintRun
from tests.support.mailroom.archives import make_mail_house
from tests.support.staff import StaffSite


def test_an_officer_has_the_letters_of_a_lost_machine_made_again(sqlite_staff: StaffSite) -> None:
    house = make_mail_house(sqlite_staff.database, sqlite_staff.site.settings.letters_dir)
    run_id, _people = house.run()
    with sqlite_staff.database.write() as session:
        session.get_one(PrintRun, run_id).node = "printer-1"
    (house.folder / f"run-{run_id:03}").rename(house.folder / "burnt")
    colleague = sqlite_staff.hire(Role.OFFICER)
    officer, ward = sqlite_staff.enter(colleague), sqlite_staff.enter_as(Role.AUDITOR)
    shown = officer.open(f"/letters/{run_id}").text
    assert "printer-1" in shown
    assert "動いている portal work が作ります" in shown
    assert f"/letters/{run_id}/lost" in shown
    assert ward.get(f"/letters/{run_id}/lost").status_code == 403
    place = f"/letters/{run_id}/lost"
    assert "同じ手紙はもう作れません" in officer.open(place).text
    assert officer.post(place + "/confirm", {"code": ""}).status_code == 422
    assert sqlite_staff.count(Letter, state="superseded") == 0
    form = {"code": colleague.code(sqlite_staff.now), "form_key": "1"}
    assert {officer.post(place + "/confirm", form).status_code for _ in range(2)} == {303}
    assert sqlite_staff.count(Letter, state="superseded") == 4
    assert len(sqlite_staff.events("print_run.lost")) == 1
    assert "portal letters build" in officer.open(place + "?said=lost").text
    assert f'href="{place}"' not in officer.open(f"/letters/{run_id}").text


def test_nothing_is_offered_where_the_archive_is_kept(sqlite_staff: StaffSite) -> None:
    house = make_mail_house(sqlite_staff.database, sqlite_staff.site.settings.letters_dir)
    run_id, _people = house.run()
    house.build(run_id)
    officer = sqlite_staff.enter_as(Role.OFFICER)
    text = officer.open(f"/letters/{run_id}/lost").text
    assert "このまま引き渡せます" in text
    assert "/lost/confirm" not in text
