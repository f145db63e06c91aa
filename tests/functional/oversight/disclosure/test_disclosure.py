"""A request for disclosure: the family is found everywhere, and nobody else is in the extract."""

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import select

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.written import TAKEN_BY, TEXT, write_text
from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.contacts.escalations.services import Question, RaisedIn, raise_escalation
from portal.domain.contacts.notes.kinds import NoteTopic
from portal.domain.contacts.notes.services import NewNote, write
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.mailroom.roster.models import StagedHousehold
from portal.domain.oversight.auditing.reserved import Reserved
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.disclosure.extract import DRAWN, Order, draw
from portal.domain.oversight.disclosure.handing_over import hand_over
from portal.domain.oversight.disclosure.places import HOLDS_NOBODY, OF_TABLE
from portal.domain.oversight.disclosure.searching import SEARCHED, Found, holdings_of
from portal.domain.oversight.disclosure.third_persons import BLACK, Blackening, third_persons
from portal.domain.oversight.disclosure.together import Pair, search_together
from portal.domain.oversight.disposal.household.traces import TRACES
from portal.domain.oversight.registers import services as registers
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.person_requests import Wanted
from portal.domain.oversight.reports.outputs import as_pdf
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import view_household
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Scan
from portal.domain.requests.requests.services import NewRequest, open_request
from portal.domain.tables import metadata
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.oversight.family import Filling, fill
from tests.support.people import CANARY_CHILDREN, CANARY_NAME, Person, add_person
from tests.support.sources import ROOT
from tests.support.staff import hire
from tests.support.work import work_in

DECISION = "5汐子第31号"
NUMBER = "9800000001"
SAID = "母の鶉野　瑠璃子さんと、うずらの さんごさんの件。近所の山田さんにも聞いた。"
AGENT = "受付 花子"
CLASSES = tomllib.loads((ROOT / "portal/domain/sensitivity.toml").read_text("utf-8"))["tables"]


@dataclass
class Ward:
    """Two people of the ward, one of the contractor, a family and an open request about it."""

    database: Database
    people: tuple[Actor, Actor]
    officer: Actor
    family: Person
    request: int

    @property
    def order(self) -> Order:
        """An extract about the first child."""
        return Order(self.request, NUMBER, frozenset({1}), DECISION)

    def draw(
        self, order: Order, *, first: Actor | None = None, second: Actor | None = None
    ) -> Report:
        with self.database.write() as session:
            work = work_in(session, first or self.people[0])
            return draw(work, order, second or self.people[1])

    def search(self, number: str = NUMBER, request: int = 0) -> Found:
        with self.database.write() as session:
            pair = Pair(*(work_in(session, one) for one in self.people))
            entry = request or self.request
            found = search_together(pair, entry, (number, number), Wanted.DISCLOSURE.value)
            assert found is not None
            return found

    def happen(self, *, hidden: bool = False) -> str:
        """Let the family call and ask for something; return the number of the call."""
        home = self.family.household_id
        with self.database.write() as session:
            work = work_in(session, self.officer)
            call = Call(
                receipt_no="C-1",
                agent_id=self.officer.id,
                state="closed",
                channel="phone",
                direction="in",
                language="ja",
                day=date(2023, 7, 3),
                started_at=NOW,
                ended_at=NOW,
            )
            write_text(work.vault, call, {TEXT: SAID, TAKEN_BY: AGENT})
            session.add(call)
            session.flush()
            session.add(
                CallHousehold(
                    call_id=call.id, household_id=home, level=1, relation="other", opened_at=NOW
                )
            )
            written = {"reason": {"text": "鶉野翡翠の代わりに申請"}}
            asked = NewRequest(RequestKind.ALTERNATIVE, home, written=written, receipt_no="R-1")
            open_request(work, asked)
            if hidden:
                moved = replace(asked, kind=RequestKind.RECIPIENT_CHANGE, receipt_no="R-2")
                open_request(work, moved)
                silent = open_request(work, replace(asked, receipt_no="R-3"))
                silent.ward_only = True
                for kind in (EscalationKind.PROTECTION, EscalationKind.ACCIDENT):
                    raise_escalation(work, Question(kind, "避難先は？"), RaisedIn(None, home))
        return "C-1"


