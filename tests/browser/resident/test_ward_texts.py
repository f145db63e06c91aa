"""The longest texts that the ward can write, on a phone: every page that shows one holds it."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.domain.contacts.site_texts import services
from portal.domain.contacts.site_texts.text_places import TextPlace
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.platform.database import Database, make_engine
from portal.settings import Settings
from tests.support.browser import PageFactory
from tests.support.gates import check_page
from tests.support.programs.servers import Server, StartServer
from tests.support.resident import NOON, serve_resident
from tests.support.staff import hire
from tests.support.work import work_in

LONG = "このお知らせは、とてもながい文です。"


def longest(place: TextPlace) -> str:
    """A text of all lines and all characters that a place takes."""
    each = (place.most - (place.lines - 1)) // place.lines
    return "\n".join([(LONG * 40)[:each]] * place.lines)


def fill(database: Database) -> None:
    """Have two people release the longest text for every place."""
    writer, ward = (
        Actor(role, hire(database, NOON, role, role.value).id, organization)
        for role, organization in (
            (Role.OFFICER, Organization.CONTRACTOR),
            (Role.WARD_OFFICER, Organization.WARD),
        )
    )
    today = jst_date(NOON)
    with database.write() as session:
        for place in TextPlace:
            texts = dict.fromkeys(RESIDENT_LOCALES, longest(place))
            draft = services.Draft(place.value, today, None, texts)
            row = services.write(work_in(session, writer, NOON), draft)
            services.release(work_in(session, ward, NOON), row.id)


@pytest.fixture(scope="module")
def filled(
    start_lasting_server: StartServer,
    resident_settings: Settings,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Server:
    """The site with the longest texts in all places."""
    path = tmp_path_factory.mktemp("texts") / "portal.sqlite3"
    shutil.copyfile(sqlite_template, path)
    url = f"sqlite:///{path}"
    database = Database(make_engine(url))
    fill(database)
    database.engine.dispose()
    return serve_resident(start_lasting_server, resident_settings, url, now=NOON)


@pytest.mark.parametrize("path", ["/", "/help"])
@pytest.mark.parametrize("code", ["ja", "easy", "en"])
def test_a_page_with_the_longest_texts_passes_the_gates(
    filled: Server, page_factory: PageFactory, path: str, code: str
) -> None:
    page = page_factory()
    page.goto(f"{filled.url}{path}?lang={code}")
    page.goto(filled.url + path)
    place = TextPlace.LANDING if path == "/" else TextPlace.HELP
    expect(page.locator("main .note").first).to_contain_text(longest(place).split("\n")[0])
    found = check_page(page, lang="en" if code == "en" else "ja")
    assert not found, "\n".join(found)
