"""The ward inspects what is handed in; BCP has a document and a drill; what fails is done again."""

from datetime import date, datetime

import pytest

from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.oversight.management.proofs import prove
from portal.domain.oversight.registers import services
from portal.domain.oversight.registers.dues import Due
from portal.domain.oversight.registers.kinds import RegisterKind, Result
from portal.domain.oversight.registers.models import RegisterFile
from portal.domain.oversight.registers.states import EntryState
from tests.functional.contacts.faxes.test_races import race
from tests.functional.oversight.registers.test_registers import (
    DAY,
    DECISION,
    TODAY,
    Office,
    office,
)
from tests.support.coupons import NOW
from tests.support.sample_ward import sample_program
from tests.support.work import work_in

__all__ = ["office"]
COMPLETION, DEFECT = RegisterKind.COMPLETION, RegisterKind.DEFECT
REDO = TODAY + 14 * DAY
LAST = sample_program().contract.last_day


def at(day: date) -> datetime:
    """Noon of a day."""
    return NOW + (day - TODAY)


def reject(office: Office, key: int, until: date = REDO, now: datetime = NOW) -> None:
    with office.database.write() as session:
        services.reject(work_in(session, office.ward, now), key, DECISION, until)


def only(found: list[Due]) -> Due:
    (one,) = found
    return one


def test_a_notice_of_completion_is_announced_due_and_late(office: Office) -> None:
    assert COMPLETION not in office.due(at(LAST - 61 * DAY))
    soon = only(office.due(at(LAST - 50 * DAY))[COMPLETION])
    assert (soon.late, LAST.isoformat() in soon.sentence) == (False, True)
    assert not only(office.due(at(LAST))[COMPLETION]).late
    assert only(office.due(at(LAST + DAY))[COMPLETION]).late
    office.enter(COMPLETION)
    assert not only(office.due(at(LAST + DAY))[COMPLETION]).late


def test_the_ward_is_asked_when_ten_days_went_without_an_inspection(office: Office) -> None:
    office.enter(COMPLETION)
    assert "検査の期限" not in only(office.due(at(TODAY + 10 * DAY))[COMPLETION]).sentence
    assert "検査の期限" in only(office.due(at(TODAY + 11 * DAY))[COMPLETION]).sentence


@pytest.mark.parametrize("kind", [COMPLETION, DEFECT, RegisterKind.DELIVERABLE])
def test_what_was_rejected_is_red_after_its_day_until_the_repaired_one_came(
    office: Office, kind: RegisterKind
) -> None:
    first = office.enter(kind)
    reject(office, first)
    one = office.entry(first)
    assert (one.state, one.until, one.decision_no) == (EntryState.REJECTED, REDO, "5汐子第9号")
    assert not only(office.due(at(REDO))[kind]).late
    assert only(office.due(at(REDO + DAY))[kind]).late
    second = office.enter(kind, follows=first)
    assert office.entry(first).state is EntryState.REPLACED
    assert (office.entry(second).follows, office.entry(second).state) == (
        first,
        EntryState.WAITING,
    )
    assert not only(office.due(at(REDO))[kind]).late
    with office.database.write() as session:
        services.confirm(work_in(session, office.ward), second, DECISION)
    assert kind not in office.due(at(REDO + DAY))


def test_the_ward_alone_rejects_what_it_inspects_once(office: Office) -> None:
    key, other = office.enter(COMPLETION), office.enter(RegisterKind.ORIGINALS)
    with pytest.raises(NotAllowedError), office.database.write() as session:
        services.reject(work_in(session, office.officer), key, DECISION, REDO)
    with pytest.raises(InputError):
        reject(office, other)
    with pytest.raises(NotFoundError):
        reject(office, 999)
    with pytest.raises(InputError) as caught:
        reject(office, key, TODAY - DAY)
    assert caught.value.code == "redo_until"
    with pytest.raises(InputError) as caught, office.database.write() as session:
        services.reject(work_in(session, office.ward), key, Instruction("", TODAY), REDO)
    assert caught.value.code == "decision_no"
    assert office.entry(key).state is EntryState.WAITING
    told = race(lambda: reject(office, key), lambda: reject(office, key))
    assert min(told) == ""
    assert "いまの状態では" in max(told)
    for act in (services.confirm, services.resume):
        with pytest.raises(WrongStateError), office.database.write() as session:
            act(work_in(session, office.ward), key, DECISION)


