"""A change of channels opens nothing for a day, and the old channels can call it off."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import DomainError
from portal.domain.people.authn.hold import HOLD
from portal.domain.people.authn.models import AuthSession, BackupCode, OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.signin import changes
from tests.functional.resident.test_codes import with_sms
from tests.support.people import Person
from tests.support.resident import Resident, Visitor

MINUTE = timedelta(minutes=1)
STRANGE = "からすの みやこ 34羽"
NEW = "080-9876-5432"


def add_sms(resident: Resident, visitor: Visitor, number: str = NEW) -> None:
    """Enroll a number from the account."""
    resident.messages()
    visitor.open("/account/channel")
    visitor.send("/account/channel/choose", {"channel": "sms"})
    visitor.send("/account/channel/address/submit", {"address": number})
    visitor.send("/account/channel/prove/submit", {"code": resident.last_code()})
    assert visitor.place == "/account/changes"


def settle(resident: Resident, person: Person) -> None:
    """Let the worker's job have its turn."""
    with resident.database.write() as session:
        work = resident.site.work(session, Actor(Role.SYSTEM), resident.now)
        for key in changes.due_accounts(session, resident.now):
            changes.settle(work, key)


def offered(resident: Resident, person: Person) -> set[str]:
    """The ways to get a code that the page of the code offers."""
    door = resident.sign_in(person)
    assert door.place == "/signin/code"
    assert door.page is not None
    found = {kind for kind in ("sms", "email") if f'value="{kind}"' in door.page.text}
    app = "認証アプリを開いて" in door.page.text or 'value="totp"' in door.page.text
    return found | ({"totp"} if app else set())


@pytest.mark.parametrize("job", [True, False], ids=["worker", "clock alone"])
def test_a_new_channel_opens_nothing_for_a_day(resident: Resident, job: bool) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    add_sms(resident, visitor)
    assert visitor.page is not None
    assert "2023年8月2日 午後0時" in visitor.page.text, "when it takes effect"
    assert "/account/changes/cancel" in visitor.page.text
    assert offered(resident, person) == {"totp"}
    resident.clock.advance(seconds=HOLD.total_seconds() - 60)
    assert offered(resident, person) == {"totp"}
    resident.clock.advance(seconds=60)
    if job:
        settle(resident, person)
        assert resident.count(OtpAuthenticator, state="confirmed") == 2
    assert offered(resident, person) == {"totp", "sms"}
    door = resident.sign_in(person)
    resident.messages()
    resident.clock.advance(minutes=2)
    door.send("/signin/code/send", {"channel": "sms"})
    door.send("/signin/code/submit", {"code": resident.last_code()})
    assert door.place == "/home"


def test_who_has_the_old_channel_calls_the_change_off(resident: Resident) -> None:
    """D6: password and one backup code; the app's owner looks in and presses one button."""
    person = resident.add(active=True)
    stranger = resident.sign_in(person)
    stranger.send("/signin/backup/submit", {"code": person.backup[0]})
    add_sms(resident, stranger)
    assert offered(resident, person) == {"totp"}, "the stranger's number opens nothing"
    owner = resident.sign_in(person)
    owner.send("/signin/code/submit", {"code": person.totp(resident.now)})
    assert "/account/changes" in owner.open("/home").text
    owner.open("/account/changes")
    page = owner.send("/account/changes/cancel")
    assert "取り消しました" in page.text
    stranger.open("/account")
    assert stranger.place == "/signin", "the stranger's session has ended"
    resident.clock.advance(seconds=HOLD.total_seconds() + 60)
    settle(resident, person)
    assert offered(resident, person) == {"totp"}
    assert resident.count(OtpAuthenticator) == 1
    assert resident.count(AuditEvent, action="account.change_cancelled") == 1


def test_a_stranger_with_one_backup_code_shuts_nobody_out(resident: Resident) -> None:
    """The rest of D6: the owner's app goes, then the password changes, in one window."""
    person = resident.add(active=True)
    stranger = resident.sign_in(person)
    stranger.send("/signin/backup/submit", {"code": person.backup[0]})
    add_sms(resident, stranger)
    refused = stranger.post("/account/remove-channel", {"channel": "totp"})
    assert refused.status_code == 422
    assert "最後のひとつは消せません" in refused.text, "what waits does not count"
    for place in ("/account/password", "/account/backup-codes"):
        stranger.open(place)
        assert stranger.place.startswith("/confirm/"), "a code of a channel is asked for"
        stranger.post(f"{place}/submit", {"own_password": STRANGE})
        assert stranger.page is not None
        assert stranger.page.headers["location"].startswith("/confirm/")
    with resident.database.read() as session:
        assert session.get_one(Credential, person.credential_id).own_password_hash is None
    assert resident.count(BackupCode, used_at=None) == 9
    owner = resident.sign_in(person)
    owner.send("/signin/code/submit", {"code": person.totp(resident.now)})
    assert owner.place == "/home"