@pytest.fixture
def ward(database: Database) -> Ward:
    first, second = (hire(database, NOW, Role.WARD_OFFICER, name).id for name in ("w1", "w2"))
    clerk = hire(database, NOW, Role.OFFICER, "clerk").id
    officer = Actor(Role.OFFICER, clerk, Organization.CONTRACTOR)
    family = add_person(database, NOW, number=NUMBER)
    with database.write() as session:
        session.get_one(StaffUser, clerk).display_name = AGENT
        asked = registers.NewEntry(
            RegisterKind.DISCLOSURE.value,
            date(2023, 7, 3),
            party="開示",
            number="5汐子第30号",
            until=date(2023, 8, 2),
        )
        request = registers.enter(work_in(session, officer), asked).id
    people = tuple(Actor(Role.WARD_OFFICER, one, Organization.WARD) for one in (first, second))
    return Ward(database, (people[0], people[1]), officer, family, request)


def words(report: Report) -> str:
    """Everything that stands on the paper."""
    pages = pypdfium2.PdfDocument(as_pdf(report, NOW))
    read = "".join(page.get_textpage().get_text_range() for page in pages)
    return "".join(read.split())


def test_somebody_decided_for_every_table_with_personal_data() -> None:
    held = {
        name
        for name, classed in CLASSES.items()
        if classed.get("personal", "") or classed.get("secret", "")
    }
    assert held <= set(OF_TABLE) | set(HOLDS_NOBODY), held - set(OF_TABLE) - set(HOLDS_NOBODY)
    assert {trace.table.__tablename__ for trace in TRACES} <= set(OF_TABLE)
    assert set(OF_TABLE) <= set(metadata.tables)


def test_the_search_finds_the_family_in_every_table(database: Database) -> None:
    hire(database, NOW, Role.OFFICER, "clerk")
    family = add_person(database, NOW, number=NUMBER, active=True)
    other = add_person(database, NOW, number="9800000012")
    with database.write() as session:
        fill(session, family)
        work = work_in(session)
        home = session.get_one(Household, family.household_id)
        found = {one.table for one in holdings_of(work, home)}
        of_another = {
            one.table for one in holdings_of(work, session.get_one(Household, other.household_id))
        }
    staged = {name for name in OF_TABLE if name.startswith("staged")}
    elsewhere = {"incident", "one_time_code"}
    assert set(OF_TABLE) - staged - elsewhere <= found
    assert not of_another & {"request", "scan", "call_record", "roster_row", "escalation"}


def test_the_search_finds_a_family_in_an_extract_that_waits(ward: Ward) -> None:
    with ward.database.write() as session:
        home = session.get_one(Household, ward.family.household_id)
        rows = metadata.tables["roster_import"]
        assert not session.scalars(select(rows.c.id)).all()
        key = Filling(session).add("roster_import", state="staged")
        digest = bytes(home.number_digest)
        Filling(session).add("staged_household", import_id=key, number_digest=digest)
        assert session.scalars(select(StagedHousehold.id)).all()
        found = {one.table: one.count for one in holdings_of(work_in(session), home)}
    assert found["staged_household"] == 1


def test_a_search_is_on_record_and_says_whether_the_family_is_protected_now(ward: Ward) -> None:
    ward.happen(hidden=True)
    found = ward.search()
    assert (found.household, found.protected) == (ward.family.household_id, False)
    reserved = {one.reserved for one in found.passages}
    assert reserved >= {None, *Reserved}
    with ward.database.write() as session:
        session.get_one(Household, ward.family.household_id).protected = True
    assert ward.search(f"#{ward.family.household_id}").protected
    with ward.database.read() as session:
        events = session.query(AuditEvent).filter_by(action=SEARCHED).all()
        assert [one.detail["protected"] for one in events] == [False, True]
        assert {one.household_id for one in events} == {None}


