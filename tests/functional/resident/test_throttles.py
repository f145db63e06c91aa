"""Guessing passwords slows down and ends; no stranger locks an owner out; counters name nobody."""

import pytest

from portal.domain.people.authn.models import ThrottleBucket
from portal.domain.people.authn.networks import network_keys
from portal.domain.people.authn.throttles import WIDE_NETWORK, count_try
from tests.support.login_ids import plain_login_id
from tests.support.people import Person
from tests.support.resident import Resident, Visitor

WRONG = "CDFG HJKL MNPQ"


def guess(visitor: Visitor, login_id: str, password: str = WRONG) -> int:
    """Try a password; return the status."""
    if not visitor.token:
        visitor.open("/signin")
    return visitor.post("/signin/submit", {"login_id": login_id, "password": password}).status_code


def known(resident: Resident, person: Person) -> Visitor:
    """The owner's browser, which signed in before."""
    visitor = resident.sign_in(person)
    visitor.send("/signin/code/submit", {"code": person.totp(resident.now)})
    visitor.send("/signout")
    return visitor


@pytest.mark.asvs("6.3.1")
def test_five_wrong_tries_are_free_then_each_waits_longer(resident: Resident) -> None:
    person = resident.add(active=True)
    stranger = resident.visitor()
    assert [guess(stranger, person.login_id) for _try in range(5)] == [422] * 5
    assert guess(stranger, person.login_id) == 429
    assert stranger.page is not None
    assert stranger.page.headers["retry-after"] == "60"
    assert "午後0時1分まで待ってから" in stranger.page.text
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        resident.clock.advance(minutes=minutes, seconds=-1)
        assert guess(stranger, person.login_id, person.password) == 429
        resident.clock.advance(seconds=1)
        assert guess(stranger, person.login_id) == 422


def test_three_hundred_failures_in_an_hour_shut_out_a_wide_network(
    sqlite_resident: Resident,
) -> None:
    """T4: whoever has a whole /24 gets no more tries than three hundred from all of it."""
    resident, person = sqlite_resident, sqlite_resident.add(active=True)
    _near, wide = network_keys(resident.site.vault, "198.51.100.1")
    bucket = WIDE_NETWORK.of(wide)
    with resident.database.write() as session:
        for _failure in range(299):
            count_try(session, bucket, resident.now)
    assert guess(resident.visitor("198.51.100.7"), person.login_id) == 422
    assert guess(resident.visitor("198.51.100.8"), plain_login_id()) == 429
    assert guess(resident.visitor("198.51.101.8"), plain_login_id()) == 422
    resident.clock.advance(hours=1)
    assert guess(resident.visitor("198.51.100.8"), plain_login_id()) == 422


def test_an_unknown_id_waits_in_the_same_way(resident: Resident) -> None:
    login_id, stranger = plain_login_id(), resident.visitor()
    assert [guess(stranger, login_id) for _try in range(6)] == [422] * 5 + [429]


@pytest.mark.asvs("6.3.1")
def test_a_hundred_wrong_tries_close_the_password_for_strangers_only(
    sqlite_resident: Resident,
) -> None:
    resident = sqlite_resident
    person = resident.add(active=True)
    owner = known(resident, person)
    for number in range(100):
        resident.clock.advance(hours=1)
        assert guess(resident.visitor(f"198.51.{number}.1"), person.login_id) == 422
    resident.clock.advance(days=3)
    stranger = resident.visitor("192.0.2.9")
    assert guess(stranger, person.login_id, person.password) == 429
    assert stranger.page is not None
    assert "コールセンター" in stranger.page.text
    owner.open("/signin")
    assert guess(owner, person.login_id, person.password) == 303


@pytest.mark.asvs("6.3.1")
def test_a_known_device_passes_while_strangers_wait(resident: Resident) -> None:
    person = resident.add(active=True)
    owner = known(resident, person)
    stranger = resident.visitor("192.0.2.9")
    assert [guess(stranger, person.login_id) for _try in range(6)][-1] == 429
    owner.open("/signin")
    assert guess(owner, person.login_id, person.password) == 303
    assert guess(resident.visitor("192.0.2.10"), person.login_id, person.password) == 429


@pytest.mark.asvs("9.2.3")
def test_a_known_device_is_known_for_its_own_id_only_and_has_a_limit_too(
    resident: Resident,
) -> None:
    person, other = resident.add(active=True), resident.add(active=True)
    owner = known(resident, person)
    owner.open("/signin")
    assert [guess(owner, other.login_id) for _try in range(6)] == [422] * 5 + [429]
    assert [guess(owner, person.login_id) for _try in range(11)] == [422] * 10 + [429]


@pytest.mark.asvs("9.1.1")
def test_a_forged_device_cookie_is_worth_nothing(resident: Resident) -> None:
    person = resident.add(active=True)
    stranger = resident.visitor()
    for number in range(5):
        stranger.http.cookies.set("device", f"{number:016x}." + "0" * 32, domain="127.0.0.1")
        assert guess(stranger, person.login_id) == 422
    stranger.http.cookies.set("device", "あ.é".encode().hex(), domain="127.0.0.1")
    assert guess(stranger, person.login_id) == 429


@pytest.mark.asvs("6.3.1")
def test_sixty_failures_in_a_quarter_of_an_hour_shut_out_one_network(
    sqlite_resident: Resident,
) -> None:
    resident = sqlite_resident
    person = resident.add(active=True)
    shared = resident.visitor("2001:db8:1:2::7")
    for number in range(30):
        right = resident.sign_in(person, resident.visitor("2001:db8:1:2::8"))
        assert right.place == "/signin/code", f"right sign-in {number} of the same network"
    assert [guess(shared, plain_login_id()) for _try in range(61)] == [422] * 60 + [429]
    assert guess(resident.visitor("2001:db8:1:2:ffff::1"), plain_login_id()) == 429
    assert guess(resident.visitor("2001:db8:1:3::7"), plain_login_id()) == 422
    resident.clock.advance(minutes=15)
    assert guess(shared, plain_login_id()) == 422


def test_a_tired_network_costs_its_members_no_tries_of_their_own(sqlite_resident: Resident) -> None:
    resident = sqlite_resident
    person = resident.add(active=True)
    noisy = resident.visitor()
    for _try in range(60):
        guess(noisy, plain_login_id())
    member = resident.visitor()
    assert [guess(member, person.login_id, person.password) for _try in range(8)] == [429] * 8
    assert guess(resident.visitor("192.0.2.77"), person.login_id, person.password) == 303


def test_a_right_password_gives_back_its_own_try_only(resident: Resident) -> None:
    person = resident.add(active=True)
    stranger, owner = resident.visitor(), resident.visitor()
    for _try in range(4):
        guess(stranger, person.login_id)
    owner.open("/signin")
    assert guess(owner, person.login_id, person.password) == 303
    assert guess(stranger, person.login_id) == 422
    assert guess(stranger, person.login_id) == 429


def test_counters_hold_no_address_and_no_id(resident: Resident) -> None:
    person = resident.add(active=True)
    guess(resident.visitor("203.0.113.99"), person.login_id)
    with resident.database.read() as session:
        keys = " ".join(row.key for row in session.query(ThrottleBucket))
    assert keys
    assert "203.0" not in keys
    assert person.login_id not in keys
