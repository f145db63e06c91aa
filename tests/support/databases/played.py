"""A deployment that used every sealed column: the demo, and what the demo leaves out."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from portal.app import make_resident_site
from portal.demo.issuer import make_statement
from portal.demo.stage import Stage, set_stage
from portal.domain.contacts.escalations import answers_in
from portal.domain.contacts.escalations.answers_file import AnswerRow, AnswersFile
from portal.domain.contacts.escalations.services import RaisedIn
from portal.domain.contacts.faxes import replies
from portal.domain.contacts.faxes import services as faxes
from portal.domain.contacts.faxes.models import FaxCase
from portal.domain.contacts.notes import services as household_notes
from portal.domain.desk.casework.access import Reason
from portal.domain.desk.openings.services import open_with_reason
from portal.domain.foundation.actors import SYSTEM, Actor, Role
from portal.domain.foundation.clock import FixedClock, jst_date
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.work import Work
from portal.domain.letters.letters import orders, other_address
from portal.domain.letters.letters.states import REDELIVERY
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.incidents import faults, papers
from portal.domain.mailroom.incidents.models import CouponFault, IncidentReport
from portal.domain.mailroom.printing.dispatch import calendar
from portal.domain.mailroom.printing.proofs.decisions import refuse_proof
from portal.domain.mailroom.printing.proofs.making import make_proof
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.mailroom.printing.runs.recipients import staff_addresses
from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.holds import services as holds
from portal.domain.oversight.management import checklist
from portal.domain.oversight.registers import services as registers
from portal.domain.oversight.reports.calls.report import KIND
from portal.domain.oversight.reports.monthly import notes
from portal.domain.oversight.reports.monthly import services as monthly
from portal.domain.people.coupons.differences import settle
from portal.domain.people.coupons.models import StatementDifference
from portal.domain.people.households.models import Household
from portal.domain.people.households.moved import MovedView, keep_moved
from portal.domain.people.households.print_texts import PrintFields
from portal.domain.people.notices.messages import Message
from portal.domain.people.notices.services import Outgoing, enqueue
from portal.domain.people.sites.services import SwitchOrder, switch_on
from portal.domain.requests.redeliveries.review import REDELIVERY_KIND
from portal.domain.requests.redeliveries.states import MissingItem
from portal.domain.requests.redeliveries.submitting import NotArrived, submit
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided, Reply
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import set_reply
from portal.platform.database import Database
from portal.platform.site import Site
from portal.platform.startup import initialize
from portal.settings import Settings
from tests.support.coupons import AMOUNT, VAULT, take_statement
from tests.support.mailroom.roster import Ward
from tests.support.people import Person, add_person, give_coupons
from tests.support.resident import NOON, write_keys

JULY = date(2023, 7, 1)
People = dict[str, Actor]
"""The demo's staff by login."""
ELSEWHERE = other_address.OtherAddress("鶉野　瑠璃子", "0600001", "札幌市中央区北一条西", "１番")


@dataclass
class Played:
    """The site after everything was played on it, and two families as they know themselves."""

    site: Site
    stage: Stage
    active: Person
    fresh: Person


def play(database_url: str, folder: Path) -> Played:
    """Make a deployment on an empty database with the tests' keys, and use all of it."""
    settings = Settings(
        program="demo",
        data_dir=folder,
        key_dir=write_keys(folder / "keys"),
        environment="test",
        public_url="http://127.0.0.1",
        admin_url="http://127.0.0.1",
        database_url=database_url,
    )
    initialize(settings)
    site = make_resident_site(settings, clock=FixedClock(NOON))
    site = replace(site, filed=load_program("demo", jst_date(NOON)))
    stage = set_stage(site, folder, lambda _line: None)
    people = {person.login: person.actor for person in stage.staff}
    _letters(site, folder, people)
    with site.database.write() as session:
        for step in STEPS:
            step(site.work(session, SYSTEM, NOON), people)
    active = add_person(site.database, NOON, number="9700000001", active=True)
    fresh = add_person(site.database, NOON, number="9700000002")
    give_coupons(site.database, folder, NOON)
    _differences(site, people)
    _second_extract(site.database, folder)
    return Played(site, stage, active, fresh)


