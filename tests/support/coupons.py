"""Households with entitled children, keys and loaded codes, for tests of coupons."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.demo.issuer import make_batch
from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.clock import FixedClock, day_end
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.vault import PasswordCost, Vault
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.people.coupons.batch_file import Expected, Order, Terms, read_batch
from portal.domain.people.coupons.issuer import IssuerProfile
from portal.domain.people.coupons.issuer_file import load_issuer
from portal.domain.people.coupons.loader import Loaded, load_batch
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.queries import open_coupon
from portal.domain.people.coupons.statement import (
    ImportedStatement,
    ReceivedStatement,
    import_statement,
)
from portal.domain.people.entitlements.services import NewEntitlement, create_all
from portal.domain.people.households.models import Child, Household
from portal.platform.database import Database
from tests.support.sample_ward import sample_program
from tests.support.transfers import announced, digest_of

NOW = datetime(2023, 7, 3, 0, 0, tzinfo=UTC)
LAST_DAY = date(2023, 12, 31)
AMOUNT = 30_000
TERMS = Terms(AMOUNT, day_end(LAST_DAY))
VAULT = Vault(
    kek=b"k" * 32,
    index=b"i" * 32,
    pepper=b"p" * 32,
    token=b"t" * 32,
    password_cost=PasswordCost(rounds=1, memory_kib=8),  # tests count tries, not seconds
)
FULL_PRICE = replace(VAULT, password_cost=PasswordCost())
"""The same keys with hashes as dear as in production: for what is about their time."""
_MADE: dict[tuple[int, int], bytes] = {}
MOST_KEPT = 1 << 20
"""Bytes of a file with codes that is kept for the next test which wants as many of the seed."""
ISSUERS = Path(__file__).resolve().parents[2] / "portal" / "programs" / "demo" / "issuers"


@cache
def sandbox_profile(*, complete: bool = False) -> IssuerProfile:
    """The sandbox issuer; unless it is ``complete``, its statements name what changed alone."""
    profile = load_issuer("sandbox", ISSUERS)
    assert profile.statement is not None
    return replace(profile, statement=replace(profile.statement, complete=complete))


def add_households(
    session: Session,
    count: int,
    children: int = 1,
    *,
    protected: Sequence[int] = (),
    first_id: int = 1,
) -> list[int]:
    """Add households with the keys ``first_id``…, each with some entitled children.

    Returns the keys.
    """
    ids = list(range(first_id, first_id + count))
    session.execute(
        insert(Household),
        [
            {
                "id": id_,
                "number_digest": id_.to_bytes(16, "big"),
                "wrapped_key": b"",
                "sealed": b"",
                "protected": id_ in protected,
                "import_id": 1,
                "created_at": NOW,
                "changed_at": NOW,
            }
            for id_ in ids
        ],
    )
    pairs = [(id_ * 100 + place, id_, place) for id_ in ids for place in range(1, children + 1)]
    session.execute(
        insert(Child),
        [
            {
                "id": child,
                "household_id": id_,
                "ordinal": place,
                "sealed": b"",
                "person_digest": child.to_bytes(16, "big"),
            }
            for child, id_, place in pairs
        ],
    )
    create_all(session, [NewEntitlement(child, id_, AMOUNT) for child, id_, _place in pairs], NOW)
    return ids


def sandbox_file(folder: Path, count: int, seed: int = 1) -> Path:
    path = folder / f"codes-{seed}.csv"
    made = _MADE.get((count, seed))
    if made is None:
        until, site = date(2024, 3, 31), "http://127.0.0.1:8000"
        make_batch(path, count, AMOUNT, LAST_DAY, until, site, seed=seed)
        made = path.read_bytes()
        if len(made) < MOST_KEPT:
            _MADE[count, seed] = made
    path.write_bytes(made)
    return path


def load_codes(database: Database, folder: Path, count: int, seed: int = 1) -> Loaded:
    """Load that many sandbox codes under the order ``order-SEED``, as their sheet says."""
    source = WorkSource(
        database.read,
        database.write,
        VAULT,
        FixedClock(NOW),
        SYSTEM,
        sample_program(),
    )
    path = sandbox_file(folder, count, seed)
    figures = Figures(rows=count, yen=count * AMOUNT, sha256=digest_of(path.read_bytes()))
    with source.writing() as work:
        announced(work, TransferKind.CODES, path, figures)
    return load_batch(
        source,
        read_batch(path, Expected(sandbox_profile(), Order(f"order-{seed}"), TERMS)),
    )


def take_statement(
    work: Work,
    path: Path,
    rows: Sequence[tuple[str, str, int, int]],
    day: date,
    *,
    complete: bool = False,
) -> ImportedStatement:
    """Import the statement in a file, with these rows, as its sheet says.

    The issuer of most tests names only the codes that changed, unless it is ``complete``.
    """
    figures = Figures(
        rows=len(rows), yen=sum(row[2] for row in rows), sha256=digest_of(path.read_bytes())
    )
    announced(work, TransferKind.STATEMENT, path, figures)
    profile = sandbox_profile(complete=complete)
    return import_statement(work, ReceivedStatement(path.read_bytes(), profile, day, path.name))


def picture_of(session: Session, coupon: Coupon) -> bytes:
    """The picture of a coupon's QR code as the portal keeps it."""
    batch = session.get_one(CouponBatch, coupon.batch_id)
    return open_coupon(VAULT, coupon, batch.wrapped_key).image
