"""The record of a call.

One at a time, ended once, by the person who began it, with facts that can be so.
"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from portal.domain.contacts.calls import gate, services
from portal.domain.contacts.calls.about import About
from portal.domain.contacts.calls.categories import CATEGORIES
from portal.domain.contacts.calls.description import CallDescription
from portal.domain.contacts.calls.finishing import FieldsError
from portal.domain.contacts.calls.kinds import (
    CallChannel,
    CallLanguage,
    Direction,
    Result,
)
from portal.domain.contacts.calls.models import Call
from portal.domain.foundation.actors import Role
from portal.domain.foundation.errors import (
    ConflictError,
    NotAllowedError,
    NotFoundError,
    TooLateError,
    WrongStateError,
)
from portal.platform.database import Database
from tests.functional.contacts.calls.support import NOW, Room
from tests.support.work import work_in

MINUTE = timedelta(minutes=1)


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


def test_talk_and_after_call_time_are_measured(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent, language=CallLanguage.KO, line="3番")
    room.hang_up(call_id, agent, NOW + 4 * MINUTE)
    room.finish(call_id, agent, NOW + 6 * MINUTE)
    call = room.call(call_id)
    assert (call.started_at, call.talk_ended_at, call.ended_at) == (
        NOW,
        NOW + 4 * MINUTE,
        NOW + 6 * MINUTE,
    )
    assert (call.channel, call.direction, call.language, call.line) == (
        "phone",
        "inbound",
        "ko",
        "3番",
    )
    assert (call.state, call.day.isoformat(), call.closed_by_rule) == ("ended", "2023-08-01", False)
    assert [name for name, _detail in room.events(call_id)] == [
        "call.started",
        "call.hung_up",
        "call.finished",
    ]


def test_finished_while_talking_the_talk_ends_at_the_same_instant(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    room.finish(call_id, agent, NOW + MINUTE)
    call = room.call(call_id)
    assert call.talk_ended_at == call.ended_at == NOW + MINUTE


def test_a_call_just_after_midnight_belongs_to_the_japanese_day(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent, NOW.replace(hour=15))
    assert room.call(call_id).day.isoformat() == "2023-08-02"


def test_everything_noted_is_kept_and_the_words_are_sealed(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    room.finish(
        call_id,
        agent,
        NOW + 12 * MINUTE,
        result=Result.CALL_BACK,
        interpreter_minutes=12,
        three_way_minutes=9,
        relay_service=True,
        complaint=True,
        shared_with_ward=True,
        text=" 不在票をなくした ",
        notable="不在票がわかりにくい",
        call_back="０３（１２３４）５６７８",
        tracking="123-45-67890-3",
    )
    call = room.call(call_id)
    assert (call.category, call.subcategory, call.result) == ("delivery", "absent", "call_back")
    assert (call.interpreter_minutes, call.three_way_minutes, call.relay_service) == (12, 9, True)
    assert (call.complaint, call.shared_with_ward) == (True, True)
    assert room.words(call_id) == {
        "text": "不在票をなくした",
        "notable": "不在票がわかりにくい",
        "call_back": "0312345678",
        "tracking": "12345678903",
    }
    assert call.sealed is not None
    assert "不在票".encode() not in call.sealed
    assert b"0312345678" not in call.sealed
    assert "0312345678" not in str(room.events(call_id))


def test_a_second_call_of_the_same_person_is_refused_until_the_first_is_over(room: Room) -> None:
    agent, other = room.hire(), room.hire()
    first = room.start(agent)
    with pytest.raises(ConflictError) as refused:
        room.start(agent)
    assert refused.value.code == str(first)
    room.start(other)
    room.hang_up(first, agent)
    with pytest.raises(ConflictError):
        room.start(agent)
    room.finish(first, agent)
    assert room.start(agent) != first


def test_the_database_itself_keeps_two_open_calls_of_one_person_out(room: Room) -> None:
    agent = room.hire()
    call = room.call(room.start(agent))
    with pytest.raises(IntegrityError), room.database.write() as session:
        session.add(
            Call(
                receipt_no="AAAA-AAAA",
                agent_id=call.agent_id,
                channel="phone",
                direction="inbound",
                language="ja",
                day=call.day,
                started_at=NOW,
            )
        )


def test_nobody_ends_or_changes_somebody_elses_call(room: Room) -> None:
    agent, other, lead = room.hire(), room.hire(), room.hire(Role.SUPERVISOR)
    call_id = room.start(agent)
    for stranger in (other, lead):
        with pytest.raises(NotFoundError):
            room.hang_up(call_id, stranger)
        with pytest.raises(NotFoundError):
            room.finish(call_id, stranger)
        with pytest.raises(NotFoundError), room.database.write() as session:
            services.describe(
                work_in(session, stranger, NOW),
                call_id,
                CallDescription(
                    channel=CallChannel.FAX,
                    direction=Direction.INBOUND,
                    language=CallLanguage.EN,
                    line="",
                ),
            )
    room.finish(call_id, agent)
    with pytest.raises(NotFoundError):
        room.correct(call_id, other)
    with pytest.raises(NotFoundError):
        room.hang_up(call_id + 99, agent)


def test_a_call_ends_once(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    room.hang_up(call_id, agent)
    with pytest.raises(WrongStateError):
        room.hang_up(call_id, agent)
    room.finish(call_id, agent, text="一度目")
    with pytest.raises(WrongStateError):
        room.finish(call_id, agent, text="二度目")
    with pytest.raises(WrongStateError):
        room.hang_up(call_id, agent)
    assert room.words(call_id) == {"text": "一度目"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": ""}, "category"),
        ({"category": "weather"}, "category"),
        ({"subcategory": "shops"}, "category"),
        ({"interpreter_minutes": 0}, "interpreter_minutes"),
        ({"three_way_minutes": 601}, "three_way_minutes"),
        ({"text": "パスワードは CDFG HJKL MN34"}, "text"),
        ({"notable": "4111-1111-1111-1111"}, "notable"),
        ({"text": "あ" * 1001}, "text"),
        ({"call_back": "1234"}, "call_back"),
        ({"result": Result.CALL_BACK}, "call_back"),
        ({"tracking": "123-45-67890-4"}, "tracking"),
        ({"tracking": "書留"}, "tracking"),
    ],
)
def test_what_cannot_be_so_is_refused_beside_its_field_and_nothing_changes(
    room: Room, changes: dict[str, Any], field: str
) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    with pytest.raises(FieldsError) as refused:
        room.finish(call_id, agent, **changes)
    assert list(refused.value.faults) == [field]
    assert room.call(call_id).state == "talking"
    room.finish(call_id, agent)
    with pytest.raises(FieldsError):
        room.correct(call_id, agent, **changes)


@pytest.mark.parametrize("field", ["interpreter_minutes", "three_way_minutes"])
def test_nobody_was_in_a_call_longer_than_it_lasted(room: Room, field: str) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    six: dict[str, Any] = {field: 6}
    seven: dict[str, Any] = {field: 7}
    over = NOW + timedelta(minutes=4, seconds=1)
    room.hang_up(call_id, agent, over)
    with pytest.raises(FieldsError) as refused:
        room.finish(call_id, agent, over + 30 * MINUTE, **seven)
    assert list(refused.value.faults) == [field]
    assert "1から6まで" in refused.value.faults[field]
    room.finish(call_id, agent, over + 30 * MINUTE, **six)
    with pytest.raises(FieldsError):
        room.correct(call_id, agent, over + 31 * MINUTE, **seven)


def test_every_category_of_the_list_can_be_noted(room: Room) -> None:
    agent = room.hire()
    for category, subs in CATEGORIES.items():
        call_id = room.start(agent)
        room.finish(call_id, agent, category=category, subcategory=subs[-1])
        assert room.call(call_id).subcategory == subs[-1]


# ---- putting right ------------------------------------------------------------------------
def test_the_agent_puts_the_notes_right_on_the_same_day_and_the_log_names_fields_only(
    room: Room,
) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    room.finish(call_id, agent, text="秘密の話")
    last = NOW.replace(hour=14, minute=59, second=59)
    room.correct(call_id, agent, last, complaint=True, text="別の話")
    assert (room.call(call_id).complaint, room.words(call_id)) == (True, {"text": "別の話"})
    name, detail = room.events(call_id)[-1]
    assert (name, detail) == ("call.corrected", {"fields": ["complaint", "text"]})
    room.correct(call_id, agent, last, complaint=True, text="別の話")
    assert len(room.events(call_id)) == 3
    with pytest.raises(TooLateError):
        room.correct(call_id, agent, NOW.replace(hour=15), complaint=False)
    assert room.call(call_id).complaint


def test_a_call_that_goes_on_is_finished_and_not_put_right(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    with pytest.raises(WrongStateError):
        room.correct(call_id, agent)


# ---- how the call came --------------------------------------------------------------------
def test_language_and_line_can_be_put_right_while_it_goes_on(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(agent)
    with room.database.write() as session:
        services.describe(
            work_in(session, agent, NOW),
            call_id,
            CallDescription(
                channel=CallChannel.COUNTER,
                direction=Direction.INBOUND,
                language=CallLanguage.ZH,
                line="２番窓口",
            ),
        )
    call = room.call(call_id)
    assert (call.channel, call.language, call.line) == ("counter", "zh", "２番窓口")
    assert room.events(call_id)[-1] == (
        "call.described",
        {"fields": ["channel", "language", "line"]},
    )
    room.finish(call_id, agent)
    with pytest.raises(WrongStateError), room.database.write() as session:
        services.describe(
            work_in(session, agent, NOW),
            call_id,
            CallDescription(
                channel=CallChannel.PHONE,
                direction=Direction.INBOUND,
                language=CallLanguage.JA,
                line="",
            ),
        )


def test_a_caller_on_the_line_never_becomes_somebody_whom_we_called(room: Room) -> None:
    agent, person = room.hire(), room.household()
    call_id = room.start(agent)
    with room.database.write() as session:
        gate.opened_in(
            work_in(session, now=NOW),
            gate.require_call(work_in(session, agent)),
            person.household_id,
        )
    with pytest.raises(NotAllowedError), room.database.write() as session:
        services.describe(
            work_in(session, agent, NOW),
            call_id,
            CallDescription(
                channel=CallChannel.PHONE,
                direction=Direction.OUTBOUND,
                language=CallLanguage.JA,
                line="",
            ),
        )
    assert room.call(call_id).direction == "inbound"


def test_a_fax_case_stays_a_fax(room: Room) -> None:
    agent = room.hire()
    call_id = room.start(
        agent, channel=CallChannel.FAX, about=About(sheet_id=room.start(room.hire()))
    )
    with room.database.write() as session:
        services.describe(
            work_in(session, agent, NOW),
            call_id,
            CallDescription(
                channel=CallChannel.PHONE,
                direction=Direction.INBOUND,
                language=CallLanguage.EN,
                line="",
            ),
        )
    assert (room.call(call_id).channel, room.call(call_id).language) == ("fax", "en")


# ---- the gate -----------------------------------------------------------------------------
def test_households_open_only_inside_an_open_call_of_ones_own(room: Room) -> None:
    agent, other = room.hire(), room.hire()
    with room.database.read() as session, pytest.raises(NotAllowedError) as refused:
        gate.require_call(work_in(session, agent))
    assert refused.value.code == gate.NO_CALL
    call_id = room.start(agent)
    with room.database.read() as session:
        assert gate.require_call(work_in(session, agent)).id == call_id
        with pytest.raises(NotAllowedError):
            gate.require_call(work_in(session, other))
    room.hang_up(call_id, agent)
    with room.database.write() as session:
        assert gate.locked_call(work_in(session, agent)).id == call_id
    room.finish(call_id, agent)
    with room.database.write() as session, pytest.raises(NotAllowedError):
        gate.locked_call(work_in(session, agent))


def test_a_household_opened_twice_in_a_call_is_kept_once(room: Room) -> None:
    agent, person = room.hire(), room.household()
    room.start(agent)
    with room.database.write() as session:
        call = gate.require_call(work_in(session, agent))
        first = gate.opened_in(work_in(session, now=NOW), call, person.household_id).id
        assert (
            gate.opened_in(work_in(session, now=NOW + MINUTE), call, person.household_id).id
            == first
        )
