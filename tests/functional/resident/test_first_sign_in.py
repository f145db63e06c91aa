"""The first sign-in, from the letter to the coupon, with each way of receiving codes; and what stops a stranger."""

from portal.domain.coupons.models import Coupon
from portal.domain.credentials.formats import print_login_id, print_password
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
    visitor.send("/signin/submit", {
        "login_id": print_login_id(person.login_id), "password": print_password(person.password).lower(),
    })  # fmt: skip
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
    image = visitor.get("/coupon/1/qr.png")
    assert image.headers["content-type"] == "image/png"
    assert resident.count(Coupon, state="revealed") == 1
