"""The chain of audit events: a database's administrator changes nothing unseen (security.md 7)."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from portal.domain.foundation.audit.chain import Link, canonical
from portal.domain.foundation.audit.heads import FILE, make_signer, read_heads
from portal.domain.foundation.audit.models import AuditEvent, AuditSeal
from portal.domain.foundation.audit.queries import chain_status
from portal.domain.foundation.audit.sealing import SIGN_AFTER, declare_restored
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.audit.verifying import FaultKind
from portal.platform.append_only import LEDGERS, missing_triggers
from portal.platform.database import Database
from tests.support.chains import Chain
from tests.support.work import work_in


@pytest.fixture
def chain(database: Database, tmp_path: Path) -> Chain:
    """Nine sealed events, a signed head outside after the sixth."""
    made = Chain(database, tmp_path)
    made.happen(*(f"act {number}" for number in range(6)))
    made.seal()
    made.sealing.publish()
    made.later(minutes=1)
    made.happen("act 6", "act 7", "act 8")
    made.seal()
    return made


def test_every_event_is_sealed_once_in_its_order_without_a_gap(chain: Chain) -> None:
    found = chain.verdict()
    assert found.is_whole
    assert (found.end.seq, found.events, found.waiting, found.heads, found.outside) == (
        9,
        9,
        0,
        1,
        1,
    )
    with chain.database.read() as session:
        rows = session.execute(select(AuditSeal.seq, AuditSeal.event_id).order_by(AuditSeal.seq))
        assert [(seq, event) for seq, event in rows] == [(n, n) for n in range(1, 10)]


def test_no_value_flows_over_into_its_neighbor() -> None:
    assert canonical(b"t", ("ab", "c")) != canonical(b"t", ("a", "bc"))
    assert canonical(b"t", ("1",)) != canonical(b"t", (1,))
    assert canonical(b"t", (None, "")) != canonical(b"t", ("", None))


@pytest.mark.parametrize(
    "change",
    [
        "actor_id = 99",
        "action = 'other'",
        "household_id = NULL",
        "detail = '{}'",
        "channel = 'phone'",
        "subject_id = 2",
        "sealed = 'x'",
        "actor_role = 'officer'",
    ],
)
def test_a_rewritten_event_is_seen(chain: Chain, change: str) -> None:
    chain.as_administrator(f"UPDATE audit_event SET {change} WHERE id = 4")
    found = chain.verdict(outside=False)
    assert [(fault.kind.value, fault.seq) for fault in found.faults] == [("event_changed", 4)]


def test_an_event_at_another_microsecond_is_seen(chain: Chain) -> None:
    ahead = {
        "sqlite": "strftime('%Y-%m-%d %H:%M:%f', at, '+0.001 seconds') || '000'",
        "postgresql": "at + interval '1 microsecond'",
    }[chain.database.engine.dialect.name]
    chain.as_administrator(f"UPDATE audit_event SET at = {ahead} WHERE id = 2")
    assert chain.faults(outside=False) == {"event_changed"}


def test_a_deleted_event_is_seen(chain: Chain) -> None:
    chain.as_administrator("DELETE FROM audit_event WHERE id = 5")
    assert chain.faults(outside=False) == {"event_gone"}
    chain.as_administrator("DELETE FROM audit_seal WHERE event_id = 5")
    assert chain.faults(outside=False) == {"seal_gone"}


@pytest.mark.parametrize("days", [-300, 1])
def test_an_event_that_is_put_in_later_under_another_time_is_seen(chain: Chain, days: int) -> None:
    """The application's own right to add events is enough for it, and the worker seals it."""
    chain.later(days=1)
    with chain.database.write() as session:
        put_in = work_in(session, now=chain.clock.instant + timedelta(days=days))
        record(put_in, "household.viewed", "household", 1, household_id=7)
    chain.seal()
    found = chain.verdict()
    assert [(fault.kind, fault.seq) for fault in found.faults] == [(FaultKind.OUT_OF_TIME, 10)]


def test_events_that_waited_long_for_a_worker_are_no_fault(chain: Chain) -> None:
    for _ in range(3):
        chain.later(hours=5)
        chain.happen("late", "late")
    chain.seal()
    assert chain.verdict().is_whole


