"""A security key of the staff in a real browser, with a device that the browser stands in for."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from portal.domain.foundation.actors import Role
from portal.platform.database import Database, make_engine
from portal.settings import Settings
from tests.support.browser import PageFactory
from tests.support.gates import check_page
from tests.support.programs.servers import StartServer
from tests.support.resident import NOON
from tests.support.staff import COOKIE, PASSWORD, Colleague, hire, serve_staff, start_session

DEVICE = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Desk:
    """A browser with a key in its machine, at the staff site under a name; two colleagues."""

    url: str
    database: Database
    page: Page
    owner: Colleague
    second: Colleague
    begun: datetime

    @property
    def now(self) -> datetime:
        return NOON + (datetime.now(UTC) - self.begun)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)


@pytest.fixture
def desk(
    start_server: StartServer,
    resident_settings: Settings,
    sqlite_template: Path,
    tmp_path: Path,
    page_factory: PageFactory,
) -> Iterator[Desk]:
    shutil.copyfile(sqlite_template, tmp_path / "staff.sqlite3")
    address = f"sqlite:///{tmp_path}/staff.sqlite3"
    begun = datetime.now(UTC)
    server = serve_staff(start_server, resident_settings, address, host="localhost")
    database = Database(make_engine(address))
    owner, second = (
        hire(database, NOON, role, role.value) for role in (Role.OFFICER, Role.ADMINISTRATOR)
    )
    page = page_factory(kept=False, width=1024)
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    line.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    url = server.url.replace("127.0.0.1", "localhost")
    yield Desk(url, database, page, owner, second, begun)
    database.engine.dispose()


def test_two_people_register_a_key_and_it_signs_in(desk: Desk) -> None:
    page = desk.page
    page.set_default_timeout(15_000)
    token = start_session(desk.database, desk.owner, desk.now)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": desk.url}])
    desk.go("/account/keys/new")
    assert check_page(page) == []
    page.fill("#label", "机のキー")
    page.fill("#code", desk.owner.code(desk.now))
    page.fill("#second_login", desk.second.login)
    page.fill("#second_code", desk.second.code(desk.now))
    page.locator("#form button.main").click()
    page.wait_for_url(re.compile("/account/keys/make$"))
    assert check_page(page) == []
    page.get_by_role("button", name="キーを登録する").click()
    page.wait_for_url(re.compile("key_added$"))
    assert "机のキー" in page.inner_text("main")
    assert check_page(page) == []
    page.context.clear_cookies()
    desk.go("/signin")
    page.fill("[name=login]", desk.owner.login)
    page.fill("[name=password]", PASSWORD)
    page.locator("#form button.main").click()
    page.wait_for_url(re.compile("/signin/code$"))
    assert check_page(page) == []
    page.get_by_role("button", name="セキュリティキーでサインインする").click()
    page.wait_for_url(re.compile(r"localhost:\d+/$"))
