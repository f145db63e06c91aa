"""``portal demo`` shows the same to whoever starts it, whatever the hour and the day."""

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyotp
import pytest
import typst

from admin import routes as staff
from portal.app import make_resident_site
from portal.cli.serve import environment
from portal.demo.letters import DemoLetter
from portal.demo.stage import DemoStaff, Stage, set_stage
from portal.demo.start_page import Addresses, StartPage
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.clock import JST, FixedClock, jst_date
from portal.domain.foundation.program.loader import load_program
from portal.platform.startup import initialize
from portal.settings import Settings, load_settings
from portal.web import routes as resident
from tests.support.reading.qr import decode_png

MATRIX = pytest.mark.matrix
SECRET = "NUCIQS7N3G6SLG4EONRPZSPH63CNNWW7"


@pytest.mark.parametrize(
    "started",
    [
        pytest.param(datetime(2026, 11, 27, 0, 5, tzinfo=JST), id="just after midnight"),
        pytest.param(datetime(2026, 11, 29, 12, 0, tzinfo=JST), id="on a Sunday", marks=MATRIX),
        pytest.param(
            datetime(2027, 1, 1, 23, 55, tzinfo=JST), id="at the end of a holiday", marks=MATRIX
        ),
    ],
)
def test_the_demo_can_be_started_at_any_hour(tmp_path: Path, started: datetime) -> None:
    settings = load_settings(
        {
            "PORTAL_PROGRAM": "demo",
            "PORTAL_ENVIRONMENT": "demo",
            "PORTAL_DATA_DIR": str(tmp_path),
            "PORTAL_KEY_DIR": str(tmp_path / "keys"),
            "PORTAL_DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
            "PORTAL_PUBLIC_URL": "http://127.0.0.1:8000",
            "PORTAL_ADMIN_URL": "http://127.0.0.1:8001",
        }
    )
    initialize(settings)
    site = make_resident_site(settings, clock=FixedClock(started))
    site = replace(site, filed=load_program("demo", jst_date(started)))
    try:
        stage = set_stage(site, tmp_path, lambda _line: None)
    finally:
        site.database.engine.dispose()
    assert stage.letters > 80
    assert len(stage.staff) == 5
    assert stage.letter.path.exists()


@pytest.fixture(scope="module")
def start_page(tmp_path_factory: pytest.TempPathFactory) -> StartPage:
    """The start page of a demo with one letter and one member of the staff."""
    folder = tmp_path_factory.mktemp("start")
    letter = folder / "letters.pdf"
    source = '#set page("a4")\n2589-092-331\n\nMQT7-477L-YXCN'
    letter.write_bytes(typst.compile(source.encode()))
    actor = Actor(Role.WARD_OFFICER, 1, Organization.WARD)
    person = DemoStaff(actor, "ward", "ward_officer", "93CH-PVHW-LT9C-YXKP", SECRET)
    stage = Stage(DemoLetter(1, 1, letter, 1, date(1981, 11, 27)), (person,), 1, 1)
    return StartPage(stage, Addresses("http://127.0.0.1:8000", "http://127.0.0.1:8001"))


def test_the_start_page_has_all_that_a_visitor_types(start_page: StartPage) -> None:
    sent = start_page.answer("/", "", "ja")
    assert sent is not None
    page = sent.body.decode()
    for shown in (
        "2589-092-331",
        "MQT7-477L-YXCN",
        "1981-11-27",
        "昭和56年11月27日",
        "http://127.0.0.1:8000/signin",
        "http://127.0.0.1:8000/outbox",
        "http://127.0.0.1:8001/signin",
        "93CH-PVHW-LT9C-YXKP",
    ):
        assert shown in page
    assert "Start here" in (start_page.answer("/", "en", "ja") or sent).body.decode()
    picture = start_page.answer("/letter.png", "", "")
    assert picture is not None
    assert picture.body.startswith(b"\x89PNG")


def test_the_codes_are_those_that_the_app_shows_and_refresh_without_javascript(
    start_page: StartPage,
) -> None:
    before = pyotp.TOTP(SECRET).now()
    sent = start_page.answer("/codes", "", "ja")
    after = pyotp.TOTP(SECRET).now()
    assert sent is not None
    page = sent.body.decode()
    assert before in page or after in page
    assert re.search(r'<meta http-equiv="refresh" content="(?:[1-9]|[12]\d|3[01])">', page)


def test_a_phone_reads_the_key_of_the_app_from_the_page(start_page: StartPage) -> None:
    sent = start_page.answer("/totp-0.svg", "", "")
    assert sent is not None
    drawn = typst.compile(
        b"#set page(width: 200pt, height: 200pt, margin: 0pt)\n"
        b"#image(bytes(sys.inputs.qr), width: 200pt)",
        format="png",
        ppi=144,
        sys_inputs={"qr": sent.body.decode()},
    )
    (read,) = decode_png(drawn)
    assert pyotp.parse_uri(read).secret == SECRET


def test_neither_site_has_the_start_page(start_page: StartPage) -> None:
    """Only the demo's own process serves it: the secrets are in no database and no site."""
    assert start_page.answer("/staff", "", "") is None
    handlers = [*resident.handlers(Settings(environment="demo")), *staff.handlers()]
    paths = {path for handler in handlers for path in handler.paths}
    assert not {"/codes", "/letter.png", "/totp-0.svg"} & paths


def test_a_site_gets_the_demos_settings_whatever_files_the_persons_environment_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The demo must never write into a ward's database, nor send its messages."""
    for name in ("PORTAL_DATABASE_URL", "PORTAL_SMTP_URL"):
        (tmp_path / name).write_text("postgresql://ward@db.example.jp/portal", "utf-8")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    mine = Settings(environment="demo", database_url=f"sqlite:///{tmp_path}/demo.sqlite3")
    read = load_settings(environment(mine))
    assert (read.database_url, read.smtp_url) == (mine.database_url, "")
