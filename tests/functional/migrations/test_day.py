"""A day is played by today's program on the upgraded database of each release."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import Engine, func, select

from admin.app import make_staff_site
from portal.app import make_resident_site
from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.loader import load_program
from portal.domain.letters.letters.models import LetterOrder
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.mailroom.tracking.file import CsvFeed
from portal.domain.mailroom.tracking.ingest import ingest
from portal.domain.requests.requests.models import Request
from portal.domain.tables import metadata
from portal.platform.database import Database
from portal.platform.migrations import upgrade_tables
from portal.platform.site import Site
from portal.platform.startup import check_prepared
from portal.settings import Settings
from portal.worker.jobs import all_jobs
from tests.support.databases.sealed_rows import open_everything
from tests.support.databases.stored import FOLDER, Stored
from tests.support.requests.desk import field
from tests.support.resident import Loop, Resident, Visitor, make_resident
from tests.support.staff import StaffSite, make_staff
from tests.support.worker import run_job

pytestmark = pytest.mark.matrix

PAGES = ("/", "/reviews", "/tasks", "/holds", "/letters", "/coupons", "/roster", "/incidents")


@dataclass
class Day:
    """Both sites on one upgraded database, a day after everything was stored."""

    kept: Stored
    resident: Resident
    staff: StaffSite

    @property
    def database(self) -> Database:
        return self.resident.database


@pytest.fixture
def day(kept: Stored, old: Engine, background_loop: Loop, tmp_path: Path) -> Day:
    upgrade_tables(old)
    settings = Settings(
        program="demo",
        data_dir=tmp_path,
        key_dir=FOLDER / kept.version / "keys",
        environment="test",
        public_url="http://127.0.0.1",
        admin_url="http://127.0.0.1",
        database_url=old.url.render_as_string(hide_password=False),
    )
    check_prepared(settings)
    now = kept.now + timedelta(days=1)
    database, program = Database(old), load_program("demo", jst_date(kept.now))

    def on_that_day(site: Site) -> Site:
        return replace(site, filed=program)

    resident = on_that_day(make_resident_site(settings, engine=old))
    staff = on_that_day(make_staff_site(settings, engine=old))
    return Day(
        kept,
        make_resident(resident, database, background_loop, tmp_path, now),
        make_staff(staff, database, background_loop, tmp_path, now),
    )


def gets_from_the_letter_to_the_coupon(day: Day) -> None:
    person = day.kept.person("fresh")
    visitor = day.resident.sign_in(person)
    assert visitor.place == "/start/birth"
    birth = person.birth
    typed = {"era": "", "year": str(birth.year), "month": str(birth.month), "day": str(birth.day)}
    visitor.send("/start/birth/submit", typed)
    page = visitor.send("/start/channel/choose", {"channel": "totp"}).text
    secret = page.split('id="totp-key">')[1].split("<")[0].replace(" ", "")
    visitor.send("/start/channel/prove/submit", {"code": pyotp.TOTP(secret).at(day.resident.now)})
    visitor.send("/start/done")
    assert visitor.place == "/home"
    assert visitor.send("/coupon/1/reveal").text.count("data-qr") == 1


def declines_for_a_child(day: Day) -> Request:
    person = day.kept.person("active")
    visitor = day.resident.sign_in(person)
    visitor.send("/signin/code/submit", {"code": person.totp(day.resident.now)})
    assert visitor.place == "/home"
    visitor.open("/decline/choose")
    visitor.send("/decline/choose/submit", {"who": "all"})
    visitor.send("/decline/check/submit")
    day.resident.clock.instant += timedelta(minutes=1)
    code = person.totp(day.resident.now)
    done = visitor.post("/decline/code/submit", {"code": code, "form_key": "k"})
    assert "/decline/received/" in done.headers["location"]
    with day.database.read() as session:
        found = session.scalars(select(Request).order_by(Request.id.desc())).first()
        assert found is not None
        session.expunge_all()
    return found


def officer_at_the_desk(day: Day) -> Visitor:
    known = day.kept.facts["staff"]["officer"]
    visitor = day.staff.visitor("127.0.0.1")  # the demo program's own site
    visitor.open("/signin")
    visitor.send("/signin/submit", {"login": "officer", "password": known["password"]})
    code = pyotp.TOTP(known["totp_secret"]).at(day.staff.now)
    visitor.send("/signin/code/submit", {"code": code})
    page = visitor.open("/").text
    if visitor.place == "/enrollment":  # a version before knew no own secrets of the staff
        key = page.split('id="totp-key"')[1].split(">")[1].split("<")[0].replace(" ", "")
        own = {"new_password": "a heron stands in the river 71"}
        visitor.send("/enrollment/submit", own | {"code": pyotp.TOTP(key).at(day.staff.now)})
    assert visitor.place == "/"
    return visitor


def accepts(desk: Visitor, row: Request) -> None:
    desk.open(f"/reviews/{row.id}")
    page = desk.send(f"/reviews/{row.id}/claim").text
    hidden = {name: field(page, name) for name in ("version", "shown", "form_key")}
    form = hidden | {"action": "accept", "reason": "", "text": ""}
    assert desk.send(f"/reviews/{row.id}/decide", form).status_code == 200


def prints_what_was_ordered(day: Day, folder: Path) -> None:
    site = day.resident.site
    printer = Printer(
        site.database.read,
        site.database.write,
        site.vault,
        day.resident.clock,
        SYSTEM,
        site.program,
        folder,
        site.settings.public_url,
    )
    assert isinstance(build_letters(printer, workers=1), BuiltRun)
    assert day.resident.count(LetterOrder, state="open") == 0


def the_post_reports(day: Day) -> None:
    with day.database.write() as session:
        waiting = session.scalars(
            select(Shipment).where(Shipment.state == "at_post_office")
        ).first()
        assert waiting is not None
        line = f"{waiting.tracking_no},{day.resident.now:%Y/%m/%d},お届け先にお届け済み,,架空郵便局"
        header = "お問い合わせ番号,状態発生日,配送履歴,詳細,取扱局"
        feed = CsvFeed(f"{header}\r\n{line}".encode("cp932"))
        ingest(day.staff.site.work(session, SYSTEM, day.resident.now), feed)
    with day.database.read() as session:
        assert session.get_one(Shipment, waiting.id).state == "delivered"


def housekeeping(day: Day) -> None:
    source = day.resident.site.work_source()
    for name in all_jobs(Path("letters")):
        run_job(source, name)


def events(day: Day) -> int:
    with day.database.read() as session:
        return session.scalars(select(func.count()).select_from(AuditEvent)).one()


def test_a_day_is_played_on_the_database_of_a_release(day: Day, tmp_path: Path) -> None:
    before = events(day)
    gets_from_the_letter_to_the_coupon(day)
    declined = declines_for_a_child(day)
    desk = officer_at_the_desk(day)
    accepts(desk, declined)
    with day.database.read() as session:
        decided = session.get_one(Request, declined.id)
        assert (decided.state, decided.result) == ("closed", "accepted")
    assert {desk.open(page).status_code for page in PAGES} == {200}
    prints_what_was_ordered(day, tmp_path / "letters")
    the_post_reports(day)
    housekeeping(day)
    assert events(day) > before + 10
    assert sum(open_everything(day.database.engine, day.kept.vault, metadata).values()) > 500
