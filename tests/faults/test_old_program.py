"""Version 0.1.0 itself, out of this repository's history, goes on while the schema is upgraded."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.domain.people.households.models import Household
from portal.platform.database import make_engine
from portal.platform.migrations import upgrade_tables
from portal.platform.schema import require_current
from tests.support.databases.first_release import first_release
from tests.support.databases.stored import ENGINES, FOLDER, stored
from tests.support.faults.cluster import opened
from tests.support.programs.servers import clean_environment

__all__ = ["first_release"]
WRITES = """
import sys
from pathlib import Path

from sqlalchemy import func, select

from portal.domain.foundation.vault import load_vault
from portal.domain.tables import metadata
from portal.platform.database import Database, make_engine
from portal.platform.schema import require_current
from tests.support.people import add_person
from tests.support.resident import NOON

url, keys = sys.argv[1:]
database, vault = Database(make_engine(url)), load_vault(Path(keys))
require_current(database.engine)
print("started", flush=True)
for number in sys.stdin:
    with database.read() as session:
        for table in metadata.sorted_tables:
            session.execute(select(table).limit(3)).all()
    add_person(database, NOON, vault=vault, number=number.strip(), active=True)
    print("written", flush=True)
try:
    require_current(database.engine)
except Exception as refused:
    print("refused at the next start:", refused)
"""


@pytest.mark.parametrize("kind", ENGINES)
def test_a_running_0_1_0_reads_and_writes_beside_the_new_schema(
    kind: str, first_release: Path, request: pytest.FixtureRequest
) -> None:
    new: Callable[[bool], str] = request.getfixturevalue(
        "new_sqlite" if kind == "sqlite" else "new_postgres"
    )
    url = new(False)
    stored("0.1.0", kind).restore(url)
    old = subprocess.Popen(
        [sys.executable, "-c", WRITES, url, str(FOLDER / "0.1.0" / "keys")],
        cwd=first_release,
        env=clean_environment(PYTHONPATH=str(first_release)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert old.stdin is not None
    assert old.stdout is not None
    assert old.stdout.readline() == "started\n"
    old.stdin.write("9800000001\n")
    old.stdin.flush()
    assert old.stdout.readline() == "written\n"
    engine = make_engine(url)
    assert upgrade_tables(engine)  # by today's program, while the old one runs
    engine.dispose()
    old.stdin.write("9800000002\n")
    old.stdin.flush()
    assert old.stdout.readline() == "written\n"
    said, _none = old.communicate()
    assert "refused at the next start" in said
    assert old.returncode == 0
    with opened(url) as database, database.read() as session:
        require_current(database.engine)
        assert (session.scalar(select(func.count()).select_from(Household)) or 0) > 2
