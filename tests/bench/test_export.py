"""Everything that the ward owns of 82,500 children, with half a million events.

A minute, half a gigabyte.
"""

import json
from pathlib import Path

from portal.domain.foundation.vault import load_vault
from portal.platform.database import Database, make_engine
from tests.bench.bulk_year import EVENTS, PROTECTED, fill, live_a_year
from tests.bench.commands import measured
from tests.bench.test_settlement import PEAK_MEGABYTES, SECONDS, SIZE
from tests.support.programs.command import CommandLine


def test_an_export_takes_a_minute_and_half_a_gigabyte(new_database: object, tmp_path: Path) -> None:
    assert callable(new_database)
    url = new_database(False)
    portal = CommandLine(tmp_path / "data", url)
    assert portal.run("init").returncode == 0
    added = portal.run(
        "staff",
        "add",
        "--login",
        "ward",
        "--organization",
        "ward",
        "--role",
        "ward_officer",
        "--name",
        "区",
    )
    assert added.returncode == 0, added.stderr
    database = Database(make_engine(url))
    fill(database, load_vault(tmp_path / "data" / "keys"), SIZE)
    live_a_year(database, SIZE)
    database.engine.dispose()
    arguments = ("export", "--by", "ward", "--out")
    found = measured(portal, *arguments, tmp_path / "out")
    print(f"\n{url.split(':')[0]} export: {found['seconds']:.1f} s, {found['peak']:.0f} MB", end="")
    assert found["status"] == 0, portal.run(*arguments, tmp_path / "again").stderr
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    rows = {one["path"]: one["rows"] for one in manifest["files"]}
    assert (
        rows["ledgers/households.csv"] == rows["ledgers/letters.csv"] == SIZE.households - PROTECTED
    )
    assert rows["ledgers/audit_events.csv"] >= (SIZE.households - PROTECTED) * EVENTS
    assert found["seconds"] <= SECONDS
    assert found["peak"] <= PEAK_MEGABYTES