def test_other_people_and_unread_words_are_not_on_the_paper(ward: Ward) -> None:
    call = ward.happen()
    told = words(ward.draw(ward.order))
    assert "".join(CANARY_CHILDREN[0][0].split()) in told
    for other in (CANARY_NAME, CANARY_CHILDREN[1][0], CANARY_CHILDREN[1][1], SAID, AGENT):
        assert "".join(other.split()) not in told
    assert BLACK in told
    read = replace(ward.order, read=frozenset({call, "R-1"}), words=("山田",))
    shown = words(ward.draw(read))
    assert "の代わりに申請" in shown
    assert "近所の" in shown
    for hidden in ("瑠璃子", "さんご", "山田", AGENT[-2:]):
        assert hidden not in shown, hidden


@pytest.mark.parametrize(
    ("text", "black"),
    [
        ("鶉野 珊瑚が来た", "■■■が来た"),
        ("さんごちゃん", "■■■ちゃん"),
        ("ｻﾝｺﾞ", "■■■"),
        ("サ ン ゴ と翡翠", "■■■ と翡翠"),
        ("p9800000001-2 のこども", "■■■ のこども"),
        ("印南さんが受けた", "■■■さんが受けた"),
        ("鶉野です", "鶉野です"),
        ("", ""),
    ],
)
def test_names_are_found_in_every_form(ward: Ward, text: str, black: str) -> None:
    with ward.database.read() as session:
        view = view_household(work_in(session), ward.family.household_id)
    person_no = view.children[1].fields.person_no
    found = third_persons(view, {1}, ["印南 花江"], [])
    assert found.of(text.replace("p9800000001-2", person_no)) == black


def test_another_name_of_somebody_else_is_black_too(ward: Ward) -> None:
    with ward.database.read() as session:
        view = view_household(work_in(session), ward.family.household_id)
    first, second = view.children
    known_as = replace(second, fields=replace(second.fields, alias="山吹　萌黄"))
    found = third_persons(replace(view, children=(first, known_as)), {1}, [], [])
    assert found.of("山吹さんと萌黄ちゃん") == "■■■さんと■■■ちゃん"


def test_an_empty_word_blacks_out_nothing() -> None:
    assert Blackening(()).of("文") == "文"


def test_it_is_alike_whether_or_not_there_is_something_that_must_not_be_told(ward: Ward) -> None:
    ward.happen()
    plain = ward.draw(ward.order)
    with ward.database.write() as session:
        for row in session.query(Call).all():
            session.query(CallHousehold).delete()
            session.delete(row)
        session.execute(metadata.tables["request"].delete())
    ward.happen(hidden=True)
    silent = ward.draw(ward.order)
    assert silent.tables == plain.tables
    assert (silent.notes, silent.facts) == (plain.notes, plain.facts)
    decided = replace(ward.order, reserved=frozenset({Reserved.RECIPIENTS}))
    kinds = [row[2] for row in ward.draw(decided).tables[1].rows]
    assert kinds.count("支給先の変更") == 1
    assert not any("支援措置" in str(kind) for kind in kinds)
    with pytest.raises(InputError):  # a reserved record cannot be let in by its number alone
        ward.draw(replace(ward.order, read=frozenset({"R-3"})))


@pytest.mark.parametrize(
    ("topic", "reserved"),
    [
        (NoteTopic.VIOLENCE, Reserved.PROTECTION),
        (NoteTopic.SEPARATION, Reserved.RECIPIENTS),
        (NoteTopic.RECIPIENT, Reserved.RECIPIENTS),
    ],
)
def test_a_note_on_violence_or_separation_is_told_by_decision_alone(
    ward: Ward, topic: NoteTopic, reserved: Reserved
) -> None:
    """That there is one says enough to whom it is about."""
    home = ward.family.household_id
    with ward.database.write() as session:
        work = work_in(session, ward.officer)
        write(work, NewNote("避難先を決めたとのこと", topic.value), RaisedIn(None, home))
    assert not ward.draw(ward.order).tables[1].rows
    decided = replace(ward.order, reserved=frozenset({reserved}))
    assert len(ward.draw(decided).tables[1].rows) == 1


