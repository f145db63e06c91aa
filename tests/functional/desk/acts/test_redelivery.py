"""A parent whose letter came back calls.

It is asked for again, and stands in the officers' queue as entered on behalf.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.contacts.calls.about import CONVERSATION, About
from portal.domain.contacts.calls.caller_answers import Caller, read_said
from portal.domain.contacts.calls.kinds import CallChannel, CallLanguage, Relation
from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.verification import verify
from portal.domain.contacts.faxes.models import FaxCase
from portal.domain.desk.call_desk.acting.redelivery import ask_redelivery
from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import DomainError, TooLateError
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.requests.models import Request, Scan
from portal.platform.site import Site
from tests.functional.desk.acts.support import Desk
from tests.support.people import CANARY_NAME, Person
from tests.support.resident import Loop, make_resident
from tests.support.work import work_in


def request_of(desk: Desk) -> Request:
    with desk.staff.database.read() as session:
        row = session.scalars(select(Request)).one()
        session.expunge(row)
    return row


def returned(desk: Desk, *, active: bool = False) -> Person:
    person = desk.post.household(active=active)
    desk.post.come_back(person)
    return person


def test_a_parent_whose_letter_was_returned(desk: Desk) -> None:
    person = returned(desk)
    call_id = desk.call(language=CallLanguage.KO)
    said = read_said({"name": CANARY_NAME, "birth": "昭和58年11月27日", "postal": "139-0001"})
    with desk.staff.database.write() as session:
        call = session.get_one(Call, call_id)
        assert verify(
            work_in(session, desk.actor(), desk.now),
            person.household_id,
            Caller(call, said, Relation.OTHER_PARENT),
        )
        assert session.scalars(select(CallHousehold.level)).one() == Level.STATUS

    page = desk.open(person, "redelivery")
    assert "2023-07-10に発送" in page.text
    assert 'lang="ko"' in page.text, "what is read out is marked as the caller's language"
    done = desk.do(person, "redelivery", {"item": "letter"})
    row = request_of(desk)
    assert done.status_code == 200
    assert f'<strong class="figure mono">{row.receipt_no}</strong>' in done.text
    (act,) = desk.acts()
    assert (act.receipt_no, act.subject_id, act.level, act.channel) == (
        row.receipt_no,
        row.id,
        1,
        "phone",
    )
    assert (row.kind, row.channel, row.entered_by, row.state, row.language) == (
        "redelivery",
        "phone",
        desk.agent.id,
        "waiting",
        "ko",
    )

    with desk.staff.database.read() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "desk.redelivery")
        ).one()
        assert (event.actor_role, event.actor_id, event.household_id) == (
            "agent",
            desk.agent.id,
            person.household_id,
        )
        assert event.detail == {"call": call_id, "way": "phone", "level": 1}

    officer = desk.staff.enter_as(Role.OFFICER)
    queue = officer.open("/reviews").text
    assert row.receipt_no in queue
    assert "係員が代わりに入力" in queue
    assert "電話で受け付け（係員が代わりに入力）" in officer.open(f"/reviews/{row.id}").text
    household = f"/households/{person.household_id}"
    officer.send(f"{household}/reason/submit", {"reason": "request", "form_key": "r"})
    assert "再配送を受け付け: 電話で受け付け（係員が代わりに入力）" in officer.open(household).text
    assert desk.post.decide(row).state == "in_progress", "another person approves it"


def test_pressed_again_it_is_one_request_with_one_number(desk: Desk) -> None:
    person = returned(desk)
    desk.in_call(person, Level.STATUS)
    pages = [desk.do(person, "redelivery", {"item": "letter"}) for _again in range(3)]
    row = request_of(desk)
    assert [row.receipt_no in page.text for page in pages] == [True] * 3
    assert len({page.url for page in pages}) == 1
    assert len(desk.acts()) == len(desk.staff.events("desk.redelivery")) == 1
    again = desk.do(person, "redelivery", {"item": "letter", "form_key": "another"})
    assert again.status_code == 422
    assert f"受付番号は {row.receipt_no} です" in again.text, (
        "a second form says the first one's number"
    )


def test_two_agents_at_once_make_one_request(desk: Desk) -> None:
    person = returned(desk)
    agents = [desk.agent, *(desk.staff.hire(Role.AGENT) for _more in range(3))]
    for agent in agents:
        desk.know(person, Level.ACT, call_id=desk.call(agent))

    def ask(number: int) -> str:
        try:
            with desk.staff.database.write() as session:
                ask_redelivery(
                    work_in(
                        session,
                        desk.actor(agents[number]),
                        desk.now,
                        program=desk.staff.site.program,
                    ),
                    person.household_id,
                    "letter",
                    None,
                )
        except DomainError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert sorted(found) == ["asked", "asked", "asked", "done"]
    assert desk.staff.count(Request) == len(desk.acts()) == 1


def test_what_is_on_its_way_is_not_asked_for_as_in_the_portal(desk: Desk) -> None:
    person = desk.post.household()
    desk.staff.clock.instant = desk.now - timedelta(days=20)
    desk.visitor = desk.staff.enter(desk.agent)
    desk.in_call(person)
    assert "届けている途中かもしれません" in desk.open(person, "redelivery").text
    answer = desk.do(person, "redelivery", {"item": "letter"})
    assert answer.status_code == 422
    assert "届けている途中かもしれません" in answer.text
    assert not desk.acts()


def test_at_the_limit_nobody_is_told_to_call_and_the_agent_reads_what_comes_next(
    sqlite_desk: Desk,
) -> None:
    person = sqlite_desk.post.household(active=True)
    shipment = sqlite_desk.post.parcel(person, attempt=2)
    sqlite_desk.post.come_back(person, shipment=shipment)
    sqlite_desk.in_call(person, Level.STATUS)
    page = sqlite_desk.open(person, "redelivery").text
    assert "再配送は2回までです。" in page
    assert "「区に引き継ぐ」の「対象の判断」で、受け取り方を決めてもらってください。" in page
    assert f"household={person.household_id}&amp;kind=eligibility" in page
    answer = sqlite_desk.do(person, "redelivery", {"item": f"parcel-{shipment}"})
    assert answer.status_code == 422
    for text in (page, answer.text):
        assert "コールセンター" not in text.split("<main", 1)[1].split("</main", 1)[0]


@pytest.mark.parametrize("item", ["", "parcel", "letter-x", "parcel-999", "money"])
def test_something_must_be_chosen_that_is_the_households(sqlite_desk: Desk, item: str) -> None:
    person = returned(sqlite_desk)
    sqlite_desk.in_call(person)
    answer = sqlite_desk.do(person, "redelivery", {"item": item})
    assert answer.status_code == 422
    assert not sqlite_desk.acts()


def test_a_parcel_that_came_back_is_sent_again(sqlite_desk: Desk) -> None:
    person = sqlite_desk.post.household(active=True)
    shipment = sqlite_desk.post.parcel(person)
    sqlite_desk.post.come_back(person, shipment=shipment)
    sqlite_desk.in_call(person, Level.STATUS)
    assert sqlite_desk.do(person, "redelivery", {"item": f"parcel-{shipment}"}).status_code == 200
    assert request_of(sqlite_desk).state == "waiting", "a parcel shuts nobody out of an account"


@pytest.mark.parametrize(
    ("level", "state"), [(Level.STATUS, "with_resident"), (Level.ACT, "waiting")]
)
def test_who_knows_what_a_former_husband_knows_cannot_shut_an_account_out(
    desk: Desk, level: Level, state: str
) -> None:
    person = returned(desk, active=True)
    desk.in_call(person, level)
    page = desk.do(person, "redelivery", {"item": "letter"})
    assert page.status_code == 200
    assert ("ご自身の申し込みかどうか" in page.text) is (level is Level.STATUS), (
        "and the caller is told"
    )
    row = request_of(desk)
    assert row.state == state
    assert row.warnings == (["activated"] if level is Level.STATUS else [])
    assert desk.staff.count(Redelivery, proof="none" if level is Level.STATUS else "staff") == 1
    if level is Level.STATUS:
        with pytest.raises(DomainError) as refused:
            desk.post.decide(row)
        assert refused.value.code == "owner_not_asked"


@pytest.mark.parametrize("way", ["written_down", "sheet", "fax"])
def test_what_reached_us_in_time_counts_by_its_own_time(sqlite_desk: Desk, way: str) -> None:
    person, late = returned(sqlite_desk), returned(sqlite_desk)
    last = sqlite_desk.staff.site.program.windows.redelivery.ends_at
    before, after = last - timedelta(minutes=5), last + timedelta(days=1)
    about = {
        "sheet": About(sheet_id=written_down(sqlite_desk, before)),
        "fax": About(fax_case_id=fax(sqlite_desk, before)),
    }
    call_id = sqlite_desk.in_call(person, about=about.get(way, CONVERSATION))
    with sqlite_desk.staff.database.write() as session:
        call = session.get_one(Call, call_id)
        if way == "written_down":
            call.written_down, call.started_at = True, before

    def ask(who: Person) -> None:
        with sqlite_desk.staff.database.write() as session:
            ask_redelivery(
                work_in(
                    session, sqlite_desk.actor(), after, program=sqlite_desk.staff.site.program
                ),
                who.household_id,
                "letter",
                None,
            )

    ask(person)
    assert request_of(sqlite_desk).received_at == before
    sqlite_desk.end(call_id)
    sqlite_desk.in_call(late)
    with pytest.raises(TooLateError):
        ask(late)


def written_down(desk: Desk, at: datetime) -> int:
    """A call that was taken down on paper; returns its key."""
    with desk.staff.database.write() as session:
        sheet = Call(
            receipt_no="CCCC-DDDD",
            agent_id=desk.agent.id,
            state="ended",
            channel="phone",
            direction="inbound",
            language="ja",
            day=at.date(),
            started_at=at,
            written_down=True,
        )
        session.add(sheet)
        session.flush()
        return sheet.id


def fax(desk: Desk, at: datetime) -> int:
    """A FAX with this time in its header; returns its case."""
    with desk.staff.database.write() as session:
        scan = Scan(
            media_type="image/png",
            size=1,
            digest=bytes(32),
            wrapped_key=b"k",
            sealed=b"s",
            stored_at=at,
        )
        session.add(scan)
        session.flush()
        case = FaxCase(
            receipt_no="FFFF-GGGG",
            language="ja",
            received_at=at,
            day=at.date(),
            due_on=at.date(),
            scan_id=scan.id,
            digest=bytes(32),
            pages=1,
            wrapped_key=b"k",
            sealed=b"s",
            entered_by=desk.agent.id,
            entered_at=at,
        )
        session.add(case)
        session.flush()
        return case.id


@pytest.mark.parametrize(
    ("way", "stored"),
    [(CallChannel.FAX, "fax"), (CallChannel.COUNTER, "counter"), (CallChannel.FORM, "post")],
)
def test_the_request_says_how_it_reached_us(
    sqlite_desk: Desk, way: CallChannel, stored: str
) -> None:
    person = returned(sqlite_desk)
    sqlite_desk.in_call(person, channel=way)
    sqlite_desk.do(person, "redelivery", {"item": "letter"})
    assert request_of(sqlite_desk).channel == sqlite_desk.acts()[0].channel == stored


def test_the_resident_reads_that_it_was_entered_on_the_telephone(
    sqlite_desk: Desk, resident_base: Site, background_loop: Loop, tmp_path: Path
) -> None:
    person = returned(sqlite_desk, active=True)
    sqlite_desk.in_call(person)
    sqlite_desk.do(person, "redelivery", {"item": "letter"})
    sqlite_desk.do(person, "new-letter")
    row, (_redelivery, letter) = request_of(sqlite_desk), sqlite_desk.acts()
    site = make_resident(resident_base, sqlite_desk.staff.database, background_loop, tmp_path)
    home = site.enter(person)
    words = "電話で受け付け（係員が代わりに入力）"
    listed = home.open("/requests").text
    assert listed.count(words) == 2
    assert row.receipt_no in listed
    assert letter.receipt_no in listed, (
        "also what is no request, so that the household notices what it did not ask for"
    )
    assert words in home.open(f"/requests/{row.receipt_no}").text
