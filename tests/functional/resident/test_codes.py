"""One-time codes at the door: each way of being wrong has its sentence, and guessing ends."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.errors import NotFoundError, ThrottledError
from portal.domain.people.authn.channels import CodePurpose
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.authn.typed_code import CodeAnswer, CodeEntry
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.notices.messages import Origin, Signature, signature_of
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.sms_words import TITLES
from portal.domain.people.signin import second_factor
from portal.domain.people.signin.code_sending import Asked, send_code
from tests.support.people import Person
from tests.support.resident import Resident, Visitor
from tests.support.work import work_in


def wrong_code(person: Person, now: datetime) -> str:
    """Six digits that the app shows neither now nor just before or after."""
    near = {person.totp(now + timedelta(seconds=30 * n)) for n in (-2, -1, 0, 1, 2)}
    return next(code for code in (f"{n:06}" for n in range(100)) if code not in near)


def with_sms(resident: Resident) -> tuple[Person, Visitor]:
    """Somebody whose only channel is SMS, signed out, one hour later."""
    person = resident.add()
    visitor = resident.enter(person, stage="channel")
    visitor.send("/start/channel/choose", {"channel": "sms"})
    visitor.send("/start/channel/address/submit", {"address": "09012345678"})
    visitor.send("/start/channel/prove/submit", {"code": resident.last_code()})
    assert visitor.place == "/start/backup-codes"
    visitor.send("/signout")
    resident.clock.advance(hours=1, seconds=1)
    return person, visitor


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "6けたの番号を入力してください"),
        ("12345", "けたが足りません"),
        ("1234567", "けたが多すぎます"),
        ("abcdef", "番号は数字だけです"),
        ("１２３４５", "けたが足りません"),
    ],
)
def test_a_code_that_is_none_says_why_and_counts_nothing(
    sqlite_resident: Resident, typed: str, said: str
) -> None:
    person = sqlite_resident.add(active=True)
    visitor = sqlite_resident.enter(person, stage="code")
    page = visitor.post("/signin/code/submit", {"code": typed})
    assert page.status_code == 422
    assert said in page.text
    assert sqlite_resident.count(OtpAuthenticator, total_fails=0) == 1


def test_full_width_and_spaced_codes_are_read(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add(active=True)
    code = person.totp(sqlite_resident.now)
    typed = " ".join((code[:3], code[3:])).translate(
        {ord(str(d)): ord("０") + d for d in range(10)}
    )
    visitor = sqlite_resident.enter(person, stage="code")
    visitor.send("/signin/code/submit", {"code": typed})
    assert visitor.place == "/home"


def test_the_source_of_another_household_is_not_asked(sqlite_resident: Resident) -> None:
    """Whichever row a page hands on: the rule itself refuses one that is not the actor's."""
    person, other = (sqlite_resident.add(active=True) for _household in range(2))
    entry = CodeEntry(CodePurpose.SIGN_IN, other.totp(sqlite_resident.now))
    with sqlite_resident.database.write() as session:
        source = session.scalars(
            select(OtpAuthenticator).where(OtpAuthenticator.credential_id == other.credential_id)
        ).one()
        actor = Actor(Role.RESIDENT, person.credential_id)
        work = sqlite_resident.site.work(session, actor, sqlite_resident.now)
        for check in (second_factor.check, second_factor.check_locked):
            with pytest.raises(NotFoundError):
                check(work, source, entry)
        assert (source.total_fails, source.last_step) == (0, None)


@pytest.mark.asvs("6.5.1")
def test_a_code_of_the_app_is_good_once(resident: Resident) -> None:
    person = resident.add(active=True)
    code = person.totp(resident.now)
    first = resident.enter(person, stage="code")
    first.send("/signin/code/submit", {"code": code})
    assert first.place == "/home"
    second = resident.enter(person, stage="code")
    page = second.post("/signin/code/submit", {"code": code})
    assert page.status_code == 422
    assert "もう使いました" in page.text
    resident.clock.advance(seconds=60)
    second.send("/signin/code/submit", {"code": person.totp(resident.now)})
    assert second.place == "/home"


