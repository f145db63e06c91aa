"""Events live and die with what they tell of.

Written when the transaction commits, lost with it or with its savepoint.
"""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Connection

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import MOST_PENDING, record, record_many, write_pending
from portal.domain.foundation.base import Base
from portal.platform.database import Database
from tests.support.work import work_in

NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)


class LineCutError(Exception):
    """What a test raises in the middle."""


def actions(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


@pytest.mark.asvs("16.2.1")
def test_events_are_written_in_the_order_in_which_things_happened(database: Database) -> None:
    with database.write() as session:
        record(work_in(session, now=NOW), "first", "test", 1, reason="a")
        record_many(work_in(session, now=NOW), "many", "test", [(2, None), (3, None)], kind="b")
        record(work_in(session, now=NOW), "last", "test", sealed=b"sealed")
    assert actions(database) == ["first", "many", "many", "last"]
    with database.read() as session:
        rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        assert [(row.subject_id, row.detail, row.sealed) for row in rows] == [
            (1, {"reason": "a"}, None),
            (2, {"kind": "b"}, None),
            (3, {"kind": "b"}, None),
            (None, {}, b"sealed"),
        ]
        assert {(row.at, row.actor_role, row.channel) for row in rows} == {
            (NOW, "system", SYSTEM.channel)
        }


def test_many_events_of_one_transaction_are_one_statement(database: Database) -> None:
    written: list[str] = []

    def note(
        _c: Connection, _cursor: object, statement: str, _p: object, _x: object, _many: bool
    ) -> None:
        if statement.startswith("INSERT INTO audit_event"):
            written.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with database.write() as session:
            for number in range(7):
                record(work_in(session, now=NOW), f"event {number}", "test", number)
            assert not written
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert len(written) == 1
    assert len(actions(database)) == 7


@pytest.mark.asvs("2.3.3")
def test_a_transaction_that_fails_takes_its_events_along(database: Database) -> None:
    with suppress(LineCutError), database.write() as session:
        record(work_in(session, now=NOW), "lost", "test")
        raise LineCutError
    assert actions(database) == []


def test_a_savepoint_that_is_rolled_back_takes_only_its_own_events_along(
    database: Database,
) -> None:
    with database.write() as session:
        record(work_in(session, now=NOW), "before", "test")
        with suppress(LineCutError), session.begin_nested():
            record(work_in(session, now=NOW), "lost", "test")
            with session.begin_nested():
                record(work_in(session, now=NOW), "lost too", "test")
            raise LineCutError
        with session.begin_nested():
            record(work_in(session, now=NOW), "kept", "test")
            with suppress(LineCutError), session.begin_nested():
                record(work_in(session, now=NOW), "inner lost", "test")
                raise LineCutError
        record(work_in(session, now=NOW), "after", "test")
    assert actions(database) == ["before", "kept", "after"]


def test_a_session_that_is_rolled_back_and_used_again_forgets_the_events_of_before(
    database: Database,
) -> None:
    with database.write() as session:
        record(work_in(session, now=NOW), "lost", "test")
        write_pending(session)
        record(work_in(session, now=NOW), "lost as well", "test")
        session.get_transaction().rollback()  # type: ignore[union-attr]
    assert actions(database) == []


def test_who_reads_in_the_same_transaction_finds_them(database: Database) -> None:
    with database.write() as session:
        record(work_in(session, now=NOW), "first", "test")
        assert session.scalar(select(AuditEvent.action)) == "first"
        record(work_in(session, now=NOW), "second", "test")
        with suppress(LineCutError), session.begin_nested():
            record(work_in(session, now=NOW), "in the savepoint", "test")
            assert len(session.scalars(select(AuditEvent.action)).all()) == 3
            raise LineCutError
        assert len(session.scalars(select(AuditEvent.action)).all()) == 2
    assert actions(database) == ["first", "second"]


def test_a_command_that_writes_very_many_events_keeps_few_of_them_in_memory(
    database: Database,
) -> None:
    with database.write() as session:
        for number in range(MOST_PENDING + 5):
            record(work_in(session, now=NOW), "many", "test", number)
        table = Base.metadata.tables["audit_event"]
        assert len(session.execute(select(table.c.id)).all()) == MOST_PENDING
    assert len(actions(database)) == MOST_PENDING + 5


@pytest.mark.asvs("3.5.3")
def test_an_event_in_a_transaction_that_only_reads_is_a_mistake_that_shows(
    database: Database,
) -> None:
    with database.read() as session, pytest.raises(RuntimeError):
        record(work_in(session, now=NOW), "lost", "test")
