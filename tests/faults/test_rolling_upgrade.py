"""Versions are changed under load: a release with its data is upgraded, a bad one taken back.

The guide's steps: `portal db upgrade` once beside the sites of the version before, then one site
after the other is restarted with the new program; the way back is the same restart (F20).
"""

import json
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

import portal
from portal.domain.people.entitlements.queries import totals
from portal.platform import migrations
from portal.platform.database import make_engine
from portal.platform.schema import State, schema_of
from portal.platform.startup import initialize
from portal.settings import Settings
from tests.support.databases.first_release import first_release
from tests.support.databases.migrations import later_versions
from tests.support.databases.stored import stored
from tests.support.faults.cluster import PostgresServer, opened
from tests.support.faults.lab import Laboratory
from tests.support.faults.load import Family
from tests.support.people import Person
from tests.support.programs.servers import ROOT, clean_environment
from tests.support.resident import NOON

__all__ = ["first_release"]
FAMILIES = 48
THINKING = 0.6
"""Seconds that a family looks at each page, so that some are at work all the time."""
TAKEN_BACK = 120.0
"""Seconds in which the version before is back at most."""
DAY = re.compile(r'"today([+-]\d+)?(?:, [\w ]+)?"')
ADDS_FAMILIES = """
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from portal.platform.database import Database, make_engine
from tests.support.people import add_person, give_coupons
from tests.support.resident import NOON, start_session

url, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
database = Database(make_engine(url))
found = [
    add_person(database, NOON, number=f"96{number:08}", active=True, children=2)
    for number in range(count)
]
give_coupons(database, folder, NOON, count=count * 2 + 10, seed=97)
for person in found:
    known = asdict(person) | {"token": start_session(database, person, NOON)}
    print(json.dumps(known, default=str))
"""


def families_of(release: Path, url: str, folder: Path) -> list[Family]:
    """Let a release add households with coupons of its own making, each signed in."""
    told = subprocess.run(
        [sys.executable, "-c", ADDS_FAMILIES, url, str(folder), str(FAMILIES)],
        cwd=release,
        env=clean_environment(PYTHONPATH=str(release)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    found = []
    for line in told.stdout.splitlines():
        known = json.loads(line)
        token = known.pop("token")
        birth = date.fromisoformat(known.pop("birth"))
        found.append(Family(Person(**known, birth=birth), token))
    return found


def ward_of(source: Path, folder: Path) -> str:
    """Write the stored database's ward as a version has it, with its days where the sites are."""
    shutil.copytree(source / "portal" / "programs" / "demo", folder / "demo")
    path = folder / "demo" / "program.toml"
    path.write_text(DAY.sub(_fixed, path.read_text("utf-8")), "utf-8")
    return str(path.parent)


def _fixed(written: re.Match[str]) -> str:
    return f'"{NOON.date() + timedelta(days=int(written[1] or 0))}"'


def upgrade(settings: Settings, url: str) -> str:
    """Run the guide's command of today's program, and return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "portal", "db", "upgrade"],
        cwd=ROOT,
        env=clean_environment(
            PORTAL_PROGRAM=settings.program,
            PORTAL_DATA_DIR=str(settings.data_dir),
            PORTAL_KEY_DIR=str(settings.key_dir),
            PORTAL_DATABASE_URL=url,
            PORTAL_ENVIRONMENT="test",
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_0_1_0_is_upgraded_with_its_data_under_load_while_two_nodes_roll(
    server: PostgresServer, resident_settings: Settings, first_release: Path, tmp_path: Path
) -> None:
    url = server.create_empty()
    stored("0.1.0", "postgresql").restore(url)
    with opened(url) as database, database.read() as session:
        before = totals(session).all
    families = families_of(first_release, url, tmp_path)
    with opened(url) as database:
        settings = replace(resident_settings, program=ward_of(ROOT, tmp_path / "new"))
        before_it = {"PORTAL_PROGRAM": ward_of(first_release, tmp_path / "old")}
        laboratory = Laboratory(server, database, url, settings, tmp_path)
        laboratory.families, laboratory.others = families, before
        try:
            nodes = [laboratory.node(source=first_release, extra=before_it) for _two in range(2)]
            load = laboratory.load(thinking=THINKING)
            load.wait_for(FAMILIES // 6)
            upgrade(settings, url)
            for place, node in enumerate(nodes, 2):
                load.wait_for(place * FAMILIES // 5)
                node.stop()
                node.source, node.extra = ROOT, {}
                node.start()
                told = httpx.get(f"{node.url}/healthz", timeout=30).text
                assert portal.__version__ in told
            left = FAMILIES - load.done
            laboratory.check(load)
        finally:
            for node in laboratory.nodes:
                node.stop()
    assert left, "nobody declined any more when the last node came back"
    assert not load.statuses[503]


def broken_version(folder: Path) -> Path:
    """Copy the program into a folder as a version whose sites cannot start."""
    for part in ("portal", "admin", "templates", "static", "locales"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    with (folder / "portal" / "__init__.py").open("a", encoding="utf-8") as file:
        file.write('\nraise RuntimeError("a bad version")\n')
    return folder


def test_f20_a_bad_version_is_taken_back_under_load_without_touching_the_data(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    initialize(replace(laboratory.settings, database_url=laboratory.url))
    laboratory.add_families(FAMILIES)
    nodes = [laboratory.node(), laboratory.node()]
    load = laboratory.load(thinking=THINKING)
    load.wait_for(FAMILIES // 6)
    engine = make_engine(laboratory.url)
    assert migrations.upgrade_tables(engine, versions=later_versions(tmp_path / "later"))
    engine.dispose()
    nodes[0].stop()
    nodes[0].source = broken_version(tmp_path / "bad")
    with pytest.raises(AssertionError, match="a bad version"):
        nodes[0].start()
    begun = time.monotonic()
    nodes[0].source = ROOT
    nodes[0].start()
    took = time.monotonic() - begun
    nodes[1].restart()
    left = FAMILIES - load.done
    laboratory.check(load)
    print(f"the version before answered again after {took:.1f} s")
    assert left, "nobody declined any more when the version before came back"
    assert took <= TAKEN_BACK
    assert not load.statuses[503]
    assert schema_of(laboratory.database.engine).state is State.EXPANDED