@pytest.mark.asvs("6.5.1")
def test_a_sent_code_comes_with_the_page_and_is_good_once(resident: Resident) -> None:
    person, _visitor = with_sms(resident)
    visitor = resident.sign_in(person)
    assert visitor.place == "/signin/code"
    assert visitor.page is not None
    assert "午後1時10分まで" in visitor.page.text  # a clock time, not a counter
    code = resident.last_code()
    visitor.send("/signin/code/submit", {"code": code})
    assert visitor.place == "/home"
    other = resident.enter(person, stage="code")
    assert other.post("/signin/code/submit", {"code": code}).status_code == 422


@pytest.mark.asvs("6.5.5")
def test_a_sent_code_ends_after_ten_minutes(resident: Resident) -> None:
    person, _visitor = with_sms(resident)
    visitor = resident.sign_in(person)
    code = resident.last_code()
    resident.clock.advance(minutes=10)
    page = visitor.post("/signin/code/submit", {"code": code})
    assert page.status_code == 422
    assert "もう使えません" in page.text


@pytest.mark.asvs("6.6.3")
def test_a_sent_code_ends_after_five_wrong_tries(resident: Resident) -> None:
    person, _visitor = with_sms(resident)
    visitor = resident.sign_in(person)
    code = resident.last_code()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _try in range(5):
        assert "番号が違います" in visitor.post("/signin/code/submit", {"code": wrong}).text
    assert visitor.post("/signin/code/submit", {"code": code}).status_code == 422


@pytest.mark.parametrize("purpose", CodePurpose)
def test_a_code_is_worth_nothing_for_anything_that_its_message_does_not_name(
    resident: Resident, purpose: CodePurpose
) -> None:
    """A7: whoever is talked out of a code gives away the one act that the message names."""
    person, _visitor = with_sms(resident)
    resident.messages()
    with resident.database.write() as session:
        actor = Actor(Role.RESIDENT, person.credential_id)
        work = resident.site.work(session, actor, resident.now)
        (source,) = second_factor.factors(session, person.credential_id, resident.now).confirmed
        origin = Origin("127.0.0.1", Signature("見本区", "見本区", "0120-000-139"))
        send_code(work, source, purpose, Asked(origin, known_device=False))
    (body,) = resident.messages()
    assert str(TITLES[purpose]()) in body
    assert "職員は聞きません" in body
    code = body.splitlines()[-1].removeprefix("@127.0.0.1 #")
    with resident.database.write() as session:
        work = resident.site.work(session, actor, resident.now)
        (source,) = second_factor.factors(session, person.credential_id, resident.now).confirmed
        for other in CodePurpose:
            if other is not purpose:
                entry = CodeEntry(other, code)
                assert second_factor.check(work, source, entry) is not CodeAnswer.RIGHT, other
        assert second_factor.check(work, source, CodeEntry(purpose, code)) is CodeAnswer.RIGHT


@pytest.mark.asvs("6.6.2")
def test_the_message_names_its_purpose_and_is_bound_to_the_site(resident: Resident) -> None:
    person, _visitor = with_sms(resident)
    resident.messages()
    resident.sign_in(person)
    (body,) = resident.messages()
    assert "サインイン" in body
    assert body.splitlines()[-1].startswith("@127.0.0.1 #")
    assert person.login_id not in body


def test_the_owner_is_told_of_a_browser_that_never_signed_in_before(resident: Resident) -> None:
    """So somebody who gave a code to a false site learns that it was used (A7)."""
    person, visitor = with_sms(resident)
    told = {"purpose": f"notice.{AccountEvent.NEW_DEVICE}"}
    assert resident.count(OutboxMessage, **told) == 0  # the first sign-in has a card of its own
    for browser, notices in ((resident.visitor(), 1), (visitor, 1), (resident.visitor(), 2)):
        browser.send("/signout")
        resident.clock.advance(minutes=2)
        resident.messages()
        resident.sign_in(person, browser)
        browser.send("/signin/code/submit", {"code": resident.last_code()})
        assert browser.place == "/home"
        assert resident.count(OutboxMessage, **told) == notices
    (body,) = [one for one in resident.messages() if "新しい端末" in one]
    assert "203.0.113" not in body


