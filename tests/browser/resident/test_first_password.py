"""Where a ward's letter is for the first time only, a family chooses a password of its own."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.platform.database import Database, make_engine
from portal.settings import Settings
from tests.browser.resident.screens import send
from tests.browser.resident.served import LANGUAGES, Served
from tests.support.browser import PageFactory
from tests.support.gates import check_page
from tests.support.programs.servers import StartServer
from tests.support.resident import NOON, serve_resident, write_program


@pytest.fixture(scope="module")
def strict(
    start_lasting_server: StartServer,
    resident_settings: Settings,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """The site of a ward whose letters are for the first sign-in only."""
    folder = tmp_path_factory.mktemp("strict")
    path = folder / "portal.sqlite3"
    shutil.copyfile(sqlite_template, path)
    url = f"sqlite:///{path}"
    program = write_program(folder / "ward", password_mode="activation_only")
    settings = replace(resident_settings, program=str(program))
    server = serve_resident(start_lasting_server, settings, url)
    engine = make_engine(url)
    yield Served(server, Database(engine), offset=NOON - datetime.now(UTC))
    engine.dispose()


@pytest.mark.parametrize("typed", [None, "short"], ids=["empty", "too short"])
@pytest.mark.parametrize("spoken", ["ja", "en"])
def test_the_page_of_the_first_password_passes_the_gates(
    strict: Served, page_factory: PageFactory, spoken: str, typed: str | None
) -> None:
    page = page_factory()
    strict.speak(page, spoken)
    strict.enter(page, stage="channel")
    strict.go(page, "/start/password")
    assert page.locator("[name=own_password]").count() == 1
    if typed is not None:
        send(page, own_password=typed)
    found = check_page(page, lang=LANGUAGES[spoken])
    assert not found, "\n".join(found)
