"""Open or closed, on a phone: said at the foot of every page, and near the end in a banner.

JavaScript or not.
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.settings import Settings
from tests.support.browser import PageFactory
from tests.support.gates import check_page
from tests.support.programs.servers import Server, StartServer
from tests.support.resident import serve_resident

OPEN_IN_DECEMBER = datetime(2023, 12, 5, 3, tzinfo=UTC)
CLOSED_FOR_GOOD = datetime(2023, 12, 29, 3, tzinfo=UTC)


@pytest.fixture(scope="module", params=[OPEN_IN_DECEMBER, CLOSED_FOR_GOOD], ids=["open", "closed"])
def december(
    request: pytest.FixtureRequest,
    start_lasting_server: StartServer,
    resident_settings: Settings,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Server, bool]:
    """The site near the end of the year, while somebody answers and after the last staffed day."""
    path = tmp_path_factory.mktemp("december") / "portal.sqlite3"
    shutil.copyfile(sqlite_template, path)
    server = serve_resident(
        start_lasting_server, resident_settings, f"sqlite:///{path}", now=request.param
    )
    return server, request.param is OPEN_IN_DECEMBER


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("path", ["/signin", "/help", "/nothing"])
def test_a_phone_shows_open_or_closed_and_the_banner(
    december: tuple[Server, bool], page_factory: PageFactory, path: str, javascript: bool
) -> None:
    server, is_open = december
    page = page_factory(javascript=javascript)
    page.goto(server.url + path)
    foot, banner = page.locator(".contact"), page.locator("aside.ending")
    expect(foot).to_contain_text(
        "いま、電話を受け付けています" if is_open else "電話の受け付けは終わりました"
    )
    expect(banner).to_be_visible()
    expect(banner).to_contain_text(
        "2023年12月28日の午後5時まで" if is_open else "電話はつながりません"
    )
    expect(banner).to_contain_text("2023年12月31日")


@pytest.mark.parametrize("path", ["/signin", "/help"])
def test_the_page_with_the_banner_passes_the_gates(
    december: tuple[Server, bool], page_factory: PageFactory, path: str
) -> None:
    server, _is_open = december
    page = page_factory()
    page.goto(server.url + path)
    found = check_page(page)
    assert not found, "\n".join(found)