def test_another_code_waits_a_minute_and_ends_the_first(resident: Resident) -> None:
    """With five codes at once, each guess would be five."""
    person, _visitor = with_sms(resident)
    visitor = resident.sign_in(person)
    first = resident.last_code()
    early = visitor.post("/signin/code/send", {"channel": "sms"})
    assert early.status_code == 429
    assert "新しい番号は、午後1時2分から送れます。さきに送った番号が、まだ使えます。" in early.text
    resident.clock.advance(seconds=61)
    visitor.send("/signin/code/send", {"channel": "sms"})
    second = resident.last_code()
    assert second != first
    old = visitor.post("/signin/code/submit", {"code": first})
    assert old.status_code == 422
    visitor.send("/signin/code/submit", {"code": second})
    assert visitor.place == "/home"


@pytest.mark.asvs("2.4.1")
def test_at_most_five_messages_an_hour_whoever_asks(resident: Resident) -> None:
    person, _visitor = with_sms(resident)
    before = resident.count(OutboxMessage)
    visitor = resident.sign_in(person)
    for _minute in range(12):
        resident.clock.advance(seconds=61)
        visitor.post("/signin/code/send", {"channel": "sms"})
    assert resident.count(OutboxMessage) - before == 5


@pytest.mark.asvs("6.6.3")
def test_ten_wrong_codes_lock_for_half_an_hour_and_thirty_close(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person, stage="code")
    for _try in range(10):
        assert (
            "番号が違います"
            in visitor.post("/signin/code/submit", {"code": wrong_code(person, resident.now)}).text
        )
    locked = visitor.post("/signin/code/submit", {"code": person.totp(resident.now)})
    assert locked.status_code == 422
    assert "午後0時30分まで待ってください" in locked.text
    resident.clock.advance(minutes=29)
    visitor = resident.enter(person, stage="code")
    assert (
        "待ってください"
        in visitor.post("/signin/code/submit", {"code": person.totp(resident.now)}).text
    )
    for wait in (2, 61):
        resident.clock.advance(minutes=wait)
        visitor = resident.enter(person, stage="code")
        for _try in range(10):
            visitor.post("/signin/code/submit", {"code": wrong_code(person, resident.now)})
    assert visitor.page is not None
    assert "使えなくなりました" in visitor.page.text
    visitor.send("/signin/code/submit", {"code": person.totp(resident.now)})
    assert visitor.place == "/lost"
    assert list(resident.tasks()) == ["code_closed"]
    visitor.open("/signin/backup")
    visitor.send("/signin/backup/submit", {"code": person.backup[0]})
    assert visitor.place == "/home"


def test_a_page_without_a_new_code_says_that_the_earlier_one_counts(
    sqlite_resident: Resident,
) -> None:
    person, _visitor = with_sms(sqlite_resident)
    sqlite_resident.sign_in(person)
    code = sqlite_resident.last_code()
    sqlite_resident.clock.advance(seconds=20)
    other = sqlite_resident.sign_in(person)
    for _opened in range(2):
        page = other.open("/signin/code").text
        assert "番号を送りました" not in page
        assert "午後1時0分" in page or "午後1時に" in page, "when the earlier one was sent"
        assert "新しい番号は、午後1時2分から送れます" in page
    other.send("/signin/code/submit", {"code": code})
    assert other.place == "/home"


def test_a_page_whose_code_is_used_says_when_the_next_one_comes(resident: Resident) -> None:
    """It goes out by itself when its minute has come, so that nobody has to press for it."""
    person, _visitor = with_sms(resident)
    resident.sign_in(person).send("/signin/code/submit", {"code": resident.last_code()})
    resident.messages()  # of the new browser
    other = resident.sign_in(person)
    for _opened in range(2):
        page = other.open("/signin/code").text
        assert "番号を送りました" not in page
        assert "6けたの番号を、午後1時1分に送ります" in page
        assert "時間がかかっています" not in page
        assert 'name="code"' in page
        resident.clock.advance(seconds=15)
    assert resident.messages() == []
    early = other.post("/signin/code/send", {"channel": "sms"})
    assert early.status_code == 429
    assert "番号は、午後1時1分に送ります。もう一度押さないで、お待ちください。" in early.text
    assert "さきに送った番号" not in early.text
    resident.clock.advance(seconds=30)
    assert "6けたの番号を送りました" in other.open("/signin/code").text
    (body,) = resident.messages()
    (code,) = set(re.findall(r"(?<!\d)\d{6}(?!\d)", body))
    other.send("/signin/code/submit", {"code": code})
    assert other.place == "/home"