def test_only_a_rejected_entry_of_the_register_is_repaired_and_once(office: Office) -> None:
    waiting, defect = office.enter(COMPLETION), office.enter(DEFECT)
    reject(office, defect)
    tries: list[tuple[int, type[Exception]]] = [
        (waiting, WrongStateError),
        (defect, NotFoundError),
        (999, NotFoundError),
    ]
    for follows, error in tries:
        with pytest.raises(error):
            office.enter(COMPLETION, follows=follows)
    told = race(*[lambda: office.enter(DEFECT, follows=defect)] * 2)
    assert min(told) == ""
    assert max(told)
    assert office.entry(defect).state is EntryState.REPLACED


def test_a_claim_of_a_defect_is_late_after_its_day(office: Office) -> None:
    office.enter(DEFECT, until=TODAY + 30 * DAY)
    assert any(one.late for one in office.due(at(TODAY + 31 * DAY))[DEFECT])
    assert not any(one.late for one in office.due(at(TODAY + 30 * DAY))[DEFECT])


def test_a_drill_that_failed_is_red_until_one_passes(office: Office) -> None:
    kind = RegisterKind.BCP_DRILL
    key = office.enter(kind, day=TODAY - 20 * DAY, result=Result.FAILED.value)
    assert only(office.due()[kind]).late
    assert office.entry(key).result is Result.FAILED
    office.enter(kind, day=TODAY - 10 * DAY)
    assert kind not in office.due()
    with pytest.raises(InputError) as caught:
        office.enter(kind, result="so-so")
    assert caught.value.code == "result"


def test_the_first_drill_and_the_document_are_announced_and_late(office: Office) -> None:
    first = sample_program().contract.first_day
    plan, drill = RegisterKind.BCP_PLAN, RegisterKind.BCP_DRILL
    assert not only(office.due(at(first - DAY))[plan]).late
    assert only(office.due(at(first))[plan]).late
    end = first + 365 * DAY
    assert drill not in office.due(at(end - 61 * DAY))
    assert not only(office.due(at(end - DAY))[drill]).late
    assert only(office.due(at(end))[drill]).late
    office.enter(plan)
    assert plan not in office.due(at(TODAY + 300 * DAY))
    assert not only(office.due(at(TODAY + 310 * DAY))[plan]).late
    assert only(office.due(at(TODAY + 366 * DAY))[plan]).late


def test_the_document_is_kept_sealed_and_given_back(office: Office) -> None:
    with pytest.raises(InputError) as caught:
        office.enter(RegisterKind.BCP_PLAN, document=None)
    assert caught.value.code == "file"
    key = office.enter(RegisterKind.BCP_PLAN, document=b"%PDF-1.7 plan")
    assert office.entry(key).has_file
    with office.database.read() as session:
        row = session.query(RegisterFile).one()
        assert b"plan" not in row.sealed
        assert services.document_of(work_in(session), key) == b"%PDF-1.7 plan"
        with pytest.raises(NotFoundError):
            services.document_of(work_in(session), key + 1)


def test_the_answer_about_continuity_holds_only_with_document_and_passed_drill(
    office: Office,
) -> None:
    def holds(days: int = 0) -> bool:
        with office.database.read() as session:
            work = work_in(session, office.officer, NOW + days * DAY)
            (proof,) = prove(work, ["continuity"])
            return proof.holds

    assert not holds()
    office.enter(RegisterKind.BCP_PLAN)
    assert holds()
    office.enter(RegisterKind.BCP_DRILL, result="failed")
    assert not holds()
    office.enter(RegisterKind.BCP_DRILL)
    assert holds()
    assert not holds(366)
