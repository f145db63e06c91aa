"""The list of shops: one address from letter, help and coupon, and nothing known of who asks."""

import logging
import re
from urllib.parse import unquote_plus

import pytest

from portal.domain.foundation.languages import OFFERED
from portal.domain.foundation.texts import use_locale
from portal.domain.letters.letters.drawing.frame import letter_frame
from portal.domain.letters.letters.drawing.texts import load_texts
from portal.domain.people.shops.models import ShopList
from portal.platform.http.locale import CODES
from portal.platform.rendering.templating import ruby
from tests.functional.resident.test_coupon_screen import with_coupon
from tests.functional.resident.test_waiting_room import Crowd
from tests.support.databases.lost import lost
from tests.support.resident import Resident
from tests.support.shops import SHOPS, load_shops, many

NAME = re.compile(r"<h3>([^<]+)</h3>")
languages = pytest.mark.parametrize("code", list(CODES))


def names(resident: Resident, path: str) -> list[str]:
    return NAME.findall(resident.visitor().get(path).text)


def load(resident: Resident, rows: list[list[str]] = SHOPS) -> None:
    load_shops(resident.database, resident.clock.instant, rows)


def test_shops_are_found_by_town_row_and_words(sqlite_resident: Resident) -> None:
    load(sqlite_resident)
    ask = "/shops/ja?"
    assert names(sqlite_resident, "/shops/ja") == ["大野薬局", "がーでん", "関谷書店"]
    assert names(sqlite_resident, ask + "town=潮見坂一丁目") == ["大野薬局", "関谷書店"]
    assert names(sqlite_resident, ask + "row=ka") == ["がーでん"]
    assert names(sqlite_resident, ask + "q=sekiya") == ["関谷書店"]
    assert names(sqlite_resident, ask + "q=せきや&town=潮見坂一丁目&row=sa") == ["関谷書店"]
    for unknown in ("town=nowhere", "row=zz", "page=0", "page=999999999999", "page=２"):
        assert len(names(sqlite_resident, ask + unknown)) == 3
    none = sqlite_resident.visitor().get(ask + "q=keinladen").text
    assert "一覧にありません" in none
    assert 'href="/shops/ja"' in none


def test_a_search_goes_on_over_pages_rows_and_languages(sqlite_resident: Resident) -> None:
    load(sqlite_resident, many(80))
    page = sqlite_resident.visitor().get("/shops/ja?q=みせ&town=潮見坂一丁目").text
    assert len(NAME.findall(page)) == 25
    links = [unquote_plus(link) for link in re.findall(r'href="(/shops/[^"]+)"', page)]
    assert "/shops/ja?q=みせ&amp;town=潮見坂一丁目&amp;page=2#found" in links
    assert "/shops/ko?q=みせ&amp;town=潮見坂一丁目" in links
    assert "/shops/ja?q=みせ&amp;town=潮見坂一丁目&amp;row=ma#found" in links
    last = sqlite_resident.visitor().get("/shops/ja?q=みせ&town=潮見坂一丁目&page=2").text
    assert len(NAME.findall(last)) == 2
    assert 'rel="next"' not in last
    assert 'rel="prev"' in last


@languages
def test_it_speaks_the_language_of_its_address_without_any_cookie(
    sqlite_resident: Resident, code: str
) -> None:
    load(sqlite_resident)
    stranger = sqlite_resident.visitor()
    family = sqlite_resident.enter(sqlite_resident.add(active=True))
    family.http.cookies.set("lang", "en")
    pages = [one.get(f"/shops/{code}?q=sekiya") for one in (stranger, family)]
    assert pages[0].content == pages[1].content
    for page in pages:
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
        assert page.headers["referrer-policy"] == "no-referrer"
    html = next(one.html_lang for one in OFFERED if one.code == code)
    assert f'<html lang="{html}"' in pages[0].text