def test_a_rewritten_seal_is_seen(chain: Chain) -> None:
    chain.as_administrator("UPDATE audit_seal SET seq = seq + 100 WHERE seq > 7")
    assert "seal_gone" in chain.faults(outside=False)


def test_a_tail_that_was_cut_off_is_seen_by_the_heads_outside_alone(chain: Chain) -> None:
    chain.sign()
    chain.as_administrator(
        "DELETE FROM audit_seal WHERE seq > 7",
        "DELETE FROM audit_event WHERE id > 7",
        "DELETE FROM audit_head WHERE seq > 7",
    )
    assert chain.faults(outside=False) == set()
    assert chain.faults() == {"cut_off"}
    # and what happens afterwards hides nothing
    chain.worker().step()
    chain.happen("act 9", "act 10", "act 11", "act 12")
    chain.sealing = chain.worker()
    chain.seal()
    assert chain.faults() == {"computed_anew"}


def test_a_tail_of_which_no_head_was_signed_is_seen_by_a_worker_that_runs(chain: Chain) -> None:
    chain.as_administrator("DELETE FROM audit_seal WHERE seq > 7")
    chain.as_administrator("DELETE FROM audit_event WHERE id > 7")
    assert chain.faults() == set()
    chain.seal()
    chain.sealing.publish()
    assert chain.faults() == {"cut_off"}
    assert chain.sealing.fault == "ChainChangedError"


def test_a_chain_that_is_computed_anew_is_seen(chain: Chain) -> None:
    chain.sign()
    end = chain.verdict().end
    chain.as_administrator("UPDATE audit_event SET actor_id = 99 WHERE id = 3")
    chain.compute_anew()
    assert chain.faults(outside=False) == {"computed_anew"}
    chain.as_administrator("DELETE FROM audit_head")
    assert chain.faults(outside=False) == set()
    assert chain.faults() == {"computed_anew"}
    # the paper alone is enough: number and hash of the end as a monthly report printed them
    assert chain.faults(outside=False, printed=(end,)) == {"computed_anew"}


