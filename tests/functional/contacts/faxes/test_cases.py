"""A FAX becomes a case.

The header's time counts, one file is one case, one person handles it, nobody else looks.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.faxes import queries, services, visibility
from portal.domain.contacts.faxes.models import FaxCase
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.requests.requests.models import Scan
from tests.functional.contacts.faxes.support import DIALED, NOW, FaxDesk
from tests.support.coupons import VAULT
from tests.support.reading.files import fax, pdf
from tests.support.work import work_in


def close(desk: FaxDesk, case_id: int, reason: str = "advertisement") -> None:
    with desk.database.write() as session:
        services.close(work_in(session, desk.agent, desk.now), case_id, reason)


def test_the_headers_time_counts_and_the_answer_is_due_on_the_next_business_day(
    desk: FaxDesk,
) -> None:
    friday_night = datetime(2023, 7, 28, 13, 30, tzinfo=UTC)
    case = desk.case(desk.receive(at=friday_night, language="ko", data=fax((172, 110), (172, 90))))
    assert (case.received_at, case.entered_at) == (friday_night, NOW)
    assert (case.day, case.due_on) == (date(2023, 7, 28), date(2023, 7, 31))
    assert (case.state, case.language, case.pages) == ("received", "ko", 2)
    with desk.database.read() as session:
        assert session.get_one(Scan, case.scan_id).media_type == "image/tiff"


def test_a_header_after_midnight_in_japan_belongs_to_the_new_day(desk: FaxDesk) -> None:
    case = desk.case(desk.receive(at=datetime(2023, 7, 30, 15, 0, tzinfo=UTC)))
    assert (case.day, case.due_on) == (date(2023, 7, 31), date(2023, 8, 1))


def test_a_time_in_the_future_is_refused(desk: FaxDesk) -> None:
    with pytest.raises(InputError, match="いまより後") as refused:
        desk.receive(at=NOW + timedelta(seconds=1))
    assert refused.value.code == "received_at"
    assert desk.events() == []


def test_a_very_old_header_is_asked_about(desk: FaxDesk) -> None:
    desk.receive(at=NOW - timedelta(days=31))
    old = NOW - timedelta(days=31, seconds=1)
    with pytest.raises(InputError, match="もう一度見て") as refused:
        desk.receive(at=old)
    assert refused.value.code == "old_is_right"
    assert desk.case(desk.receive(at=old, old_is_right=True)).received_at == old


@pytest.mark.parametrize("sender", ["03-12", "abc", "00-1234-5678", "03-0000-0000"])
def test_a_sender_that_is_no_number_is_refused(desk: FaxDesk, sender: str) -> None:
    with pytest.raises(InputError) as refused:
        desk.receive(sender=sender)
    assert refused.value.code == "sender"


def test_the_senders_number_is_stored_encrypted_and_nowhere_else(desk: FaxDesk) -> None:
    case = desk.case(desk.receive())
    assert queries.sender_of(VAULT, case) == DIALED
    assert queries.sender_of(VAULT, desk.case(desk.receive(sender=""))) == ""
    assert b"5550" not in case.sealed
    assert "5550" not in str([(event.detail, event.action) for event in desk.events("")])


def test_the_same_file_is_one_case(desk: FaxDesk) -> None:
    case = desk.case(desk.receive(data=pdf()))
    with pytest.raises(ConflictError, match=case.receipt_no):
        desk.receive(data=pdf())
    with desk.database.read() as session:
        assert (
            len(session.scalars(select(FaxCase)).all())
            == len(session.scalars(select(Scan)).all())
            == 1
        )


def test_starting_opens_a_call_about_it_and_pressing_twice_opens_one(desk: FaxDesk) -> None:
    case_id = desk.receive(language="zh")
    assert desk.start(case_id) == desk.start(case_id)
    assert desk.case(case_id).state == "in_work"
    with desk.database.read() as session:
        (call,) = session.scalars(select(Call)).all()
        assert (call.channel, call.language, call.fax_case_id) == ("fax", "zh", case_id)
        assert call.subject == f"fax_case:{case_id}", "version 0.1.0 reads this"


def test_what_one_person_handles_another_cannot_take_until_the_call_is_over(desk: FaxDesk) -> None:
    case_id = desk.receive()
    call_id = desk.start(case_id)
    with pytest.raises(ConflictError, match="ほかの人") as refused:
        desk.start(case_id, desk.other)
    assert refused.value.code == "taken"
    with desk.database.write() as session, pytest.raises(ConflictError, match="ほかの人"):
        services.close(work_in(session, desk.other, desk.now), case_id, "no_reply")
    desk.end_call(call_id)
    assert desk.start(case_id, desk.other) != call_id


def test_somebody_in_another_call_ends_that_first(desk: FaxDesk) -> None:
    first, second = desk.receive(), desk.receive()
    call_id = desk.start(first)
    with pytest.raises(ConflictError, match="先にそれを終えて") as refused:
        desk.start(second)
    assert refused.value.code == str(call_id)
    assert desk.case(second).state == "received"


@pytest.mark.parametrize("reason", ["no_reply", "advertisement", "wrong_number", "by_letter"])
def test_a_fax_that_needs_no_reply_is_closed_with_a_reason(desk: FaxDesk, reason: str) -> None:
    case_id = desk.receive()
    close(desk, case_id, reason)
    case = desk.case(case_id)
    assert (case.state, case.close_reason, case.closed_at) == ("closed", reason, NOW)
    assert desk.events("fax.closed")[0].detail == {"reason": reason}
    with pytest.raises(WrongStateError):
        close(desk, case_id, reason)
    with pytest.raises(WrongStateError):
        desk.start(case_id)


@pytest.mark.parametrize("reason", ["", "because", "cannot_send"])
def test_a_case_is_not_closed_without_a_reason_that_fits(desk: FaxDesk, reason: str) -> None:
    case_id = desk.receive()
    with pytest.raises(InputError) as refused:
        close(desk, case_id, reason)
    assert refused.value.code == "reason"
    assert desk.case(case_id).state == "received"


def test_only_who_handles_it_who_entered_it_and_who_leads_look_at_a_fax(desk: FaxDesk) -> None:
    case_id = desk.receive(data=fax((172, 110), (172, 90)))

    def look(actor: object, number: int = 1) -> None:
        with desk.database.write() as session:
            visibility.read_page(work_in(session, actor, desk.now), case_id, number)  # type: ignore[arg-type]

    look(desk.agent)
    look(desk.lead, 2)
    with pytest.raises(NotAllowedError, match="対応を始める"):
        look(desk.other)
    desk.start(case_id, desk.other)
    look(desk.other)
    with pytest.raises(NotAllowedError):
        look(desk.agent)
    for number in (0, 3):
        with pytest.raises(NotFoundError):
            look(desk.lead, number)
    seen = desk.events("scan.viewed")
    assert [event.actor_id for event in seen] == [desk.agent.id, desk.lead.id, desk.other.id]
    assert {event.detail["reason"] for event in seen} == {"fax"}


def test_what_a_fax_says_is_read_only_while_it_waits(desk: FaxDesk) -> None:
    """Afterwards it is its household's: leads open it there, and one of nobody known nowhere."""
    case_id, person = desk.receive(), desk.household()
    other_id = desk.receive()
    desk.verified(desk.start(case_id), person)
    desk.sent_now(desk.prepare(case_id))
    close(desk, other_id)
    scans = [desk.case(key).scan_id for key in (case_id, other_id)]
    for key in (case_id, other_id):
        with desk.database.write() as session, pytest.raises(NotAllowedError):
            visibility.read_page(work_in(session, desk.lead, desk.now), key, 1)
        with desk.database.write() as session, pytest.raises(NotAllowedError):
            visibility.read_sender(work_in(session, desk.lead, desk.now), key)
    with desk.database.read() as session:
        seen = [
            visibility.visible_scan(session, scan, include_protected=ward) is not None
            for ward in (False, True)
            for scan in scans
        ]
    assert seen == [True, False, True, True]


def test_the_queue_is_oldest_first_twenty_at_a_time(desk: FaxDesk) -> None:
    by_age = [desk.receive(at=NOW - timedelta(hours=age)) for age in range(1, 24)]
    desk.start(by_age[-1])
    with desk.database.read() as session:
        first = queries.queue(session)
        rest = queries.queue(session, after=first[-1].id)
    assert [row.id for row in first + rest] == by_age[::-1]
    assert (len(first), len(rest)) == (20, 3)
    assert (first[0].state, first[0].handled_by, first[1].handled_by) == (
        "in_work",
        "agent-a",
        None,
    )


def test_what_waits_is_counted_and_what_is_late(desk: FaxDesk) -> None:
    desk.receive(at=datetime(2023, 7, 31, 14, 59, tzinfo=UTC))
    desk.receive(at=datetime(2023, 7, 31, 15, 0, tzinfo=UTC))
    desk.answered()
    with desk.database.read() as session:
        waiting = queries.counts(session, date(2023, 8, 2))
    assert (waiting.open, waiting.overdue, waiting.failed) == (2, 1, 0)
