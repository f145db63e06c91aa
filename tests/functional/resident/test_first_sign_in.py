"""The first sign-in, from the letter to the coupon, with each way of receiving codes.

And what stops a stranger.
"""

from datetime import timedelta

import pytest

from portal.domain.people.authn.models import AuthSession, OtpAuthenticator
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.credentials.formats import print_login_id, print_password
from portal.domain.people.credentials.models import Credential
from tests.support.people import Person
from tests.support.resident import Resident, Visitor

BIRTH = {"era": "昭和", "year": "58", "month": "11", "day": "27"}
WRONG_BIRTHS = [{"era": "", "year": "1983", "month": "11", "day": str(day)} for day in range(1, 8)]


def key_on(page: Visitor) -> str:
    """The key for an authenticator app, as the page shows it."""
    assert page.page is not None
    return page.page.text.split('id="totp-key">')[1].split("<")[0].replace(" ", "")


def prove_app(resident: Resident, person: Person, visitor: Visitor) -> None:
    visitor.send("/start/channel/choose", {"channel": "totp"})
    person.totp_secret = key_on(visitor)
    visitor.send("/start/channel/prove/submit", {"code": person.totp(resident.now)})


def test_a_parent_gets_from_the_letter_to_the_coupon(resident: Resident) -> None:
    person = resident.add()
    resident.give_coupons()
    visitor = resident.visitor()
    assert visitor.open("/signin").status_code == 200
    visitor.send(
        "/signin/submit",
        {
            "login_id": print_login_id(person.login_id),
            "password": print_password(person.password).lower(),
        },
    )
    assert visitor.place == "/start/birth"
    visitor.send("/start/birth/submit", BIRTH)
    assert visitor.place == "/start/channel"
    prove_app(resident, person, visitor)
    assert visitor.place == "/start/backup-codes"
    visitor.send("/start/done")
    assert visitor.place == "/home"
    shown = visitor.send("/coupon/1/reveal")
    assert visitor.place == "/coupon/1"
    assert shown.text.count("data-qr") == 1
    image = visitor.get("/coupon/1/picture.png")
    assert image.headers["content-type"] == "image/png"
    assert resident.count(Coupon, state="revealed") == 1


@pytest.mark.parametrize(
    ("kind", "typed", "shown"),
    [
        ("sms", "０９０　１２３４－５６７８", "090-1234-5678"),
        ("email", "uzurano@example.jp", "uzurano@example.jp"),
    ],
    ids=["sms", "email"],
)
@pytest.mark.asvs("6.6.1")
def test_a_code_sent_by_message_proves_the_channel(
    resident: Resident, kind: str, typed: str, shown: str
) -> None:
    person = resident.add()
    visitor = resident.enter(person, stage="channel")
    assert "認証アプリのほうが安全です" in visitor.open("/start/channel").text
    visitor.send("/start/channel/choose", {"channel": kind})
    assert visitor.place == "/start/channel/address"
    page = visitor.send("/start/channel/address/submit", {"address": typed})
    assert visitor.place == "/start/channel/prove"
    assert shown in page.text, "a slip of the finger can be seen"
    code = resident.last_code()
    wrong = "000000" if code != "000000" else "000001"
    assert visitor.post("/start/channel/prove/submit", {"code": wrong}).status_code == 422
    assert resident.count(OtpAuthenticator, state="confirmed") == 0
    visitor.send("/start/channel/prove/submit", {"code": code})
    assert visitor.place == "/start/backup-codes"
    assert resident.count(OtpAuthenticator, kind=kind, state="confirmed") == 1
    assert resident.count(Credential, state="active") == 1
    visitor.send("/start/done")
    assert shown not in visitor.open("/account").text, "what is proven is never shown whole"


def test_the_backup_codes_are_shown_until_they_were_written_down_and_never_again(
    resident: Resident,
) -> None:
    person = resident.add()
    visitor = resident.enter(person, stage="channel")
    prove_app(resident, person, visitor)
    first = visitor.get("/start/backup-codes").text.split('class="backup"')[1].split("</ul>")[0]
    again = visitor.get("/start/backup-codes").text.split('class="backup"')[1].split("</ul>")[0]
    assert first == again
    assert first.count("<li>") == 10
    visitor.send("/start/done")
    assert visitor.open("/start/backup-codes").status_code == 200
    assert visitor.place == "/home"


@pytest.mark.asvs("6.4.1")
def test_a_wrong_birth_date_counts_once_and_the_fifth_freezes_the_letter(
    resident: Resident,
) -> None:
    person = resident.add()
    visitor = resident.sign_in(person)
    for _again in range(3):
        page = visitor.post("/start/birth/submit", WRONG_BIRTHS[0])
        assert page.status_code == 422
        assert "あと4回" in page.text
    for left, birth in zip((3, 2, 1), WRONG_BIRTHS[1:4], strict=True):
        assert f"あと{left}回" in visitor.post("/start/birth/submit", birth).text
    frozen = visitor.post("/start/birth/submit", WRONG_BIRTHS[4])
    assert frozen.status_code == 422
    assert resident.tasks()["birth_frozen"] in frozen.text
    assert resident.count(AuthSession) == 0


