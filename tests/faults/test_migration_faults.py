"""A migration while families decline: the program before goes on (F18)."""

import threading
import time
from pathlib import Path

from portal.platform import migrations
from portal.platform.database import make_engine
from tests.support.databases.migrations import LATER, later_versions
from tests.support.faults.lab import Laboratory

FAMILIES = 16


def test_f18_a_table_gets_a_column_under_load_and_no_form_is_refused(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    laboratory.add_families(FAMILIES)
    laboratory.node()
    load = laboratory.load()
    load.wait_for(FAMILIES // 4)
    took: list[float] = []

    def migrate() -> None:
        engine = make_engine(laboratory.url)
        started = time.monotonic()
        assert migrations.upgrade_tables(engine, versions=later_versions(tmp_path))
        took.append(time.monotonic() - started)
        engine.dispose()

    thread = threading.Thread(target=migrate)
    thread.start()
    laboratory.check(load)
    thread.join()
    assert took, "the migration failed"
    with laboratory.database.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    assert found == LATER
    assert not load.statuses[503]
    print(f"the migration took {took[0]:.2f} s, the longest gap was {load.longest_gap():.2f} s")
