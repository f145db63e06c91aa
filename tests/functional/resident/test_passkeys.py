"""A household's passkeys: offered, added with password and code, removed, each after a day."""

from datetime import datetime

import pytest
from sqlalchemy import select

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.authn.hold import HOLD
from portal.domain.people.authn.models import AuthSession, Passkey
from portal.domain.people.signin import own_passkeys
from tests.functional.resident.passkeys import (
    ALONE,
    MAKE,
    NEW,
    asked_by,
    asked_to_make,
    device_of,
    enters,
    make,
    press,
)
from tests.functional.resident.test_channel_changes import settle
from tests.functional.resident.test_codes import with_sms
from tests.functional.resident.test_silent_takeover import guess, with_backup
from tests.support.authenticator import Answering, Device
from tests.support.resident import Resident, Visitor

DAY = HOLD.total_seconds()
LIST = "/account/passkeys"


@pytest.mark.parametrize("job", [True, False], ids=["worker", "clock alone"])
def test_a_new_passkey_opens_nothing_for_a_day(named_resident: Resident, job: bool) -> None:
    resident = named_resident
    person = resident.add(active=True)
    visitor = resident.enter(person)
    device = make(resident, person, visitor)
    page = visitor.open("/account/changes").text
    assert "パスキーをふやす" in page
    assert "2023年8月2日 午後0時" in page, "when it takes effect"
    assert not enters(resident, device)
    resident.clock.advance(seconds=DAY - 1)
    assert not enters(resident, device)
    resident.clock.advance(seconds=1)
    if job:
        settle(resident, person)
        assert resident.count(Passkey, state="confirmed", opens_at=None, made_with=None) == 1
    assert enters(resident, device)


def test_the_old_way_calls_a_new_passkey_off(named_resident: Resident) -> None:
    resident = named_resident
    person = resident.add(active=True)
    stranger = resident.sign_in(person)
    stranger.send("/signin/backup/submit", {"code": person.backup[0]})
    device = make(resident, person, stranger)
    owner = resident.sign_in(person)
    owner.send("/signin/code/submit", {"code": person.totp(resident.now)})
    assert "/account/changes" in owner.open("/home").text
    owner.open("/account/changes")
    assert "取り消しました" in owner.send("/account/changes/cancel").text
    stranger.open("/account")
    assert stranger.place == "/signin", "the stranger's session has ended"
    resident.clock.advance(seconds=DAY)
    settle(resident, person)
    assert not enters(resident, device)
    assert resident.count(Passkey) == 0


@pytest.mark.parametrize("place", ["/account/password", "/account/backup-codes"])
def test_while_a_passkey_waits_nothing_shuts_out_who_may_call_it_off(
    named_resident: Resident, place: str
) -> None:
    person = named_resident.add(active=True)
    visitor = named_resident.enter(person)
    make(named_resident, person, visitor)
    visitor.open(place)
    refused = visitor.post(f"{place}/submit", {"own_password": "からすの みやこ 34羽"})
    assert refused.status_code == 422
    assert "変更を待っているあいだは、できません" in refused.text


def test_other_sessions_end_and_the_notice_names_nothing(named_resident: Resident) -> None:
    resident = named_resident
    person, _visitor = with_sms(resident)
    here, there = resident.enter(person), resident.enter(person)
    resident.messages()
    make(resident, person, here, name="みどりの電話")
    there.open("/home")
    assert there.place == "/signin"
    (told,) = resident.messages()
    assert "24時間後に変わります" in told
    for named in ("パスキー", "みどり", "SMS", "iPhone"):
        assert named not in told
    resident.clock.advance(seconds=DAY)
    settle(resident, person)
    (told,) = resident.messages()
    assert "サインインの方法が変わりました" in told
    assert "パスキー" not in told


def test_a_passkey_takes_the_password_and_a_code_again(named_resident: Resident) -> None:
    resident = named_resident
    person = resident.add(active=True)
    visitor = resident.enter(person)
    resident.clock.advance(minutes=6)
    visitor.open(f"{LIST}/new")
    assert visitor.place.startswith("/confirm/"), "a code"
    visitor.send(f"{visitor.place}/submit", {"code": person.totp(resident.now)})
    assert visitor.place == LIST
    visitor.open(f"{LIST}/make")
    assert visitor.place == f"{LIST}/new", "and the password"
    assert visitor.get(f"{LIST}/options").status_code == 409
    visitor.open(f"{LIST}/new")
    wrong = visitor.post(NEW, ALONE | {"password": "CDFG HJKL MNPQ"})
    assert wrong.status_code == 422
    assert "パスワードが違います" in wrong.text
    assert resident.count(AuditEvent, action="account.password_wrong") == 1
    assert visitor.post(MAKE, {"passkey": "{}"}).status_code == 422
    make(resident, person, visitor)


