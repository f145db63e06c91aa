"""Whoever calls about an error page reads out a number, and the log says what happened there."""

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.texts import _, _s, plain, use_locale
from portal.platform.application import make_application
from portal.platform.database import Database, make_engine
from portal.platform.http.locale import CODE_OF
from portal.platform.logs.lines import JsonLines, LineHandler
from portal.web import routes
from tests.support.resident import Resident, Visitor
from tests.support.staff import StaffSite

NUMBER = re.compile(r"\d{4}-\d{4}-\d{4}")
SENTENCE = "問い合わせのとき、この番号を伝えてください。"


def words(page: str) -> str:
    """The text of a page, without readings."""
    return " ".join(re.sub(r"<[^>]+>", "", re.sub(r"<rp>.*?</ruby>", "", page)).split())


def told(sentence: str, number: str) -> str:
    """A sentence with its number; a wide full stop brings its own blank."""
    return f"{sentence}{number}" if sentence.endswith("。") else f"{sentence} {number}"


@contextmanager
def log_lines() -> Iterator[list[dict[str, object]]]:
    """What is logged meanwhile, as a machine reads it."""
    written = io.StringIO()
    lines: list[dict[str, object]] = []
    handler = LineHandler(written)
    handler.setFormatter(JsonLines("resident"))
    logger = logging.getLogger("portal")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        lines += [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.mark.parametrize("locale", RESIDENT_LOCALES)
def test_every_error_page_of_residents_says_the_number_in_their_language(
    sqlite_resident: Resident, locale: str
) -> None:
    visitor = sqlite_resident.visitor()
    visitor.http.cookies.set("lang", CODE_OF[locale], domain="127.0.0.1")
    with use_locale(locale):
        sentence = plain(_(SENTENCE))
    numbers = set()
    for path in ("/nowhere", "/signin/nowhere"):
        answer = visitor.get(path)
        assert answer.status_code in {404, 405}
        number = answer.headers["x-request-id"]
        assert NUMBER.fullmatch(number)
        assert told(sentence, number) in words(answer.text)
        numbers.add(number)
    assert len(numbers) == 2


def test_every_error_page_of_staff_says_the_number(sqlite_staff: StaffSite) -> None:
    answer = sqlite_staff.visitor().get("/nowhere")
    assert answer.status_code == 404
    assert told(_s(SENTENCE), answer.headers["x-request-id"]) in words(answer.text)


@pytest.mark.asvs("16.2.1", "16.2.4")
def test_each_log_line_of_a_request_has_the_number_of_its_page(sqlite_resident: Resident) -> None:
    away = Database(make_engine("sqlite:////nowhere/portal.sqlite3"))
    site = replace(sqlite_resident.site, database=away)
    visitor = Visitor(make_application(site, routes.handlers(site.settings)), sqlite_resident.loop)
    visitor.http.cookies.set(
        "sid", "somebody", domain="127.0.0.1"
    )  # who that is, the database says
    with log_lines() as lines:
        answer = visitor.get("/signin")
        other = visitor.get("/nowhere")
    assert answer.status_code == 503
    number = answer.headers["x-request-id"]
    assert number in answer.text
    of_it = [line for line in lines if line["request"] == number]
    assert [line["logger"] for line in of_it] == ["portal.requests", "portal.requests"]
    assert of_it[0]["level"] == "error"
    assert (of_it[1]["route"], of_it[1]["status"]) == ("GET /signin", 503)
    assert [line["status"] for line in lines if line["request"] != number] == [404]
    assert other.headers["x-request-id"] != number


@pytest.mark.parametrize(
    ("proxies", "offered", "taken"),
    [
        (("203.0.113.7",), "0f4c2b9d8a7e4d1cb2a3948576a1b2c3", True),
        (("203.0.113.7",), "4821-0093-7712", True),
        ((), "4821-0093-7712", False),
        (("198.51.100.0/24",), "4821-0093-7712", False),
        (("203.0.113.7",), "short", False),
        (("203.0.113.7",), "x" * 65, False),
        (("203.0.113.7",), "4821 0093 7712", False),
        (("203.0.113.7",), "<b>4821</b>", False),
    ],
)
@pytest.mark.asvs("16.4.1")
def test_only_a_trusted_proxy_may_give_a_number_and_only_a_proper_one(
    sqlite_resident: Resident, proxies: tuple[str, ...], offered: str, taken: bool
) -> None:
    settings = replace(sqlite_resident.site.settings, trusted_proxies=proxies)
    site = replace(sqlite_resident.site, settings=settings)
    visitor = Visitor(make_application(site, routes.handlers(settings)), sqlite_resident.loop)
    answer = visitor.get("/nowhere", headers={"x-request-id": offered})
    assert (answer.headers["x-request-id"] == offered) is taken
    assert (offered in answer.text) is taken


@pytest.mark.asvs("13.4.2", "16.3.4", "16.5.1")
def test_a_line_tells_the_kind_and_place_of_an_error_and_not_its_words() -> None:
    written = io.StringIO()
    handler = LineHandler(written)
    handler.setFormatter(JsonLines("staff"))
    try:
        int("瑠璃子 090-1234-5678")
    except ValueError:
        logger = logging.Logger("portal.test")  # noqa: LOG001  (one that no other test sees)
        logger.addHandler(handler)
        logger.exception("a job failed")
    line = json.loads(written.getvalue())
    assert line["error"] == "ValueError"
    assert "test_request_numbers.py" in line["at"]
    assert "瑠璃子" not in written.getvalue()
    assert "1234-5678" not in written.getvalue()
