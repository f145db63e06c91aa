"""The site opens and closes by itself, to the second, by Japanese days."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from portal.domain.foundation.clock import day_start
from portal.domain.people.coupons.models import Coupon
from tests.support.resident import Resident, make_resident

OPENS = datetime(2023, 7, 2, 15, 0, tzinfo=UTC)  # 3 July, 0:00 in Japan
CLOSES = datetime(2023, 12, 31, 15, 0, tzinfo=UTC)  # the end of 31 December in Japan
LETTERS_CLOSE = datetime(2023, 12, 21, 15, 0, tzinfo=UTC)  # the end of 21 December in Japan


def put(resident: Resident, instant: datetime, milliseconds: int = 0) -> None:
    resident.clock.instant = instant
    resident.clock.advance(milliseconds=milliseconds)


@pytest.mark.parametrize(
    ("instant", "milliseconds", "opened", "said"),
    [
        (OPENS, -1, False, "2023年7月3日からサインインできます"),
        (OPENS, 0, True, ""),
        (CLOSES, -1, True, ""),
        (CLOSES, 0, False, "2023年12月31日で終わりました"),
    ],
    ids=["before", "first moment", "last moment", "after"],
)
def test_signing_in_is_possible_from_the_first_to_the_last_day(
    resident: Resident, instant: datetime, milliseconds: int, opened: bool, said: str
) -> None:
    person = resident.add(active=True)
    waiting = resident.visitor()
    waiting.open("/signin")
    put(resident, instant, milliseconds)
    page = waiting.open("/signin")
    assert said in page.text
    assert ('action="/signin/submit"' in page.text) is opened
    answer = waiting.post(
        "/signin/submit", {"login_id": person.login_id, "password": person.password}
    )
    assert answer.status_code == (303 if opened else 409)
    assert ("sid" in answer.headers.get("set-cookie", "")) is opened


def test_a_form_opened_in_the_last_minute_is_late_in_the_next(resident: Resident) -> None:
    person = resident.add(active=True)
    put(resident, CLOSES, -30_000)
    visitor = resident.visitor()
    visitor.open("/signin")
    put(resident, CLOSES, 30_000)
    answer = visitor.post(
        "/signin/submit", {"login_id": person.login_id, "password": person.password}
    )
    assert answer.status_code == 409
    assert "サインインできる期間ではありません" in answer.text


@pytest.mark.parametrize(
    ("milliseconds", "shown"), [(-1, True), (0, False)], ids=["last moment", "after"]
)
@pytest.mark.asvs("2.3.2")
def test_a_coupon_can_be_revealed_to_the_last_moment_and_not_after(
    resident: Resident, milliseconds: int, shown: bool
) -> None:
    person = resident.add()
    resident.give_coupons()
    put(resident, CLOSES, milliseconds)
    visitor = resident.enter(person)
    home = visitor.get("/home")
    assert ("/coupon/1/reveal" in home.text) is shown
    answer = visitor.post("/coupon/1/reveal")
    assert answer.status_code == (303 if shown else 409)
    assert resident.count(Coupon, state="revealed") == int(shown)
    if not shown:
        assert "期限が過ぎました" in home.text
        assert "交換期限は過ぎました" in answer.text


@pytest.mark.parametrize(
    ("milliseconds", "taken"), [(-1, True), (0, False)], ids=["last moment", "after"]
)
def test_a_new_letter_is_taken_on_its_last_day_and_not_after(
    resident: Resident, milliseconds: int, taken: bool
) -> None:
    visitor = resident.enter(resident.add(active=True))
    put(resident, LETTERS_CLOSE, milliseconds)
    visitor = resident.enter(resident.add(active=True))
    visitor.open("/account/letter")
    answer = visitor.post("/account/letter/submit")
    assert answer.status_code == (303 if taken else 409)
    assert bool(resident.tasks()) is taken


def test_the_last_day_is_announced_from_a_month_before(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add(active=True)
    for day, said in (("2023-11-20", False), ("2023-12-05", True)):
        put(sqlite_resident, datetime.fromisoformat(day).replace(tzinfo=UTC))
        assert (
            "新しい手紙を頼めるのは、2023年12月21日まで"
            in sqlite_resident.enter(person).get("/home").text
        ) is said


def test_in_december_every_page_says_when_the_telephone_ends(sqlite_resident: Resident) -> None:
    put(sqlite_resident, datetime(2023, 12, 5, 3, tzinfo=UTC))
    page = sqlite_resident.visitor().open("/signin").text
    assert "電話で聞けるのは、2023年12月28日の午後5時までです" in page
    put(sqlite_resident, datetime(2023, 12, 30, 3, tzinfo=UTC))
    assert "電話の受け付けは終わりました" in sqlite_resident.visitor().open("/signin").text


def test_home_does_not_lead_to_paper_in_a_program_without_any(sqlite_resident: Resident) -> None:
    base, loop, folder = sqlite_resident.site, sqlite_resident.loop, sqlite_resident.folder
    now = day_start(base.program.windows.alternative.last_day)
    sqlite_resident.clock.instant = now
    person = sqlite_resident.add(active=True)
    without = replace(base, filed=replace(base.program, alternatives=()))
    bare = make_resident(without, base.database, loop, folder, now)
    for resident, offered in ((sqlite_resident, True), (bare, False)):
        home = resident.enter(person).open("/home").text
        assert ('href="/alternative"' in home) is offered