def test_a_scan_of_the_ward_alone_is_told_by_decision_alone(ward: Ward) -> None:
    with ward.database.write() as session:
        scan = Scan(household_id=ward.family.household_id, ward_only=True, media_type="image/png")
        scan.size, scan.digest, scan.stored_at = 1, bytes(32), NOW
        scan.wrapped_key, scan.sealed = b"k", b"s"
        session.add(scan)
    assert not ward.draw(ward.order).tables[1].rows
    decided = replace(ward.order, reserved=frozenset({Reserved.PROTECTION}))
    assert len(ward.draw(decided).tables[1].rows) == 1


def test_protection_is_looked_at_in_the_moment_of_drawing(ward: Ward) -> None:
    with ward.database.write() as session:
        session.get_one(Household, ward.family.household_id).protected = True
    with pytest.raises(ConflictError, match="支援措置"):
        ward.draw(ward.order)
    assert ward.draw(replace(ward.order, protection_considered=True)).tables
    with ward.database.read() as session:
        (event,) = session.query(AuditEvent).filter_by(action=DRAWN)
        assert (event.detail["protected"], event.detail["request"]) == (True, ward.request)


def test_two_of_the_ward_and_an_open_request_are_needed(ward: Ward) -> None:
    first, second = ward.people
    for one, other in ((first, first), (first, ward.officer), (ward.officer, second)):
        with pytest.raises(NotAllowedError):
            ward.draw(ward.order, first=one, second=other)
    with pytest.raises(NotFoundError):
        ward.search(request=999)
    with ward.database.write() as session:
        defect = registers.NewEntry(
            RegisterKind.DEFECT.value, date(2023, 7, 3), party="区", until=date(2023, 8, 2)
        )
        wrong = registers.enter(work_in(session, ward.officer), defect).id
    with pytest.raises(NotFoundError):
        ward.search(request=wrong)
    with ward.database.write() as session:
        answered = Instruction(DECISION, date(2023, 7, 3))
        registers.confirm(work_in(session, first), ward.request, answered, last_step=True)
    with pytest.raises(WrongStateError):
        ward.draw(ward.order)
    with pytest.raises(WrongStateError):
        ward.search()


@pytest.mark.parametrize(
    "wrong",
    [
        {"household": "000"},
        {"decision": " "},
        {"persons": frozenset()},
        {"persons": frozenset({7})},
        {"read": frozenset({"C-404"})},
    ],
)
def test_an_order_that_cannot_be_draws_nothing(ward: Ward, wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        ward.draw(replace(ward.order, **wrong))
    with ward.database.read() as session:
        assert not session.query(AuditEvent).filter_by(action=DRAWN).all()


def test_the_file_is_a_numbered_copy_that_waits_for_its_receipt(ward: Ward) -> None:
    with ward.database.write() as session:
        hand_over(work_in(session, ward.people[0]), ward.request, "host:x.pdf", b"%PDF")
    with ward.database.read() as session:
        copy, sheet = session.query(DataCopy).one(), session.query(FileTransfer).one()
        assert (copy.until, copy.size) == (date(2023, 8, 3), 4)
        assert (sheet.kind, sheet.sent_sha256, sheet.is_open) == ("disclosure", copy.sha256, True)
        assert NUMBER not in sheet.file_name


def test_tasks_and_counters_are_told_without_their_words(ward: Ward) -> None:
    with ward.database.write() as session:
        work = work_in(session, ward.officer)
        open_task(work, TaskKind.CALL_BACK, ward.family.household_id, {"telephone": "0312345678"})
    drawn = ward.draw(ward.order)
    assert any(row[2] == TaskKind.CALL_BACK.label for row in drawn.tables[1].rows)
    assert "0312345678" not in words(drawn)
