"""Questions to the ward.

Raised in a call, answered by the ward or from its paper, found again as evidence.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from portal.domain.contacts.escalations import answering, queries, services
from portal.domain.contacts.escalations.answering import WardAnswer
from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.contacts.escalations.queries import ListedQuestions, Reader
from portal.domain.contacts.escalations.sealed import AskedQuestion, answer_text, question_of
from portal.domain.contacts.escalations.services import Question, RaisedIn
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import day_start
from portal.domain.foundation.errors import (
    DomainError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from tests.functional.contacts.escalations.support import NOW, ORDER, WORDS, Desk
from tests.support.coupons import VAULT
from tests.support.work import work_in

ALL, CONTRACTOR = Reader(True), Reader(False)


def raised(
    desk: Desk,
    question: Question,
    actor: Actor,
    call_id: int | None,
    household_id: int | None = None,
) -> Escalation:
    with desk.database.write() as session:
        return services.raise_escalation(
            work_in(session, actor, desk.now, program=desk.program),
            question,
            RaisedIn(call_id=call_id, household_id=household_id),
        )


def test_a_question_keeps_its_words_sealed_and_is_due_by_its_kind(desk: Desk) -> None:
    row = desk.ask(household_id=desk.household(), telephone="０９０-１２３４-５６７８")
    assert (row.state, row.due_on) == ("open", date(2023, 8, 4))
    assert WORDS.encode() not in row.sealed
    assert question_of(VAULT, row) == AskedQuestion(WORDS, "09012345678")
    with desk.database.read() as session:
        [event] = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "escalation.raised")
        ).all()
        assert event.detail == {"call": row.call_id, "kind": "eligibility"}
        assert event.household_id == row.household_id


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (Question("weather", WORDS), "kind"),
        (Question("eligibility", " "), "text"),
        (Question("eligibility", "あ" * 1001), "text"),
        (Question("eligibility", "カード 4111 1111 1111 1111"), "text"),
        (Question("eligibility", WORDS, "12"), "telephone"),
    ],
)
def test_a_question_with_faults_is_not_passed_on(
    quick_desk: Desk, question: Question, field: str
) -> None:
    with pytest.raises(InputError) as refused:
        raised(quick_desk, question, quick_desk.agent, quick_desk.call())
    assert refused.value.code == field


def test_an_agent_passes_on_only_in_an_own_call_of_this_day(quick_desk: Desk) -> None:
    question = Question("complaint", WORDS)
    foreign = quick_desk.call(quick_desk.actor(Role.AGENT, "other"))
    for call_id in (None, foreign, 999):
        with pytest.raises(NotAllowedError):
            raised(quick_desk, question, quick_desk.agent, call_id)
    own = quick_desk.call()
    assert raised(quick_desk, question, quick_desk.agent, own).id
    quick_desk.end(own)
    assert raised(quick_desk, question, quick_desk.agent, own).id
    quick_desk.now += timedelta(days=1)
    with pytest.raises(NotAllowedError):
        raised(quick_desk, question, quick_desk.agent, own)


def test_an_agent_names_only_a_household_that_was_opened_in_the_call(quick_desk: Desk) -> None:
    opened, other = quick_desk.household(), quick_desk.household()
    call = quick_desk.call(household_id=opened)
    assert (
        raised(
            quick_desk, Question("complaint", WORDS), quick_desk.agent, call, opened
        ).household_id
        == opened
    )
    with pytest.raises(NotAllowedError):
        raised(quick_desk, Question("complaint", WORDS), quick_desk.agent, call, other)


def test_an_officer_needs_no_call(quick_desk: Desk) -> None:
    household = quick_desk.household()
    row = raised(quick_desk, Question("eligibility", WORDS), quick_desk.officer, None, household)
    assert (row.call_id, row.household_id) == (None, household)
    with pytest.raises(NotAllowedError):
        raised(quick_desk, Question("eligibility", WORDS), Actor(Role.SYSTEM), None)


def test_the_ward_answers_and_its_instruction_is_found_as_evidence(desk: Desk) -> None:
    household = desk.household()
    row = desk.ask(household_id=household)
    desk.answer(row)
    with desk.database.read() as session:
        for typed in ("児発第12号", "児発第１２号", " 児発第12号　"):
            [found] = queries.by_instruction(session, typed, CONTRACTOR)
            assert (found.escalation_id, found.source, found.instruction_date) == (
                row.id,
                "screen",
                ORDER.day,
            )
        assert queries.instructions_for(session, household, CONTRACTOR) == queries.by_instruction(
            session, "児発第12号", CONTRACTOR
        )
        for typed in ("", "児発第1号", "児発第12号%"):
            assert queries.by_instruction(session, typed, CONTRACTOR) == []
        [answer] = queries.answers_of(session, row.id)
        assert answer_text(VAULT, session.get_one(Escalation, row.id), answer) == "対象になります。"


def test_evidence_about_a_protected_household_is_the_wards_alone(desk: Desk) -> None:
    row = desk.ask(household_id=desk.household(protected=True))
    desk.answer(row)
    with desk.database.read() as session:
        assert queries.by_instruction(session, ORDER.number, CONTRACTOR) == []
        assert queries.visible_escalation(session, row.id, CONTRACTOR) is None
        assert queries.escalations(session, CONTRACTOR, ListedQuestions()) == []
        assert len(queries.by_instruction(session, ORDER.number, ALL)) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (WardAnswer(" ", ORDER), "text"),
        (WardAnswer("可", Instruction("あ" * 41, ORDER.day)), "instruction_no"),
        (WardAnswer("可", Instruction("　", ORDER.day)), "instruction_no"),
        (WardAnswer("可", Instruction("第1号", date(2023, 8, 2))), "instruction_date"),
    ],
)
def test_an_answer_with_faults_is_not_kept(quick_desk: Desk, given: WardAnswer, field: str) -> None:
    row = quick_desk.ask()
    with quick_desk.database.write() as session, pytest.raises(InputError) as refused:
        answering.answer(work_in(session, quick_desk.ward, NOW), row.id, given)
    assert refused.value.code == field
    assert quick_desk.state(row) == "open"


def test_outside_the_ward_only_its_written_answer_is_entered(quick_desk: Desk) -> None:
    row = quick_desk.ask()
    with quick_desk.database.write() as session, pytest.raises(NotAllowedError):
        answering.answer(
            work_in(session, quick_desk.officer, NOW), row.id, WardAnswer("対象です。")
        )
    quick_desk.answer(row, actor=quick_desk.officer)
    with quick_desk.database.read() as session:
        assert queries.answers_of(session, row.id)[0].source == "paper"


def test_the_ward_may_answer_without_an_instruction(quick_desk: Desk) -> None:
    row = quick_desk.ask("complaint")
    quick_desk.answer(row, "お詫びをお伝えください。", instruction=None)
    assert quick_desk.state(row) == "answered"


def test_a_question_that_is_opened_again_keeps_its_answers_and_has_a_new_day(desk: Desk) -> None:
    row = desk.ask()
    desk.answer(row)
    with desk.database.write() as session:
        services.close(work_in(session, desk.agent, desk.now), row.id)
    desk.now += timedelta(days=7)
    with desk.database.write() as session:
        again = services.reopen(
            work_in(session, desk.officer, desk.now, program=desk.program),
            row.id,
            "二人目はどうなりますか。",
        )
        assert (again.state, again.due_on, again.ended_at) == ("open", date(2023, 8, 14), None)
        assert question_of(VAULT, again).text == WORDS + "\n\n二人目はどうなりますか。"
    desk.answer(row, "二人目も対象です。")
    with desk.database.read() as session:
        assert len(queries.answers_of(session, row.id)) == 2


def test_opening_again_needs_words(quick_desk: Desk) -> None:
    row = quick_desk.ask()
    quick_desk.answer(row)
    with quick_desk.database.write() as session, pytest.raises(InputError) as refused:
        services.reopen(
            work_in(session, quick_desk.officer, NOW, program=quick_desk.program), row.id, " "
        )
    assert refused.value.code == "more"


def act(desk: Desk, row: Escalation, action: str) -> None:
    with desk.database.write() as session:
        match action:
            case "answer":
                answering.answer(
                    work_in(session, desk.ward, desk.now), row.id, WardAnswer("可", ORDER)
                )
            case "close":
                services.close(work_in(session, desk.agent, desk.now), row.id)
            case "withdraw":
                services.withdraw(work_in(session, desk.agent, desk.now), row.id)
            case _reopen:
                services.reopen(
                    work_in(session, desk.officer, desk.now, program=desk.program),
                    row.id,
                    "まだです。",
                )


@pytest.mark.parametrize(
    ("before", "refused"),
    [
        ([], ["close", "reopen"]),
        (["answer"], ["answer", "withdraw"]),
        (["answer", "close"], ["answer", "close", "withdraw"]),
        (["withdraw"], ["answer", "close", "withdraw", "reopen"]),
    ],
)
def test_a_step_in_the_wrong_state_changes_nothing(
    quick_desk: Desk, before: list[str], refused: list[str]
) -> None:
    row = quick_desk.ask()
    for action in before:
        act(quick_desk, row, action)
    state = quick_desk.state(row)
    for action in refused:
        with pytest.raises(WrongStateError):
            act(quick_desk, row, action)
        assert quick_desk.state(row) == state


def test_nothing_can_be_done_to_a_question_that_is_not_there(quick_desk: Desk) -> None:
    nothing = Escalation(id=999)
    for action in ("answer", "close", "withdraw", "reopen"):
        with pytest.raises(NotFoundError):
            act(quick_desk, nothing, action)


def test_of_two_answers_at_the_same_moment_one_is_kept(desk: Desk) -> None:
    row, line = desk.ask(), Barrier(2)
    people = (desk.ward, desk.officer)

    def answer(actor: Actor) -> str:
        line.wait()
        try:
            desk.answer(row, actor=actor)
        except DomainError as error:
            return error.code
        return "kept"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer, people)) == ["kept", "wrong_state"]
    with desk.database.read() as session:
        assert len(session.scalars(select(EscalationAnswer)).all()) == 1


def test_lists_show_what_is_due_first_and_agents_only_their_own(desk: Desk) -> None:
    slow, fast = desk.ask("change_of_recipient"), desk.ask("accident")
    other = desk.ask("press", actor=desk.actor(Role.AGENT, "other"))
    own = Reader(False, desk.agent.id)
    with desk.database.read() as session:
        assert [row.id for row in queries.escalations(session, CONTRACTOR, ListedQuestions())] == [
            fast.id,
            other.id,
            slow.id,
        ]
        assert [row.id for row in queries.escalations(session, own, ListedQuestions())] == [
            fast.id,
            slow.id,
        ]
        assert [
            row.id
            for row in queries.escalations(session, CONTRACTOR, ListedQuestions(kind="press"))
        ] == [other.id]
        assert queries.escalations(session, CONTRACTOR, ListedQuestions(page=2)) == []
        assert queries.state_counts(session, own) == {"open": 2}
        assert queries.visible_escalation(session, other.id, own) is None
        assert queries.by_receipt(session, fast.receipt_no, own) is not None
        assert queries.overdue(session, CONTRACTOR, date(2023, 8, 2)) == 1
        assert queries.overdue(session, CONTRACTOR, date(2023, 8, 1)) == 0


def test_what_a_question_of_protection_is_about_is_read_by_the_ward_alone(quick_desk: Desk) -> None:
    row = quick_desk.ask("protection")
    assert not CONTRACTOR.may_read(row)
    assert ALL.may_read(row)
    assert CONTRACTOR.may_read(quick_desk.ask("press"))


def test_a_month_is_counted_by_kind(desk: Desk) -> None:
    early = desk.ask("complaint")
    desk.answer(desk.ask("complaint"))
    act(desk, desk.ask("press"), "withdraw")
    desk.now += timedelta(days=40)
    desk.answer(early, instruction=None)
    august, september, october = (day_start(date(2023, month, 1)) for month in (8, 9, 10))
    with desk.database.read() as session:
        first = {one.kind: one for one in queries.counts_by_kind(session, august, september)}
        second = {one.kind: one for one in queries.counts_by_kind(session, september, october)}
    count = first["complaint"]
    assert (count.raised, count.answered, count.open) == (2, 1, 1)
    assert (first["press"].raised, first["press"].open) == (1, 0)
    count = second["complaint"]
    assert (count.raised, count.answered, count.open) == (0, 1, 0)


def test_neither_names_nor_instructions_reach_the_audit(desk: Desk) -> None:
    row = desk.ask(text="鶉野さんの件")
    desk.answer(row, "鶉野さんは対象です。")
    with desk.database.read() as session:
        for event in session.scalars(select(AuditEvent)):
            assert "鶉野" not in repr(event.detail)
            assert ORDER.number not in repr(event.detail)
