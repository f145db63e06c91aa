"""What everybody may read before signing in: the first page, "am I in?", help."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from portal.domain.people.notices.messages import Message
from portal.domain.people.notices.services import Outgoing, enqueue
from portal.platform.application import make_application
from portal.web import routes
from tests.functional.resident.test_call_backs import WISH
from tests.support.resident import Resident, Visitor
from tests.support.work import work_in

BIRTH = {"era": "", "year": "", "month": "", "day": ""}


def instant(year: int, month: int, day: int, hour: int = 3) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def check(visitor: Visitor, year: str, month: str, day: str, era: str = "") -> str:
    """Ask about a birth date; returns the page's text."""
    visitor.open("/check")
    return visitor.send(
        "/check/submit", {"era": era, "year": year, "month": month, "day": day}
    ).text


@pytest.mark.parametrize(
    ("now", "said", "can_sign_in"),
    [
        (instant(2023, 6, 15), "2023年7月3日からサインインできます。", False),
        (instant(2023, 7, 2, 14), "2023年7月3日からサインインできます。", False),
        (instant(2023, 7, 2, 15), "サインインする", True),
        (instant(2023, 12, 31, 14), "サインインする", True),
        (instant(2023, 12, 31, 15), "交換したクーポンは、2024年3月31日まで使えます。", False),
        (instant(2024, 4, 1), "この事業は終わりました。", False),
    ],
)
def test_the_first_page_opens_and_closes_sign_in_by_date(
    sqlite_resident: Resident, now: datetime, said: str, can_sign_in: bool
) -> None:
    sqlite_resident.clock.instant = now
    page = sqlite_resident.visitor().get("/")
    assert page.status_code == 200
    assert said in page.text
    assert ('href="/signin"' in page.text) is can_sign_in
    for fact in ("30,000円", "2005年4月2日から2023年5月1日までに生まれた方", "2023年12月31日まで"):
        assert fact in page.text


def test_last_days_are_announced_from_a_month_before(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.visitor()
    sqlite_resident.clock.instant = instant(2023, 8, 28)
    assert "もうすぐ終わります" not in visitor.get("/").text
    sqlite_resident.clock.instant = instant(2023, 8, 29)
    assert "クーポンを辞退できるのは、2023年9月29日までです。" in visitor.get("/").text
    sqlite_resident.clock.instant = instant(2023, 12, 1)
    page = visitor.get("/").text
    for sentence in (
        "紙の代替品に変えられるのは、2023年12月19日までに申し込んだときです。",
        "手紙をもう一度配達してもらえるのは、2023年12月21日までに頼んだときです。",
        "新しい手紙を頼めるのは、2023年12月21日までです。",
        "交換できるのは、2023年12月31日までです。",
    ):
        assert sentence in page
    assert page.index("12月19日") < page.index("12月21日")


def test_signed_in_visitors_are_led_to_their_coupons(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    page = visitor.get("/").text
    assert 'class="button" href="/home"' in page
    assert 'href="/signin"' not in page


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        (("2005", "4", "1"), "/check/too-old"),
        (("2005", "4", "2"), "/check/in"),
        (("２３", "５", "１", "平成"), "/check/in"),
        (("令和5", "5", "1"), "/check/in"),
        (("2023", "5", "2"), "/check/too-young"),
        (("2023", "8", "1"), "/check/too-young"),
    ],
)
def test_a_birth_date_gets_its_answer_with_the_reason(
    sqlite_resident: Resident, typed: tuple[str, ...], place: str
) -> None:
    visitor = sqlite_resident.visitor()
    page = check(visitor, *typed)
    assert visitor.place == place
    reason = {
        "/check/in": "2023年5月1日に区に住民登録があれば",
        "/check/too-old": "18歳になって最初の3月31日が、基準日(2023年5月1日)より前に過ぎているため",
        "/check/too-young": "対象は2023年5月1日までに生まれたお子さんで",
    }[place]
    assert reason in page
    assert not [url for url in visitor.visited if re.search(r"\d{4}.*/check|/check.*\d", url)]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (("", "", ""), "生年月日を入力してください。"),
        (("15", "4", "2"), "年は4けたの西暦で入力するか、昭和や平成を選んでください。"),
        (("2015", "2", "30"), "この日付は、カレンダーにありません。"),
        (("2015", "四月", "abc"), "生年月日は、年、月、日を数字で入力してください。"),
        (("2023", "8", "2"), "これから先の日付です。年をたしかめてください。"),
    ],
)
def test_each_unusable_date_has_its_own_sentence_and_stays_typed(
    sqlite_resident: Resident, typed: tuple[str, str, str], message: str
) -> None:
    visitor = sqlite_resident.visitor()
    page = check(visitor, *typed)
    assert visitor.page is not None
    assert visitor.page.status_code == 422
    assert page.count(message) == 2, "in the summary and beside the field"
    assert "<title>エラー: " in page
    for name, value in zip(("year", "month", "day"), typed, strict=True):
        assert re.search(f'id="{name}"[^>]*value="{value}"', page)


