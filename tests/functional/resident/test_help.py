"""Help is a short page, with one page for each subject; what led to the long one still arrives."""

import gzip
import re

import pytest

from portal.domain.foundation.texts import plain, use_locale
from tests.support.resident import Resident, Visitor

PAGE_MOST = 6_000
"""Bytes of a compressed page, in the language that takes most."""


def subjects(visitor: Visitor) -> list[str]:
    return sorted(set(re.findall(r'href="(/help/[^"]+)"', visitor.open("/help").text)))


def test_places_of_the_long_page_lead_to_the_short_ones(sqlite_resident: Resident) -> None:
    """People keep addresses with the name of a place, as of an answer that somebody sent them."""
    items = sqlite_resident.site.program.texts.help
    visitor = sqlite_resident.visitor()
    page = visitor.open("/help").text
    answers = {item.id: f"/help/answers/{item.id}" for item in items}
    for place, address in {"paper": "/help/paper", **answers}.items():
        assert re.search(rf'id="{place}">\s*<a href="{address}"', page), place
    assert len(subjects(visitor)) == 4 + len(items)


def test_each_subject_has_its_page_which_leads_back(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.visitor()
    for address in subjects(visitor):
        assert 'class="back" href="/help"' in visitor.open(address).text
    for item in sqlite_resident.site.program.texts.help:
        shown = visitor.open(f"/help/answers/{item.id}").text
        with use_locale("ja"):
            assert f"<h1>{plain(str(item.question))}</h1>" in re.sub("<wbr>", "", shown)
            assert plain(str(item.answer)).strip().split("\n")[0][:20] in shown
    assert visitor.get("/help/answers/nothing").status_code == 404


def test_the_page_about_paper_ends_with_its_window(sqlite_resident: Resident) -> None:
    sqlite_resident.clock.instant = sqlite_resident.site.program.windows.alternative.ends_at
    visitor = sqlite_resident.visitor()
    assert "/help/paper" not in visitor.open("/help").text
    assert visitor.get("/help/paper").headers["location"] == "/help"


@pytest.mark.parametrize("code", ["ja", "easy", "furigana", "ko"])
def test_each_page_is_light_in_every_language(sqlite_resident: Resident, code: str) -> None:
    visitor = sqlite_resident.visitor()
    visitor.get(f"/help?lang={code}")
    weights = {
        address: len(gzip.compress(visitor.get(address).content, 9))
        for address in ("/help", *subjects(visitor))
    }
    assert {address: one for address, one in weights.items() if one > PAGE_MOST} == {}
