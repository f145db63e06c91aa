"""A security key of the staff in a real browser, with a device that the browser stands in for."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect

from portal.domain.foundation.actors import Role
from portal.platform.database import Database, make_engine
from portal.settings import Settings
from tests.support.browser import PageFactory
from tests.support.gates import check_page
from tests.support.programs.servers import StartServer
from tests.support.resident import NOON
from tests.support.staff import COOKIE, PASSWORD, Colleague, hire, serve_staff, start_session

NUMBERS = count(1)
CHANGED = "uzura no tamago 12 ko"
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
    line: CDPSession
    device: str
    language: str = "ja"

    @property
    def now(self) -> datetime:
        return NOON + (datetime.now(UTC) - self.begun)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def speak(self, language: str) -> None:
        self.language = language
        self.page.context.add_cookies([{"name": "staff-lang", "value": language, "url": self.url}])

    def is_verified(self, verified: bool) -> None:
        told = {"authenticatorId": self.device, "isUserVerified": verified}
        self.line.send("WebAuthn.setUserVerified", told)


@dataclass(frozen=True)
class Office:
    """The staff site under a name, for all tests of this file."""

    url: str
    database: Database
    begun: datetime


@pytest.fixture(scope="module")
def office(
    start_lasting_server: StartServer,
    resident_settings: Settings,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    file = tmp_path_factory.mktemp("keys") / "staff.sqlite3"
    shutil.copyfile(sqlite_template, file)
    address = f"sqlite:///{file}"
    begun = datetime.now(UTC)
    server = serve_staff(start_lasting_server, resident_settings, address, host="localhost")
    database = Database(make_engine(address))
    yield Office(server.url.replace("127.0.0.1", "localhost"), database, begun)
    database.engine.dispose()


@pytest.fixture(params=["ja", "en"])
def desk(request: pytest.FixtureRequest, office: Office, page_factory: PageFactory) -> Desk:
    database, number = office.database, next(NUMBERS)
    owner, second = (
        hire(database, NOON, role, f"{role.value}{number}")
        for role in (Role.OFFICER, Role.ADMINISTRATOR)
    )
    page = page_factory(kept=False, width=1024)
    page.set_default_timeout(15_000)
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    device = line.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
    desk = Desk(office.url, database, page, owner, second, office.begun, line, device)
    desk.speak(request.param)
    return desk


def gates(desk: Desk) -> list[str]:
    return check_page(desk.page, lang=desk.language)


def enter(desk: Desk, who: Colleague) -> None:
    token = start_session(desk.database, who, desk.now)
    desk.page.context.add_cookies([{"name": COOKIE, "value": token, "url": desk.url}])


def type_proofs(desk: Desk) -> None:
    desk.page.fill("#second_login", desk.second.login)
    desk.page.fill("#second_code", desk.second.code(desk.now))


def register(desk: Desk) -> None:
    """Two people register a key."""
    page = desk.page
    enter(desk, desk.owner)
    desk.go("/account/keys/new")
    page.fill("#label", "机のキー")
    page.fill("#code", desk.owner.code(desk.now))
    type_proofs(desk)
    page.locator("#form button.main").click()
    page.wait_for_url(re.compile("/account/keys/make$"))
    page.locator("[data-passkey] button").click()
    page.wait_for_url(re.compile("key_added$"))


def prove(desk: Desk) -> None:
    """Confirm with the key, as a form of a dangerous action offers it."""
    desk.page.locator("[data-passkey] button").click()
    expect(desk.page.locator("[data-proved]")).to_be_visible()


def test_two_people_register_a_key_and_it_signs_in(desk: Desk) -> None:
    page = desk.page
    enter(desk, desk.owner)
    desk.go("/account/keys/new")
    assert gates(desk) == []
    page.locator("#form button.main").click()
    expect(page.locator("#error-summary")).to_be_visible()
    assert gates(desk) == []
    page.fill("#label", "机のキー")
    page.fill("#code", desk.owner.code(desk.now))
    type_proofs(desk)
    page.locator("#form button.main").click()
    page.wait_for_url(re.compile("/account/keys/make$"))
    assert gates(desk) == []
    desk.is_verified(False)
    page.locator("[data-passkey] button").click()
    expect(page.locator("[data-failed]")).to_be_visible()
    assert gates(desk) == []
    desk.is_verified(True)
    page.locator("[data-passkey] button").click()
    page.wait_for_url(re.compile("key_added$"))
    assert "机のキー" in page.inner_text("main")
    assert gates(desk) == []
    page.context.clear_cookies(name=COOKIE)
    desk.go("/signin")
    page.fill("[name=login]", desk.owner.login)
    page.fill("[name=password]", PASSWORD)
    page.locator("#form button.main").click()
    page.wait_for_url(re.compile("/signin/code$"))
    assert gates(desk) == []
    page.locator("form:not([data-passkey]) button.main").click()
    expect(page.locator("#error-summary")).to_be_visible()
    assert gates(desk) == []
    page.locator("[data-passkey] button").click()
    page.wait_for_url(re.compile(r"localhost:\d+/$"))


def test_a_dangerous_action_is_confirmed_with_the_key_in_place_of_the_code(desk: Desk) -> None:
    page = desk.page
    register(desk)
    desk.go("/account")
    assert gates(desk) == []
    page.fill("#current", PASSWORD)
    page.fill("#new_password", CHANGED)
    desk.is_verified(False)
    page.locator("[data-passkey] button").click()
    expect(page.locator("[data-failed]")).to_be_visible()
    assert gates(desk) == []
    desk.is_verified(True)
    prove(desk)
    assert gates(desk) == []
    page.locator("#form button.main").click()
    page.wait_for_url(re.compile("said=password$"))


def test_two_people_confirm_with_a_key_and_a_code(desk: Desk) -> None:
    page = desk.page
    register(desk)
    desk.go("/account/keys/new")
    page.fill("#label", "金庫のキー")
    page.fill("#second_login", desk.second.login)
    page.fill("#second_code", "12345")
    prove(desk)
    assert gates(desk) == []
    page.locator("#form button.main").click()
    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.locator("[data-proved]")).to_be_hidden()
    assert gates(desk) == []
    page.fill("#second_code", desk.second.code(desk.now + timedelta(seconds=30)))
    prove(desk)
    page.locator("#form button.main").click()
    page.wait_for_url(re.compile("/account/keys/make$"))


def test_an_administrator_sees_and_ends_the_key_of_a_colleague(desk: Desk) -> None:
    page = desk.page
    register(desk)
    enter(desk, desk.second)
    desk.go(f"/staff/{desk.owner.id}/sessions")
    assert "机のキー" in page.inner_text("main")
    assert gates(desk) == []
    page.locator("form[action*='/keys/'] button").click()
    page.wait_for_url(re.compile("key_ended$"))
    assert "机のキー" not in page.inner_text("main")
    assert gates(desk) == []
