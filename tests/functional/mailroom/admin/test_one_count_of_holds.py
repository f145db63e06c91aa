"""How many households are held: one number on every page and paper, which tells of nobody else.

Where two places counted in two ways, the difference was the number of families under protection.
"""

import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.demo.extract import Extract
from portal.domain.foundation.actors import Role
from portal.domain.mailroom.roster.holds.services import close_hold, put_hold
from portal.domain.mailroom.roster.imports.kinds import Kind
from portal.domain.oversight.reports.mail import delivery
from portal.domain.oversight.reports.management.papers import receipt_report
from portal.domain.oversight.reports.tables import Report
from portal.domain.oversight.settlement.blockers import Blocker, blockers
from portal.domain.oversight.settlement.figures import figures
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.households.queries import open_holds
from tests.support.mailroom.roster import Ward
from tests.support.staff import StaffSite
from tests.support.work import work_in

HELD, RELEASED, PROTECTED = (1, 2, 3), 4, (5, 6)


def protected(extract: Extract) -> None:
    for place in PROTECTED:
        for person in extract.families[place].people:
            person.cells["支援措置区分"] = "1"


def moved(extract: Extract) -> None:
    for person in extract.families[9].people:
        person.cells["方書"] = "みなも荘３０２号室"


def unreadable(extract: Extract) -> None:
    """A protected child, and one of nobody in particular, without a date of birth."""
    for place in (PROTECTED[0], 8):
        extract.families[place].people[-1].cells["生年月日"] = "不明"


@pytest.fixture
def ward(sqlite_staff: StaffSite, tmp_path: Path) -> Ward:
    """Two protected families, three held for other reasons, one that is held no more."""
    made = Ward(sqlite_staff.database, tmp_path)
    made.hand_over(protected)
    families = made.extract().families
    with made.database.write() as session:
        work = work_in(session, now=sqlite_staff.now)
        for place in (*HELD, RELEASED):
            household = session.get_one(Household, made.key(families[place]))
            put_hold(work, household, "W06_INSTITUTION")
            put_hold(work, household, "W10_MOVED_AFTER_BASE")
        for hold in open_holds(session, made.key(families[RELEASED])):
            close_hold(work, session.get_one(Hold, hold.id))
    return made


def recount(ward: Ward, protected: str) -> int:
    """What this test counts itself."""
    with ward.database.read() as session:
        return int(
            session.scalar(
                text(
                    "SELECT count(*) FROM household WHERE id IN (SELECT household_id FROM hold"
                    f" WHERE state = 'open') AND {protected}"
                )
            )
            or 0
        )


def shown(staff: StaffSite, role: Role) -> dict[str, str]:
    """The number on each page of one person."""
    visitor = staff.enter_as(role)
    patterns = {
        "/": r"(\d+)</span> <span>保留の世帯",
        "/holds": r"(\d+)世帯が保留です",
        "/roster/1": r'いま保留の世帯</dt>\s*<dd><a class="cell" href="/holds">(\d+)<',
    }
    found = {}
    for path, pattern in patterns.items():
        number = re.search(pattern, visitor.open(path).text)
        found[path] = number[1] if number is not None else "–"
    return found


def cell(report: Report, name: str) -> str:
    (found,) = [row[1] for table in report.tables for row in table.rows if row[0] == name]
    return str(found)


def test_every_page_and_paper_names_the_same_number(sqlite_staff: StaffSite, ward: Ward) -> None:
    assert (recount(ward, "NOT protected"), recount(ward, "true")) == (3, 5)
    assert set(shown(sqlite_staff, Role.OFFICER).values()) == {"3"}
    assert set(shown(sqlite_staff, Role.WARD_OFFICER).values()) == {"5"}
    with ward.database.read() as session:
        work = work_in(session, now=sqlite_staff.now, program=sqlite_staff.site.program)
        month = delivery.build(work, sqlite_staff.now.date().replace(day=1)).report
        in_the_way = blockers(work, figures(work))
    assert cell(month, "月末の保留（世帯数、支援措置の世帯を除く）") == "3"
    assert in_the_way[Blocker.HELD] == 3
    listed = sqlite_staff.enter_as(Role.OFFICER).open("/holds").text
    assert len(set(re.findall(r"/holds/(\d+)", listed))) == 2 * 3


