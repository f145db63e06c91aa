"""Every page for every role shows what the table of fields grants, and nothing else (A9, A11).

The walk goes through a world in which every class of field of every family holds a canary of its
own; then the ward's list protects every family, and it goes again.
"""

from collections.abc import Iterable, Iterator

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.people.staff.fields import NEVER, FieldClass, FieldTable, written_fields
from tests.support.fields.canaries import Canaries, harvest, plain
from tests.support.fields.given import given_to
from tests.support.fields.places import places
from tests.support.fields.reach import FILE, unreached
from tests.support.fields.settling import settle
from tests.support.fields.walking import Sighting, Walk
from tests.support.fields.world import World, make_world, protect_all
from tests.support.resident import Loop
from tests.support.sources import ROOT
from tests.support.staff import ROLES

pytestmark = pytest.mark.matrix

FLAG = 'class="flag">支援措置'
"""How pages mark a protected family."""
CATALOG = ROOT / "locales" / "en" / "LC_MESSAGES" / "staff.po"
"""The site's own words: an example of a number in them is no family's."""


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory, background_loop: Loop) -> Iterator[Walk]:
    """The walk while no family is protected that anybody works on."""
    folder = tmp_path_factory.mktemp("fields")
    world = make_world(folder)
    settled = settle(world, background_loop, folder)
    world.keep()
    own = {role: tuple(plain(said) for said in words) for role, words in settled.own.items()}
    given = given_to(world, settled)
    with world.database.engine.connect() as connection:
        starts = [*settled.starts(), *places(connection)]
    planted = canaries(world)
    walk = Walk(world, planted, settled.visitors, starts, settled.searches(), own, given)
    walk.go()
    yield walk
    world.database.engine.dispose()


@pytest.fixture(scope="module")
def protected(ordinary: Walk) -> Walk:
    """The same walk when all families are protected, while they are open and in calls."""
    world = ordinary.world
    world.set_back()
    with world.database.write() as session:
        protect_all(session)
    world.keep()
    walk = ordinary.again(canaries(world))
    walk.go()
    return walk


def canaries(world: World) -> Canaries:
    places = {place: name for name, found in written_fields().places.items() for place in found}
    with world.database.engine.connect() as connection:
        found = harvest(connection, world.played.site.vault, places)
    found.add(FieldClass.PROTECTION, FLAG, None)
    found.drop_examples(CATALOG.read_text("utf-8"))
    return found


def told(faults: Iterable[Sighting]) -> list[str]:
    """Say of each fault who was shown what on which route, and of which class the value is."""
    return sorted({f"{one.role} on {one.route}: {one.canary.field}" for one in faults})


def shown_too_much(table: FieldTable, seen: Iterable[Sighting], *, protected: bool) -> list[str]:
    """Return the faults of a walk against the table."""
    faults = []
    for one in seen:
        of_family = one.canary.household is not None or one.canary.field == FieldClass.PROTECTION
        granted = (
            table.granted_of_protected(one.role, one.route)
            if protected and of_family
            else table.granted(one.role, one.route)
        )
        if one.canary.field not in granted:
            faults.append(one)
    return told(faults)


@pytest.mark.asvs("8.2.3")
def test_no_page_shows_a_role_what_the_table_does_not_grant(ordinary: Walk) -> None:
    assert shown_too_much(written_fields(), ordinary.seen, protected=False) == []


@pytest.mark.asvs("8.2.3")
def test_of_a_protected_family_nobody_but_the_ward_is_shown_anything(protected: Walk) -> None:
    assert shown_too_much(written_fields(), protected.seen, protected=True) == []


def test_each_role_is_shown_what_the_table_grants_it_on_each_route_or_a_reason_says_why_not(
    ordinary: Walk, protected: Walk
) -> None:
    """Of a route that only tests play, somebody is shown it."""
    table, cells = written_fields(), unreached().cells
    seen = {f"{one.role} {one.route}: {one.canary.field}" for one in ordinary.seen | protected.seen}
    granted = {
        f"{role} {path}: {name}"
        for path in table.routes
        for role in ROLES
        for name in table.granted(role, path)
    }
    assert sorted(cells & seen) == [], f"walked: take them off {FILE}"
    assert sorted(cells - granted) == [], f"granted to nobody: take them off {FILE}"
    shown = {cell.partition(" ")[2] for cell in seen | cells}
    missing = {
        cell
        for cell in granted - seen - cells
        if _route_of(cell) not in unreached().routes or cell.partition(" ")[2] not in shown
    }
    assert sorted(missing) == [], f"no test or reason in {FILE}"


def _route_of(cell: str) -> str:
    return cell.partition(" ")[2].partition(": ")[0]


def test_every_route_is_walked_played_by_the_tests_of_its_page_or_kept_aside_with_a_reason(
    ordinary: Walk, protected: Walk
) -> None:
    reached = ordinary.reached | protected.reached
    routes = {route.path for route in ordinary.table if route.access != "public"}
    assert sorted(routes - reached - unreached().routes) == [], f"in no place of {FILE}"
    assert sorted(unreached().routes & reached) == [], f"walked: take them off {FILE}"


def test_no_answer_to_anybody_holds_a_code_of_a_coupon_or_a_secret(
    ordinary: Walk, protected: Walk
) -> None:
    walked = ordinary.seen | protected.seen
    planted = {one.field for one in ordinary.canaries.all.values()}
    assert planted >= NEVER
    assert told(one for one in walked if one.canary.field in NEVER) == []


def test_the_walk_sees_every_class_that_is_granted_and_plants_every_class(ordinary: Walk) -> None:
    planted = {one.field for one in ordinary.canaries.all.values() if one.field}
    assert planted == set(FieldClass)
    for role in ROLES:
        assert any(one.role is role for one in ordinary.seen), role


def test_a_page_that_shows_a_class_too_much_is_named_with_role_route_and_field(
    ordinary: Walk,
) -> None:
    table = written_fields()
    at = next(
        one
        for one in ordinary.seen
        if one.canary.field == FieldClass.BIRTH_DATE and one.canary.household is not None
    )
    leaked = Sighting(Role.AGENT, "/desk", at.canary, "/desk")
    assert shown_too_much(table, [leaked], protected=False) == ["agent on /desk: birth_date"]
    known = Sighting(Role.OFFICER, at.route, at.canary, at.address)
    assert shown_too_much(table, [known], protected=False) == []
    assert shown_too_much(table, [known], protected=True) != []
