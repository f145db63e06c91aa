"""Two people at once: a case, a file, a reply and a result are each taken only once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlalchemy import func, select

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.faxes import sending
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.foundation.errors import DomainError
from tests.functional.contacts.faxes.support import FaxDesk
from tests.support.reading.files import pdf
from tests.support.work import work_in


def race(*acts: Callable[[], object]) -> list[str]:
    """Carry them out at once; what each was told ("" when done)."""

    def once(act: Callable[[], object]) -> str:
        try:
            act()
        except DomainError as error:
            return error.message
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(once, acts))


def test_two_agents_start_the_same_case_and_one_gets_it(desk: FaxDesk) -> None:
    for _round in range(8):
        case_id = desk.receive()
        told = race(partial(desk.start, case_id), partial(desk.start, case_id, desk.other))
        assert min(told) == ""
        assert "ほかの人" in max(told)
        with desk.database.read() as session:
            calls = session.scalars(
                select(Call.id).where(Call.subject == f"fax_case:{case_id}")
            ).all()
        assert len(calls) == 1
        desk.end_call(calls[0])


def test_one_person_starts_two_cases_at_once_and_gets_one(desk: FaxDesk) -> None:
    cases = [desk.receive(), desk.receive()]
    told = race(*[partial(desk.start, number) for number in cases])
    assert min(told) == ""
    assert "先にそれを終えて" in max(told)
    assert sorted(desk.case(number).state for number in cases) == ["in_work", "received"]


def test_the_same_file_stored_by_two_people_is_one_case(desk: FaxDesk) -> None:
    told = race(*[lambda: desk.receive(data=pdf())] * 4)
    assert told.count("") == 1
    assert all("もう登録されています" in one for one in told if one)
    with desk.database.read() as session:
        assert session.scalar(select(func.count(FaxCase.id))) == 1


def test_two_tabs_write_one_reply_and_record_one_result(desk: FaxDesk) -> None:
    case_id = desk.receive()
    desk.start(case_id)
    assert race(*[lambda: desk.prepare(case_id)] * 3).count("") == 1
    with desk.database.read() as session:
        (reply_id,) = session.scalars(select(FaxReply.id)).all()

    def again() -> None:
        with desk.database.write() as session:
            sending.discard(work_in(session, desk.agent, desk.now), reply_id)

    told = race(lambda: desk.sent_now(reply_id), again)
    assert told.count("") == 1
    assert (desk.reply(reply_id).state, desk.case(case_id).state) in {
        ("sent", "answered"),
        ("discarded", "in_work"),
    }
