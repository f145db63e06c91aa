"""Eight processes that write to one SQLite file beside a long reader (F24)."""

import multiprocessing
import time
from pathlib import Path

from sqlalchemy import func, select, text

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.platform import migrations
from portal.platform.database import Database, make_engine
from tests.support.programs.servers import PATIENCE
from tests.support.work import work_in

WRITERS, EACH = 8, 60


def write(url: str, failed: "multiprocessing.Queue[str]") -> None:
    """Read, then write, again and again: what loses updates where a transaction begins late."""
    database = Database(make_engine(url))
    for _time in range(EACH):
        try:
            with database.write() as session:
                count = session.scalar(select(func.count(AuditEvent.id))) or 0
                record(work_in(session), "test.counted", "test", None, before=count)
        except Exception as error:  # noqa: BLE001  (whatever it is, the test must say so)
            failed.put(f"{type(error).__name__}: {error}")


def test_f24_eight_writers_lose_nothing_and_none_is_locked_out(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'portal.sqlite3'}"
    engine = make_engine(url)
    migrations.create_tables(engine)
    context = multiprocessing.get_context("spawn")
    failed: multiprocessing.Queue[str] = context.Queue()
    writers = [context.Process(target=write, args=(url, failed)) for _n in range(WRITERS)]
    for writer in writers:
        writer.start()
    with Database(engine).read() as session:  # a report that takes its time
        session.execute(text("SELECT count(*) FROM audit_event"))
        time.sleep(2)
    for writer in writers:
        writer.join(PATIENCE)
    assert not any(writer.is_alive() for writer in writers), "a writer waits without an end"
    assert failed.empty(), failed.get()
    with Database(engine).read() as session:
        seen = [event.detail["before"] for event in session.scalars(select(AuditEvent))]
        assert sorted(seen) == list(range(WRITERS * EACH)), "two writers saw the same count"
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    engine.dispose()