def test_no_two_codes_go_out_within_a_minute_for_two_purposes(resident: Resident) -> None:
    person, _visitor = with_sms(resident)
    visitor = resident.sign_in(person)
    visitor.send("/signin/code/submit", {"code": resident.last_code()})
    resident.messages()  # of the new browser
    for purpose in (CodePurpose.DECLINE, CodePurpose.CONFIRM, CodePurpose.ALTERNATIVE):
        with resident.database.write() as session:
            work = work_in(session, now=resident.now, program=resident.site.program)
            source = session.scalars(
                select(OtpAuthenticator).where(
                    OtpAuthenticator.credential_id == person.credential_id
                )
            ).one()
            asked = Asked(Origin("127.0.0.1", signature_of(resident.site.program)), True)
            if purpose is CodePurpose.DECLINE:
                send_code(work, source, purpose, asked)
                continue
            with pytest.raises(ThrottledError):  # the next minute is taken
                send_code(work, source, purpose, asked)
    assert resident.messages() == []
    resident.clock.advance(seconds=60)
    assert len(resident.messages()) == 1
    assert resident.count(OutboxMessage, purpose=f"code.{CodePurpose.DECLINE}") == 1
    for refused in (CodePurpose.CONFIRM, CodePurpose.ALTERNATIVE):
        assert resident.count(OutboxMessage, purpose=f"code.{refused}") == 0


def test_when_the_hours_messages_are_used_up_the_page_says_until_when(
    sqlite_resident: Resident,
) -> None:
    resident = sqlite_resident
    person, _visitor = with_sms(resident)
    visitor = resident.sign_in(person)
    for _minute in range(5):
        resident.clock.advance(seconds=61)
        visitor.post("/signin/code/send", {"channel": "sms"})
    resident.clock.advance(minutes=12)
    page = resident.sign_in(person).open("/signin/code").text
    assert "新しい番号は、午後2時1分から送れます" in page


def test_the_end_of_a_code_is_written_in_the_language_of_the_page(
    sqlite_resident: Resident,
) -> None:
    person, _visitor = with_sms(sqlite_resident)
    visitor = sqlite_resident.sign_in(person)
    page = visitor.open("/signin/code?lang=en").text
    assert "1:10 PM" in page
    assert "午後" not in page.split("<main")[1].split("</main")[0]


@pytest.mark.asvs("6.6.2")
def test_a_code_for_another_address_does_not_prove_the_next_one(resident: Resident) -> None:
    visitor = resident.enter(resident.add(), stage="channel")
    visitor.send("/start/channel/choose", {"channel": "email"})
    visitor.send("/start/channel/address/submit", {"address": "mine@example.jp"})
    code = resident.last_code()
    visitor.send("/start/channel/address/submit", {"address": "yours@example.jp"})
    refused = visitor.post("/start/channel/prove/submit", {"code": code})
    assert refused.status_code == 422
    assert resident.count(OtpAuthenticator, state="confirmed") == 0


def test_an_address_typed_in_another_session_is_only_hinted_at(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add()
    here, there = (sqlite_resident.enter(person, stage="channel") for _session in range(2))
    for visitor, address in ((here, "mine@example.jp"), (there, "yours@example.jp")):
        visitor.send("/start/channel/choose", {"channel": "email"})
        visitor.send("/start/channel/address/submit", {"address": address})
    assert "yours@example.jp" in there.open("/start/channel/prove").text
    assert "yours@example.jp" not in here.open("/start/channel/prove").text


def test_an_address_to_which_nothing_was_sent_is_not_said_to_have_a_code(
    sqlite_resident: Resident,
) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(), stage="channel")
    visitor.send("/start/channel/choose", {"channel": "email"})
    for number in range(5):
        visitor.send("/start/channel/address/submit", {"address": f"mine{number}@example.jp"})
    refused = visitor.post("/start/channel/address/submit", {"address": "yours@example.jp"})
    assert refused.status_code == 429
    assert (
        "いま使える番号がありません。新しい番号は、午後1時0分から" in refused.text
        or "午後1時から" in refused.text
    )
    page = visitor.open("/start/channel/prove").text
    assert "番号を送りました" not in page
    assert "午後1時から送れます" in page
