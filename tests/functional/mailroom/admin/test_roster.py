"""A waiting roster import shows which households change, but no protected one's number."""

from pathlib import Path

from portal.demo.extract import Extract
from portal.domain.foundation.actors import Role
from tests.support.mailroom.roster import Ward
from tests.support.staff import StaffSite


def moved(extract: Extract) -> None:
    for person in extract.families[2].people:
        person.cells["方書"] = "みなも荘３０２号室"


def protected(extract: Extract) -> None:
    for person in extract.families[5].people:
        person.cells["支援措置区分"] = "1"


def test_a_waiting_import_lists_what_applying_it_will_change(
    sqlite_staff: StaffSite, tmp_path: Path
) -> None:
    ward = Ward(sqlite_staff.database, tmp_path)
    ward.hand_over()
    waiting = ward.hand_over(moved, protected)
    numbers = [ward.extract().families[place].number[-3:] for place in (2, 5)]
    seen = {
        role: sqlite_staff.enter_as(role).open(f"/roster/{waiting.import_id}").text
        for role in (Role.OFFICER, Role.WARD_OFFICER)
    }
    for role, page in seen.items():
        assert f'action="/roster/{waiting.import_id}/apply"' in page
        assert f"●●●{numbers[0]}<" in page, role
    assert f"●●●{numbers[1]}<" in seen[Role.WARD_OFFICER]
    assert f"●●●{numbers[1]}<" not in seen[Role.OFFICER]
    ward.apply(waiting)
    assert (
        "反映すると変わる世帯"
        not in sqlite_staff.enter_as(Role.OFFICER).open(f"/roster/{waiting.import_id}").text
    )
