"""Later extracts: every kind of difference, applied once, and what needs a decision is held."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.demo.extract import Extract
from portal.demo.families import ExtractPlan, Family, Person
from portal.domain.foundation.errors import ConflictError
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.households.models import Child, Household, OldSearchRow
from portal.domain.people.households.old_digests import HELD
from portal.domain.people.households.search import SearchTerms, search_households
from portal.platform.database import Database
from tests.support.coupons import load_codes
from tests.support.mailroom.roster import NOW, Ward, fingerprint
from tests.support.work import work_in

W01, W10, W11, W15, W20 = (
    "W01_PROTECTED",
    "W10_MOVED_AFTER_BASE",
    "W11_DIED_AFTER_BASE",
    "W15_POSSIBLE_DUPLICATE",
    "W20_INCOMPLETE_HOUSEHOLD",
)
Change = Callable[[Extract], object]


@pytest.fixture
def ward(database: Database, tmp_path: Path) -> Ward:
    ward = Ward(database, tmp_path)
    ward.hand_over()
    return ward


def family(extract: Extract, place: int) -> Family:
    return extract.families[place]


def gone(place: int) -> Change:
    return lambda extract: family(extract, place).people.clear()


def cells(place: int, member: int | None, **values: str) -> Change:
    """Change cells of one member, or of all."""

    def change(extract: Extract) -> None:
        people = family(extract, place).people
        for person in people if member is None else [people[member]]:
            person.cells |= values

    return change


def another_child(place: int, number: str = "000000099999999", name: str = "あらた") -> Change:
    def change(extract: Extract) -> None:
        people = family(extract, place).people
        child = deepcopy(people[-1])
        surname = child.cells["氏名"].split("　")[0]
        child.cells |= {"宛名番号": number, "氏名": f"{surname}　{name}", "生年月日": "20230301"}
        people.append(child)

    return change


def number(ward: Ward, place: int) -> str:
    return ward.extract().families[place].number


def children(ward: Ward, place: int) -> int:
    return len(ward.extract().families[place].children)


def test_a_file_without_differences_is_applied_at_once_and_changes_no_household(ward: Ward) -> None:
    before = fingerprint(ward.database, "roster_import", "audit_event", "file_transfer")
    path = ward.write(ward.extract())
    path.write_bytes(path.read_bytes().replace(b"\r\n\x1a", b"\r\n"))
    done = ward.take(path)
    assert (done.state, done.differences, done.repeated) == ("applied", {}, False)
    assert fingerprint(ward.database, "roster_import", "audit_event", "file_transfer") == before


def test_differences_wait_until_people_apply_them(ward: Ward) -> None:
    before = fingerprint(ward.database, "roster_import", "audit_event", "file_transfer")
    waiting = ward.hand_over(cells(0, None, 番地="９９番９号"))
    assert (waiting.state, waiting.differences) == ("staged", {"address": 1})
    kept = {
        k: v
        for k, v in fingerprint(ward.database).items()
        if k in before and not k.startswith(("staged", "roster", "file_transfer"))
    }
    assert kept == {k: v for k, v in before.items() if k in kept}
    assert found_at(ward, "99-9") == []
    ward.apply(waiting)
    view = ward.view(number(ward, 0))
    assert view.fields.street == "９９番９号"
    assert found_at(ward, "99-9") == [view.id]


def found_at(ward: Ward, place: str) -> list[int]:
    """What a search finds in a process that goes on."""
    with ward.database.read() as session:
        terms = SearchTerms(place=place)
        found = search_households(work_in(session), terms, include_protected=False)
    return [view.id for view in found.households]


def test_differences_are_applied_once(ward: Ward) -> None:
    waiting = ward.hand_over(another_child(0))
    ward.apply(waiting)
    before = fingerprint(ward.database)
    with pytest.raises(ConflictError):
        ward.apply(waiting)
    assert fingerprint(ward.database) == before


def test_an_older_file_handed_over_again_shows_what_it_would_undo(ward: Ward) -> None:
    ward.change(cells(0, None, 番地="９９番９号"))
    assert ward.hand_over().differences == {"address": 1}


def test_a_newer_file_replaces_one_that_waits(ward: Ward) -> None:
    older = ward.hand_over(another_child(0))
    newer = ward.hand_over(another_child(1, "000000088888888", "つむぎ"))
    with pytest.raises(ConflictError):
        ward.apply(older)
    ward.apply(newer)
    with ward.database.read() as session:
        states = list(session.scalars(select(RosterImport.state).order_by(RosterImport.id)))
    assert states == ["applied", "superseded", "applied"]
    assert len(ward.view(number(ward, 0)).children) == children(ward, 0)
    assert ward.change(another_child(0)) == {"child_gone": 1, "child_new": 1}


def test_a_birth_adds_one_entitlement(ward: Ward) -> None:
    before = ward.total()
    assert ward.change(another_child(0)) == {"child_new": 1}
    after = ward.total()
    assert (after.children, after.yen) == (before.children + 1, before.yen + 30_000)
    assert ward.states(number(ward, 0)) == ["in_progress"] * (children(ward, 0) + 1)
    assert ward.holds(number(ward, 0)) == []


def test_a_new_household_gets_its_entitlements(ward: Ward) -> None:
    whole = ExtractPlan(households=13, seed=21, clean=True)
    before = ward.total()
    grown = Ward(ward.database, ward.folder, whole, handed_over=50)
    new = grown.extract().families[-1]
    assert grown.change() == {"household_new": 1}
    assert ward.total().children == before.children + len(new.children)
    assert grown.states(new) == ["in_progress"] * len(new.children)
    with ward.database.read() as session:
        assert session.scalars(select(Household.id).order_by(Household.id)).all() == empty_rows(
            session
        )


def empty_rows(session: Session) -> Sequence[int]:
    """The households that a program of version 0.1.0 can change: it asks for this row of each."""
    nothing = select(OldSearchRow.household_id).where(~HELD).order_by(OldSearchRow.household_id)
    return session.scalars(nothing).all()


def test_a_child_that_is_gone_holds_the_household_and_keeps_its_entitlement(ward: Ward) -> None:
    place = next(i for i, f in enumerate(ward.extract().families) if len(f.children) > 1)
    before = ward.total()

    def gone_child(extract: Extract) -> None:
        family(extract, place).people.pop()

    assert ward.change(gone_child) == {"child_gone": 1}
    assert ward.holds(number(ward, place)) == [W10]
    assert set(ward.states(number(ward, place))) == {"held"}
    assert ward.total() == before
    assert ward.change(gone_child, cells(0, None, 方書="みなも荘")) == {"address": 1}, "told once"
    assert ward.change() == {"address": 1, "child_back": 1}
    assert ward.holds(number(ward, place)) == [W10], "people decide"


def test_a_household_that_is_gone_is_held_once_and_its_return_is_told(ward: Ward) -> None:
    before = ward.total()
    assert ward.change(gone(3)) == {"household_gone": 1}
    assert ward.holds(number(ward, 3)) == [W10]
    assert set(ward.states(number(ward, 3))) == {"held"}
    assert ward.total() == before
    assert ward.change(gone(3), cells(0, 0, 氏名カナ="カエタ")) == {"correction": 1}
    assert ward.change() == {"correction": 1, "household_back": 1}
    assert ward.change(gone(3)) == {"household_gone": 1}


def test_a_household_whose_rows_are_all_rejected_is_held_as_incomplete_not_as_gone(
    ward: Ward,
) -> None:
    spoiled = cells(2, None, 郵便番号="139")
    assert ward.change(spoiled) == {"household_rejected": 1}
    assert ward.holds(number(ward, 2)) == [W20]
    assert len(ward.view(number(ward, 2)).children) == children(ward, 2)
    assert ward.change() == {"hold_cleared": 1}
    assert ward.holds(number(ward, 2)) == []
    assert set(ward.states(number(ward, 2))) == {"in_progress"}


def test_a_rejected_row_of_one_child_holds_the_household_and_loses_nobody(ward: Ward) -> None:
    place = next(i for i, f in enumerate(ward.extract().families) if len(f.children) > 1)
    before = ward.total()
    assert ward.change(cells(place, -1, 生年月日="")) == {"hold_new": 1}
    assert ward.holds(number(ward, place)) == [W20]
    assert ward.total() == before
    assert ward.change() == {"hold_cleared": 1}
    assert ward.holds(number(ward, place)) == []


def test_corrected_names_are_found_under_the_new_name_only(ward: Ward) -> None:
    kinds = ward.change(cells(1, 0, 氏名="鰐淵　\ufa19"), cells(1, 1, 氏名="鰐淵　湊"))
    assert kinds == {"child_correction": 1, "correction": 1}
    view = ward.view(number(ward, 1))
    assert (view.fields.name, view.children[0].fields.name) == ("鰐淵　\ufa19", "鰐淵　湊")
    with ward.database.read() as session:
        found = search_households(
            work_in(session), SearchTerms(name="鰐淵"), include_protected=False
        )
    assert [v.id for v in found.households] == [view.id]


def test_another_householder_is_stored_and_held(ward: Ward) -> None:
    kinds = ward.change(
        cells(
            1,
            0,
            宛名番号="000000077777777",
            氏名="鰐淵　楓",
            氏名カナ="ワニブチ カエデ",
            生年月日="19800404",
        )
    )
    assert kinds == {"householder": 1}
    assert ward.view(number(ward, 1)).fields.name == "鰐淵　楓"
    assert ward.holds(number(ward, 1)) == [W11]


def test_a_move_after_the_base_date_is_held(ward: Ward) -> None:
    assert ward.change(cells(1, None, 異動事由="転出", 異動年月日="20230510")) == {"hold_new": 1}
    assert ward.holds(number(ward, 1)) == [W10]


def test_a_death_after_the_base_date_is_held(ward: Ward) -> None:
    assert ward.change(cells(1, 0, 異動事由="死亡", 異動年月日="20230510")) == {"hold_new": 1}
    assert ward.holds(number(ward, 1)) == [W11]


def test_protection_that_is_set_stops_everything_and_stays_when_it_is_cleared(ward: Ward) -> None:
    load_codes(ward.database, ward.folder, 60)
    with ward.database.write() as session:
        assign(work_in(session, now=NOW), reserve=Reserve(), protection_loaded=True)
    assert ward.change(cells(0, 1, 支援措置区分="1")) == {"protection_set": 1}
    assert ward.holds(number(ward, 0)) == [W01]
    assert ward.view(number(ward, 0)).protected
    assert set(ward.states(number(ward, 0))) == {"held"}
    with ward.database.read() as session:
        suspended = select(func.count()).where(Coupon.state == "suspended")
        assert session.scalar(suspended) == children(ward, 0)
    assert ward.change() == {"protection_cleared": 1}
    assert ward.view(number(ward, 0)).protected, "only the ward's people lift a protection"
    assert ward.holds(number(ward, 0)) == [W01]
    assert ward.change(cells(1, 0, 氏名カナ="カエタ")) == {"correction": 1}, "told once"


def test_a_file_without_a_protection_column_says_nothing_about_protection(
    database: Database, tmp_path: Path
) -> None:
    plan = ExtractPlan(households=6, seed=8, clean=True)
    ward = Ward(database, tmp_path, plan, "sample-min")
    ward.hand_over()
    with database.write() as session:
        household = session.scalars(select(Household).order_by(Household.id)).first()
        assert household is not None
        household.protected = True
    path = ward.write(ward.extract())
    path.write_bytes(path.read_bytes() + b"\r\n")
    assert ward.take(path).differences == {}


def moves(child: int, source: int, target: int) -> Change:
    """A child's row moves to another household, as after a separation."""

    def change(extract: Extract) -> None:
        person: Person = family(extract, source).people.pop(child)
        new = family(extract, target)
        person.cells |= new.address | {"世帯番号": new.number}
        new.people.append(person)

    return change


