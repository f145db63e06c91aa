"""Later extracts against what the ward ordered.

A placed child keeps its place, an added one is never doubled.
"""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.demo.extract import Extract
from portal.demo.families import ExtractPlan
from portal.domain.foundation.actors import Organization, Role
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Child, Hold, Household
from portal.domain.people.households.records import ChildFields
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.recipients import additions, changes
from portal.domain.requests.recipients.newcomer import HandOver, Newcomer
from portal.domain.requests.recipients.queries import open_requests
from portal.domain.requests.recipients.written import AdditionNote, ChangeNote, Evidence
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.platform.database import Database
from tests.functional.requests.recipients.support import (
    BABY,
    NEWCOMER,
    ORDER,
    PROGRAM,
    staff_member,
)
from tests.support.mailroom.roster import NOW, Ward
from tests.support.work import work_in

PLAN = ExtractPlan(households=12, seed=21, clean=True)


@pytest.fixture
def ward(database: Database, tmp_path: Path) -> Ward:
    ward = Ward(database, tmp_path, PLAN)
    ward.hand_over()
    return ward


def large(ward: Ward) -> int:
    """Place of a family with two children or more."""
    return next(
        place for place, family in enumerate(ward.extract().families) if len(family.children) > 1
    )


def move_first_child(ward: Ward, newcomer: Newcomer = NEWCOMER) -> int:
    """Move a child of a large family to another recipient; return that household's key."""
    number = ward.extract().families[large(ward)].number
    officer = staff_member(ward.database, "enters", Organization.CONTRACTOR, Role.OFFICER)
    of_ward = staff_member(ward.database, "accepts", Organization.WARD, Role.WARD_OFFICER)
    key = ward.key(number)
    with ward.database.write() as session:
        row = changes.submit(
            work_in(session, officer, NOW, program=PROGRAM),
            changes.ChangeEntry(key, (1,), ChangeNote(newcomer, Evidence.MEDIATION)),
        )
        work = work_in(session, of_ward, NOW, program=PROGRAM)
        done = decide(work, kind_of(row.kind), row.id, row.version, Decided("accept"))
        return done.household_id or 0


def add_baby(ward: Ward, child: ChildFields = BABY) -> int:
    officer = staff_member(ward.database, "adds", Organization.CONTRACTOR, Role.OFFICER)
    of_ward = staff_member(ward.database, "confirms", Organization.WARD, Role.WARD_OFFICER)
    with ward.database.write() as session:
        row = additions.submit(
            work_in(session, officer, NOW, program=PROGRAM), AdditionNote(NEWCOMER, (child,)), ORDER
        )
        work = work_in(session, of_ward, NOW, program=PROGRAM)
        done = decide(work, kind_of(row.kind), row.id, row.version, Decided("accept"))
        return done.household_id or 0


def open_holds(ward: Ward) -> int:
    with ward.database.read() as session:
        return session.scalar(select(func.count()).where(Hold.state == "open")) or 0


def street(place: int) -> Callable[[Extract], None]:
    def change(extract: Extract) -> None:
        for row in extract.families[place].people:
            row.cells["番地"] = "９９番９号"

    return change


def test_a_moved_child_stays_where_the_ward_placed_it(ward: Ward) -> None:
    before = ward.total()
    target = move_first_child(ward)
    again = ward.hand_over()
    assert (again.state, again.differences) == ("applied", {})
    assert ward.change(street(large(ward))) == {"address": 1}
    assert (open_holds(ward), ward.total()) == (0, before)
    with ward.database.read() as session:
        assert session.scalar(select(func.count()).where(Entitlement.household_id == target)) == 1
        assert session.get_one(Household, target).state == "active"


def test_an_extract_that_names_the_recipient_as_protected_leaves_the_change_to_the_ward(
    ward: Ward,
) -> None:
    families = ward.extract().families
    source = large(ward)
    target = next(n for n in range(len(families)) if n != source)
    officer = staff_member(ward.database, "enters", Organization.CONTRACTOR, Role.OFFICER)
    recipient = Newcomer(ward.key(families[target].number), HandOver.ADDRESS)
    with ward.database.write() as session:
        changes.submit(
            work_in(session, officer, NOW, program=PROGRAM),
            changes.ChangeEntry(
                ward.key(families[source].number), (1,), ChangeNote(recipient, Evidence.MEDIATION)
            ),
        )

    def protect(extract: Extract) -> None:
        for person in extract.families[target].people:
            person.cells["支援措置区分"] = "1"

    assert ward.change(protect) == {"protection_set": 1}
    with ward.database.read() as session:
        assert open_requests(session, include_protected=False) == []
        assert len(open_requests(session, include_protected=True)) == 1


def test_a_child_that_comes_later_does_not_take_the_number_of_one_that_left(ward: Ward) -> None:
    move_first_child(ward)
    place = large(ward)

    def newborn(extract: Extract) -> None:
        people = extract.families[place].people
        child = deepcopy(people[-1])
        surname = child.cells["氏名"].split("　")[0]
        child.cells |= {
            "宛名番号": "000000099999990",
            "氏名": f"{surname}　新",
            "生年月日": "20230301",
        }
        people.append(child)

    assert ward.change(newborn) == {"child_new": 1}
    view = ward.view(ward.extract().families[place].number)
    assert 1 not in [child.ordinal for child in view.children]


def test_an_added_household_is_not_gone_because_no_extract_knows_it(ward: Ward) -> None:
    household = add_baby(ward)
    again = ward.hand_over()
    assert (again.state, again.differences, open_holds(ward)) == ("applied", {}, 0)
    with ward.database.read() as session:
        assert (
            session.scalar(select(func.count()).where(Child.household_id == household, Child.added))
            == 1
        )


def test_an_added_child_that_turns_up_in_an_extract_waits_for_people(ward: Ward) -> None:
    place = large(ward)
    surname = ward.extract().families[place].people[0].cells["氏名"].split("　")[0]
    add_baby(ward, ChildFields("", f"{surname}　新", "", BABY.birth))

    def turns_up(extract: Extract) -> None:
        people = extract.families[place].people
        child = deepcopy(people[-1])
        child.cells |= {
            "宛名番号": "000000099999991",
            "氏名": f"{surname}　新",
            "生年月日": "20230109",
        }
        people.append(child)

    assert ward.change(turns_up) == {"child_lookalike": 1, "child_new": 1}
    assert ward.holds(ward.extract().families[place].number) == ["W15_POSSIBLE_DUPLICATE"]
