"""Figures that stay right: absences that ended, replaced codes, children who came later."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from portal.domain.desk.casework.deliveries import deliveries
from portal.domain.foundation.actors import Role
from portal.domain.foundation.program.schema import DeliveredMeans
from portal.domain.foundation.program.settings.postage import PostageSettings
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.letters.shipments import services as mail
from portal.domain.mailroom.returned_mail.undelivered import undelivered
from portal.domain.oversight.reports.mail.delivery import build
from portal.domain.oversight.reports.mail.delivery_figures import Sent, count_month, sum_of
from portal.domain.oversight.reports.status.settlement import settlement_report
from portal.domain.oversight.reports.tables import ReportTable
from portal.domain.oversight.settlement.figures import figures
from portal.domain.oversight.settlement.states import SettledState
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.requests.recipients.newcomer import HandOver, Newcomer
from portal.platform.database import Database
from tests.functional.oversight.reports.test_delivery import (
    ABSENT,
    ARRIVED,
    BACK,
    JULY,
    LATER,
    sent,
    told,
)
from tests.functional.requests.recipients.support import NOW, open_office
from tests.functional.requests.redeliveries.conftest import post, sqlite_post
from tests.functional.requests.redeliveries.support import PAPER_RUN, PROGRAM, Post
from tests.support.coupons import AMOUNT
from tests.support.staff import StaffSite
from tests.support.work import work_in

__all__ = ["post", "sqlite_post"]
LOG = {
    "form_key": "log",
    "log_what": "resident_site",
    "log_starts_on": "2023-07-20",
    "log_starts_time": "10:00",
    "log_ends_on": "2023-07-20",
    "log_ends_time": "10:25",
}


def test_an_absence_counts_also_when_the_same_file_knows_how_it_ended(post: Post) -> None:
    keys = [sent(post, date(2023, 7, 10)) for _ in range(4)]
    told(
        post,
        (keys[0], "2023-07-12", ABSENT),
        (keys[0], "2023-07-20", BACK),
        (keys[1], "2023-07-12", ABSENT),
        (keys[1], "2023-07-13", ABSENT),
        (keys[1], "2023-07-14", ARRIVED),
        (keys[2], "2023-07-31", ABSENT),
        (keys[2], "2023-08-01", ABSENT),
        (keys[3], "2023-07-12", "保管"),
    )
    with post.database.read() as session:
        july, august = (count_month(session, month) for month in (JULY, date(2023, 8, 1)))
    assert july.absent == Sent(3, 6, 180_000)
    assert august.absent == Sent(1, 2, 60_000)


def test_a_letter_that_came_back_is_undelivered_whatever_the_post_had_said(post: Post) -> None:
    key = sent(post, date(2023, 7, 10))
    told(post, (key, "2023-07-12", ARRIVED))
    with post.database.write() as session:
        back = mail.MailReturn("moved_unknown", date(2023, 8, 10))
        mail.turn_up(work_in(session, now=LATER), key, back)
    with post.database.read() as session:
        july, august = (count_month(session, month) for month in (JULY, date(2023, 8, 1)))
        listed = undelivered(work_in(session, program=PROGRAM), include_protected=True)
    assert [sum_of(one.delivered.values()).items for one in (july, august)] == [1, 0]
    assert dict(july.undelivered) == {}
    assert dict(august.undelivered) == {"moved_unknown": Sent(1, 2, 60_000)}
    assert [one.shipment_id for one in listed] == [key]


def reached(database: Database, way: DeliveredMeans = DeliveredMeans.REVEALED) -> tuple[int, int]:
    with database.read() as session:
        found = deliveries(session, way).delivered
    return found.children, found.yen


def test_a_child_that_saw_a_code_stays_delivered_when_another_code_replaces_it(
    database: Database, tmp_path: Path
) -> None:
    office = open_office(database, tmp_path)
    office.reveal(office.households[0], 1)
    before = reached(database)
    assert before == (1, AMOUNT)
    with database.write() as session:
        shown = session.scalars(select(Coupon).where(Coupon.revealed_at.is_not(None))).one()
        shown.state = "voided"
    assert reached(database) == before
    with database.read() as session:
        found = figures(work_in(session, program=PROGRAM))
    assert found.by_state[SettledState.LAPSED].children == 1


def letter(database: Database, household_id: int, made: datetime, *, counter: bool = False) -> int:
    """A letter with ID and password that was made and handed over at an instant; its key."""
    with database.write() as session:
        run = PrintRun(**PAPER_RUN, planned=1, notice_date=made.date(), created_at=made)
        session.add(run)
        session.flush()
        row = Letter(
            number=new_letter_number(),
            household_id=household_id,
            kind="credential",
            state="handed_over",
            print_run_id=run.id,
            chunk_number=1,
            children=2,
            amount_yen=2 * AMOUNT,
            created_at=made,
            handed_over_at=made,
            counter=counter,
        )
        session.add(row)
        session.flush()
        return row.id


def arrived(database: Database, letter_id: int) -> None:
    with database.write() as session:
        row = mail.plan_letter(work_in(session, now=NOW), session.get_one(Letter, letter_id))
        mail.post_unlabeled(work_in(session, now=NOW), row.id, date(2023, 8, 1))
        mail.deliver(work_in(session, now=NOW), row.id, date(2023, 8, 1))


def test_to_a_child_that_came_by_instruction_no_letter_was_posted_yet(
    database: Database, tmp_path: Path
) -> None:
    office = open_office(database, tmp_path)
    family = office.households[0]
    with database.write() as session:
        session.execute(update(Entitlement).values(created_at=NOW - timedelta(days=9)))
    letter(database, family, NOW - timedelta(days=8))
    before = reached(database, DeliveredMeans.HANDED_OVER)
    assert before == (2, 2 * AMOUNT)
    office.decide(office.add(Newcomer(family, HandOver.ADDRESS)))
    assert office.added() == 1
    assert reached(database, DeliveredMeans.HANDED_OVER) == before
    with database.write() as session:
        session.execute(update(Letter).values(state="superseded"))
    letter(database, family, NOW)
    assert reached(database, DeliveredMeans.HANDED_OVER) == (3, 3 * AMOUNT)


def test_who_signed_for_the_letter_and_never_looked_is_not_undelivered(
    database: Database, tmp_path: Path
) -> None:
    office = open_office(database, tmp_path)
    signed, never = (letter(database, family, NOW) for family in office.households)
    arrived(database, signed)
    office.reveal(office.households[1], 1)
    with database.read() as session:
        report = settlement_report(work_in(session, now=NOW, program=PROGRAM))
    assert never
    states = report.tables[0]
    counted = {row[0]: row[1:3] for row in states.rows if row[1]}
    assert counted == {
        "配達済・未交換（失効）": (1, 1),
        "不着": (1, 1),
        "受け取りなし（手紙は届いた）": (1, 2),
    }
    assert states.total[1:3] == (2, 4)
    assert "世帯数の行の和は3、合計は2です" in states.note


def test_who_signed_for_the_letter_at_the_counter_is_not_undelivered(
    database: Database, tmp_path: Path
) -> None:
    office = open_office(database, tmp_path)
    signed, posted = office.households
    letter(database, signed, NOW, counter=True)
    letter(database, posted, NOW)
    with database.read() as session:
        found = figures(work_in(session, program=PROGRAM))
    assert found.by_state[SettledState.NOT_TAKEN].children == 2
    assert found.by_state[SettledState.UNDELIVERED].children == 2


def test_households_that_add_up_need_no_note(database: Database, tmp_path: Path) -> None:
    open_office(database, tmp_path)
    with database.read() as session:
        report = settlement_report(work_in(session, now=NOW, program=PROGRAM))
    assert report.tables[0].note == ""


def postage(post: Post, pairs: tuple[tuple[str, int], ...]) -> ReportTable:
    program = replace(PROGRAM, postage=PostageSettings(pairs))
    with post.database.read() as session:
        tables = build(work_in(session, now=LATER, program=program), JULY).report.tables
    return next(table for table in tables if "郵便料" in table.title)


def test_postage_is_not_known_while_a_price_of_posted_mail_is_not(sqlite_post: Post) -> None:
    sent(sqlite_post, date(2023, 7, 10))
    sent(sqlite_post, date(2023, 7, 10), "recorded")
    lacking = postage(sqlite_post, (("simple_registered", 460),))
    assert lacking.total[-1] == "–"
    assert "決まっていない種類" in lacking.note
    whole = postage(sqlite_post, (("simple_registered", 460), ("recorded", 270)))
    assert (whole.total[-1], whole.note) == (730, "")
    assert whole.rows[1][-1] == "–"  # no mail of this class, and no price


def test_what_stopped_is_not_called_nothing(sqlite_staff: StaffSite) -> None:
    sqlite_staff.clock.instant = LATER
    lead, officer = sqlite_staff.enter_as(Role.SUPERVISOR), sqlite_staff.enter_as(Role.OFFICER)
    pages = {"/call-report/2023-07": lead, "/delivery-report/2023-07": officer}
    for path, reader in pages.items():
        assert "この月の事故と止まった時間は、下の表に" not in reader.open(path).text
    officer.send("/downtime/log", LOG)
    for path, reader in pages.items():
        page = reader.open(path).text
        assert "この月の事故と止まった時間は、下の表に" in page
        assert "計画外 25" in page