def test_guessing_the_password_there_slows_down(named_resident: Resident) -> None:
    person = named_resident.add(active=True)
    visitor = named_resident.enter(person)
    visitor.open(f"{LIST}/new")
    typed = ALONE | {"password": "CDFG HJKL MNPQ"}
    statuses = [visitor.post(NEW, typed).status_code for _try in range(7)]
    assert statuses == [422] * 5 + [422, 429] or statuses == [422] * 5 + [429] * 2


def test_both_questions_are_asked_and_said(named_resident: Resident) -> None:
    person = named_resident.add(active=True)
    visitor = named_resident.enter(person)
    visitor.open(f"{LIST}/new")
    page = visitor.post(NEW, {"password": ""})
    assert page.status_code == 422
    assert "この電話をだれが使うか" in page.text
    assert "パスワードを入力してください" in page.text


def test_a_phone_that_others_use_gets_none(named_resident: Resident) -> None:
    resident = named_resident
    person = resident.add(active=True)
    visitor = resident.enter(person)
    visitor.open(f"{LIST}/new")
    page = visitor.send(NEW, {"who": "shared", "password": person.password})
    assert visitor.place == LIST
    assert "ほかの人も使う電話には" in page.text
    assert visitor.cookie("shared") == "1"
    visitor.open(f"{LIST}/make")
    assert visitor.place == f"{LIST}/new"
    assert resident.count(Passkey) == 0
    with resident.database.write() as session:
        session.query(AuthSession).one().data = {"first_time": True}
    visitor.open("/account")
    visitor.send("/start/done")
    assert visitor.place == "/home", "nothing is offered there any more"


def test_after_the_first_sign_in_it_is_offered_in_plain_words(named_resident: Resident) -> None:
    visitor = named_resident.enter(named_resident.add(active=True))
    with named_resident.database.write() as session:
        session.query(AuthSession).one().data = {"first_time": True}
    visitor.open("/account")
    page = visitor.send("/start/done")
    assert visitor.place == "/start/passkey"
    assert "顔や指紋" in page.text
    assert "このブラウザーでは、パスキーを使えません" in page.text, "without a script"
    visitor.send("/start/passkey/later", {"who": "later"})
    assert visitor.place == "/home"
    assert visitor.cookie("shared") == ""


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(Answering(origin="https://localhost.example"), id="another origin"),
        pytest.param(Answering(host="example.jp"), id="another site"),
        pytest.param(Answering(verified=False), id="nobody was checked"),
        pytest.param(Answering(present=False), id="nobody was there"),
    ],
)
def test_no_passkey_is_made_elsewhere_or_for_nobody(
    named_resident: Resident, how: Answering
) -> None:
    person = named_resident.add(active=True)
    visitor = named_resident.enter(person)
    asked = asked_to_make(visitor, person)
    refused = visitor.post(MAKE, {"passkey": Device().make(asked, how), "name": ""})
    assert refused.status_code == 422
    assert "パスキーを登録できませんでした" in refused.text
    assert named_resident.count(Passkey) == 0
    visitor.open(f"{LIST}/make")
    assert visitor.place == f"{LIST}/new", "the challenge is used up"


def test_a_passkey_is_made_once_in_its_session_and_in_time(named_resident: Resident) -> None:
    resident = named_resident
    person, other = (resident.add(active=True) for _one in range(2))
    visitor, stranger = resident.enter(person), resident.enter(other)
    device = Device()
    made = device.make(asked_to_make(visitor, person))
    asked_to_make(stranger, other)
    assert stranger.post(MAKE, {"passkey": made}).status_code == 422, "of another session"
    asked_to_make(visitor, person)
    assert visitor.post(MAKE, {"passkey": made}).status_code == 422, "of an earlier challenge"
    late = device.make(asked_to_make(visitor, person))
    resident.clock.advance(seconds=own_passkeys.MAKING_LIFE.total_seconds() - 1)
    assert visitor.post(MAKE, {"passkey": late}).status_code == 303
    assert resident.count(Passkey) == 1
    again = resident.enter(person)
    late = Device().make(asked_to_make(again, person))
    resident.clock.advance(minutes=4, seconds=59)
    with resident.database.write() as session:
        for auth in session.query(AuthSession):
            auth.verified_at = resident.now
    resident.clock.advance(seconds=1)
    assert again.post(MAKE, {"passkey": late}).status_code == 422, "too late"


def test_a_number_that_a_household_has_already_is_refused(named_resident: Resident) -> None:
    resident = named_resident
    person, other = (resident.add(active=True) for _one in range(2))
    device = device_of(resident, person)
    visitor = resident.enter(other)
    copy = Device(number=device.number)
    asked = asked_to_make(visitor, other)
    assert visitor.post(MAKE, {"passkey": copy.make(asked)}).status_code == 422
    assert resident.count(Passkey) == 1