def _letters(site: Site, folder: Path, people: People) -> None:
    """Order two letters anew, with a waiting and a rejected proof; and an order that waits."""
    printer = Printer(
        site.database.read,
        site.database.write,
        site.vault,
        FixedClock(NOON),
        SYSTEM,
        site.program,
        folder / "letters",
        site.settings.public_url,
    )
    for number, refused in (("9700000003", True), ("9700000004", False), ("9700000005", None)):
        person = add_person(site.database, NOON, number=number)
        with site.database.write() as session:
            work = site.work(session, people["officer"], NOON)
            other_address.send_elsewhere(
                work, orders.order(work, person.household_id, REDELIVERY), ELSEWHERE
            )
        if refused is None:
            continue
        built = build_letters(printer, workers=1)
        assert isinstance(built, BuiltRun)
        make_proof(replace(printer, actor=people["officer"]), built.run_id)
        if refused:
            with site.database.write() as session:
                refuse_proof(
                    site.work(session, people["ward"], NOON), built.run_id, "宛名がずれている。"
                )


def _household(work: Work) -> Household:
    statement = select(Household).where(Household.protected.is_(False)).order_by(Household.id)
    return work.session.scalars(statement.limit(1)).one()


def _messages(work: Work, people: People) -> None:
    for purpose, address in (("code", "+819012345678"), ("notice", "uzurano@example.jp")):
        enqueue(
            work,
            Outgoing(
                kind="sms" if purpose == "code" else "email",
                purpose=purpose,
                address=address,
                message=Message(
                    None if purpose == "code" else "お知らせ", "確認の番号は 482911 です。"
                ),
                dedupe_key=f"played:{purpose}",
                household_id=_household(work).id,
                expires_at=NOON + timedelta(days=3),
            ),
        )


def _looks(work: Work, people: People) -> None:
    household = _household(work)
    by_officer = work.acting_as(people["officer"])
    open_with_reason(by_officer, household, Reason.INQUIRY, "本人からの電話。")
    about = RaisedIn(None, household.id)
    household_notes.write(by_officer, household_notes.NewNote("平日の昼は留守。"), about)
    keep_moved(work, household, MovedView(9, "架空　三郎", "カクウ サブロウ", AMOUNT, None))


def _print_texts(work: Work, people: People) -> None:
    statement = select(Household.id).where(Household.protected.is_(False)).order_by(Household.id)
    chosen = work.session.scalars(statement.offset(2).limit(2)).all()
    for household_id, released in zip(chosen, (False, True), strict=True):
        holds.put_hold(work, work.session.get_one(Household, household_id), codes.W02_GAIJI)
        by_officer = work.acting_as(people["officer"])
        wanted = PrintFields(name="架空　花子")
        waiting = holds.propose_print_text(by_officer, household_id, wanted)
        if released:
            holds.release(work.acting_as(people["ward"]), waiting.id)


def _reports(work: Work, people: People) -> None:
    lead = work.acting_as(people["supervisor"])
    monthly.write_texts(lead, KIND.key(JULY), {"summary": "七月は問い合わせが多かった。"})
    notes.add_note(lead, JULY, notes.Sentence(notes.NoteKind.OPINION, "使える店をふやしてほしい。"))
    monthly.check(lead, KIND, JULY)