def test_a_child_that_moves_to_another_household_is_never_counted_twice(ward: Ward) -> None:
    source = next(i for i, f in enumerate(ward.extract().families) if len(f.children) > 1)
    target = (source + 1) % 12
    before = ward.total()
    assert ward.change(moves(1, source, target)) == {"child_elsewhere": 1, "child_gone": 1}
    assert ward.total() == before
    assert ward.holds(number(ward, source)) == [W10]
    assert ward.holds(number(ward, target)) == [W15]
    again = ward.change(moves(1, source, target), cells(target, 0, 氏名カナ="カエタ"))
    assert again == {"correction": 1}


def test_a_child_that_moves_to_a_new_household_is_never_counted_twice(ward: Ward) -> None:
    source = next(i for i, f in enumerate(ward.extract().families) if len(f.children) > 1)
    grown = Ward(
        ward.database, ward.folder, ExtractPlan(households=13, seed=21, clean=True), handed_over=50
    )
    before = ward.total()
    own = len(grown.extract().families[12].children)
    kinds = grown.change(moves(1, source, 12))
    assert kinds == {"child_elsewhere": 1, "child_gone": 1, "household_new": 1}
    assert ward.total().children == before.children + own
    assert grown.holds(grown.extract().families[12]) == [W15]
    assert set(grown.states(grown.extract().families[12])) <= {"held"}


