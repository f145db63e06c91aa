"""An account comes only with a person of its own side.

The attack: an administrator of the contractor made an officer of the ward, alone, and held password
and key of it.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from portal.cli.people.staff import staff
from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.people.staff.services import Profile, add_staff
from portal.domain.people.staff.vouching import require_vouched
from portal.platform.database import Database
from tests.functional.people.admin.command_support import House
from tests.support.coupons import NOW
from tests.support.work import work_in

OFFICER_OF_WARD = ("--name", "だれか", "--organization", "ward", "--role", "ward_officer")
OFFICER = ("--name", "だれか", "--organization", "contractor", "--role", "officer")
AGENT = ("--name", "だれか", "--organization", "subcontractor", "--role", "agent")


@pytest.fixture
def led(house: House) -> House:
    """The deployment with an administrator of the contractor and one of the ward."""
    house.hire("admin", "contractor", "administrator")
    by = ("--by", "admin", "--confirmed-by", "ward")
    house.hire("ward-admin", "ward", "administrator", *by)
    return house


def added(house: House, login: str, who: tuple[str, ...], *people: str) -> int:
    """Try to add an account in the names of these people, each with a code of their own."""
    words = [
        word
        for option, person in zip(("--by", "--confirmed-by"), people, strict=False)
        for word in (option, person)
    ]
    codes = tuple(house.fresh_code(person) for person in people)
    done = house.by_codes(staff, "add", "--login", login, *who, *words, codes=codes)
    return done.exit_code


def test_an_administrator_of_the_contractor_does_not_make_himself_the_ward(led: House) -> None:
    before = len(led.events("staff.added"))
    assert added(led, "x", OFFICER_OF_WARD, "admin") == 1
    led.hire("admin-2", "contractor", "administrator", "--by", "admin")
    assert added(led, "x", OFFICER_OF_WARD, "admin", "admin-2") == 1
    assert added(led, "x", OFFICER_OF_WARD, "ward-admin") == 1, "one of the ward would be two"
    assert added(led, "x", OFFICER_OF_WARD, "ward") == 1
    assert len(led.events("staff.added")) == before + 1
    assert added(led, "x", OFFICER_OF_WARD, "admin", "ward") == 0
    assert led.events("staff.added")[-1].detail["confirmed_by"] == led.id_of("ward")


@pytest.mark.parametrize("people", [("ward-admin", "ward"), ("ward", "admin")])
def test_two_people_with_one_of_the_ward_make_an_account_of_the_ward(
    led: House, people: tuple[str, str]
) -> None:
    assert added(led, "new", OFFICER_OF_WARD, *people) == 0


@pytest.mark.parametrize("who", [OFFICER, AGENT])
def test_accounts_of_the_contractor_take_its_own_administrator(
    led: House, who: tuple[str, ...]
) -> None:
    assert added(led, "new", who, "ward-admin") == 1
    assert added(led, "new", who, "ward-admin", "ward") == 1
    assert added(led, "new", who, "officer") == 1, "an officer manages no accounts"
    assert added(led, "new", who, "admin") == 0


def test_the_ward_needs_no_administrator_of_its_own_to_keep_its_accounts(house: House) -> None:
    """Before any administrator the contractor's accounts are free, the ward's second is not."""
    assert added(house, "x", OFFICER_OF_WARD) == 1
    assert added(house, "x", OFFICER) == 0


def test_who_unlocks_lets_guess_on_so_the_same_people_are_needed(led: House) -> None:
    for login, people, code in (
        ("ward", ("admin",), 1),
        ("ward", (), 1),
        ("ward", ("admin", "ward-admin"), 0),
        ("officer", ("ward-admin", "ward"), 1),
        ("officer", ("admin",), 0),
    ):
        words = [
            word
            for option, person in zip(("--by", "--confirmed-by"), people, strict=False)
            for word in (option, person)
        ]
        codes = tuple(led.fresh_code(person) for person in people)
        done = led.by_codes(staff, "unlock", "--login", login, *words, codes=codes)
        assert done.exit_code == code, (login, people, done.output)
    unlocked = led.events("staff.unlocked")
    assert [event.subject_id for event in unlocked] == [led.id_of("ward"), led.id_of("officer")]
    assert unlocked[0].detail["confirmed_by"] == led.id_of("ward-admin")


def test_two_at_once_are_not_both_the_first_of_the_ward(database: Database) -> None:
    def first(login: str) -> bool:
        with suppress(NotAllowedError), database.write() as session:
            work = work_in(session, now=NOW)
            require_vouched(work, Organization.WARD, ())
            add_staff(work, Profile(login, login, Organization.WARD, Role.WARD_OFFICER))
            return True
        return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(first, "abcd")) == [False, False, False, True]


def test_nobody_makes_himself_a_second_person_once_there_is_an_administrator(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.hire("admin", "contractor", "administrator")
    for extra in ((), ("--by", "officer", "--codes-fd", "0")):
        refused = house.run(
            staff,
            "add",
            "--login",
            "x",
            *OFFICER_OF_WARD,
            *extra,
            typed=f"{house.code('officer')}\n",
        )
        assert refused.exit_code == 1
        assert house.run(staff, "unlock", "--login", "ward").exit_code == 1
    assert house.run(staff, "deactivate", "--login", "admin", "--no-administrator").exit_code == 0
    assert house.run(staff, "add", "--login", "x", *OFFICER_OF_WARD).exit_code == 1
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    emergency = ("add", "--login", "y", *OFFICER_OF_WARD, "--no-administrator")
    assert house.run(staff, *emergency).exit_code == 1
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert house.run(staff, *emergency).exit_code == 0
    assert len(house.events("staff.without_administrator")) == 2
