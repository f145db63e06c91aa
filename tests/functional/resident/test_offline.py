"""The page to save for a place without a line: days and telephone numbers, nothing of anybody."""

import re

import pytest

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import plain, use_locale
from portal.platform.http.locale import CODES
from portal.platform.rendering.templating import RUBY_TAGS
from tests.functional.resident.test_coupon_screen import with_coupon
from tests.support.people import CANARY_CHILDREN
from tests.support.resident import Resident

languages = pytest.mark.parametrize("code", list(CODES))


def without_readings(html: str) -> str:
    return re.sub(r"<[^>]+>", "", RUBY_TAGS.sub(r"\1", html))


@languages
def test_it_has_the_last_days_and_both_numbers_in_its_language(
    sqlite_resident: Resident, code: str
) -> None:
    answer = sqlite_resident.visitor().get(f"/offline/{code}")
    assert answer.headers["content-disposition"] == f'attachment; filename="coupon-{code}.html"'
    assert "set-cookie" not in answer.headers
    program = sqlite_resident.site.program
    with use_locale(CODES[code]):
        for window in (program.windows.exchange, program.windows.use):
            assert plain(format_day(window.last_day)) in without_readings(answer.text)
    for telephone in (program.contact.telephone, program.issuer.telephone):
        assert f'<a href="tel:{telephone.replace("-", "")}">{telephone}</a>' in answer.text


@languages
def test_everybody_gets_the_same_file_and_it_asks_for_nothing(
    sqlite_resident: Resident, code: str
) -> None:
    family = with_coupon(sqlite_resident)
    family.http.cookies.set("lang", "en")
    stranger = sqlite_resident.visitor()
    files = [one.get(f"/offline/{code}").text for one in (stranger, family)]
    assert files[0] == files[1]
    assert not re.search(r'src=|<link|<script|url\(|@import|href="(?!tel:)', files[0])
    amount = f"{sqlite_resident.site.program.amount_yen:,}"
    for secret in (amount, *(part for child in CANARY_CHILDREN for part in child)):
        assert secret not in files[0]


def test_the_coupon_leads_there_in_the_language_of_the_page(sqlite_resident: Resident) -> None:
    family = with_coupon(sqlite_resident)
    family.http.cookies.set("lang", "ko")
    assert '<a class="alone" href="/offline/ko" download' in family.open("/coupon/1").text
    assert sqlite_resident.visitor().get("/offline/nowhere").status_code == 404
