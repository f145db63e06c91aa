"""Open now, or when next: said on every resident page, errors too, and by one calendar."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from portal.domain.foundation.clock import JST
from portal.domain.foundation.program.calendar import (
    Agreement,
    Closure,
    Hours,
    HoursOverride,
    Payer,
)
from tests.support.people import Person
from tests.support.resident import Resident, make_resident

AGREED = Agreement(Payer.WARD, "こども家庭支援課", "5児支発第21号", date(2023, 6, 20))
OPEN = "いま、電話を受け付けています（今日は午後5時まで）。"
PUBLIC = (
    "/",
    "/signin",
    "/help",
    "/lost",
    "/notices",
    "/privacy",
    "/accessibility",
    "/messages",
    "/check",
    "/redelivery",
)
OWN = ("/home", "/account", "/requests", "/decline", "/alternative", "/account/lost")


def put(resident: Resident, *when: int) -> None:
    resident.clock.instant = datetime(*when, tzinfo=JST)  # type: ignore[misc, arg-type]


def family(resident: Resident) -> Person:
    person = resident.add(active=True)
    resident.give_coupons()
    return person


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ((2023, 8, 1, 8, 59), "次は2023年8月1日の午前9時からです。"),
        ((2023, 8, 1, 9, 0), OPEN),
        ((2023, 8, 1, 16, 59), OPEN),
        ((2023, 8, 1, 17, 0), "次は2023年8月2日の午前9時からです。"),
        (
            (2023, 8, 10, 17, 0),
            "次は2023年8月14日の午前9時からです。",
        ),  # Mountain Day, then a weekend
    ],
)
def test_every_page_signed_in_or_not_says_whether_somebody_answers_now(
    sqlite_resident: Resident, when: tuple[int, ...], said: str
) -> None:
    person = family(sqlite_resident)
    put(sqlite_resident, *when)
    stranger = sqlite_resident.visitor()
    for path in PUBLIC:
        assert said in stranger.open(path).text, path
    own = sqlite_resident.enter(person)
    for path in OWN:
        assert said in own.open(path).text, path


def test_error_pages_say_it_too(sqlite_resident: Resident) -> None:
    person = family(sqlite_resident)
    own = sqlite_resident.enter(person)
    wrong = own.post("/signin/submit", {"login_id": "1", "password": ""})
    stale = own.post("/account/remove-channel", {"form_token": "0"})
    missing = own.get("/account/received/lost/x/y")
    for answer, status in ((wrong, 422), (stale, 403)):
        assert answer.status_code == status
        assert OPEN in answer.text
    assert missing.status_code == 404
    assert "受付時間" in missing.text


def test_days_that_differ_soon_are_told_beside_the_number(sqlite_resident: Resident) -> None:
    base = sqlite_resident.site
    calendar = replace(
        base.program.calendar,
        closures=(Closure(date(2023, 8, 8), date(2023, 8, 9), "設備点検", AGREED),),
        overrides=(HoursOverride(date(2023, 8, 5), Hours(time(10), time(15)), "発送直後", AGREED),),
    )
    site = replace(base, filed=replace(base.program, calendar=calendar))
    resident = make_resident(site, base.database, sqlite_resident.loop, sqlite_resident.folder)
    page = resident.visitor().open("/signin").text
    assert "2023年8月5日は、午前10時から午後3時まで受け付けます。" in page
    assert "2023年8月8日から2023年8月9日まで休みます。" in page
    put(resident, 2023, 8, 4, 18, 0)
    assert "次は2023年8月5日の午前10時からです。" in resident.visitor().open("/").text
    put(resident, 2023, 8, 7, 17, 0)
    assert "次は2023年8月10日の午前9時からです。" in resident.visitor().open("/").text


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ((2023, 11, 30, 23, 59), ()),
        (
            (2023, 12, 1, 0, 0),
            (
                "電話で聞けるのは、2023年12月28日の午後5時までです。",
                "交換できるのは、2023年12月31日までです。",
            ),
        ),
        ((2023, 12, 28, 16, 59), ("電話で聞けるのは、2023年12月28日の午後5時までです。",)),
        (
            (2023, 12, 28, 17, 0),
            ("2023年12月31日まで、電話はつながりません。", "2023年12月31日まで交換できます。"),
        ),
        ((2023, 12, 31, 23, 59), ("2023年12月31日まで、電話はつながりません。",)),
    ],
)
def test_in_december_a_banner_says_on_every_page_that_the_telephone_ends_first(
    sqlite_resident: Resident, when: tuple[int, ...], said: tuple[str, ...]
) -> None:
    person = family(sqlite_resident)
    put(sqlite_resident, *when)
    own, stranger = sqlite_resident.enter(person), sqlite_resident.visitor()
    pages = [
        own.open("/home").text,
        stranger.open("/signin").text,
        own.post("/signout", {"form_token": ""}).text,
    ]
    for page in pages:
        assert ('class="ending"' in page) is bool(said)
        banner = page.split('class="ending"')[-1].split("</aside>")[0]
        assert all(sentence in banner for sentence in said)


def test_after_the_last_usable_day_the_banner_is_gone(sqlite_resident: Resident) -> None:
    put(sqlite_resident, 2024, 1, 1, 0, 0)
    assert 'class="ending"' not in sqlite_resident.visitor().open("/help").text
