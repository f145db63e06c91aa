"""Batches go in whole, once, and unreadable without the keys."""

import io
import sqlite3
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import ConflictError, InputError, IntegrityFaultError
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.people.coupons import loader, sealing
from portal.domain.people.coupons.batch_file import Expected, Order, read_batch
from portal.domain.people.coupons.loader import check_batch, load_batch
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.queries import (
    batches,
    open_code,
    open_coupon,
    state_counts,
)
from portal.domain.people.coupons.sealing import Digests
from portal.platform.database import Database
from tests.support.coupons import (
    TERMS,
    VAULT,
    load_codes,
    picture_of,
    sandbox_file,
    sandbox_profile,
)
from tests.support.reading.qr import decode_png
from tests.support.work import source_of, work_in


def load(database: Database, path: Path, order: str) -> None:
    load_batch(
        source_of(database),
        read_batch(path, Expected(sandbox_profile(), Order(order), TERMS)),
    )


def test_a_batch_is_stored_with_readable_codes_and_a_qr_that_scans(
    database: Database, tmp_path: Path
) -> None:
    loaded = load_codes(database, tmp_path, 7)
    assert (loaded.count, loaded.total_yen) == (7, 210_000)
    expected = read_batch(
        tmp_path / "codes-1.csv", Expected(sandbox_profile(), Order("x"), TERMS)
    ).rows()
    with database.read() as session:
        assert state_counts(session)["stock"] == 7
        assert [(b.order_ref, b.count, b.total_yen, b.by_state) for b in batches(session)] == [
            ("order-1", 7, 210_000, {"stock": 7})
        ]
        for row, coupon in zip(
            expected, session.scalars(select(Coupon).order_by(Coupon.id)), strict=True
        ):
            code = open_code(work_in(session), coupon)
            assert (code.url, code.code, code.pin) == (row.url, row.code, row.pin)
            assert code.grouped.replace("-", "") == row.code
            assert decode_png(picture_of(session, coupon)) == [row.url.upper()]
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert event is not None
        assert (event.action, event.detail["count"]) == ("coupon.batch_loaded", 7)


def test_code_and_image_of_a_coupon_are_opened_with_one_unwrapping_of_their_key(
    database: Database, tmp_path: Path
) -> None:
    unwrapped: list[bytes] = []

    class CountingVault(Vault):
        def unwrap(self, wrapped: bytes) -> bytes:
            unwrapped.append(wrapped)
            return super().unwrap(wrapped)

    load_codes(database, tmp_path, 1)
    vault = CountingVault(VAULT.kek, VAULT.index, VAULT.pepper, VAULT.token)
    with database.read() as session:
        coupon = session.scalars(select(Coupon)).one()
        wrapped = session.get_one(CouponBatch, coupon.batch_id).wrapped_key
        opened = open_coupon(vault, coupon, wrapped)
        assert unwrapped == [wrapped]
        assert opened.code == open_code(work_in(session), coupon)
        assert decode_png(opened.image) == [opened.code.url.upper()]
    assert opened.code.code not in repr(opened)


def test_no_code_stands_in_the_database_file(sqlite_database: Database, tmp_path: Path) -> None:
    load_codes(sqlite_database, tmp_path, 3)
    parsed = read_batch(tmp_path / "codes-1.csv", Expected(sandbox_profile(), Order("x"), TERMS))
    name = sqlite_database.engine.url.database
    assert name is not None
    with sqlite3.connect(name) as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    for row in parsed.rows():
        for secret in (row.url, row.code, row.management_no):
            assert secret not in dump
            assert secret.encode().hex() not in dump.lower()


@pytest.mark.asvs("11.3.3")
def test_a_code_opens_only_with_its_keys_and_in_its_own_row(
    database: Database, tmp_path: Path
) -> None:
    load_codes(database, tmp_path, 2)
    with database.write() as session:
        first, second = session.scalars(select(Coupon).order_by(Coupon.id))
        with pytest.raises(IntegrityFaultError):
            open_code(
                work_in(session, vault=Vault(b"x" * 32, b"i" * 32, b"p" * 32, b"t" * 32)), first
            )
        first.sealed, second.sealed = second.sealed, first.sealed
        session.flush()
        with pytest.raises(IntegrityFaultError):
            open_code(work_in(session), first)