def test_the_short_address_asks_the_browser_for_a_language(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.visitor(**{"accept-language": "ko"})
    visitor.http.cookies.set("lang", "en")
    for path in ("/shops", "/shops/nowhere"):
        led = visitor.get(path)
        assert (led.status_code, led.headers["location"]) == (303, "/shops/ko")
        assert "set-cookie" not in led.headers


def test_what_was_looked_for_stands_in_no_log(
    sqlite_resident: Resident, caplog: pytest.LogCaptureFixture
) -> None:
    load(sqlite_resident)
    with caplog.at_level(logging.DEBUG):
        sqlite_resident.visitor().get("/shops/ja?q=geheim&town=潮見坂一丁目")
    assert any(record.getMessage() == "GET /shops/{code:str} 200" for record in caplog.records)
    ours = [record for record in caplog.records if record.name.startswith("portal")]
    for record in ours:
        assert "geheim" not in str(record.__dict__)
        assert "潮見坂" not in str(record.__dict__)


def test_what_is_typed_is_shown_as_text(sqlite_resident: Resident) -> None:
    load(sqlite_resident, [["<b>店</b>", "ミセ", "<i>町</i>", "1", "", "<u>本</u>"]])
    page = sqlite_resident.visitor().get('/shops/ja?q="><script>alert(1)</script>').text
    assert "<script>alert" not in page
    page = sqlite_resident.visitor().get("/shops/ja").text
    assert "&lt;b&gt;店" in page
    assert "<i>町" not in page
    assert "<u>本" not in page


@languages
def test_without_a_list_the_page_says_who_can_tell(sqlite_resident: Resident, code: str) -> None:
    page = sqlite_resident.visitor().get(f"/shops/{code}")
    issuer = sqlite_resident.site.program.issuer
    assert page.status_code == 200
    assert f'href="{issuer.link}">{issuer.telephone}</a>' in page.text
    with use_locale(CODES[code]):
        assert str(ruby(issuer.name)) in page.text
    assert "<form" not in page.text
    if code == "ja":
        assert "店の一覧は、まだありません" in page.text


def test_while_the_database_is_away_the_list_of_before_is_shown(
    sqlite_resident: Resident,
) -> None:
    with lost(sqlite_resident.database, ShopList.__tablename__):
        away = sqlite_resident.visitor().get("/shops/ja")
    assert (away.status_code, "いま、店の一覧を出せません" in away.text) == (503, True)
    load(sqlite_resident)
    assert len(names(sqlite_resident, "/shops/ja")) == 3
    with lost(sqlite_resident.database, ShopList.__tablename__):
        assert len(names(sqlite_resident, "/shops/ja")) == 3


def test_nobody_waits_in_line_for_it(sqlite_resident: Resident) -> None:
    load(sqlite_resident)
    crowd = Crowd(sqlite_resident)
    crowd.comes(6)
    stranger = crowd.visitor()
    assert stranger.get("/").status_code == 503
    stranger.http.cookies.clear()
    page = stranger.get("/shops/ja?q=sekiya")
    assert (page.status_code, NAME.findall(page.text)) == (200, ["関谷書店"])
    assert "set-cookie" not in page.headers
    assert stranger.get("/shops").status_code == 303
    crowd.leaves()


@languages
def test_help_coupon_and_checklist_name_one_address(sqlite_resident: Resident, code: str) -> None:
    visitor = with_coupon(sqlite_resident)
    visitor.http.cookies.set("lang", code)
    for path in ("/help/shops", "/coupon/1", "/coupon/1/trouble"):
        page = visitor.open(path).text
        assert page.count(f'href="/shops/{code}"') == 1, path
        assert page.count(">127.0.0.1/shops<") == 1, path


@languages
def test_letters_name_the_same_address(sqlite_resident: Resident, code: str) -> None:
    site = sqlite_resident.site
    program = site.program
    frame = letter_frame(
        program,
        load_texts(program.letter_texts_file),
        notice_date=program.today,
        resident_url=site.settings.public_url,
    )
    assert "127.0.0.1/shops" in frame.texts.blocks["where_usable"].in_language(CODES[code])
