"""Pages that say one thing end shortly: the way on, the telephone with its hours, the way out."""

import re

import pytest

from tests.support.databases.lost import lost
from tests.support.resident import Resident

FOOT = re.compile(r"<footer.*?</footer>", re.DOTALL)
LINKS = re.compile(r'<a(?: class="tel")? href="([^"]+)"')


def foot_of(text: str) -> str:
    found = FOOT.search(text)
    assert found
    return found[0]


def links_of(text: str) -> list[str]:
    return [re.sub(r"^tel:.*", "tel:", link) for link in LINKS.findall(foot_of(text))]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404),
        ("/coupon/nothing", 404),
        ("/signedout", 200),
        ("/signin?ended=1", 200),
    ],
)
def test_a_page_that_says_one_thing_ends_shortly(
    sqlite_resident: Resident, path: str, status: int
) -> None:
    page = sqlite_resident.visitor().get(path)
    assert page.status_code == status
    assert links_of(page.text) == ["tel:", "/", "/help", "/info/ja"]
    foot = foot_of(page.text)
    assert "受付時間" in foot
    assert "午前9時" in foot


def test_a_refused_form_ends_shortly(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.visitor()
    visitor.open("/signin")
    visitor.token = "another"
    refused = visitor.post("/signin/submit", {"login_id": "1", "password": "2"})
    assert refused.status_code == 403
    assert links_of(refused.text) == ["tel:", "/", "/help", "/info/ja"]


def test_a_lost_database_ends_shortly(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    with lost(sqlite_resident.database):
        page = visitor.get("/home")
    assert page.status_code == 503
    assert links_of(page.text) == ["tel:", "/", "/help", "/info/ja"]


def test_other_pages_keep_their_whole_foot(sqlite_resident: Resident) -> None:
    links = links_of(sqlite_resident.visitor().get("/signin").text)
    for link in ("/lost", "/info/ja", "/notices", "/privacy", "/accessibility"):
        assert link in links