def test_htmx_gets_the_same_answers_as_fragments(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.visitor()
    visitor.get("/check")
    visitor.http.headers["hx-request"] = "true"
    refused = visitor.post("/check/submit", BIRTH)
    assert refused.status_code == 422
    assert "<html" not in refused.text
    assert 'id="error-summary"' in refused.text
    answered = visitor.send("/check/submit", BIRTH | {"year": "2020", "month": "4", "day": "1"})
    assert "<html" not in answered.text
    assert re.search(r"<h1[^>]* autofocus[^>]*>対象の生年月日です", answered.text)


def test_changing_the_language_keeps_the_typed_date(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.visitor()
    visitor.get("/check")
    page = visitor.post("/check/submit", BIRTH | {"year": "2020", "lang": "en"})
    assert page.status_code == 200
    assert '<html lang="en"' in page.text
    assert 'value="2020"' in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/check",
        "/check/in",
        "/check/too-old",
        "/check/too-young",
        "/help",
        "/help/use",
        "/help/shops",
        "/help/decline",
        "/help/paper",
        "/help/answers/letter_not_arrived",
        "/privacy",
        "/accessibility",
        "/messages",
        "/lost",
        "/notices",
        "/lost/ask",
        "/lost/received/CDFG-HJKL",
        "/outbox",
        "/sandbox/ABCDEFGH2345",
    ],
)
@pytest.mark.parametrize("language", ["ja", "easy", "en", "zh-Hans", "zh-Hant", "ko"])
def test_every_public_page_opens_in_every_language(
    sqlite_resident: Resident, path: str, language: str
) -> None:
    visitor = sqlite_resident.visitor()
    visitor.http.cookies.set("lang", language, domain="127.0.0.1")
    page = visitor.get(path)
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert 'class="tel"' in page.text
    shown = re.sub(r"<meta[^>]*>|<script>.*?</script>", "", page.text, flags=re.DOTALL)
    assert "{" not in shown, "a reading that did not become ruby"


def test_help_tells_how_to_reach_people_and_what_nobody_ever_asks(
    sqlite_resident: Resident,
) -> None:
    program = sqlite_resident.site.program
    page = sqlite_resident.visitor().get("/help").text
    for said in (
        program.contact.telephone,
        program.contact.fax,
        "午前9時から午後5時まで",
        "日本語、英語、中国語、韓国語",
        "ATM",
    ):
        assert said in page
    assert "たばこ" in sqlite_resident.visitor().open("/help/shops").text


def test_the_privacy_page_lists_the_cookies_that_are_set(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add(active=True)
    visitor = sqlite_resident.visitor()
    visitor.get(f"/signin?id={person.login_id}")
    sqlite_resident.sign_in(person, visitor)
    visitor.get("/help?lang=ko")
    visitor.send("/signin/code/submit", {"code": person.totp(sqlite_resident.now)})
    held = {cookie.name: cookie for cookie in visitor.http.cookies.jar}
    assert {"sid", "lang"} <= set(held)
    page = visitor.get("/privacy").text
    assert [
        name for name in {*held, "visit", "letter_id"} if f"<code>{name}</code>" not in page
    ] == []
    days = round(((held["device"].expires or 0) - datetime.now(UTC).timestamp()) / 86_400)
    said = page.split("<code>device</code>", 1)[1].split("</div>", 1)[0]
    assert str(days) in said


def test_a_form_from_elsewhere_is_refused(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.visitor()
    assert visitor.post("/lost/submit", WISH).status_code == 403
    assert visitor.post("/check/submit", BIRTH).status_code == 403


def test_the_demo_shows_sent_messages_and_what_a_shop_reads(sqlite_resident: Resident) -> None:
    with sqlite_resident.database.write() as session:
        for number, body in enumerate(("古い知らせ", "新しい知らせ <b>")):
            enqueue(
                work_in(session, now=sqlite_resident.now),
                Outgoing(
                    kind="sms",
                    purpose="code",
                    address="09000000000",
                    message=Message(None, body),
                    dedupe_key=f"outbox-{number}",
                    household_id=None,
                    expires_at=instant(2023, 8, 2),
                ),
            )
    page = sqlite_resident.visitor().get("/outbox").text
    assert page.index("新しい知らせ &lt;b&gt;") < page.index("古い知らせ")
    assert "ABCD EFGH 2345" in sqlite_resident.visitor().get("/sandbox/ABCDEFGH2345").text
    assert sqlite_resident.visitor().get("/sandbox/a%3Cb").status_code == 404


def test_production_has_neither_outbox_nor_sandbox(sqlite_resident: Resident) -> None:
    settings = replace(sqlite_resident.site.settings, environment="production")
    site = replace(sqlite_resident.site, settings=settings)
    app = make_application(site, routes.handlers(settings))
    production = replace(sqlite_resident, site=site, app=app)
    assert production.visitor().get("/outbox").status_code == 404
    assert production.visitor().get("/sandbox/ABCDEFGH2345").status_code == 404