def test_what_is_counted_for_an_earlier_month_leaves_out_who_is_protected_now(
    sqlite_staff: StaffSite, ward: Ward
) -> None:
    with ward.database.write() as session:
        key = ward.key(ward.extract().families[HELD[0]])
        session.get_one(Household, key).protected = True
    with ward.database.read() as session:
        work = work_in(session, now=sqlite_staff.now, program=sqlite_staff.site.program)
        month = delivery.build(work, sqlite_staff.now.date().replace(day=1)).report
        before = delivery.build(work, date(2023, 1, 1)).report
    assert cell(month, "月末の保留（世帯数、支援措置の世帯を除く）") == "2"
    assert cell(before, "月末の保留（世帯数、支援措置の世帯を除く）") == "0"
    assert set(shown(sqlite_staff, Role.OFFICER).values()) == {"2"}


def test_only_protected_families_in_the_way_are_no_number(
    sqlite_staff: StaffSite, ward: Ward
) -> None:
    with ward.database.write() as session:
        work = work_in(session, now=sqlite_staff.now)
        for place in HELD:
            household = session.get_one(Household, ward.key(ward.extract().families[place]))
            for hold in open_holds(session, household.id):
                close_hold(work, session.get_one(Hold, hold.id))
    with ward.database.read() as session:
        work = work_in(session, now=sqlite_staff.now, program=sqlite_staff.site.program)
        assert blockers(work, figures(work))[Blocker.HELD] == 0
    assert "保留の世帯は0、" in sqlite_staff.enter_as(Role.OFFICER).open("/settlement").text


def test_an_import_does_not_say_how_much_of_its_file_is_protected(
    sqlite_staff: StaffSite, tmp_path: Path
) -> None:
    """Neither by what is held nor by rows that are counted and not listed."""
    Ward(sqlite_staff.database, tmp_path).hand_over(protected, unreadable)
    page = sqlite_staff.enter_as(Role.OFFICER).open("/roster/1").text
    assert "世帯・保留" not in page
    assert "保留の金額" not in page
    assert "行・受け入れられない" not in page
    rejected = re.search(r"(\d+)行あります", page)
    lines = page.split('id="rejected"')[1].count('<th scope="row" class="n">')
    assert rejected is not None
    assert int(rejected[1]) == lines == 1
    told = sqlite_staff.enter_as(Role.WARD_OFFICER).open("/roster/1").text
    assert "世帯・保留" in told
    assert "2行あります" in told


def test_the_differences_of_an_import_do_not_count_protected_families(
    sqlite_staff: StaffSite, tmp_path: Path
) -> None:
    ward = Ward(sqlite_staff.database, tmp_path)
    ward.hand_over()
    waiting = ward.hand_over(protected, moved)
    officer, told = sqlite_staff.enter_as(Role.OFFICER), sqlite_staff.enter_as(Role.WARD_OFFICER)
    address, set_anew = f"/roster/{waiting.import_id}", Kind.PROTECTION_SET.label
    for applied in (False, True):
        if applied:
            ward.apply(waiting)
        seen = officer.open(address).text
        assert Kind.ADDRESS.label in seen
        assert set_anew not in seen
        assert set_anew in told.open(address).text


def test_the_receipt_of_an_extract_does_not_say_how_many_are_held(ward: Ward) -> None:
    with ward.database.read() as session:
        report = receipt_report(work_in(session), 1)
    (households,) = [table for table in report.tables if table.title == "世帯"]
    assert [tuple(row) for row in households.rows] == [("取り込んだ", 12)]
