"""What nobody else may see: others' coupons, personal data in addresses, logs and caches."""

import logging

import pytest
from sqlalchemy import select

from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.queries import open_code
from portal.domain.people.entitlements.services import hold_household
from portal.platform.http.headers import CSP, content_policy
from portal.platform.rendering.assets import INLINE, Assets
from tests.functional.resident.test_first_sign_in import BIRTH, prove_app
from tests.support.canaries import CANARIES
from tests.support.reading.qr import decode_png
from tests.support.resident import Resident, Visitor
from tests.support.work import work_in


@pytest.mark.asvs("8.2.2")
def test_a_household_sees_its_own_coupons_only(resident: Resident) -> None:
    mine, other = resident.add(children=1), resident.add(children=2)
    resident.give_coupons()
    theirs = resident.enter(other)
    theirs.send("/coupon/2/reveal")
    visitor = resident.enter(mine)
    for ordinal in (0, 2, 3, 99, 10**12):
        assert visitor.post(f"/coupon/{ordinal}/reveal").status_code == 404, ordinal
        assert visitor.get(f"/coupon/{ordinal}").status_code == 404
        assert visitor.get(f"/coupon/{ordinal}/picture.png").status_code == 404
    visitor.get("/home")
    visitor.send("/coupon/1/reveal")
    own, other_one = (
        decode_png(one.get(f"/coupon/{ordinal}/picture.png").content)
        for one, ordinal in ((visitor, 1), (theirs, 2))
    )
    assert own != other_one
    assert resident.count(Coupon, state="revealed") == 2


def test_a_coupon_shows_only_after_the_button_was_pressed(resident: Resident) -> None:
    visitor = resident.enter(resident.add())
    resident.give_coupons()
    assert visitor.get("/coupon/1").headers["location"] == "/home"
    assert visitor.get("/coupon/1/picture.png").status_code == 404
    visitor.get("/home")
    visitor.send("/coupon/1/reveal")
    assert visitor.place == "/coupon/1"
    assert visitor.get("/coupon/2/picture.png").status_code == 404


def test_a_held_coupon_is_not_shown_any_more(resident: Resident) -> None:
    person = resident.add()
    resident.give_coupons()
    visitor = resident.enter(person)
    visitor.send("/coupon/1/reveal")
    with resident.database.write() as session:
        hold_household(session, person.household_id, resident.now)
    assert visitor.get("/coupon/1").headers["location"] == "/home"
    assert visitor.get("/coupon/1/picture.png").status_code == 404
    home = visitor.get("/home")
    assert "確認中です" in home.text
    assert "/reveal" not in home.text
    refused = visitor.post("/coupon/1/reveal")
    assert refused.status_code == 403
    assert "コールセンター" in refused.text


def journey(resident: Resident) -> tuple[Visitor, list[str]]:
    """A whole first sign-in and everything in the account; returns the secrets that came up."""
    person = resident.add()
    resident.give_coupons()
    visitor = resident.sign_in(person, password="WRNG WRNG WRNG")
    visitor.open(f"/signin?id={person.login_id}")
    visitor.send("/signin/submit", {"login_id": person.login_id, "password": person.password})
    visitor.post("/start/birth/submit", {"era": "", "year": "1983", "month": "11", "day": "26"})
    visitor.send("/start/birth/submit", BIRTH)
    prove_app(resident, person, visitor)
    visitor.send("/start/done")
    visitor.send("/coupon/1/reveal")
    visitor.get("/coupon/1/picture.png")
    visitor.send("/account/channel/choose", {"channel": "sms"})
    visitor.send("/account/channel/address/submit", {"address": "09012345678"})
    code = resident.last_code()
    visitor.send("/account/channel/prove/submit", {"code": code})
    visitor.get("/account/password")
    visitor.send("/account/password/submit", {"own_password": "秘密の合言葉 1234"})
    visitor.get("/account/lost")
    visitor.send("/account/lost/submit")
    visitor.get("/nowhere/" + person.login_id)
    with resident.database.read() as session:
        opened = [open_code(work_in(session), coupon) for coupon in session.scalars(select(Coupon))]
    secrets = [
        person.login_id,
        person.password,
        person.totp_secret,
        code,
        "秘密の合言葉",
        "09012345678",
        "WRNG",
        "昭和58",
    ]
    return visitor, [*secrets, *(one.url for one in opened), *(one.grouped for one in opened)]


@pytest.mark.asvs("14.2.4", "16.2.5")
def test_logs_tell_nothing_about_people(
    resident: Resident, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.CRITICAL)
    logging.getLogger("httpcore").setLevel(logging.CRITICAL)
    visitor, secrets = journey(resident)
    ours = "\n".join(
        r.getMessage()
        for r in caplog.records
        if not r.name.startswith(("httpx", "httpcore", "asyncio"))
    )
    assert "POST /start/birth/submit 303" in ours
    for word in (*CANARIES, *secrets, visitor.cookie("device"), "203.0.113"):
        assert not word or word not in ours, word


@pytest.mark.asvs("14.2.1")
def test_addresses_tell_nothing_about_people(sqlite_resident: Resident) -> None:
    visitor, secrets = journey(sqlite_resident)
    own = [url for url in visitor.visited if "/signin?id=" not in url and "/nowhere/" not in url]
    assert len(own) > 15
    for url in own:
        for word in (*CANARIES, *secrets):
            assert word not in url, url


@pytest.mark.asvs("3.4.3", "3.4.4", "3.4.5", "3.4.6", "14.2.2", "14.2.3", "14.3.2")
def test_every_answer_is_kept_from_caches_and_frames(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add()
    sqlite_resident.give_coupons()
    visitor = sqlite_resident.enter(person)
    visitor.post("/coupon/1/reveal")
    answers = [
        visitor.get(path)
        for path in (
            "/home",
            "/coupon/1",
            "/coupon/1/picture.png",
            "/account",
            "/signin",
            "/help",
            "/nowhere",
            "/account/letter",
        )
    ]
    answers.append(visitor.loop.run(visitor.http.post("/account/letter/submit", data={})))
    for answer in answers:
        head = answer.headers
        of_pages = Assets().script_digest(INLINE)
        allowed = "" if head["content-type"] == "image/png" else of_pages
        assert "no-store" in head["cache-control"], answer.request.url
        assert head["content-security-policy"] == content_policy(allowed)
        assert head["x-content-type-options"] == "nosniff"
        assert head["referrer-policy"] == "same-origin"
    assert "unsafe" not in CSP
    assert "frame-ancestors 'none'" in CSP


@pytest.mark.asvs("14.3.1")
@pytest.mark.parametrize(
    "place", ["/signout", "/account/sign-out-everywhere", "/account/lost/submit"]
)
def test_whatever_ends_a_session_clears_the_browser(sqlite_resident: Resident, place: str) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    answer = visitor.post(place, {"form_key": "k"})
    assert answer.status_code == 303
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert visitor.cookie("sid") == ""


@pytest.mark.asvs("14.2.4")
def test_no_page_shows_the_registered_address_or_a_birth_date(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    for path in ("/home", "/account", "/account/letter", "/account/lost", "/account/password"):
        page = visitor.open(path).text
        for word in ("潮見坂", "カナリヤ荘", "1390001", "139-0001", "1983", "昭和58"):
            assert word not in page, (path, word)
