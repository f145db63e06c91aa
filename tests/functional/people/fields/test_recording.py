"""What a test of a page is answered is held against the table, where the walk does not come."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from portal.domain.foundation.actors import Role
from portal.domain.people.households.models import Household
from portal.domain.people.staff.fields import FieldClass, FieldTable, written_fields
from tests.functional.desk.call_desk.support import agent
from tests.support.fields import reach
from tests.support.fields.listening import EARS
from tests.support.fields.reach import Played, Unreached, left_out, unreached
from tests.support.fields.recording import Recorded
from tests.support.fields.walking import routes
from tests.support.sources import ROOT
from tests.support.staff import StaffSite

PAGE, FILE = "/staff", "tests/functional/people/admin/test_staff.py"


@pytest.fixture(autouse=True)
def _listened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is answered, as `./run matrices` does."""
    monkeypatch.setattr(EARS, "on", True)
    monkeypatch.setattr(EARS, "waiting", [])


def table_without(name: FieldClass, path: str) -> FieldTable:
    """The written table, but a page may not show a class."""
    table = written_fields()
    shown = table.routes[path]
    less = replace(shown, classes=shown.classes - {name})
    return replace(table, routes={**table.routes, path: less})


@pytest.mark.asvs("8.2.3")
def test_an_answer_that_shows_a_class_too_much_is_named_with_role_route_and_field(
    sqlite_staff: StaffSite,
) -> None:
    sqlite_staff.hire(Role.OFFICER)
    assert sqlite_staff.enter_as(Role.ADMINISTRATOR).get(PAGE).status_code == 200
    heard = sqlite_staff.listening.taken()
    cell = f"administrator {PAGE}: staff_name"
    for table, told in (
        (written_fields(), set()),
        (table_without(FieldClass.STAFF_NAME, PAGE), {cell}),
    ):
        sqlite_staff.listening.heard = list(heard)
        recorded = Recorded(table)
        assert set(recorded.look(sqlite_staff.listening, FILE)) == told
        assert recorded.played.reached == {(FILE, PAGE)}
        assert recorded.played.shown == {(FILE, cell)}


def test_what_somebody_typed_and_the_own_name_are_no_sighting(sqlite_staff: StaffSite) -> None:
    colleague = sqlite_staff.hire(Role.OFFICER)
    visitor = sqlite_staff.enter_as(Role.ADMINISTRATOR)
    visitor.get(f"{PAGE}?who=職員 {colleague.login}")
    recorded = Recorded()
    assert list(recorded.look(sqlite_staff.listening, FILE)) == []
    assert recorded.played.shown == set()


@pytest.mark.asvs("8.2.3")
def test_of_a_family_that_is_protected_at_that_moment_only_the_ward_may_be_shown_it(
    sqlite_staff: StaffSite,
) -> None:
    person = sqlite_staff.add_household()
    one = agent(sqlite_staff).begin()
    assert one.verify(person.household_id) == 303
    one.page(person.household_id)
    before = sqlite_staff.listening.taken()
    with sqlite_staff.database.write() as session:
        session.execute(update(Household).values(protected=True))
    told = []
    for protected in (frozenset[int](), frozenset({person.household_id})):
        sqlite_staff.listening.heard = [replace(each, protected=protected) for each in before]
        told.append(set(Recorded().look(sqlite_staff.listening, FILE)))
    assert told[0] == set()
    assert "agent /desk/{household_id:int}: masked_name of a protected family" in told[1]
    assert one.visitor.get(f"/desk/{person.household_id}").status_code == 404
    (after,) = sqlite_staff.listening.heard
    assert after.protected == {person.household_id}
    assert set(Recorded().look(sqlite_staff.listening, FILE)) == set()


def test_a_page_that_only_tests_come_to_shows_no_reading_of_a_name(
    sqlite_staff: StaffSite,
) -> None:
    person = sqlite_staff.add_household()
    one = agent(sqlite_staff).begin()
    one.verify(person.household_id)
    refused = one.visitor.post(f"/desk/{person.household_id}/call-back", {"form_key": one.key()})
    assert refused.status_code == 422
    assert list(Recorded().look(sqlite_staff.listening, FILE)) == []


def test_without_being_told_to_nobody_listens(
    sqlite_staff: StaffSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EARS, "on", False)
    assert sqlite_staff.enter_as(Role.ADMINISTRATOR).get(PAGE).status_code == 200
    assert sqlite_staff.listening.heard == []
    assert EARS.waiting == []


def test_a_route_that_nobody_was_let_in_to_and_a_class_that_none_showed_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cell = "agent /desk: masked_name"
    register = Unreached({PAGE: FILE}, {cell: FILE}, {}, {})
    monkeypatch.setattr(reach, "unreached", lambda: register)
    whole = Played({FILE}, {(FILE, PAGE)}, {(FILE, cell)})
    assert left_out(whole) == []
    assert left_out(replace(whole, reached=set())) == [f"{PAGE} lets nobody in in {FILE}"]
    assert left_out(replace(whole, shown=set())) == [f"{cell} is not shown in {FILE}"]
    assert len(left_out(Played({FILE}, {("other", PAGE)}, {("other", cell)}))) == 2
    assert left_out(Played()) == []


def test_the_register_names_routes_and_files_that_there_are() -> None:
    there = {route.path for route in routes() if route.access != "public"}
    register = unreached()
    assert register.routes <= there
    assert not set(register.played) & set(register.kept)
    assert not set(register.shows) & set(register.unseen)
    assert all(len(why) > 10 for why in (*register.kept.values(), *register.unseen.values()))
    assert all((ROOT / file).is_file() for file in register.files)
