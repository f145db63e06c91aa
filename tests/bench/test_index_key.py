"""Another search key for a ward of 50,000 households with their coupons, on both databases."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from portal.domain.foundation.base import refresh_statistics
from portal.domain.foundation.vault import Vault, load_vault, seal
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.sealed import (
    CouponCode,
    code_digest,
    management_digest,
    seal_code,
    seal_qr,
)
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import login_digest
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.records import (
    ChildFields,
    HouseholdFields,
    birth_digest,
    household_digest,
    person_digest,
    seal_child,
    seal_household,
)
from portal.platform.database import Database, make_engine
from tests.bench.bulk_year import PORTION, portions
from tests.bench.commands import measured
from tests.bench.test_settlement import SIZE
from tests.support.programs.command import CommandLine

SECONDS, PEAK_MEGABYTES = 180, 500
BEFORE = datetime(2023, 8, 1, tzinfo=UTC)
BORN, CHILD_BORN = date(1985, 4, 2), date(2015, 5, 5)
PLACE = ("1390001", "潮見坂一丁目", "２番３号", "")
IMAGE = b"\x89PNG" + bytes(700)


@dataclass(frozen=True)
class Ward:
    """How many there are, one or two children to a household."""

    households: int = SIZE.households
    children: int = SIZE.children


WHOLE = Ward()


def _family(
    vault: Vault, n: int, ward: Ward
) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    """Return a household, its one or two children and its credential, sealed as by an import."""
    key, wrapped = vault.new_data_key()
    number = f"{n:010}"
    digest = household_digest(vault, number)
    fields = HouseholdFields(number, f"p{n}", "試験　一郎", "シケン イチロウ", BORN, *PLACE)
    household = {
        "id": n,
        "number_digest": digest,
        "wrapped_key": wrapped,
        "sealed": seal_household(key, fields, digest),
        "birth_digest": birth_digest(vault, digest, BORN),
        "import_id": 1,
        "created_at": BEFORE,
        "changed_at": BEFORE,
    }
    children = []
    for child_id in range(n, ward.children + 1, ward.households):
        person = person_digest(vault, f"c{child_id}")
        child = ChildFields(f"c{child_id}", "試験　花", "シケン ハナ", CHILD_BORN)
        children.append(
            {
                "id": child_id,
                "household_id": n,
                "ordinal": (child_id - 1) // ward.households + 1,
                "sealed": seal_child(key, child, person),
                "person_digest": person,
            }
        )
    login_id = f"T{n:09}"
    login = login_digest(vault, login_id)
    credential = {
        "id": n,
        "household_id": n,
        "login_digest": login,
        "login_sealed": seal(vault.kek, login_id.encode(), login),
        "password_hash": "",
        "created_at": BEFORE,
        "changed_at": BEFORE,
    }
    return household, children, credential


def _coupons(vault: Vault, batch_id: int, key: bytes, count: int) -> Iterator[dict[str, Any]]:
    for n in range(1, count + 1):
        number = f"SB-BENCH-{n:06d}"
        digest = management_digest(vault, number)
        yield {
            "batch_id": batch_id,
            "management_digest": digest,
            "code_digest": code_digest(vault, number, ""),
            "sealed": seal_code(key, digest, CouponCode("", number, "", number, number)),
            "qr_sealed": seal_qr(key, digest, IMAGE),
            "face_yen": 30_000,
            "state": "stock",
            "changed_at": BEFORE,
        }


def fill(database: Database, vault: Vault, ward: Ward = WHOLE) -> None:
    """Fill a database with what an index key has made digests of."""
    for first in range(1, ward.households + 1, PORTION):
        portion = range(first, min(first + PORTION, ward.households + 1))
        families = [_family(vault, n, ward) for n in portion]
        with database.write() as session:
            session.execute(insert(Household), [one for one, _, _ in families])
            session.execute(insert(Child), [child for _, many, _ in families for child in many])
            session.execute(insert(Credential), [one for _, _, one in families])
    key, wrapped = vault.new_data_key()
    with database.write() as session:
        batch = CouponBatch(
            profile="sandbox",
            order_ref="bench",
            file_sha256="0" * 64,
            count=ward.children,
            total_yen=ward.children * 30_000,
            stop="api",
            sandbox=True,
            wrapped_key=wrapped,
            loaded_at=BEFORE,
            exchange_end=BEFORE,
            use_end=BEFORE,
        )
        session.add(batch)
        session.flush()
        for part in portions(_coupons(vault, batch.id, key, ward.children)):
            session.execute(insert(Coupon), part)
    with database.write() as session:
        refresh_statistics(session, Household, Child, Credential, Coupon)


def test_another_search_key_takes_minutes(
    new_database: Callable[[bool], str], tmp_path: Path
) -> None:
    found = replaced(new_database(False), tmp_path, WHOLE)
    assert found["seconds"] <= SECONDS
    assert found["peak"] <= PEAK_MEGABYTES


def replaced(url: str, folder: Path, ward: Ward) -> dict[str, float]:
    """Replace the key of a ward in an empty database; return seconds and megabytes."""
    portal = CommandLine(folder / "data", url)
    assert portal.run("init").returncode == 0
    database = Database(make_engine(url))
    fill(database, load_vault(folder / "data" / "keys"), ward)
    database.engine.dispose()
    assert portal.run("keys", "rotate", "index").returncode == 0
    found = measured(portal, "keys", "rotate", "index", "--copied")
    engine = url.split(":", maxsplit=1)[0]
    pace = ward.households / found["seconds"]
    print(
        f"\n{engine} index key: {ward.households} households with {ward.children} coupons in "
        f"{found['seconds']:.1f} s ({pace:.0f} a second), {found['peak']:.0f} MB",
        end="",
    )
    assert found["status"] == 0
    return found
