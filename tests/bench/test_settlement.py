"""82,500 children: a statement of the issuer, the settlement with its report, and closing.

A minute, half a gigabyte.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from portal.demo.issuer import make_statement
from portal.domain.foundation.base import refresh_statistics
from portal.domain.foundation.vault import Vault, load_vault
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.sealed import (
    CouponCode,
    code_digest,
    management_digest,
    seal_code,
)
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Child, Household
from portal.platform.database import Database, make_engine
from tests.bench.test_roster import MEASURE
from tests.support.coupons import AMOUNT
from tests.support.programs.command import CommandLine
from tests.support.programs.servers import ROOT

CHILDREN, HOUSEHOLDS, SPARE, PORTION = 82_500, 50_000, 1_000, 5_000
SECONDS, PEAK_MEGABYTES = 60, 500
NOW = datetime(2024, 4, 1, 1, 0, tzinfo=UTC)
BEFORE = datetime(2023, 8, 1, tzinfo=UTC)


def number_of(place: int) -> str:
    return f"SB-BENCH-{place:06d}"


def portions(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    part: list[dict[str, Any]] = []
    for row in rows:
        part.append(row)
        if len(part) == PORTION:
            yield part
            part = []
    if part:
        yield part


def fill(database: Database, vault: Vault) -> None:
    key, wrapped = vault.new_data_key()
    households = (
        {
            "id": n,
            "number_digest": n.to_bytes(16, "big"),
            "wrapped_key": b"",
            "sealed": b"",
            "import_id": 1,
            "created_at": BEFORE,
            "changed_at": BEFORE,
        }
        for n in range(1, HOUSEHOLDS + 1)
    )
    children = (
        {
            "id": n,
            "household_id": (n - 1) % HOUSEHOLDS + 1,
            "ordinal": (n - 1) // HOUSEHOLDS + 1,
            "sealed": b"",
            "person_digest": n.to_bytes(16, "big"),
        }
        for n in range(1, CHILDREN + 1)
    )
    entitlements = (
        {
            "id": n,
            "child_id": n,
            "household_id": (n - 1) % HOUSEHOLDS + 1,
            "amount_yen": AMOUNT,
            "created_at": BEFORE,
            "changed_at": BEFORE,
        }
        for n in range(1, CHILDREN + 1)
    )
    with database.write() as session:
        for table, rows in (
            (Household, households),
            (Child, children),
            (Entitlement, entitlements),
        ):
            for part in portions(rows):
                session.execute(insert(table), part)
        batch = CouponBatch(
            profile="sandbox",
            order_ref="bench",
            file_sha256="0" * 64,
            count=CHILDREN + SPARE,
            total_yen=(CHILDREN + SPARE) * AMOUNT,
            stop="api",
            sandbox=True,
            wrapped_key=wrapped,
            loaded_at=BEFORE,
            exchange_end=NOW - timedelta(days=90),
            use_end=NOW - timedelta(hours=10),
        )
        session.add(batch)
        session.flush()
        coupons = (_coupon(vault, key, batch.id, n) for n in range(1, CHILDREN + SPARE + 1))
        for part in portions(coupons):
            session.execute(insert(Coupon), part)
    with database.write() as session:
        refresh_statistics(session, Household, Child, Entitlement, Coupon)


def _coupon(vault: Vault, key: bytes, batch_id: int, place: int) -> dict[str, Any]:
    number, assigned = number_of(place), place <= CHILDREN
    digest = management_digest(vault, number)
    return {
        "batch_id": batch_id,
        "management_digest": digest,
        "code_digest": code_digest(vault, number, ""),
        "sealed": seal_code(key, digest, CouponCode("", number, "", number, number)),
        "qr_sealed": b"",
        "face_yen": AMOUNT,
        "state": "revealed" if assigned else "stock",
        "entitlement_id": place if assigned else None,
        "revealed_at": BEFORE if assigned else None,
        "changed_at": BEFORE,
    }


def statement(path: Path) -> int:
    kinds = (("交換済", AMOUNT), ("一部利用", 12_345), ("期限切れ", 0), ("交換済", AMOUNT))
    return make_statement(
        path, ((number_of(n), *kinds[n % 4], AMOUNT) for n in range(1, CHILDREN + 1))
    )


def measured(portal: CommandLine, *arguments: object) -> dict[str, float]:
    words, typed = portal.typed(*arguments)
    command = [sys.executable, "-m", "portal", *words]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *command],
        env=portal.environment(),
        cwd=ROOT,
        check=True,
        text=True,
        input=typed,
        capture_output=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def test_statement_report_and_closing_take_a_minute_and_half_a_gigabyte_each(
    new_database: object, tmp_path: Path
) -> None:
    assert callable(new_database)
    url = new_database(False)
    offset = (NOW - datetime.now(UTC)).total_seconds()
    portal = CommandLine(
        tmp_path / "data",
        url,
        extra={"PORTAL_CLOCK_OFFSET": f"{offset:.0f}", "PORTAL_ENVIRONMENT": "test"},
    )
    assert portal.run("init").returncode == 0
    database = Database(make_engine(url))
    fill(database, load_vault(tmp_path / "data" / "keys"))
    used = statement(tmp_path / "statement.csv")
    for login, organization, role in (
        ("officer", "contractor", "officer"),
        ("ward", "ward", "ward_officer"),
    ):
        added = portal.run(
            "staff",
            "add",
            "--login",
            login,
            "--organization",
            organization,
            "--role",
            role,
            "--name",
            login,
        )
        assert added.returncode == 0, added.stderr
    steps = {
        "statement": (
            "coupons",
            "statement",
            tmp_path / "statement.csv",
            "--profile",
            "sandbox",
            "--as-of",
            "2024-03-31",
        ),
        "report": (
            "settlement",
            "show",
            "--pdf",
            tmp_path / "s.pdf",
            "--xlsx",
            tmp_path / "s.xlsx",
        ),
        "propose": ("settlement", "propose", "--by", "officer"),
        "close": ("settlement", "confirm", "--by", "ward"),
        "verify": ("settlement", "verify"),
        "lines": ("settlement", "lines", tmp_path / "lines.csv"),
    }
    missed = []
    for name, arguments in steps.items():
        found = measured(portal, *arguments)
        print(
            f"\n{url.split(':')[0]} {name}: {found['seconds']:.1f} s, {found['peak']:.0f} MB",
            end="",
        )
        assert found["status"] == 0, portal.run(*arguments).stderr
        if found["seconds"] > SECONDS or found["peak"] > PEAK_MEGABYTES:
            missed.append(name)
    shown = json.loads(portal.run("settlement", "show", "--json", "-").stdout)
    assert shown["total"]["used_yen"] == used
    assert not missed
    database.engine.dispose()
