"""A browser that signed in before is known for a while, and not to who guesses on it (T2, A9)."""

from datetime import timedelta

import pytest

from portal.domain.people.authn.models import ThrottleBucket
from portal.domain.people.authn.throttles import KNOWN_DEVICE
from portal.domain.people.signin import devices
from tests.functional.resident.test_throttles import guess, known
from tests.support.people import Person
from tests.support.resident import Resident, Visitor

OWN = "からすの みやこ 34羽"


def is_known(resident: Resident, person: Person, cookie: str) -> bool:
    """Whether a cookie marks a known browser now."""
    with resident.database.read() as session:
        work = resident.site.work(session, now=resident.now)
        return devices.known_device(work, person.login_id, cookie) is not None


def try_on(resident: Resident, browser: Visitor, person: Person, tries: int) -> list[int]:
    """Guess ten times each quarter of an hour; return the statuses."""
    statuses = []
    for number in range(tries):
        if number % 10 == 0:
            resident.clock.advance(minutes=15)
            browser.open("/signin")
        statuses.append(guess(browser, person.login_id))
    return statuses


@pytest.mark.asvs("6.3.1")
@pytest.mark.in_turn
def test_a_former_partners_browser_guesses_a_hundred_times_then_counts_as_a_strangers(
    resident: Resident,
) -> None:
    """960 tries a day at the own password, past slow mode, brake and shut door."""
    person = resident.add(active=True)
    partner, owner = known(resident, person), known_later(resident, person)
    assert try_on(resident, partner, person, 100) == [422] * 100
    assert not is_known(resident, person, partner.cookie("device"))
    resident.clock.advance(minutes=15)
    partner.open("/signin")
    assert [guess(partner, person.login_id) for _try in range(6)] == [422] * 5 + [429]
    resident.clock.advance(days=40)
    assert not is_known(resident, person, partner.cookie("device")), "no window gives more"
    owner.open("/signin")
    assert guess(owner, person.login_id, person.password) == 303, "another browser stays known"


def known_later(resident: Resident, person: Person) -> Visitor:
    """Another browser that signed in, with the next code of the app."""
    resident.clock.advance(minutes=2)
    return known(resident, person)


@pytest.mark.in_turn
def test_who_signs_in_with_both_factors_begins_to_count_anew(resident: Resident) -> None:
    person = resident.add(active=True)
    owner = known(resident, person)
    own = KNOWN_DEVICE.of(owner.cookie("device").partition(".")[0]).stored_key
    assert try_on(resident, owner, person, 90) == [422] * 90
    resident.clock.advance(minutes=15)
    resident.sign_in(person, owner)
    assert owner.place == "/signin/code"
    assert resident.count(ThrottleBucket, key=own, total=90) == 1, "the password gives none back"
    owner.send("/signin/code/submit", {"code": person.totp(resident.now)})
    owner.send("/signout")
    assert try_on(resident, owner, person, 90) == [422] * 90
    assert is_known(resident, person, owner.cookie("device"))


def test_copies_of_a_mark_share_its_tries(resident: Resident) -> None:
    """Kept at each sign-in, they would be a hundred tries each."""
    person = resident.add(active=True)
    owner = known(resident, person)
    copy = owner.cookie("device")
    resident.clock.advance(minutes=2)
    resident.sign_in(person, owner)
    owner.send("/signin/code/submit", {"code": person.totp(resident.now)})
    owner.send("/signout")
    assert owner.cookie("device") != copy
    assert try_on(resident, owner, person, 100) == [422] * 100
    assert not is_known(resident, person, copy)


@pytest.mark.asvs("9.2.1")
def test_the_server_ends_a_mark_whatever_the_browser_keeps(resident: Resident) -> None:
    person = resident.add(active=True)
    cookie = known(resident, person).cookie("device")
    resident.clock.advance(seconds=devices.LIFE.total_seconds() - 1)
    assert is_known(resident, person, cookie)
    resident.clock.advance(seconds=1)
    assert not is_known(resident, person, cookie)


@pytest.mark.asvs("9.1.1", "9.2.1")
def test_the_date_of_a_mark_is_signed(resident: Resident) -> None:
    person, other = resident.add(active=True), resident.add(active=True)
    cookie = known(resident, person).cookie("device")
    name, made, signature = cookie.split(".")
    later = str(int(made) + timedelta(days=90) // timedelta(microseconds=1))
    before = resident.site.vault.sign("device", name + person.login_id)
    for forged in (
        f"{name}.{later}.{signature}",
        f"0{name}.{made}.{signature}",
        f"{name}..{signature}",
        f"{name}.{made}",
        f"{name}.{'9' * 400}.{signature}",
        f"{name}.{before}",  # of the program before, which wrote no date
        "あ.é.",
        "",
    ):
        assert not is_known(resident, person, forged), forged
    assert not is_known(resident, other, cookie)
    assert is_known(resident, person, cookie)


@pytest.mark.parametrize("way", ["everywhere", "password"])
@pytest.mark.asvs("7.4.3", "9.2.1")
def test_signing_out_everywhere_and_a_new_password_make_every_browser_a_new_one(
    resident: Resident, way: str
) -> None:
    person = resident.add(active=True)
    partner = known(resident, person).cookie("device")
    resident.clock.advance(minutes=2)
    owner = resident.sign_in(person)
    owner.send("/signin/code/submit", {"code": person.totp(resident.now)})
    resident.clock.advance(minutes=1)
    if way == "everywhere":
        owner.open("/account")
        owner.send("/account/sign-out-everywhere")
    else:
        owner.open("/account/password")
        owner.send("/account/password/submit", {"own_password": OWN})
        assert owner.place == "/account"
    assert not is_known(resident, person, partner)
    assert is_known(resident, person, owner.cookie("device")) == (way == "password")


def test_wrong_backup_codes_are_no_tries_of_a_browser(resident: Resident) -> None:
    """They are counted by account: a stranger's must not use up the owner's browser."""
    person = resident.add(active=True)
    owner = known(resident, person)
    for _round in range(11):
        resident.clock.advance(minutes=15)
        stranger = resident.enter(person, stage="code")
        for _try in range(10):
            stranger.post("/signin/backup/submit", {"code": "CDFGHJKLMN"})
    assert is_known(resident, person, owner.cookie("device"))
    resident.clock.advance(minutes=15)
    last = resident.enter(person, stage="code")
    last.send("/signin/backup/submit", {"code": person.backup[0]})
    assert last.place == "/home"