@pytest.mark.parametrize("what", ["file", "order", "codes"])
def test_what_was_loaded_before_is_refused_and_nothing_changes(
    database: Database, tmp_path: Path, what: str
) -> None:
    load_codes(database, tmp_path, 4)
    path, order = tmp_path / "codes-1.csv", "order-2"
    if what == "order":
        path, order = sandbox_file(tmp_path, 4, seed=2), "order-1"
    if what == "codes":
        text = path.read_text(encoding="utf-8-sig").splitlines()
        other = sandbox_file(tmp_path, 4, seed=2)
        lines = other.read_text(encoding="utf-8-sig").splitlines()
        other.write_text("\n".join([*lines[:4], text[4], lines[5]]) + "\n", encoding="utf-8-sig")
        path = other
    with pytest.raises(ConflictError) as caught:
        load(database, path, order)
    assert ("1件" if what == "codes" else "order-1") in caught.value.message
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Coupon)) == 4
        assert session.scalar(select(func.count()).select_from(CouponBatch)) == 1


def test_two_loads_at_once_store_one(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sandbox_file(tmp_path, 4)
    real = loader.refuse_known_codes

    def overtaken(work: Work, digests: Iterable[Digests]) -> None:
        real(work, digests)
        monkeypatch.setattr(loader, "refuse_known_codes", real)
        load(database, path, "order-1")

    monkeypatch.setattr(loader, "refuse_known_codes", overtaken)
    with pytest.raises(ConflictError, match="同じコードか同じ注文"):
        load(database, path, "order-1")
    with database.read() as session:
        assert state_counts(session)["stock"] == 4


def test_a_code_too_long_for_a_qr_is_refused_and_nothing_stored(
    sqlite_database: Database, tmp_path: Path
) -> None:
    path = sandbox_file(tmp_path, 2)
    long = path.read_text().replace("http://127.0.0.1:8000/", "http://127.0.0.1:8000/" + "a" * 4000)
    path.write_text(long)
    with pytest.raises(InputError, match="長さのコード"):
        load(sqlite_database, path, "order-1")
    with sqlite_database.read() as session:
        assert session.scalar(select(func.count()).select_from(Coupon)) == 0


def test_loading_tells_how_far_it_is(sqlite_database: Database, tmp_path: Path) -> None:
    parsed = read_batch(
        sandbox_file(tmp_path, 1_001), Expected(sandbox_profile(), Order("x"), TERMS)
    )
    steps: list[tuple[int, int]] = []
    kept = io.BytesIO()
    sealed = sealing.seal_batch(VAULT, parsed, kept, lambda *step: steps.append(step))
    assert [len(portion) for portion in sealed.portions()] == [500, 500, 1]
    assert steps == [(500, 1_001), (1_000, 1_001), (1_001, 1_001)]
    rows = list(parsed.rows())
    for row in rows:
        for secret in (row.url, row.code, row.management_no):
            assert secret.encode() not in kept.getvalue(), "what lies on the disk is sealed"
    with sqlite_database.write() as session:
        loader.store_batch(work_in(session), sealed)
        last = session.scalars(select(Coupon).order_by(Coupon.id.desc()).limit(1)).one()
        assert decode_png(picture_of(session, last)) == [rows[-1].url.upper()]


def test_a_file_that_changes_after_its_check_is_refused_and_nothing_stored(
    database: Database, tmp_path: Path
) -> None:
    path = sandbox_file(tmp_path, 4)
    parsed = read_batch(path, Expected(sandbox_profile(), Order("order-1"), TERMS))
    path.write_bytes(sandbox_file(tmp_path, 4, seed=2).read_bytes())
    for act in (check_batch, load_batch):
        with pytest.raises(InputError, match="コードのファイルが変わりました"):
            act(source_of(database), parsed)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Coupon)) == 0


def test_more_codes_take_hardly_more_memory(sqlite_database: Database, tmp_path: Path) -> None:
    """Ten times as many codes: what is held while they are loaded grows by their twins' check."""
    held = []
    for seed, count in ((1, 1_000), (2, 10_000)):
        path = sandbox_file(tmp_path, count, seed=seed)
        tracemalloc.start()
        load(sqlite_database, path, f"order-{seed}")
        held.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert held[1] - held[0] < 9_000 * 200, held
