"""The page for people in danger: found from everywhere, and nobody learns that it was opened."""

import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import Markup

from portal.app import serve_residents
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import plain, use_locale
from portal.domain.oversight.management.proven_by_tests import PROVEN_BY_TESTS
from portal.domain.oversight.management.way_out import NEVER, POSSIBLE, kept
from portal.platform.http.locale import CODES
from portal.platform.metrics.meter import Meter
from portal.platform.rendering.templating import plain as without_readings
from portal.platform.rendering.templating import ruby
from portal.web import routes
from tests.functional.resident.test_waiting_room import Crowd
from tests.support.databases.lost import lost
from tests.support.oversight.tested_build import carry_results
from tests.support.resident import Resident, Visitor, resident_routes

TELLING = re.compile(
    "dv|暴力|相談|危|逃|住所|violen|danger|escape|咨询|諮詢|폭력|상담|위험", re.IGNORECASE
)
"""What a title or an address would give away."""
TITLE = re.compile(r"<title>([^<]*)</title>")
ICON = re.compile(r'<link rel="icon" href="([^"]+)"')
FOOT = re.compile(r"(<footer.*?</footer>)", re.DOTALL)

languages = pytest.mark.parametrize("code", list(CODES))


def first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    assert found
    return found[1]


def places(resident: Resident) -> list[str]:
    """Every address of the resident site that is opened without a value in it."""
    found = {
        path
        for handler in routes.handlers(resident.site.settings)
        for path in handler.paths
        if "GET" in handler.http_methods and "{" not in path
    }
    return sorted(found - {"/info"})


def test_the_foot_of_every_page_leads_there_in_the_language_of_the_page(
    sqlite_resident: Resident,
) -> None:
    stranger, single = sqlite_resident.visitor(), sqlite_resident.add(active=True)
    sqlite_resident.give_coupons()
    family = sqlite_resident.enter(single)
    family.open("/home")
    seen = set()
    for visitor, paths in (
        (stranger, [*places(sqlite_resident), "/nowhere"]),
        (family, [*places(sqlite_resident), "/nowhere", "/coupon/1/trouble"]),
    ):
        for path in paths:
            if path == "/signout":
                continue
            page = visitor.open(path)
            if page.headers["content-type"].startswith("text/html"):
                assert 'href="/info/ja"' in first(FOOT, page.text)
                seen.add(path)
    assert len(seen) > 35
    family.send("/coupon/1/reveal")
    assert 'href="/info/ja"' in family.open("/coupon/1").text
    korean = sqlite_resident.visitor(**{"accept-language": "ko"})
    assert 'href="/info/ko"' in korean.open("/").text


@pytest.mark.parametrize("path", ["/help", "/lost"])
def test_help_leads_there_from_its_text_too(sqlite_resident: Resident, path: str) -> None:
    page = sqlite_resident.visitor().open(path).text
    assert 'href="/info/ja"' in FOOT.sub("", page)


@languages
def test_it_looks_like_any_page_of_the_site_from_outside(
    sqlite_resident: Resident, code: str
) -> None:
    visitor = sqlite_resident.visitor()
    page = visitor.get(f"/info/{code}")
    assert page.status_code == 200
    title = first(TITLE, page.text)
    program = plain(sqlite_resident.site.program.names.program.in_language(CODES[code]))
    assert title.endswith(f" - {program}")
    assert not TELLING.search(title.removesuffix(program))
    assert not TELLING.search(f"/info/{code}")
    other = visitor.open("/help").text
    assert first(ICON, page.text) == first(ICON, other)
    files = re.compile(r'(?:href|src)="(/static/[^"]+)"')
    assert set(files.findall(page.text)) <= set(files.findall(other)), "no file tells of the visit"


@languages
def test_everybody_gets_the_same_bytes_without_cookie_or_form(
    sqlite_resident: Resident, code: str
) -> None:
    stranger = sqlite_resident.visitor()
    family = sqlite_resident.enter(sqlite_resident.add(active=True))
    family.http.cookies.set("lang", "en")
    pages = [
        visitor.get(f"/info/{code}", headers={"referer": "http://127.0.0.1/coupon/1"})
        for visitor in (stranger, family)
    ]
    assert pages[0].content == pages[1].content
    for page in pages:
        assert "set-cookie" not in page.headers
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
    assert not re.search("<(form|input|button|select|iframe|img)|[?]lang=", pages[0].text)
    assert not stranger.http.cookies


