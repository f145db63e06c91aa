"""A request of a person goes its way on pages: searched and decided by two, done, told, closed."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import DomainError, InputError, WrongStateError
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.work import Work
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.disclosure import steps
from portal.domain.oversight.disclosure.answering import draw_decided
from portal.domain.oversight.disclosure.case import Words, keep_words, sealed_under
from portal.domain.oversight.disposal.household.obstacles import InTheWay, in_the_way
from portal.domain.oversight.registers import services as registers
from portal.domain.oversight.registers.dues import dues
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.models import PersonRequest, RegisterEntry
from portal.domain.oversight.registers.states import PERSON_REQUEST, PersonRequestState
from portal.domain.oversight.reports.management.registers import registers_report
from portal.domain.people.households.looks import record_look
from portal.domain.people.households.models import Hold, Household
from tests.functional.oversight.disclosure.support import DECISION, NUMBER, PLACE, Two
from tests.support.oversight.family import Filling
from tests.support.people import CANARY_CHILDREN, CANARY_NAME
from tests.support.reading import pdf
from tests.support.staff import StaffSite
from tests.support.work import work_in


def test_a_disclosure_from_the_letter_to_the_answer(staff: StaffSite) -> None:
    two = Two(staff)
    place = two.decided("disclosure", **{"outcome": "tell", "person-1": "1"})
    waits = two.officer.open(place).text
    assert "区が抄本を作ります" in waits
    file = two.second.post(f"{place}/extract", {"form_key": "x"})
    twice = two.second.send(f"{place}/extract", {"form_key": "x"})
    assert "抄本はもう作られて" in twice.text
    said = "".join("".join(pdf.text(file.content)).split())
    assert "".join(CANARY_CHILDREN[0][0].split()) in said
    assert "".join(CANARY_NAME.split()) not in said
    with staff.database.read() as session:
        copy = session.scalars(select(DataCopy.id)).one()
        assert session.scalars(select(FileTransfer)).one().subject_id == copy
    assert (two.row().measure, two.row().measure_ref) == ("extract", copy)
    assert "区に伝えた日を記録しました" in two.press(two.officer, place, "tell", told_on=two.day())
    late = two.press(two.second, place, "close", **DECISION)
    assert "実施した人と、区に伝えた人は" in late
    assert "この請求は終わりました" in two.press(two.first, place, "close", **DECISION)
    with staff.database.read() as session:
        assert session.scalars(select(RegisterEntry)).one().state == "confirmed"
    (searched,) = staff.events("disclosure.searched")
    assert searched.household_id is None, "it stands in no timeline"
    assert len(staff.events("disclosure.extract_drawn")) == 1


def test_only_the_two_who_searched_see_what_was_found(staff: StaffSite) -> None:
    two = Two(staff)
    place = two.searched("disclosure")
    for who in (two.first, two.second):
        assert "ある場所" in who.open(place).text
    third = two.third.open(place).text
    assert ("ある場所" in third, "さがしたふたりだけに見えます" in third) == (False, True)
    officer = two.officer.open(place).text
    home = f"世帯 {two.person.household_id}"
    assert (home in third, home in officer, "見つかった世帯" in officer) == (True, False, False)
    two.press(two.first, place, "propose", outcome="refuse", reason="ちがう", **DECISION)
    assert "ある場所" in two.third.open(place).text, "who may confirm it sees what was found"
    assert "ある場所" not in two.officer.open(place).text
    two.press(two.third, place, "decide")
    assert "ある場所" not in two.third.open(place).text


def test_nobody_confirms_a_decision_that_they_were_not_shown(staff: StaffSite) -> None:
    """Who did not search opens the page first; a decision that was written anew is opened anew."""
    two = Two(staff)
    place = two.searched("disclosure")
    tell = {"outcome": "tell", "person-1": "1"}
    stranger = two.press(two.third, place, "propose", **(DECISION | tell))
    assert "さがしたふたりのうちのひとりです" in stranger
    two.third.open(place)
    two.press(two.first, place, "propose", **(DECISION | tell))
    for who in (two.third, two.second):
        # to send the form without having opened the page
        unseen = who.post(f"{place}/decide", {"form_key": f"u{who is two.third}"})
        assert "画面で、見つかったことと" in unseen.text
        assert two.row().state == "decision_asked"
    two.press(two.first, place, "turn-down")
    two.press(two.first, place, "propose", **(DECISION | tell | {"person-0": "1"}))
    stale = two.third.post(f"{place}/decide", {"form_key": "s"})
    assert (stale.status_code, two.row().state) == (422, "decision_asked")
    shown = two.third.open(place).text
    assert "ある場所" in shown
    assert "0、1" in shown
    assert "区の決定として記録しました" in two.press(two.third, place, "decide")
    assert two.row().decided_by == two.colleagues[2].id


def test_two_people_read_the_same_number_in_the_paper(staff: StaffSite) -> None:
    two = Two(staff)
    staff.add_household()
    place = two.receive("correction")
    two.press(two.first, place, "ask-search", number=NUMBER)
    assert "ふたりで行います" in two.press(two.first, place, "search", number=NUMBER)
    other = two.press(two.second, place, "search", number="9800000002")
    assert "はじめの人が入力した番号とちがいます" in other
    assert two.row().state == "search_asked"
    assert not staff.events("disclosure.searched")


def test_nobody_is_found_and_the_ward_can_only_say_so(sqlite_staff: StaffSite) -> None:
    two = Two(sqlite_staff)
    place = two.receive("disclosure")
    for who, action in ((two.first, "ask-search"), (two.second, "search")):
        two.press(who, place, action, number="9899999999")
    assert "この番号の世帯はありません" in two.first.open(place).text
    said = two.press(two.first, place, "propose", outcome="tell", **DECISION)
    assert "世帯が見つからないので" in said
    refused = {"outcome": "refuse", "reason": "保有していない"}
    two.press(two.first, place, "propose", **(DECISION | refused))
    assert "保有していない" in two.second.open(place).text
    two.confirm(place)
    assert "区に伝えた日" in two.press(two.officer, place, "tell", told_on=two.day())


def test_a_correction_is_done_only_when_a_record_shows_it(staff: StaffSite) -> None:
    two = Two(staff)
    place = two.decided("correction", outcome="correct")
    nothing = two.press(two.officer, place, "carried-out", measure="import")
    assert "した記録がありません" in nothing
    early = two.press(two.officer, place, "tell", told_on=two.day())
    assert "先に、決まったことを実施して" in early
    other = two.press(two.officer, place, "carried-out", measure="hold")
    assert "実施したことを選んでください" in other
    with staff.database.write() as session:
        Filling(session).add("roster_import", state="applied", applied_at=staff.now)
        session.get_one(Household, two.person.household_id).changed_at = staff.now
    assert "実施したことを記録しました" in two.press(
        two.officer, place, "carried-out", measure="import"
    )
    assert two.row().measure == "import"


def test_what_is_stopped_is_held_or_disposed_of(staff: StaffSite) -> None:
    two = Two(staff)
    home = two.person.household_id
    place = two.receive("stop")
    with staff.database.read() as session:
        assert in_the_way(session, home)[InTheWay.DISCLOSURES] == 1, "it may be about this one"
    two.press(two.first, place, "ask-search", number=NUMBER)
    two.press(two.second, place, "search", number=NUMBER)
    other = staff.add_household().household_id
    with staff.database.read() as session:
        assert in_the_way(session, home)[InTheWay.DISCLOSURES] == 1
        assert InTheWay.DISCLOSURES not in in_the_way(session, other)
    two.press(two.first, place, "propose", outcome="stop", **DECISION)
    two.confirm(place)
    with staff.database.write() as session:
        assert InTheWay.DISCLOSURES not in in_the_way(session, home), "the disposal is its answer"
        session.add(Hold(household_id=home, code="W06_INSTITUTION", created_at=staff.now))
    assert "実施したことを記録しました" in two.press(
        two.officer, place, "carried-out", measure="hold"
    )


def test_protection_that_begins_after_the_decision_stops_the_extract(staff: StaffSite) -> None:
    two = Two(staff)
    place = two.decided("disclosure", **{"outcome": "tell", "person-0": "1"})
    with staff.database.write() as session:
        session.get_one(Household, two.person.household_id).protected = True
    refused = two.first.post(f"{place}/extract", {"form_key": "x"})
    assert (refused.status_code, "いま支援措置の対象です" in refused.text) == (422, True)
    assert staff.count(DataCopy) == 0
    said = two.press(two.first, place, "reconsider")
    assert ("もう一度決めて" in said, DECISION["decision_no"] in said) == (True, False)
    again = {"outcome": "tell", "person-0": "1", "protection_considered": "1"}
    two.press(two.first, place, "propose", **(DECISION | again))
    two.confirm(place)
    assert two.first.post(f"{place}/extract", {"form_key": "y"}).content.startswith(b"%PDF")


def test_it_is_alike_for_the_contractor_whether_or_not_the_family_is_protected(
    staff: StaffSite,
) -> None:
    two = Two(staff)
    place = two.decided("correction", outcome="correct")
    before = two.officer.open(place).text
    failed = two.press(two.officer, place, "carried-out", measure="import")
    with staff.database.write() as session:
        session.get_one(Household, two.person.household_id).protected = True
    after = two.officer.open(place).text
    failed_after = two.press(two.officer, place, "carried-out", measure="import")

    def plain(text: str) -> str:
        return "".join(line for line in text.splitlines() if "form_" not in line)

    assert plain(after) == plain(before)
    assert plain(failed_after) == plain(failed)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AGENT, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_have_no_part_in_it(sqlite_staff: StaffSite, role: Role) -> None:
    two = Two(sqlite_staff)
    place = two.receive("disclosure")
    stranger = sqlite_staff.enter_as(role)
    assert (stranger.get(PLACE).status_code, stranger.get(place).status_code) == (403, 403)


@pytest.mark.parametrize("action", ["ask-search", "search", "propose", "decide", "extract"])
def test_the_contractor_answers_nothing(sqlite_staff: StaffSite, action: str) -> None:
    two = Two(sqlite_staff)
    place = two.receive("disclosure")
    assert two.officer.post(f"{place}/{action}", {"number": NUMBER}).status_code == 403
    actor = Actor(Role.OFFICER, sqlite_staff.hire().id, Organization.CONTRACTOR)
    with sqlite_staff.database.write() as session, pytest.raises(DomainError) as refused:
        ACTIONS[action.replace("-", "_")](work_in(session, actor, sqlite_staff.now), two.row().id)
    assert refused.value.code == "not_allowed"


WORDS = Words(reason="理由", persons=(0,), protection_considered=True)
ANSWER = Instruction("5汐子第40号", date(2023, 7, 4))
ACTIONS: dict[str, Callable[[Work, int], object]] = {
    "ask_search": lambda work, key: steps.ask_search(work, key, NUMBER),
    "search": lambda work, key: steps.search(work, key, NUMBER),
    "turn_down_search": steps.turn_down,
    "propose": lambda work, key: steps.propose(work, key, steps.Proposal("tell", ANSWER, WORDS)),
    "decide": steps.decide,
    "turn_down": steps.turn_down,
    "reconsider": steps.reconsider,
    "carry_out": draw_decided,
    "extract": draw_decided,
    "tell": lambda work, key: steps.tell(work, key, jst_date(work.now)),
    "close": lambda work, key: steps.close(work, key, ANSWER),
    "withdraw": steps.withdraw,
}


@pytest.mark.parametrize("state", list(PersonRequestState))
@pytest.mark.parametrize("action", list(PERSON_REQUEST.steps))
def test_every_state_takes_its_own_actions_and_no_other(
    sqlite_staff: StaffSite, state: PersonRequestState, action: str
) -> None:
    two = Two(sqlite_staff)
    key = int(two.receive("disclosure").rsplit("/", 1)[1])
    first, second = (one.id for one in two.colleagues[:2])
    actor = Actor(Role.WARD_OFFICER, first, Organization.WARD)
    with sqlite_staff.database.write() as session:
        work = work_in(session, actor, sqlite_staff.now)
        row = session.get_one(PersonRequest, key)
        values = {
            "state": state.value,
            "household_id": two.person.household_id,
            "searched_by": second,
            "searched_with": None if action == "search" else first,
            "proposed_by": second,
            "decided_by": None if action == "decide" else first,
            "decided_at": work.now,
            "outcome": "refuse" if action == "tell" else "tell",
            "decision_no": "5-31",
            "decision_on": jst_date(work.now),
        }
        session.execute(update(PersonRequest).where(PersonRequest.id == key).values(values))
        session.refresh(row)
        keep_words(work, row, Words(number=NUMBER, persons=(0,)))
        record_look(work, [sealed_under(row.entry_id).encode()], f"GET {PLACE}/{key}")
        session.flush()
        fits = PERSON_REQUEST.can(state, action) or (
            # one button for both
            action.startswith("turn_down")
            and state in (PersonRequestState.SEARCH_ASKED, PersonRequestState.DECISION_ASKED)
        )
        if not fits:
            with pytest.raises(WrongStateError):
                ACTIONS[action](work, key)
            return
        ACTIONS[action](work, key)
        session.refresh(row)
        assert row.state in PERSON_REQUEST.steps[action].values() or action.startswith("turn_down")


def test_a_request_ends_only_by_its_steps(sqlite_staff: StaffSite) -> None:
    two = Two(sqlite_staff)
    two.receive("disclosure")
    entry = two.row().entry_id
    actor = Actor(Role.WARD_OFFICER, two.colleagues[0].id, Organization.WARD)
    with sqlite_staff.database.write() as session:
        work = work_in(session, actor, sqlite_staff.now)
        with pytest.raises(InputError, match="本人からの請求"):
            registers.confirm(work, entry, ANSWER)
        with pytest.raises(InputError, match="本人からの請求"):
            registers.end(work, entry)


def test_a_withdrawn_request_is_over_in_the_register_too(sqlite_staff: StaffSite) -> None:
    two = Two(sqlite_staff)
    place = two.searched("stop")
    assert "取り下げを記録しました" in two.press(two.first, place, "withdraw")
    with sqlite_staff.database.read() as session:
        assert session.scalars(select(RegisterEntry)).one().state == "ended"


def test_a_request_that_stood_in_the_register_begins_on_the_page(sqlite_staff: StaffSite) -> None:
    staff = sqlite_staff
    two = Two(staff)
    actor = Actor(Role.OFFICER, staff.hire().id, Organization.CONTRACTOR)
    day = jst_date(staff.now)
    with staff.database.write() as session:
        new = registers.NewEntry(
            RegisterKind.DISCLOSURE.value, day, party="開示", number="30", until=day
        )
        entry = registers.enter(work_in(session, actor, staff.now), new).id
    assert "始める" in two.officer.open(PLACE).text
    begun = two.officer.send(f"{PLACE}/begin/{entry}", {f"kind-{entry}": "stop", "form_key": "b"})
    assert "始めました" in begun.text
    twice = two.officer.post(f"{PLACE}/begin/{entry}", {f"kind-{entry}": "stop", "form_key": "c"})
    assert (twice.status_code, "もう始まっています" in twice.text) == (422, True)


def test_each_step_that_waits_too_long_is_told_and_the_report_names_the_step(
    sqlite_staff: StaffSite,
) -> None:
    staff = sqlite_staff
    two = Two(staff)

    def told(days: int) -> list[tuple[bool, str]]:
        with staff.database.read() as session:
            work = work_in(session, now=staff.now + timedelta(days=days))
            found = [one for one in dues(work) if one.kind is RegisterKind.DISCLOSURE]
            return [(one.late, one.sentence) for one in found if "5汐子第30号" in one.sentence]

    place = two.receive("correction")
    assert [late for late, _said in (*told(1), *told(8))] == [False, True]
    two.press(two.first, place, "ask-search", number=NUMBER)
    two.press(two.second, place, "search", number=NUMBER)
    assert [late for late, _said in (*told(1), *told(17))] == [False, True]
    two.press(two.first, place, "propose", outcome="refuse", reason="ちがわない", **DECISION)
    two.confirm(place)
    ((late, said),) = told(20)
    assert (late, "実施して" in said) == (True, True)
    with staff.database.read() as session:
        report = registers_report(work_in(session, now=staff.now))
    rows = [row for table in report.tables for row in table.rows if "5汐子第30号" in map(str, row)]
    assert any("区が決めた" in " ".join(map(str, row)) for row in rows)


def test_the_events_name_no_household(staff: StaffSite) -> None:
    two = Two(staff)
    two.searched("stop")
    with staff.database.read() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.action.startswith("person_request."))
        ).all()
        assert {one.household_id for one in events} == {None}
        assert NUMBER not in "".join(str(one.detail) for one in events)
