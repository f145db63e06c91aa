"""A ward at the end of its year, put into the database in portions: nobody opens its people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from portal.demo.issuer import make_statement
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.base import refresh_statistics
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.vault import Vault
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.tracking.models import TrackingEvent, TrackingFile
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.sealed import (
    CouponCode,
    code_digest,
    management_digest,
    seal_code,
)
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Child, Household
from portal.platform.database import Database
from tests.support.coupons import AMOUNT
from tests.support.transfers import announced, digest_of
from tests.support.work import work_in

NOW = datetime(2024, 4, 1, 1, 0, tzinfo=UTC)
"""When it is settled."""
BEFORE = datetime(2023, 8, 1, tzinfo=UTC)
PORTION = 5_000
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


@dataclass(frozen=True, slots=True)
class Size:
    """How large the ward is; ``spare``: codes that nobody has."""

    households: int
    children: int
    spare: int = 1_000


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


def fill(database: Database, vault: Vault, size: Size) -> None:
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
        for n in range(1, size.households + 1)
    )
    children = (
        {
            "id": n,
            "household_id": (n - 1) % size.households + 1,
            "ordinal": (n - 1) // size.households + 1,
            "sealed": b"",
            "person_digest": n.to_bytes(16, "big"),
        }
        for n in range(1, size.children + 1)
    )
    entitlements = (
        {
            "id": n,
            "child_id": n,
            "household_id": (n - 1) % size.households + 1,
            "amount_yen": AMOUNT,
            "created_at": BEFORE,
            "changed_at": BEFORE,
        }
        for n in range(1, size.children + 1)
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
            count=size.children + size.spare,
            total_yen=(size.children + size.spare) * AMOUNT,
            stop="api",
            sandbox=True,
            wrapped_key=wrapped,
            loaded_at=BEFORE,
            exchange_end=NOW - timedelta(days=90),
            use_end=NOW - timedelta(hours=10),
        )
        session.add(batch)
        session.flush()
        coupons = (
            _coupon(vault, key, batch.id, n, size) for n in range(1, size.children + size.spare + 1)
        )
        for part in portions(coupons):
            session.execute(insert(Coupon), part)
    with database.write() as session:
        refresh_statistics(session, Household, Child, Entitlement, Coupon)


def _coupon(vault: Vault, key: bytes, batch_id: int, place: int, size: Size) -> dict[str, Any]:
    number, assigned = number_of(place), place <= size.children
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


def statement(database: Database, path: Path, size: Size) -> int:
    """Write the issuer's statement of all codes and enter its sheet; return the yen that were used.

    Who has no code has used none.
    """
    kinds = (("交換済", AMOUNT), ("一部利用", 12_345), ("期限切れ", 0), ("交換済", AMOUNT))
    last = size.children + size.spare
    used = make_statement(
        path,
        (
            (number_of(n), *(kinds[n % 4] if n <= size.children else ("未使用", 0)), AMOUNT)
            for n in range(1, last + 1)
        ),
    )
    figures = Figures(rows=last, yen=used, sha256=digest_of(path.read_bytes()))
    with database.write() as session:
        announced(work_in(session, now=NOW), TransferKind.STATEMENT, path, figures)
    return used


def letters(run_id: int, size: Size) -> Iterator[dict[str, Any]]:
    for n in range(1, size.households + 1):
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


def shipments(size: Size) -> Iterator[dict[str, Any]]:
    for n in range(1, size.households + 1):
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


def tracking(file_id: int, size: Size) -> Iterator[dict[str, Any]]:
    for n in range(1, 2 * size.households + 1):
        yield {
            "fingerprint": f"{n:064}",
            "file_id": file_id,
            "shipment_id": (n + 1) // 2,
            "tracking_no": f"{(n + 1) // 2:011}",
            "happened_on": DAY,
            "word": "お届け先にお届け済み",
            "status": "delivered",
        }


def events(size: Size) -> Iterator[dict[str, Any]]:
    for n in range(size.households * EVENTS):
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


def live_a_year(database: Database, size: Size) -> None:
    with database.write() as session:
        run = PrintRun(
            kind="credential",
            state="handed_over",
            planned=size.households,
            children=size.children,
            total_yen=30_000 * size.children,
            folder="",
            notice_date=DAY,
            created_at=BEFORE,
            finished_at=BEFORE,
            handed_over_at=BEFORE,
        )
        file = TrackingFile(
            sha256="0" * 64, source="csv", rows=2 * size.households, taken_at=BEFORE
        )
        session.add_all((run, file))
        session.flush()
        for table, rows in (
            (Letter, letters(run.id, size)),
            (Shipment, shipments(size)),
            (TrackingEvent, tracking(file.id, size)),
            (AuditEvent, events(size)),
        ):
            for part in portions(rows):
                session.execute(insert(table), part)
        session.execute(update(Household).where(Household.id <= PROTECTED).values(protected=True))
    with database.write() as session:
        refresh_statistics(session, Household, Letter, Shipment, TrackingEvent, AuditEvent)