def test_the_short_address_asks_the_browser_for_a_language_and_reads_no_cookie(
    sqlite_resident: Resident,
) -> None:
    visitor = sqlite_resident.visitor(**{"accept-language": "zh-TW"})
    visitor.http.cookies.set("lang", "en")
    for path in ("/info", "/info/nowhere"):
        led = visitor.get(path)
        assert (led.status_code, led.headers["location"]) == (303, "/info/zh-Hant")
        assert "set-cookie" not in led.headers
        assert led.headers["referrer-policy"] == "no-referrer"


class Noted(Meter):
    """Notes the routes that are counted."""

    routes: list[str]

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note one answer."""
        self.routes.append(route)


def test_nothing_is_logged_or_counted_of_it(
    sqlite_resident: Resident, caplog: pytest.LogCaptureFixture
) -> None:
    meter = Noted()
    meter.routes = []
    site = replace(sqlite_resident.site, meter=meter)
    caplog.set_level(logging.DEBUG, logger="portal")
    app = serve_residents(resident_routes(site.settings), site)
    visitor = Visitor(app, sqlite_resident.loop)
    for path in ("/info", "/info/ja", "/info/nowhere", "/help"):
        visitor.get(path)
    assert meter.routes == ["/help"]
    told = [record.getMessage() for record in caplog.records if record.name.startswith("portal")]
    assert [line for line in told if "help" in line]
    assert [line for line in told if "info" in line] == []


def test_it_keeps_no_session_alive_and_needs_no_database(sqlite_resident: Resident) -> None:
    family = sqlite_resident.enter(sqlite_resident.add(active=True))
    family.open("/home")
    sqlite_resident.clock.advance(minutes=14)
    with lost(sqlite_resident.database):
        assert family.get("/info/ja").status_code == 200
    sqlite_resident.clock.advance(minutes=2)
    family.open("/home")
    assert family.place == "/signin", "opening it left a trace of the last use"


def test_nobody_waits_in_line_for_it(sqlite_resident: Resident) -> None:
    crowd = Crowd(sqlite_resident)
    crowd.comes(6)
    stranger = crowd.visitor()
    assert stranger.get("/").status_code == 503
    stranger.http.cookies.clear()
    page = stranger.get("/info/ja")
    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    assert stranger.get("/info").status_code == 303
    crowd.leaves()


@languages
def test_the_numbers_of_the_program_stand_there_to_be_dialed(
    sqlite_resident: Resident, code: str
) -> None:
    way_out = sqlite_resident.site.program.way_out
    page = sqlite_resident.visitor().get(f"/info/{code}").text
    for line in (way_out.counter, *way_out.lines):
        assert f'<a class="tel" href="{line.link}">{line.telephone}</a>' in page
        for text in (line.name, line.hours):
            with use_locale(CODES[code]):
                assert str(ruby(text)) in page
    assert 'href="tel:%238008">#8008<' in page, "a telephone would not dial a bare #"
    assert sqlite_resident.site.program.contact.telephone not in page, "the call center cannot help"


def test_the_way_out_is_a_plain_link_before_everything_else(sqlite_resident: Resident) -> None:
    page = sqlite_resident.visitor().get("/info/en").text
    leave = f'<a class="button" href="{sqlite_resident.site.program.way_out.leave_to}"'
    assert f'{leave} rel="noreferrer" data-replaces>Leave now</a>' in page
    assert page.index(leave) < page.index("<h1>")


@languages
def test_the_deadlines_are_those_of_the_program(sqlite_resident: Resident, code: str) -> None:
    windows = sqlite_resident.site.program.windows
    page = sqlite_resident.visitor().get(f"/info/{code}").text
    for day in (windows.delivery.first_day, windows.exchange.last_day):
        assert plain(format_day(day, CODES[code])) in without_readings(Markup(page))


def test_every_promise_stands_on_the_page(sqlite_resident: Resident) -> None:
    page = sqlite_resident.visitor().get("/info/ja").text
    for sentence in (*kept(NEVER).values(), *kept(POSSIBLE).values()):
        assert f"<li>{sentence}</li>" in page


@pytest.mark.parametrize("name", [*NEVER, *POSSIBLE])
def test_a_promise_whose_test_failed_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    promises = NEVER if name in NEVER else POSSIBLE
    carry_results(tmp_path, monkeypatch)
    assert list(kept(promises)) == list(promises)
    path, test = PROVEN_BY_TESTS[name].tests[-1]
    carry_results(tmp_path, monkeypatch, f"{path}::{test}")
    assert name not in kept(promises)