def test_a_head_that_another_key_signed_does_not_count(chain: Chain, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    chain.sealing.sealer.signer = make_signer(tmp_path / "theirs")
    chain.sealing.sealer.sign(at_once=True)
    assert chain.faults(outside=False) == {"head_forged"}
    chain.as_administrator("UPDATE audit_head SET kind = 'other'")
    assert chain.faults(outside=False) == {"head_forged"}


def test_an_edited_line_outside_is_seen(chain: Chain) -> None:
    file = chain.ward / FILE
    file.write_text(file.read_text().replace('"seq": 6', '"seq": 5') + "what is this\n")
    assert chain.faults() == {"head_forged", "unreadable"}


def test_a_line_that_a_full_disk_cut_off_spoils_no_later_one(chain: Chain) -> None:
    file = chain.ward / FILE
    file.write_text(file.read_text() + '{"kind": "head", "se')
    chain.sign()
    assert chain.faults() == {"unreadable"}
    assert [head.link.seq for head in read_heads(chain.ward).heads] == [6, 9]


def test_a_folder_that_was_away_gets_all_heads_later_and_each_once(
    chain: Chain, tmp_path: Path
) -> None:
    chain.ward.rename(tmp_path / "unmounted")
    with pytest.raises(OSError, match="No such file"):
        chain.sign()
    (tmp_path / "unmounted").rename(chain.ward)
    chain.sealing.publish()
    chain.worker().publish()
    chain.worker().publish()
    assert [head.link.seq for head in read_heads(chain.ward).heads] == [6, 9]


def test_a_head_is_signed_after_a_thousand_events_or_ten_minutes(chain: Chain) -> None:
    assert chain.sealing.sealer.sign() is None
    with chain.database.write() as session:
        for _ in range(SIGN_AFTER):
            record(work_in(session, now=chain.clock.instant), "many", "test")
    chain.seal()
    chain.later(minutes=9)
    chain.happen("late")
    chain.seal()
    assert [head.link.seq for head in read_heads(chain.ward).heads] == [6, 9 + SIGN_AFTER]
    chain.later(minutes=1)
    chain.sealing.step()
    assert [head.link.seq for head in read_heads(chain.ward).heads][2:] == [10 + SIGN_AFTER]


def test_what_a_restored_backup_lost_is_told_and_is_no_fault(chain: Chain) -> None:
    chain.sign()
    chain.as_administrator(
        "DELETE FROM audit_seal WHERE seq > 7",
        "DELETE FROM audit_event WHERE id > 7",
        "DELETE FROM audit_head WHERE seq > 7",
    )
    with chain.database.write() as session:
        declare_restored(work_in(session, now=chain.clock.instant), chain.signer)
    chain.sealing = chain.worker()
    chain.happen("act 9")
    chain.seal()
    chain.sign()
    found = chain.verdict()
    assert found.is_whole
    assert [(lost.after, lost.up_to) for lost in found.lost] == [(7, 9)]
    assert [head.kind.value for head in read_heads(chain.ward).heads] == [
        "head",
        "head",
        "restored",
        "head",
    ]


def test_workers_that_seal_at_once_make_no_fork(chain: Chain) -> None:
    chain.happen(*(f"more {number}" for number in range(30)))
    workers = [chain.worker() for _ in range(4)]

    def work(one: int) -> None:
        for _ in range(10):
            chain.happen(f"by {one}")
            workers[one].step()

    threads = [threading.Thread(target=work, args=(one,)) for one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    chain.seal()
    found = chain.verdict()
    assert found.is_whole
    assert (found.end.seq, found.waiting) == (9 + 30 + 40, 0)


def test_the_tables_themselves_refuse_a_fork(chain: Chain) -> None:
    copy = (
        "INSERT INTO audit_seal (seq, event_id, at, previous, hash)"
        " SELECT {}, {}, at, previous, hash FROM audit_seal WHERE seq = 9"
    )
    for seq, event in ((10, 99), (10, 9)):
        with pytest.raises(IntegrityError):
            chain.as_administrator(copy.format(seq, event))


def test_an_event_whose_transaction_ended_late_is_sealed_too(
    postgres_database: Database, tmp_path: Path
) -> None:
    """PostgreSQL numbers an event when it is written, and shows it minutes later."""
    chain = Chain(postgres_database, tmp_path)
    chain.happen("first")
    with chain.database.write() as slow:
        record(work_in(slow, now=chain.clock.instant), "slow", "test")
        slow.connection()
        record(work_in(slow, now=chain.clock.instant), "slow too", "test")
        slow.scalar(select(func.max(AuditEvent.id)))  # writes both
        chain.happen("second", "third")
        for _ in range(4):
            chain.seal()
        assert chain.verdict().waiting == 0
    for _ in range(4):
        chain.seal()
    found = chain.verdict()
    assert (found.is_whole, found.events, found.waiting) == (True, 5, 0)


def test_an_event_that_waits_for_its_seal_is_an_alarm_after_five_seconds(chain: Chain) -> None:
    chain.happen("waits")
    chain.later(seconds=5)
    with chain.database.read() as session:
        assert not chain_status(session, chain.clock.instant).is_late
    chain.later(seconds=1)
    with chain.database.read() as session:
        assert chain_status(session, chain.clock.instant).is_late
    assert (chain.verdict().waiting, chain.verdict().late) == (1, 1)
    chain.seal()
    with chain.database.read() as session:
        assert not chain_status(session, chain.clock.instant).is_late


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_ledger_on_sqlite_is_only_added_to(sqlite_database: Database, ledger: str) -> None:
    with sqlite_database.engine.begin() as connection:
        assert missing_triggers(connection) == []
        columns = connection.execute(text(f"SELECT name, type FROM pragma_table_info('{ledger}')"))
        names = [name for name, _type in columns]
        values = ", ".join("1" for _ in names)
        insert = f"INTO {ledger} ({', '.join(names)}) VALUES ({values})"
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        connection.exec_driver_sql(f"INSERT {insert}")
        for refused in (
            f"DELETE FROM {ledger}",
            f"UPDATE {ledger} SET {names[-1]} = 2",
            f"INSERT OR REPLACE {insert}",
        ):
            with pytest.raises(IntegrityError, match="is only added to"):
                connection.exec_driver_sql(refused)
        connection.exec_driver_sql(f"DROP TABLE {ledger}")  # no row may stay: it points nowhere
    sqlite_database.engine.dispose()  # with its pragma


def test_a_link_before_the_first_is_nothing() -> None:
    assert Link() == Link(0, bytes(32))