def test_a_child_that_comes_back_under_new_numbers_is_held_as_a_duplicate(ward: Ward) -> None:
    def renumbered(extract: Extract) -> None:
        moved = family(extract, 4)
        for place, person in enumerate(moved.people):
            person.cells |= {"世帯番号": "0000999999", "宛名番号": f"{77_000_000 + place:015d}"}

    kinds = ward.change(renumbered)
    assert kinds == {"child_lookalike": children(ward, 4), "household_gone": 1, "household_new": 1}
    assert ward.holds("0000999999") == [W15]
    assert set(ward.states("0000999999")) == {"held"}


def test_households_without_numbers_are_known_again(database: Database, tmp_path: Path) -> None:
    ward = Ward(database, tmp_path, ExtractPlan(households=10, seed=8, clean=True), "sample-min")
    ward.hand_over()
    with database.read() as session:
        before = list(session.scalars(select(Child.person_digest).order_by(Child.id)))
    kinds = ward.change(another_child(0))
    assert kinds == {"child_new": 1}
    with database.read() as session:
        after = list(session.scalars(select(Child.person_digest).order_by(Child.id)))
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1


def test_a_family_without_number_that_moves_is_held_on_both_sides(
    database: Database, tmp_path: Path
) -> None:
    ward = Ward(database, tmp_path, ExtractPlan(households=10, seed=8, clean=True), "sample-min")
    ward.hand_over()
    count = len(ward.extract().families[2].children)
    kinds = ward.change(cells(2, None, 番地="７７番７号"))
    assert kinds == {"child_lookalike": count, "household_gone": 1, "household_new": 1}
    with database.read() as session:
        free = session.scalar(select(func.count()).select_from(Household))
    assert free == 11
    assert sorted(code for codes in ward.all_holds().values() for code in codes) == [W10, W15]