def _papers(work: Work, people: People) -> None:
    by_officer = work.acting_as(people["officer"])
    checklist.write(
        by_officer, "certificate", checklist.TypedAnswer("yes", "認証を受けている。", "認証書")
    )
    registers.enter(
        by_officer,
        registers.NewEntry("certificate", date(2023, 4, 1), "鶉野商会", "第1号", date(2026, 3, 31)),
    )
    answer = AnswerRow(2, "E-0000-0000", "対象になります。", "児発第12号", "2023-07-31")
    file = AnswersFile(hashlib.sha256(b"played").digest(), (answer,))
    answers_in.store_sheet(work.acting_as(people["ward"]), file)
    until = NOON + timedelta(days=1)
    switch_on(by_officer, SwitchOrder("bcp", "台風で本拠点に入れない。", until))
    wanted = calendar.Plan(date(2023, 8, 9), "みなも郵便局", 20, ("潮見坂",), None, "午前に出す。")
    calendar.plan(by_officer, wanted)
    address = staff_addresses.StaffAddress("鶉野　翡翠", "1390001", "みなも区潮見坂１番", "")
    staff_addresses.add(by_officer, address)


def _requests(work: Work, people: People) -> None:
    fault = work.session.scalars(select(CouponFault)).first()
    report = work.session.scalars(select(IncidentReport)).first()
    row = work.session.scalars(select(Request).order_by(Request.id)).first()
    assert fault is not None
    assert report is not None
    assert row is not None
    faults.explain(
        work.acting_as(people["officer"]),
        faults.FaultKey(fault.id, include_protected=True),
        faults.FaultEnding("shop_mistake", "お店の機械の設定でした。"),
    )
    papers.give_back_report(work.acting_as(people["ward"]), report.id, "件数を書いてください。")
    set_reply(VAULT, row, Reply("other", "もう一度お送りください。"))
    work.session.flush()


def _redelivery(work: Work, people: People) -> None:
    """A family asks for its letter again, and the ward lets it go to another address."""
    statement = (
        select(Shipment.household_id)
        .join(Household, Household.id == Shipment.household_id)
        .where(Shipment.state == "returned", Household.protected.is_(False))
        .order_by(Shipment.id.desc())
    )
    household_id = work.session.scalars(statement.limit(1)).one()
    row = submit(
        work.acting_as(Actor(Role.RESIDENT, 1)), NotArrived(household_id, MissingItem.LETTER)
    )
    decide(
        work.acting_as(people["ward"]),
        REDELIVERY_KIND,
        row.id,
        row.version,
        Decided(
            "approve",
            more={
                "extra_instruction": "区指示 第7号",
                "extra_instruction_day": "2023-07-31",
                "extra_postal_code": "060-0001",
                "extra_town": "北海道札幌市中央区北一条西",
                "extra_street": "９番",
            },
        ),
    )


def _faxes(work: Work, people: People) -> None:
    by_agent = work.acting_as(people["agent"])
    case = work.session.scalars(select(FaxCase).where(FaxCase.state == "received")).first()
    assert case is not None
    faxes.start(by_agent, case.id)
    draft = replies.Draft(
        "０３（５５５０）０１４２", "03-5550-0142", ("received",), other_number=True
    )
    replies.prepare(by_agent, case.id, draft)


STEPS: tuple[Callable[[Work, People], None], ...] = (
    _messages,
    _looks,
    _print_texts,
    _reports,
    _papers,
    _requests,
    _redelivery,
    _faxes,
)


def _differences(site: Site, people: People) -> None:
    """The issuer's file names a coupon that we do not have, and somebody says why."""
    path = site.settings.data_dir / "statement.csv"
    rows = [("DEMO99999999", "交換済", AMOUNT, AMOUNT)]
    make_statement(path, rows)
    with site.database.write() as session:
        work = site.work(session, people["officer"], NOON)
        take_statement(work, path, rows, jst_date(NOON))
        found = session.scalars(select(StatementDifference)).first()
        assert found is not None
        settle(work, found.id, "別の自治体の番号だった。")


def _second_extract(database: Database, folder: Path) -> None:
    """An extract that was read and waits to be applied."""
    imported = Ward(database, folder / "second").hand_over()
    assert imported.state == "staged"
