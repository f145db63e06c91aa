"""Everything that the ward owns of 82,500 children, with half a million events.

A minute, half a gigabyte.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.base import refresh_statistics
from portal.domain.foundation.vault import load_vault
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.tracking.models import TrackingEvent, TrackingFile
from portal.domain.people.households.models import Household
from portal.platform.database import Database, make_engine
from tests.bench.test_settlement import (
    BEFORE,
    CHILDREN,
    HOUSEHOLDS,
    PEAK_MEGABYTES,
    SECONDS,
    fill,
    measured,
    portions,
)
from tests.support.programs.command import CommandLine

EVENTS = 10
"""A household's, in a year: its letter on the way, signing in, a coupon shown and exchanged."""
ACTIONS = (
    "letter.printed",
    "letter.handed_over",
    "letter.posted",
    "shipment.deliver",
    "signin.password",
    "code.sent",
    "code.right",
    "signin.complete",
    "coupon.revealed",
    "coupon.exchange",
)
PROTECTED = 500
DAY = date(2023, 7, 5)


def letters(run_id: int) -> Iterator[dict[str, Any]]:
    for n in range(1, HOUSEHOLDS + 1):
        yield {
            "id": n,
            "number": f"M{n:09}",
            "household_id": n,
            "kind": "credential",
            "state": "handed_over",
            "print_run_id": run_id,
            "chunk_number": n // 100,
            "position": n % 100,
            "children": 1,
            "amount_yen": 30_000,
            "created_at": BEFORE,
            "printed_at": BEFORE,
            "handed_over_at": BEFORE,
        }


def shipments() -> Iterator[dict[str, Any]]:
    for n in range(1, HOUSEHOLDS + 1):
        yield {
            "id": n,
            "kind": "letter",
            "household_id": n,
            "letter_id": n,
            "state": "delivered",
            "mail_class": "simple_registered",
            "tracking_no": f"{n:011}",
            "posted_on": DAY,
            "delivered_on": DAY,
            "created_at": BEFORE,
            "changed_at": BEFORE,
        }


def tracking(file_id: int) -> Iterator[dict[str, Any]]:
    for n in range(1, 2 * HOUSEHOLDS + 1):
        yield {
            "fingerprint": f"{n:064}",
            "file_id": file_id,
            "shipment_id": (n + 1) // 2,
            "tracking_no": f"{(n + 1) // 2:011}",
            "happened_on": DAY,
            "word": "お届け先にお届け済み",
            "status": "delivered",
        }


def events() -> Iterator[dict[str, Any]]:
    for n in range(HOUSEHOLDS * EVENTS):
        action = ACTIONS[n % EVENTS]
        household = n // EVENTS + 1
        yield {
            "at": BEFORE,
            "actor_role": "resident",
            "channel": "portal",
            "action": action,
            "subject": action.split(".")[0],
            "subject_id": household,
            "household_id": household,
            "detail": {"n": n},
        }


def live_a_year(database: Database) -> None:
    with database.write() as session:
        run = PrintRun(
            kind="credential",
            state="handed_over",
            planned=HOUSEHOLDS,
            children=CHILDREN,
            total_yen=30_000 * CHILDREN,
            folder="",
            notice_date=DAY,
            created_at=BEFORE,
            finished_at=BEFORE,
            handed_over_at=BEFORE,
        )
        file = TrackingFile(sha256="0" * 64, source="csv", rows=2 * HOUSEHOLDS, taken_at=BEFORE)
        session.add_all((run, file))
        session.flush()
        for table, rows in (
            (Letter, letters(run.id)),
            (Shipment, shipments()),
            (TrackingEvent, tracking(file.id)),
            (AuditEvent, events()),
        ):
            for part in portions(rows):
                session.execute(insert(table), part)
        session.execute(update(Household).where(Household.id <= PROTECTED).values(protected=True))
    with database.write() as session:
        refresh_statistics(session, Household, Letter, Shipment, TrackingEvent, AuditEvent)


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
    fill(database, load_vault(tmp_path / "data" / "keys"))
    live_a_year(database)
    database.engine.dispose()
    arguments = ("export", "--by", "ward", "--out")
    found = measured(portal, *arguments, tmp_path / "out")
    print(f"\n{url.split(':')[0]} export: {found['seconds']:.1f} s, {found['peak']:.0f} MB", end="")
    assert found["status"] == 0, portal.run(*arguments, tmp_path / "again").stderr
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    rows = {one["path"]: one["rows"] for one in manifest["files"]}
    assert rows["ledgers/households.csv"] == rows["ledgers/letters.csv"] == HOUSEHOLDS - PROTECTED
    assert rows["ledgers/audit_events.csv"] >= (HOUSEHOLDS - PROTECTED) * EVENTS
    assert found["seconds"] <= SECONDS
    assert found["peak"] <= PEAK_MEGABYTES
