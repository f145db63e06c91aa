"""A household sees where it is signed in, and signs one device out."""

import pytest
from sqlalchemy import select

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


def key_of(resident: Resident, credential_id: int) -> str:
    """The key of an account's oldest session."""
    with resident.database.read() as session:
        mine = select(AuthSession.id).where(AuthSession.owner_id == credential_id)
        return str(session.scalars(mine.order_by(AuthSession.id)).first())


@pytest.mark.asvs("7.5.2")
def test_one_device_is_signed_out_and_the_other_stays(resident: Resident) -> None:
    person = resident.add(active=True)
    lost, owner = signed_in(resident, person, PHONE), signed_in(resident, person, DESKTOP)
    assert "/account/devices" in owner.open("/account").text
    lost.open("/account/devices")
    lost.send("/account/devices/name", {"label": "  ママの　でんわ "})
    assert "名前をつけました" in lost.open("/account/devices?said=named").text
    resident.clock.advance(minutes=2)
    page = owner.open("/account/devices").text
    assert page.index("名前のない機器") < page.index("ママの でんわ"), "the last one used first"
    assert "2023年8月から" in page
    assert page.count('name="device"') == 1, "none for the one in use"
    key = key_of(resident, person.credential_id)
    assert f'value="{key}"' in page
    page = owner.send("/account/devices/sign-out", {"device": key}).text
    assert "1台を、サインアウトしました" in page
    assert "ママの でんわ" not in page
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
    foreign = key_of(resident, other.credential_id)
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
    key = key_of(resident, person.credential_id)
    owner.send("/account/devices/sign-out", {"device": key})
    assert owner.place.startswith("/confirm/")
    lost.open("/home")
    assert lost.place == "/home", "nothing has ended yet"
    owner.send(f"{owner.place}/submit", {"code": person.totp(resident.now)})
    assert owner.place == "/account/devices"


def test_neither_model_nor_time_of_use_is_kept_or_shown(resident: Resident) -> None:
    person = resident.add(active=True)
    owner = signed_in(resident, person, PHONE)
    page = owner.open("/account/devices").text
    assert "iPhone" not in page
    assert "午後0時2分" not in page
    with resident.database.read() as session:
        assert [row.device for row in session.scalars(select(AuthSession))] == [None]


def test_a_label_comes_back_with_the_browser_and_its_month(resident: Resident) -> None:
    person, other = resident.add(active=True), resident.add(active=True)
    owner = signed_in(resident, person, PHONE)
    owner.open("/account/devices")
    owner.send("/account/devices/name", {"label": "ママのでんわ"})
    owner.send("/signout")
    resident.clock.advance(days=40)
    resident.sign_in(person, owner)
    owner.send("/signin/code/submit", {"code": person.totp(resident.now)})
    page = owner.open("/account/devices").text
    assert "ママのでんわ" in page
    assert "2023年8月から" in page
    owner.send("/signout")
    resident.sign_in(other, owner)
    owner.send("/signin/code/submit", {"code": other.totp(resident.now)})
    assert "ママのでんわ" not in owner.open("/account/devices").text, "of another household"


def test_a_label_stays_after_a_fresh_code_and_is_sealed(resident: Resident) -> None:
    person = resident.add(active=True)
    owner = signed_in(resident, person, PHONE)
    owner.open("/account/devices")
    owner.send("/account/devices/name", {"label": "ママのでんわ"})
    with resident.database.read() as session:
        assert "ママ" not in str([row.data for row in session.scalars(select(AuthSession))])
    resident.clock.advance(minutes=6)
    owner.open("/account/channel")
    owner.send(f"{owner.place}/submit", {"code": person.totp(resident.now)})
    assert "ママのでんわ" in owner.open("/account/devices").text


def test_a_label_is_short(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add(active=True)
    owner = signed_in(sqlite_resident, person, PHONE)
    owner.open("/account/devices")
    answer = owner.post("/account/devices/name", {"label": "あ" * 21})
    assert answer.status_code == 422
    assert "20文字まで" in answer.text
