"""50,000 households checked, encrypted, indexed and stored.

Beside the least work that could do it, and its memory.
"""

import json
import os
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.demo.extract import make_extract
from portal.demo.families import ExtractPlan
from portal.domain.foundation.portions import portions
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.vault import seal_json
from portal.domain.mailroom.roster.bulk import insert_rows
from portal.domain.mailroom.roster.files.layout import find_layout
from portal.domain.mailroom.roster.files.reader import RosterReader
from portal.domain.mailroom.roster.imports.staging import CHILD_COLUMNS, HOUSEHOLD_COLUMNS
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.people.households.models import Household
from portal.domain.people.households.records import household_digest, person_digest
from portal.platform.database import Database, make_engine
from tests.bench.commands import measured
from tests.support.coupons import VAULT
from tests.support.mailroom.roster import NOW
from tests.support.programs.command import CommandLine
from tests.support.transfers import announced, extract_figures
from tests.support.work import work_in

HOUSEHOLDS = int(os.environ.get("PORTAL_BENCH_HOUSEHOLDS", "50000"))
SHARE_OF_FLOOR = 0.2
PEAK_MEGABYTES = 230


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plan = ExtractPlan(households=HOUSEHOLDS, seed=50)
    return make_extract(plan).write(tmp_path_factory.mktemp("extract"), "sample")["sample"]


def _rows(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    records = (
        record.fields
        for record in RosterReader(path, find_layout("sample")).records()
        if len(record.fields) > 2
    )
    for number, members in groupby(records, key=lambda fields: fields[1]):
        yield number, list(members)


def floor(database: Database, path: Path) -> float:
    """Processor seconds of one parse, encryption under a key per household, and bulk insert.

    No more; on PostgreSQL without the database's own, as those of the import.
    """
    started = time.process_time()
    with database.write() as session:
        imported = RosterImport(
            file_name="floor",
            sha256="",
            layout="",
            extracted=NOW.date(),
            has_protection=True,
            wrapped_key=b"",
            created_at=NOW,
        )
        session.add(imported)
        session.flush()
        key_of_import = imported.id
    people = household = 0
    for chunk in portions(_rows(path), 2_000):
        heads: list[tuple[Any, ...]] = []
        children: list[tuple[Any, ...]] = []
        for number, members in chunk:
            household += 1
            key, wrapped = VAULT.new_data_key()
            digest = household_digest(VAULT, f"{number}/{household}")
            sealed = seal_json(key, members[0], "household")
            heads.append(
                (
                    household,
                    key_of_import,
                    digest,
                    "issue",
                    1,
                    [],
                    False,
                    wrapped,
                    sealed,
                    None,
                    b"",
                    b"",
                    b"",
                )
            )
            for place, member in enumerate(members[1:], 1):
                people += 1
                person = person_digest(VAULT, f"{member[2]}/{people}")
                children.append(
                    (key_of_import, household, place, person, seal_json(key, member, "child"), [])
                )
        with database.write() as session:
            insert_rows(session, HOUSEHOLD_COLUMNS, heads)
            insert_rows(session, CHILD_COLUMNS, children)
    return time.process_time() - started


def _floor_on(url: str, path: Path) -> float:
    database = Database(make_engine(url))
    try:
        return floor(database, path)
    finally:
        database.engine.dispose()


def test_an_import_keeps_a_fifth_of_the_floor_and_little_memory(
    new_database: object, tmp_path: Path, extract: Path
) -> None:
    assert callable(new_database)
    before = _floor_on(new_database(True), extract)
    url = new_database(False)
    portal = CommandLine(tmp_path / "data", url)
    assert portal.run("init").returncode == 0
    totals = json.loads((extract.parent / "manifest.json").read_text("utf-8"))["totals"]
    figures = extract_figures(totals, extract.read_bytes())
    database = Database(make_engine(url))
    with database.write() as session:  # without its sheet an extract is not applied
        announced(work_in(session), TransferKind.EXTRACT, extract, figures)
    found = measured(portal, "roster", "import", extract, "--layout", "sample")
    cpu, peak = found["processor"], found["peak"]
    least = (before + _floor_on(new_database(True), extract)) / 2  # the machine's speed changes
    print(
        f"\n{url.split(':')[0]}: floor {least:.1f} s, import {cpu:.1f} s of processor "
        f"({found['seconds']:.1f} s), share {least / cpu:.2f}, peak {peak:.0f} MB"
    )
    assert found["status"] == 3
    with database.read() as session:
        stored = session.scalar(select(func.count()).select_from(Household)) or 0
    database.engine.dispose()
    assert stored > 0.9 * HOUSEHOLDS
    assert least / cpu >= SHARE_OF_FLOOR
    assert peak <= PEAK_MEGABYTES
