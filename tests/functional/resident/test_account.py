"""The account: channels change but the last stays, a loss stops it, a new letter is requested."""

import re

import pytest

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.authn.models import AuthSession, OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.large_print import POINTS, large_print_of
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task
from tests.support.reading import pdf
from tests.support.resident import Resident
from tests.support.work import work_in


def test_a_channel_goes_but_never_the_last(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    visitor.open("/account")
    refused = visitor.post("/account/remove-channel", {"channel": "totp"})
    assert refused.status_code == 422
    assert "最後のひとつは消せません" in refused.text
    visitor.send("/account/channel/choose", {"channel": "email"})
    visitor.send("/account/channel/address/submit", {"address": "uzurano@example.jp"})
    visitor.send("/account/channel/prove/submit", {"code": resident.last_code()})
    assert visitor.place == "/account/changes"
    resident.clock.advance(days=1)
    visitor = resident.enter(person)
    assert "/account/remove-channel/totp" in visitor.open("/account").text
    asked = visitor.open("/account/remove-channel/totp")
    assert "消しますか" in asked.text
    assert resident.count(OtpAuthenticator, ends_at=None) == 2, (
        "looking at the question removes nothing"
    )
    page = visitor.send("/account/remove-channel", {"channel": "totp"})
    assert "番号の受け取り方を消す" in page.text
    assert "2023年8月3日" in page.text


def test_a_channel_that_is_proven_cannot_be_taken_over(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    visitor.open("/account/channel")
    visitor.send("/account/channel/choose", {"channel": "totp"})
    assert visitor.post("/account/channel/choose", {"channel": "carrier pigeon"}).status_code == 422
    door = resident.sign_in(person)
    door.send("/signin/code/submit", {"code": person.totp(resident.now)})
    assert door.place == "/home", "the app that was there goes on"


@pytest.mark.parametrize(
    "place", ["/account/channel", "/account/password", "/account/lost", "/account/backup-codes"]
)
@pytest.mark.asvs("7.5.1")
def test_after_five_minutes_a_change_asks_for_a_fresh_code(resident: Resident, place: str) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    resident.clock.advance(minutes=5)
    visitor.open(place)
    assert visitor.place.startswith("/confirm/")
    before = visitor.cookie("sid")
    address = visitor.place
    assert visitor.post(f"{address}/submit", {"code": "000000x"}).status_code == 422
    visitor.send(f"{address}/submit", {"code": person.totp(resident.now)})
    assert visitor.place == place
    assert visitor.cookie("sid") != before


def test_new_backup_codes_end_the_old_ones(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    assert 'href="/account/backup-codes"' in visitor.open("/account").text
    assert "すべて使えなくなります" in visitor.open("/account/backup-codes").text
    page = visitor.send("/account/backup-codes/submit")
    assert visitor.place == "/start/backup-codes"
    fresh = page.text.split('class="backup"')[1].split("<li>")[1].split("<")[0]
    door = resident.sign_in(person)
    door.open("/signin/backup")
    assert door.post("/signin/backup/submit", {"code": person.backup[0]}).status_code == 422
    door.send("/signin/backup/submit", {"code": fresh})
    assert door.place == "/home"


@pytest.mark.asvs("7.4.1", "7.5.2")
def test_signing_out_everywhere_ends_every_session(resident: Resident) -> None:
    person = resident.add(active=True)
    here, there = resident.enter(person), resident.enter(person)
    assert "2台で" in here.open("/account").text
    here.send("/account/sign-out-everywhere")
    assert here.place == "/signedout"
    there.open("/home")
    assert there.place == "/signin"
    assert resident.count(AuthSession) == 0


@pytest.mark.asvs("7.4.2")
def test_reporting_a_loss_stops_the_account_at_once(resident: Resident) -> None:
    person = resident.add(active=True)
    here, finder = resident.enter(person), resident.enter(person)
    here.open("/account/lost")
    page = here.send("/account/lost/submit")
    assert resident.tasks()["report_lost"] in page.text
    assert "2023年8月1日 午後0時" in page.text
    finder.open("/home")
    assert finder.place == "/signin"
    assert resident.sign_in(person).place == "/signin/submit"
    assert resident.count(Credential, state="suspended") == 1


@pytest.mark.asvs("6.4.3")
def test_a_new_letter_is_asked_for_once_and_to_the_registered_address_only(
    resident: Resident,
) -> None:
    visitor = resident.enter(resident.add(active=True))
    page = visitor.open("/account/letter")
    assert "ほかの住所には送れません" in page.text
    assert "潮見坂" not in page.text  # nor is the address shown
    receipts = set()
    for _press in range(2):
        visitor.open("/account/letter")
        visitor.send("/account/letter/submit")
        receipts.add(visitor.place)
    assert len(receipts) == 1
    assert list(resident.tasks()) == ["new_letter"]


def test_a_receipt_is_shown_only_where_there_is_such_a_request(sqlite_resident: Resident) -> None:
    asking = sqlite_resident.enter(sqlite_resident.add(active=True))
    asking.open("/account/letter")
    asking.send("/account/letter/submit")
    letter = asking.place
    losing = sqlite_resident.enter(sqlite_resident.add(active=True))
    losing.open("/account/lost")
    losing.send("/account/lost/submit")
    lost = losing.place
    stranger = sqlite_resident.visitor()
    assert stranger.get(lost).status_code == 200
    number, seal = lost.split("/")[-2:]
    wrong = (
        "CDFG-HJKL",
        number,
        f"CDFG-HJKL/{seal}",
        f"{number}/{seal}x",
        f"{letter.rsplit('/', maxsplit=1)[-1]}/{seal}",
    )
    for end in wrong:
        assert stranger.get(f"/account/received/lost/{end}").status_code == 404, end
    assert "受け付けた日" not in stranger.get(f"/lost/received/{number}/{seal}").text, (
        "another kind of receipt"
    )
    assert stranger.get(letter).headers["location"] == "/signin"
    other = sqlite_resident.enter(sqlite_resident.add(active=True))
    assert other.get(letter).status_code == 404
    assert asking.get("/account/received/letter/CDFG-HJKL").status_code == 404


def test_a_new_letter_that_was_asked_for_is_found_again(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add(active=True)
    visitor = sqlite_resident.enter(person)
    visitor.open("/account/letter")
    receipt = visitor.send("/account/letter/submit").text
    number = sqlite_resident.tasks()["new_letter"]
    assert "2023年8月1日 午後0時" in receipt
    page = visitor.open("/account/letter").text
    assert number in page
    assert "2023年8月1日 午後0時" in page
    assert "担当者が確認してから" in page
    assert "/account/letter/submit" not in page
    listed = visitor.open("/requests").text
    assert f"/account/received/letter/{number}" in listed
    assert "担当者が確かめています" in listed
    with sqlite_resident.database.write() as session:
        task = session.query(Task).one()
        finish_task(work_in(session, Actor(Role.OFFICER), sqlite_resident.now), task.id)
    assert "手続きが終わりました" in visitor.open("/requests").text
    assert "担当者が確認してから" not in visitor.open(f"/account/received/letter/{number}").text
    assert "/account/letter/submit" in visitor.open("/account/letter").text
    sqlite_resident.clock.advance(days=61)
    again = sqlite_resident.enter(person)
    assert number not in again.open("/requests").text


def test_what_an_address_is_used_for_is_said_alike(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    visitor.open("/account/channel")
    page = visitor.send("/account/channel/choose", {"channel": "email"}).text
    for text in (page, visitor.open("/privacy").text):
        assert "あなたの世帯へのお知らせ（申請のことなど）" in text


def test_reminders_end_with_one_press_and_begin_again(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add(active=True)
    visitor = sqlite_resident.enter(person)
    assert "期限のお知らせを止める" in visitor.open("/account").text
    for _press in range(2):
        page = visitor.send("/account/reminders", {"wanted": "no"}).text
        assert "変えました" in page
        assert "期限のお知らせを受け取る" in page
    assert sqlite_resident.count(AuditEvent, action="account.reminders_ended") == 1
    assert "期限のお知らせを止める" in visitor.send("/account/reminders", {"wanted": "yes"}).text
    assert sqlite_resident.count(AuditEvent, action="account.reminders_wanted") == 1
    stranger = sqlite_resident.visitor()
    assert stranger.post("/account/reminders", {"wanted": "no"}).status_code in {303, 403}
    assert sqlite_resident.count(AuditEvent, action="account.reminders_ended") == 1


def test_large_print_is_one_press_and_one_press_back(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add(active=True)
    visitor = sqlite_resident.enter(person)
    assert "大きな文字の手紙にする" in visitor.open("/account").text
    for _press in range(2):
        page = visitor.send("/account/letter-size", {"large": "yes", "reason": "目が悪い"}).text
        assert "次の手紙から変わります" in page
        assert "ふつうの大きさに戻す" in page
    with sqlite_resident.database.read() as session:
        assert large_print_of(session, person.household_id) == "ja"
    assert sqlite_resident.count(AuditEvent, action="household.large_print_wanted") == 1
    visitor.send("/account/letter-size", {"large": "no"})
    with sqlite_resident.database.read() as session:
        assert large_print_of(session, person.household_id) is None
    stranger = sqlite_resident.visitor()
    assert stranger.post("/account/letter-size", {"large": "yes"}).status_code in {303, 403}
    assert sqlite_resident.count(AuditEvent, action="household.large_print_wanted") == 1


@pytest.mark.parametrize("form", ["decline", "alternative", "redelivery"])
@pytest.mark.parametrize("code", ["ja", "ko"])
def test_every_blank_form_is_to_be_had_in_large_print(
    sqlite_resident: Resident, form: str, code: str
) -> None:
    visitor = sqlite_resident.visitor()
    visitor.http.cookies.set("lang", code)
    large = visitor.get(f"/{form}/form.pdf?size=large").content
    assert pdf.smaller(large, POINTS) == ""
    assert pdf.smaller(visitor.get(f"/{form}/form.pdf").content, POINTS)
    said = re.sub(r"\s", "", "".join(pdf.text(large)))
    assert "大きな文字（18ポイント）で希望" in said
