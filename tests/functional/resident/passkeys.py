"""What a household does with a passkey: makes one, waits for it, signs in with it."""

from typing import Any

from portal.domain.people.authn.hold import HOLD
from tests.functional.resident.test_channel_changes import settle
from tests.support.authenticator import HONEST, Answering, Device
from tests.support.people import Person
from tests.support.resident import Resident, Visitor

NEW, MAKE = "/account/passkeys/new/submit", "/account/passkeys/make/submit"
ALONE = {"who": "alone"}


def asked_to_make(visitor: Visitor, person: Person) -> dict[str, Any]:
    """Type the password again, and return what the site asks of the device."""
    visitor.open("/account/passkeys/new")
    visitor.send(NEW, ALONE | {"password": person.password})
    assert visitor.place == "/account/passkeys/make"
    return asked_by(visitor, "/account/passkeys/options")


def asked_by(visitor: Visitor, path: str) -> dict[str, Any]:
    """Return what a site asks of a device; the form of the page before stays in hand."""
    token = visitor.token
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    visitor.token = token
    found: dict[str, Any] = answer.json()
    return found


def make(
    resident: Resident,
    person: Person,
    visitor: Visitor | None = None,
    device: Device | None = None,
    name: str = "",
) -> Device:
    """Make a passkey, which waits from now on."""
    visitor, device = visitor or resident.enter(person), device or Device()
    asked = asked_to_make(visitor, person)
    visitor.send(MAKE, {"passkey": device.make(asked), "name": name})
    assert visitor.place == "/account/changes"
    return device


def device_of(resident: Resident, person: Person) -> Device:
    """Return a device whose passkey signs in; the worker has carried the change out."""
    device = make(resident, person)
    resident.clock.advance(seconds=HOLD.total_seconds())
    settle(resident, person)
    resident.messages()
    return device


def press(
    resident: Resident,
    device: Device,
    visitor: Visitor | None = None,
    how: Answering = HONEST,
) -> Visitor:
    """Press the button of the sign-in page, and let the device answer."""
    visitor = visitor or resident.visitor()
    visitor.open("/signin")
    asked = asked_by(visitor, "/signin/passkey/options")
    visitor.send("/signin/passkey/submit", {"passkey": device.answer(asked, how)})
    return visitor


def enters(resident: Resident, device: Device, visitor: Visitor | None = None) -> bool:
    """Whether a passkey opens the household's pages."""
    return press(resident, device, visitor).place == "/home"