def test_several_passkeys_have_names_and_months_and_no_more(named_resident: Resident) -> None:
    resident = named_resident
    person = resident.add(active=True)
    visitor = resident.enter(person)
    first = make(resident, person, visitor, name="  みどりの   電話 ")
    asked = asked_to_make(visitor, person)
    assert [one["id"] for one in asked["excludeCredentials"]], "a device makes no second one"
    assert person.login_id not in str(asked)
    second = Device()
    visitor.send(MAKE, {"passkey": second.make(asked), "name": ""})
    assert first.owner == second.owner
    page = visitor.open(LIST).text
    assert "みどりの 電話" in page
    assert page.count("2023年8月に登録") == 2
    with resident.database.read() as session:
        assert "みどり".encode() not in b"".join(session.scalars(select(Passkey.sealed)))
    long = visitor.post(MAKE, {"passkey": "{}", "name": "あ" * 21})
    assert "20文字まで" in long.text


def test_a_household_has_ten_at_most(named_resident: Resident) -> None:
    resident = named_resident
    person = resident.add(active=True)
    visitor = resident.enter(person)
    for _one in range(own_passkeys.MOST):
        make(resident, person, visitor)
    visitor.open(f"{LIST}/new")
    refused = visitor.post(NEW, ALONE | {"password": person.password})
    assert refused.status_code == 422
    assert "10個まで" in refused.text


def remove(visitor: Visitor, resident: Resident) -> Visitor:
    """Press what removes the only passkey."""
    with resident.database.read() as session:
        key = session.scalars(select(Passkey.id)).one()
    visitor.open(f"{LIST}/remove/{key}")
    visitor.send(f"{LIST}/remove/{key}/submit")
    return visitor


def test_a_removed_passkey_stays_valid_for_a_day(named_resident: Resident) -> None:
    resident = named_resident
    person = resident.add(active=True)
    device = device_of(resident, person)
    visitor = remove(resident.enter(person), resident)
    assert visitor.place == "/account/changes"
    assert "パスキーを消す" in visitor.open("/account/changes").text
    assert enters(resident, device)
    resident.clock.advance(seconds=DAY - 1)
    assert enters(resident, device)
    resident.clock.advance(seconds=1)
    assert not enters(resident, device)
    settle(resident, person)
    assert resident.count(Passkey) == 0


def test_the_owner_calls_a_removal_off_and_the_passkey_itself_does_not(
    named_resident: Resident,
) -> None:
    """A stolen open phone must not keep the passkey that its owner takes from it."""
    resident = named_resident
    person = resident.add(active=True)
    device = device_of(resident, person)
    remove(resident.enter(person), resident)
    thief = press(resident, device)
    thief.open("/account/changes")
    assert "取り消せませんでした" in thief.send("/account/changes/cancel").text
    resident.clock.advance(minutes=1)
    owner = resident.enter(person)
    owner.open("/account/changes")
    assert "取り消しました" in owner.send("/account/changes/cancel").text
    resident.clock.advance(seconds=DAY)
    assert enters(resident, device)


def test_a_passkey_calls_off_what_a_thief_of_password_and_code_began(
    named_resident: Resident,
) -> None:
    resident = named_resident
    person = resident.add(active=True)
    device = device_of(resident, person)
    thief = resident.enter(person)
    make(resident, person, thief)
    owner = press(resident, device)
    owner.open("/account/changes")
    assert "取り消しました" in owner.send("/account/changes/cancel").text
    assert resident.count(Passkey) == 1


def test_wrong_codes_put_a_waiting_passkey_off_and_closing_calls_it_off(
    named_resident: Resident,
) -> None:
    """Decision 0053: whoever is shut out by wrong codes has time."""
    resident = named_resident
    person = with_backup(resident)
    make(resident, person)
    begun = opening(resident)
    guess(resident, person, rounds=2)
    assert opening(resident) > begun
    guess(resident, person, rounds=4)
    assert resident.count(Passkey) == 0
    assert resident.count(AuditEvent, action="account.change_cancelled") == 1


def opening(resident: Resident) -> datetime:
    """From when the only passkey opens something."""
    with resident.database.read() as session:
        found = session.scalars(select(Passkey.opens_at)).one()
    assert found is not None
    return found


def test_a_second_press_makes_no_second_passkey(named_resident: Resident) -> None:
    person = named_resident.add(active=True)
    visitor = named_resident.enter(person)
    made = {"passkey": Device().make(asked_to_make(visitor, person)), "form_key": "k" * 20}
    token = visitor.token
    first = visitor.post(MAKE, made)
    visitor.token = token
    second = visitor.post(MAKE, made)
    assert (first.status_code, second.status_code) == (303, 422)
    assert named_resident.count(Passkey) == 1


def test_the_options_name_nobody(named_resident: Resident) -> None:
    visitor = named_resident.visitor()
    visitor.open("/signin")
    asked = asked_by(visitor, "/signin/passkey/options")
    assert asked["rpId"] == "localhost"
    assert asked["userVerification"] == "required"
    assert asked["allowCredentials"] == []
