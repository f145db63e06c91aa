"""A migration while families decline: the program before goes on (F18)."""

import time
from pathlib import Path
from typing import LiteralString

from portal.platform import migrations
from portal.platform.database import make_engine
from tests.support.databases.migrations import LATER, later_versions
from tests.support.faults.lab import Laboratory
from tests.support.faults.patroni import Writer
from tests.support.faults.record import Note

FAMILIES, RATE = 60, 6
"""Families, and how many come in a second: that is some twenty forms a second."""
WAITS_FOR_THE_TABLE: LiteralString = "UPDATE request SET id = id WHERE false"
STALL = 0.3
"""Seconds that a migration may hold up somebody who writes (`security.md` F18)."""


def test_f18_a_table_gets_a_column_under_load_and_no_form_is_refused(
    laboratory: Laboratory, tmp_path: Path, note: Note
) -> None:
    laboratory.add_families(FAMILIES)
    laboratory.node()
    writer = Writer(laboratory.url, WAITS_FOR_THE_TABLE).start()
    try:
        began = time.monotonic()
        load = laboratory.load(rate=RATE)
        load.wait_for(FAMILIES // 4)
        migrated = time.monotonic()
        engine = make_engine(laboratory.url)
        assert migrations.upgrade_tables(engine, versions=later_versions(tmp_path))
        engine.dispose()
        done = time.monotonic()
        receipts = laboratory.check(load)
    finally:
        writer.stop()
    before, stall = writer.closed(began, migrated), writer.closed(migrated, done)
    with laboratory.database.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    assert found == LATER
    assert not load.statuses[503]
    note(
        receipts_kept=receipts,
        forms_per_s=load.forms_per_second(),
        migration_s=done - migrated,
        stall_s=stall,
        without_s=before,
    )
    assert stall <= STALL + before, "the migration holds up who writes"
