"""A sign-in leads to where one wanted to be, and never to the first showing of a coupon."""

import pytest

from portal.domain.people.coupons.models import Coupon
from tests.functional.resident.passkeys import device_of, press
from tests.support.people import Person
from tests.support.resident import Resident, Visitor


def finish(resident: Resident, person: Person, visitor: Visitor) -> Visitor:
    """Sign in with ID, password and code, in this browser."""
    resident.sign_in(person, visitor)
    visitor.send("/signin/code/submit", {"code": person.totp(resident.now)})
    return visitor


@pytest.mark.parametrize("path", ["/account", "/requests", "/coupon/1", "/account/devices"])
def test_a_page_that_was_asked_for_opens_after_the_sign_in(resident: Resident, path: str) -> None:
    person = resident.add(active=True)
    resident.give_coupons()
    resident.enter(person).send("/coupon/1/reveal")
    visitor = resident.visitor()
    asked = visitor.open(path)
    assert visitor.place == "/signin"
    assert "もとの画面にもどります" in asked.text
    finish(resident, person, visitor)
    assert visitor.place == path
    assert visitor.cookie("wanted") == ""


def test_a_session_that_ended_goes_on_where_it_was(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    visitor.open("/requests")
    resident.clock.advance(minutes=16)
    visitor.open("/requests")
    assert visitor.place == "/signin"
    finish(resident, person, visitor)
    assert visitor.place == "/requests"


@pytest.mark.parametrize(
    "forged", ["//example.com", "https://example.com", "/signout", "/home\r\nx: y", "/demo", "x"]
)
def test_no_other_place_is_gone_to(resident: Resident, forged: str) -> None:
    person = resident.add(active=True)
    visitor = resident.visitor()
    visitor.http.cookies.set("wanted", forged.replace("\r\n", "%0D%0A"), domain="127.0.0.1")
    finish(resident, person, visitor)
    assert visitor.place == "/home"


def one_child(resident: Resident) -> Person:
    person = resident.add(active=True, children=1)
    resident.give_coupons()
    return person


def revealed(resident: Resident) -> int:
    with resident.database.read() as session:
        return session.query(Coupon).filter(Coupon.revealed_at.is_not(None)).count()


@pytest.mark.parametrize("by", ["code", "passkey"])
def test_the_only_coupon_opens_if_it_was_shown_before(named_resident: Resident, by: str) -> None:
    resident = named_resident
    person = one_child(resident)
    device = device_of(resident, person)

    def enter() -> str:
        visitor = resident.visitor()
        if by == "passkey":
            return press(resident, device, visitor).place
        resident.clock.advance(minutes=1)
        return finish(resident, person, visitor).place

    assert enter() == "/home"
    assert revealed(resident) == 0, "the first showing is always a press"
    resident.enter(person).send("/coupon/1/reveal")
    assert revealed(resident) == 1
    assert enter() == "/coupon/1"


@pytest.mark.parametrize("path", ["/coupon/1", "/coupon/1/picture.png", "/home"])
def test_whatever_is_asked_for_reveals_nothing(named_resident: Resident, path: str) -> None:
    resident = named_resident
    device = device_of(resident, one_child(resident))
    visitor = resident.visitor()
    visitor.open(path)
    press(resident, device, visitor)
    assert visitor.place == "/home"
    visitor.open(path)
    visitor.get(path, headers={"purpose": "prefetch", "sec-purpose": "prefetch"})
    assert revealed(resident) == 0


def test_a_household_with_two_coupons_chooses(named_resident: Resident) -> None:
    resident = named_resident
    person = resident.add(active=True)
    resident.give_coupons()
    device = device_of(resident, person)
    for number in (1, 2):
        resident.enter(person).send(f"/coupon/{number}/reveal")
    assert press(resident, device).place == "/home"
