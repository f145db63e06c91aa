"""A household sees where it is signed in, and signs one device out."""

import pytest

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.authn.models import AuthSession
from tests.support.people import Person
from tests.support.resident import Resident, Visitor

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) Safari/604.1"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/115.0"


def signed_in(resident: Resident, person: Person, agent: str) -> Visitor:
    """Somebody who signed in with a device of a kind, at a time of its own."""
    resident.clock.advance(minutes=2)
    visitor = resident.sign_in(person, resident.visitor(**{"user-agent": agent}))
    visitor.send("/signin/code/submit", {"code": person.totp(resident.now)})
    assert visitor.place == "/home"
    return visitor


def key_of(resident: Resident, device: str, credential_id: int) -> str:
    """The key of an account's session on a kind of device."""
    with resident.database.read() as session:
        row = session.query(AuthSession).filter_by(device=device, owner_id=credential_id).one()
        return str(row.id)


@pytest.mark.asvs("7.5.2")
def test_one_device_is_signed_out_and_the_other_stays(resident: Resident) -> None:
    person = resident.add(active=True)
    lost, owner = signed_in(resident, person, PHONE), signed_in(resident, person, DESKTOP)
    assert "/account/devices" in owner.open("/account").text
    page = owner.open("/account/devices").text
    assert page.index("Windows") < page.index("iPhone"), "the last one used first"
    assert "午後0時2分" in page
    assert page.count('name="device"') == 1, "none for the one in use"
    key = key_of(resident, "iPhone", person.credential_id)
    assert f'value="{key}"' in page
    page = owner.send("/account/devices/sign-out", {"device": key}).text
    assert "1台を、サインアウトしました" in page
    assert "iPhone" not in page
    lost.open("/home")
    assert lost.place == "/signin"
    owner.open("/home")
    assert owner.place == "/home"
    assert resident.count(AuditEvent, action="account.device_signed_out") == 1


@pytest.mark.asvs("7.5.2", "8.2.2")
def test_only_own_devices_are_signed_out_and_twice_is_said(resident: Resident) -> None:
    person, other = resident.add(active=True), resident.add(active=True)
    theirs = signed_in(resident, other, PHONE)
    owner = signed_in(resident, person, DESKTOP)
    owner.open("/account/devices")
    foreign = key_of(resident, "iPhone", other.credential_id)
    for typed in (foreign, "", "0", "-1", "x", "９", "9" * 18, "9" * 40):
        page = owner.send("/account/devices/sign-out", {"device": typed})
        assert "もうサインアウトしています" in page.text, typed
    theirs.open("/home")
    assert theirs.place == "/home"
    assert resident.count(AuditEvent, action="account.device_signed_out") == 0


@pytest.mark.asvs("7.5.2")
def test_an_older_session_is_asked_for_a_code_first(resident: Resident) -> None:
    person = resident.add(active=True)
    lost, owner = signed_in(resident, person, PHONE), signed_in(resident, person, DESKTOP)
    owner.open("/account/devices")
    resident.clock.advance(minutes=6)
    key = key_of(resident, "iPhone", person.credential_id)
    owner.send("/account/devices/sign-out", {"device": key})
    assert owner.place.startswith("/confirm/")
    lost.open("/home")
    assert lost.place == "/home", "nothing has ended yet"
    owner.send(f"{owner.place}/submit", {"code": person.totp(resident.now)})
    assert owner.place == "/account/devices"