@pytest.mark.parametrize("place", ["/account/password", "/account/backup-codes"])
def test_while_a_change_waits_nothing_shuts_out_who_may_call_it_off(
    resident: Resident, place: str
) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    add_sms(resident, visitor)
    visitor.open(place)
    refused = visitor.post(f"{place}/submit", {"own_password": STRANGE})
    assert refused.status_code == 422
    assert "変更を待っているあいだは、できません" in refused.text
    assert resident.count(BackupCode) == 10
    visitor.open("/account/changes")
    visitor.send("/account/changes/cancel")
    visitor.open(place)
    visitor.send(f"{place}/submit", {"own_password": STRANGE})
    assert visitor.place in {"/account", "/start/backup-codes"}


def test_a_changed_number_replaces_the_old_one_after_a_day(resident: Resident) -> None:
    person, _visitor = with_sms(resident)
    visitor = resident.enter(person)
    link = 'href="/account/channel?change=sms">電話番号を変える<'
    assert link in visitor.open("/account").text, "with one number alone"
    asked = visitor.open("/account/channel?change=sms").text
    assert re.search(r'value="sms"\s+checked>', asked), "one press leads to the field"
    assert "いまのものから変える" in asked
    resident.clock.advance(minutes=10)
    visitor.open("/account/channel?change=sms")
    assert visitor.place.startswith("/confirm/"), "ten minutes later a code is asked for first"
    resident.messages()
    visitor.send(f"{visitor.place}/send")
    visitor.send(f"{visitor.place}/submit", {"code": resident.last_code()})
    assert visitor.page is not None
    assert re.search(r'value="sms"\s+checked>', visitor.page.text), "and what was wished is kept"
    add_sms(resident, visitor)
    assert "新しいものに変える" in visitor.open("/account/changes").text
    resident.messages()
    resident.clock.advance(hours=2)
    door = resident.sign_in(person)
    assert door.page is not None
    assert "*678" in door.page.text, "the old number gets the code"
    assert "*432" not in door.page.text
    resident.clock.advance(hours=22)
    door = resident.sign_in(person)
    assert door.page is not None
    assert "*432" in door.page.text
    assert "*678" not in door.page.text
    settle(resident, person)
    assert resident.count(OtpAuthenticator) == 1