def test_after_the_freeze_the_right_date_is_refused_too(resident: Resident) -> None:
    person = resident.add()
    visitor, other = resident.sign_in(person), resident.sign_in(person)
    for birth in WRONG_BIRTHS[:5]:
        visitor.post("/start/birth/submit", birth)
    other.send("/start/birth/submit", BIRTH)
    assert other.place == "/signin"
    fresh = resident.sign_in(person)
    assert fresh.place == "/signin/submit"
    assert fresh.page is not None
    assert fresh.page.status_code == 422
    assert resident.count(AuthSession) == 0


@pytest.mark.parametrize(
    "typed",
    [
        {"era": "", "year": "1983", "month": "11", "day": "27"},
        {"era": "", "year": "昭和５８年", "month": "１１月", "day": "２７日"},
        {"era": "", "year": "S58", "month": "11", "day": "27"},
        {"era": "昭和", "year": "五十八", "month": "11", "day": "27"},
        {"era": "", "year": "昭和58年11月27日", "month": "", "day": ""},
    ],
)
def test_the_birth_date_is_understood_as_people_write_it(
    sqlite_resident: Resident, typed: dict[str, str]
) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(), stage="birth")
    visitor.send("/start/birth/submit", typed)
    assert visitor.place == "/start/channel"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"year": "", "month": "", "day": ""}, "生年月日を入力してください"),
        ({"year": "58", "month": "11", "day": "27"}, "年は4けたの西暦"),
        ({"year": "1983", "month": "2", "day": "30"}, "カレンダーにありません"),
        ({"year": "1983", "month": "x", "day": "3"}, "数字で入力してください"),
    ],
)
@pytest.mark.asvs("2.2.2")
def test_an_unreadable_birth_date_says_why_and_counts_nothing(
    sqlite_resident: Resident, typed: dict[str, str], said: str
) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(), stage="birth")
    page = visitor.post("/start/birth/submit", {"era": ""} | typed)
    assert page.status_code == 422
    assert said in page.text
    assert f'name="year" value="{typed["year"]}"' in page.text
    with sqlite_resident.database.read() as session:
        assert session.query(Credential).one().wrong_births == b""


def test_who_can_receive_no_codes_leaves_a_request_and_asks_only_once(resident: Resident) -> None:
    person = resident.add()
    visitor = resident.enter(person, stage="channel")
    visitor.open("/start/none")
    first = visitor.send("/start/none/submit")
    visitor.open("/start/none")
    second = visitor.send("/start/none/submit")
    assert resident.tasks()["no_channel"] in first.text
    assert resident.tasks()["no_channel"] in second.text


def test_a_half_finished_first_sign_in_goes_on_where_it_stopped(resident: Resident) -> None:
    person = resident.add()
    visitor = resident.sign_in(person)
    visitor.send("/start/birth/submit", BIRTH)
    resident.clock.advance(hours=20)
    assert visitor.open("/start/channel").status_code == 200
    assert visitor.place == "/signin"
    again = resident.sign_in(person)
    assert again.place == "/start/birth"
    again.send("/start/birth/submit", BIRTH)
    prove_app(resident, person, again)
    assert again.place == "/start/backup-codes"


def test_first_and_later_proofs_use_the_clock_of_the_app(resident: Resident) -> None:
    person = resident.add()
    visitor = resident.enter(person, stage="channel")
    visitor.send("/start/channel/choose", {"channel": "totp"})
    person.totp_secret = key_on(visitor)
    late = visitor.post(
        "/start/channel/prove/submit", {"code": person.totp(resident.now - timedelta(minutes=2))}
    )
    assert late.status_code == 422
    assert "番号が違います" in late.text
    drift = visitor.send(
        "/start/channel/prove/submit", {"code": person.totp(resident.now - timedelta(seconds=30))}
    )
    assert drift.status_code == 200
    assert visitor.place == "/start/backup-codes"


def test_the_steps_are_counted_to_the_end(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add()
    visitor = sqlite_resident.sign_in(person)
    assert visitor.page is not None
    assert "3つのうち1" in visitor.page.text
    assert "3つのうち2" in visitor.send("/start/birth/submit", BIRTH).text
    prove_app(sqlite_resident, person, visitor)
    assert "3つのうち3" in visitor.page.text
    visitor.send("/start/done")
    visitor.open("/account")
    assert "つのうち" not in visitor.send("/account/backup-codes/submit").text


def test_the_receipt_of_who_can_receive_no_codes_is_its_own(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(), stage="channel")
    visitor.open("/start/none")
    assert "2023年8月1日 午後0時" in visitor.send("/start/none/submit").text
    assert visitor.get("/start/none/CDFG-HJKL").status_code == 404


def test_the_way_that_every_telephone_has_stands_first(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(), stage="channel")
    page = visitor.open("/start/channel").text
    assert page.index('value="sms"') < page.index('value="totp"') < page.index('value="email"')
