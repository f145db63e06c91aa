"""A running resident site with invented families at every step, for a real browser."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from portal.domain.people.authn import codes
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.entitlements.services import hold_household
from portal.platform.database import Database, make_engine
from portal.settings import Settings
from tests.support.people import Person, add_person, give_coupons
from tests.support.programs.servers import Server, StartServer
from tests.support.resident import NOON, serve_resident, session_cookies, start_session
from tests.support.work import work_in

LANGUAGES = {
    "ja": "ja",
    "easy": "ja",
    "en": "en",
    "zh-Hans": "zh-Hans",
    "zh-Hant": "zh-Hant",
    "ko": "ko",
    "furigana": "ja",
}
"""Language codes as the cookie has them, with the value of `<html lang>`."""

LETTERS = len(LANGUAGES) + 2
"""Families whose letter has just come, `letter 0` and on: one for each language and two more."""


@dataclass
class Served:
    """The server, its database, and families by what they are at."""

    server: Server
    database: Database
    people: dict[str, Person] = field(default_factory=dict)
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        """Address without a slash at the end."""
        return self.server.url.replace("127.0.0.1", self.host)

    @property
    def now(self) -> datetime:
        """The server's time."""
        return datetime.now(UTC) + self.offset

    offset: timedelta = timedelta()

    def enter(self, page: Page, who: str = "", stage: str = "full") -> Person:
        """Give the browser a session of a family at a stage; a new family where `who` is empty."""
        person = self.people[who] if who else self.add()
        token = start_session(self.database, person, self.now, stage)
        held = session_cookies(token).items()
        page.context.add_cookies(
            [{"name": name, "value": value, "url": self.url} for name, value in held]
        )
        return person

    def add(self, *, active: bool = False, children: int = 2) -> Person:
        """A new family with a letter."""
        number = f"98{len(self.people):08}"
        person = add_person(
            self.database, self.now, number=number, active=active, children=children
        )
        self.people[number] = person
        return person

    def speak(self, page: Page, language: str) -> None:
        """Make the site speak a language to this browser."""
        page.context.add_cookies([{"name": "lang", "value": language, "url": self.url}])

    def go(self, page: Page, path: str) -> None:
        """Open a page."""
        page.goto(self.url + path)


def _seed(served: Served, folder: Path) -> None:
    people, database = served.people, served.database
    people["coupons"] = served.add(active=True, children=3)
    people["single"] = served.add(active=True, children=1)
    for name in ("sms", "by ear", "slow line", "bare line"):
        people[name] = served.add()
    for number in range(LETTERS):
        people[f"letter {number}"] = served.add()
    give_coupons(database, folder, served.now, count=30)
    people["waiting"] = served.add(active=True)
    people["empty"] = served.add(active=True, children=0)
    with database.write() as session:
        hold_household(session, people["waiting"].household_id, served.now)
        for kind, address in (("sms", "09012345678"), ("email", "uzurano@example.jp")):
            row = codes.add_authenticator(
                work_in(session, now=served.now), people["sms"].credential_id, kind, address
            )
            row.state, row.confirmed_at = "confirmed", served.now
        account = session.get_one(Credential, people["sms"].credential_id)
        account.state, account.activated_at = CredentialState.ACTIVE, served.now


@pytest.fixture(scope="session")
def served(
    start_lasting_server: StartServer,
    resident_settings: Settings,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """The site in the summer of 2023, with families."""
    folder = tmp_path_factory.mktemp("served")
    made = _start(start_lasting_server, resident_settings, sqlite_template, folder)
    _seed(made, folder)
    yield made
    made.database.engine.dispose()


@pytest.fixture(scope="module")
def untouched(
    start_lasting_server: StartServer,
    resident_settings: Settings,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """The same site, on which no other file's tests did anything."""
    folder = tmp_path_factory.mktemp("untouched")
    made = _start(start_lasting_server, resident_settings, sqlite_template, folder)
    _seed(made, folder)
    yield made
    made.database.engine.dispose()


@pytest.fixture(scope="session")
def named(
    start_lasting_server: StartServer,
    resident_settings: Settings,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """The site under a name, for which devices make passkeys; families come as tests add them."""
    folder = tmp_path_factory.mktemp("named")
    made = _start(start_lasting_server, resident_settings, sqlite_template, folder, "localhost")
    yield made
    made.database.engine.dispose()


def _start(
    start: StartServer, settings: Settings, template: Path, folder: Path, host: str = "127.0.0.1"
) -> Served:
    path = folder / "portal.sqlite3"
    shutil.copyfile(template, path)
    url = f"sqlite:///{path}"
    offset = NOON - datetime.now(UTC)
    server = serve_resident(start, settings, url, host=host)
    return Served(server, Database(make_engine(url)), host=host, offset=offset)


Step = Callable[[Served, Page], None]