def test_a_removed_channel_stays_valid_for_a_day(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    add_sms(resident, visitor)
    resident.clock.advance(days=1)
    settle(resident, person)
    visitor = resident.enter(person)
    visitor.open("/account/remove-channel/totp")
    visitor.send("/account/remove-channel", {"channel": "totp"})
    assert visitor.place == "/account/changes"
    assert offered(resident, person) == {"totp", "sms"}
    both = visitor.post("/account/remove-channel", {"channel": "sms"})
    assert both.status_code == 422, "the last that stays is not removed"
    resident.clock.advance(days=1)
    assert offered(resident, person) == {"sms"}
    settle(resident, person)
    assert resident.count(OtpAuthenticator) == 1


def test_other_sessions_end_when_a_change_begins(resident: Resident) -> None:
    person = resident.add(active=True)
    here, there = resident.enter(person), resident.enter(person)
    add_sms(resident, here)
    there.open("/home")
    assert there.place == "/signin"
    here.open("/home")
    assert here.place == "/home"


def test_the_notice_names_no_channel_no_place_and_nobody(resident: Resident) -> None:
    person, _visitor = with_sms(resident)
    visitor = resident.enter(person)
    visitor.open("/account/channel")
    visitor.send("/account/channel/choose", {"channel": "email"})
    visitor.send("/account/channel/address/submit", {"address": "uzurano@example.jp"})
    visitor.send("/account/channel/prove/submit", {"code": resident.last_code()})
    (begun,) = resident.messages()
    assert "24時間後に変わります" in begun, "the old number is told, the new address is not"
    visitor.open("/account/changes")
    visitor.send("/account/changes/cancel")
    (over,) = resident.messages()
    assert "取り消されました" in over
    for body in (begun, over):
        for word in ("メール", "SMS", "アプリ", "電話番号", "窓口", "example", "678", "鶉野"):
            assert word not in body, word
        assert person.login_id not in body


def test_what_took_effect_is_not_called_off(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    add_sms(resident, visitor)
    resident.clock.advance(days=1)
    late = resident.enter(person)
    late.open("/account")
    page = late.send("/account/changes/cancel")
    assert "取り消せませんでした" in page.text
    assert offered(resident, person) == {"totp", "sms"}


def test_a_second_proof_of_a_kind_begins_its_day_anew(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    add_sms(resident, visitor)
    resident.clock.advance(hours=23)
    visitor = resident.enter(person)
    add_sms(resident, visitor, "070-1111-2222")
    resident.clock.advance(hours=2)
    settle(resident, person)
    assert offered(resident, person) == {"totp"}
    assert resident.count(OtpAuthenticator, state="waiting") == 1


def test_a_loss_calls_off_what_a_finder_began(resident: Resident) -> None:
    person = resident.add(active=True)
    finder, owner = resident.enter(person), resident.enter(person)
    add_sms(resident, finder)
    owner = resident.enter(person)
    owner.open("/account/lost")
    owner.send("/account/lost/submit")
    assert resident.count(OtpAuthenticator) == 1


def test_cancelling_and_taking_effect_at_once_have_one_result(resident: Resident) -> None:
    """At the instant itself: either nothing is left of the change, or it is in force."""
    person = resident.add(active=True)
    add_sms(resident, resident.enter(person))
    resident.enter(person)
    with resident.database.read() as session:
        newest = session.scalars(select(AuthSession.id).order_by(AuthSession.id.desc())).first()
    at = resident.now + HOLD

    def cancel() -> str:
        try:
            with resident.database.write() as session:
                auth = session.get_one(AuthSession, newest)
                actor = Actor(Role.RESIDENT, person.credential_id)
                done = changes.cancel(
                    resident.site.work(session, actor, at - timedelta(microseconds=1)), auth
                )
                return "cancelled" if done else "late"
        except DomainError as error:
            return error.code

    def take_effect() -> str:
        with resident.database.write() as session:
            changes.settle(
                resident.site.work(session, Actor(Role.SYSTEM), at), person.credential_id
            )
        return "settled"

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(cancel), pool.submit(take_effect)
        found = first.result(), second.result()
    left = resident.count(OtpAuthenticator, kind="sms", state="confirmed")
    assert (found[0], left) in {("cancelled", 0), ("late", 1)}, found
    assert resident.count(OtpAuthenticator, state="waiting") == 0


def test_two_removals_at_once_leave_one_channel(resident: Resident) -> None:
    person = resident.add(active=True)
    add_sms(resident, resident.enter(person))
    resident.clock.advance(days=1)
    settle(resident, person)
    for _session in range(2):
        resident.enter(person)
    with resident.database.read() as session:
        keys = list(session.scalars(select(AuthSession.id).order_by(AuthSession.id.desc())))[:2]

    def remove(key: int, kind: str) -> str:
        try:
            with resident.database.write() as session:
                auth = session.get(AuthSession, key)
                if auth is None:
                    return "ended"
                actor = Actor(Role.RESIDENT, person.credential_id)
                changes.remove(resident.site.work(session, actor, resident.now), auth, kind)
        except DomainError as error:
            return error.code
        return ""

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(remove, keys, ("totp", "sms")))
    assert found.count("") == 1, found
    assert resident.count(OtpAuthenticator, ends_at=None) == 1


def test_in_the_last_days_the_pages_name_what_still_helps(resident: Resident) -> None:
    person = resident.add(active=True)
    stranger = resident.visitor()
    assert "期限が近いときの方法" not in stranger.open("/lost").text
    exchange = resident.site.program.windows.exchange
    resident.clock.instant = exchange.ends_at - timedelta(days=5) + MINUTE
    page = stranger.open("/lost").text
    for said in ("期限が近いときの方法", "控えのコード", "区の窓口", "サインインせずに申し込む"):
        assert said in page, said
    visitor = resident.enter(person)
    add_sms(resident, visitor)
    assert "期限が近いときの方法" in visitor.open("/account/changes").text
    door = resident.sign_in(person)
    door.send("/signin/backup/submit", {"code": person.backup[0]})
    assert door.place == "/home", "a backup code waits for nothing"
    resident.clock.instant = exchange.ends_at - timedelta(days=5) - MINUTE
    assert "期限が近いときの方法" not in stranger.open("/lost").text


def test_messages_to_one_number_end_for_the_day_whoever_asks(resident: Resident) -> None:
    """T7: ten a day for an account and for a number, however they are spread over the hours."""
    person, _visitor = with_sms(resident)
    resident.clock.advance(days=1)
    resident.messages()
    sent, visitor = 0, resident.visitor()
    for _hour in range(8):
        resident.clock.advance(hours=1, seconds=1)
        visitor = resident.sign_in(person)
        for _minute in range(3):
            resident.clock.advance(seconds=61)
            visitor.post("/signin/code/send", {"channel": "sms"})
        sent += len(resident.messages())
    assert sent == 10
    assert visitor.page is not None
    assert visitor.page.status_code == 429
