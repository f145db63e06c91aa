"""Whoever may run commands shuts out nobody for good: the last who decides is closed by people.

The attack: a shell, without any code, deactivated every administrator.
"""

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress

from portal.cli.people.staff import staff as command
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.services import Profile, add_staff, deactivate
from portal.platform.database import Database
from tests.functional.people.admin.command_support import House
from tests.support.coupons import NOW
from tests.support.staff import StaffSite
from tests.support.work import work_in


def test_a_shell_alone_does_not_close_the_last_who_decides(house: House) -> None:
    house.hire("admin", "contractor", "administrator")
    for last in ("admin", "ward"):
        refused = house.run(command, "deactivate", "--login", last)
        assert (refused.exit_code, "管理できる人がいなくなります" in refused.output) == (1, True)
    by = ("--by", "admin")
    house.hire("admin-2", "contractor", "administrator", *by, enrolled=False)
    assert house.run(command, "deactivate", "--login", "admin").exit_code == 1, "not enrolled"
    house.hire("admin-3", "contractor", "administrator", *by)
    assert house.run(command, "deactivate", "--login", "admin").exit_code == 0
    assert house.run(command, "deactivate", "--login", "admin").exit_code == 0, "again"
    assert house.run(command, "deactivate", "--login", "agent").exit_code == 0


def test_people_of_its_side_close_the_last_one(house: House) -> None:
    house.hire("admin", "contractor", "administrator")
    words = ("deactivate", "--login", "ward", "--by", "admin")
    assert house.by_codes(command, *words, codes=(house.fresh_code("admin"),)).exit_code == 1
    codes = house.fresh_code("admin"), house.fresh_code("ward")
    done = house.by_codes(command, *words, "--confirmed-by", "ward", codes=codes)
    assert done.exit_code == 0, done.output
    closed = house.events("staff.deactivated")[-1]
    assert closed.detail["confirmed_by"] == house.id_of("ward")


def test_a_dry_run_closes_nobody(house: House) -> None:
    words = ("deactivate", "--login", "agent", "--dry-run")
    assert house.run(command, *words).exit_code == 0
    assert house.events("staff.deactivated") == []


def test_an_administrator_of_the_contractor_does_not_close_the_ward_on_the_page(
    staff: StaffSite,
) -> None:
    ward = staff.hire(Role.WARD_OFFICER)
    administrator = staff.enter_as(Role.ADMINISTRATOR)
    administrator.open("/staff")
    assert administrator.post(f"/staff/{ward.id}/deactivate").status_code == 403
    other = staff.hire(Role.WARD_OFFICER)
    administrator.open("/staff")
    administrator.send(f"/staff/{ward.id}/deactivate")
    assert staff.count(StaffUser, id=ward.id, active=True) == 0
    assert administrator.post(f"/staff/{other.id}/deactivate").status_code == 403


def test_the_last_two_at_once_are_not_both_closed(database: Database) -> None:
    with database.write() as session:
        work = work_in(session, now=NOW)
        keys = [
            add_staff(
                work,
                Profile(login, login, Organization.CONTRACTOR, Role.ADMINISTRATOR),
                enrolled=True,
            ).user.id
            for login in ("one", "two")
        ]

    def close(key: int) -> bool:
        with suppress(NotAllowedError), database.write() as session:
            deactivate(work_in(session, Actor(Role.SYSTEM), NOW), key)
            return True
        return False

    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            deactivate(work_in(session, Actor(Role.SYSTEM), NOW), keys[0])
            other = pool.submit(close, keys[1])
            wait([other], timeout=0.5)  # it must not have decided before this one ends
        assert other.result() is False
