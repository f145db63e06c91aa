"""Load an issuer's batch: checked, drawn, sealed, and stored whole or not at all."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from sqlalchemy import insert, or_, select
from sqlalchemy.exc import IntegrityError

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.finding import locked
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.services import became, refuse_differing, take_in
from portal.domain.foundation.transfers.sheets import Arrival
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.people.coupons.batch_file import CodeRow, ParsedBatch
from portal.domain.people.coupons.issuer import IssuerProfile
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.qr import draw_png
from portal.domain.people.coupons.sealed import (
    CouponCode,
    code_digest,
    management_digest,
    seal_code,
    seal_image,
)
from portal.domain.people.coupons.states import COUPON

SUBJECT = "coupon_batch"
DRAW_CHUNK = 250
ROW_CHUNK = 500
ALONE_BELOW = 1_000
"""Fewer codes than this are drawn sooner here than worker processes can start."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The result of loading: the batch's key (None on a dry run), and count and sum in yen."""

    batch_id: int | None
    count: int
    total_yen: int
    exchange_end: datetime
    use_end: datetime


class SealedRow(TypedDict):
    """The columns of a code that depend on nothing but the file and the keys."""

    management_digest: bytes
    code_digest: bytes
    sealed: bytes
    qr_sealed: bytes
    face_yen: int
    state: str


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """A batch ready to be stored; nothing in it can be read without the keys."""

    parsed: ParsedBatch = field(repr=False)
    wrapped_key: bytes = field(repr=False)
    rows: tuple[SealedRow, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Drawing:
    """How QR images are drawn: by how many processes, and what to call with (drawn, all) codes."""

    workers: int = 2
    progress: Progress | None = None


DRAWING = Drawing()


def check_batch(source: WorkSource, parsed: ParsedBatch) -> Loaded:
    """Return what loading a checked file would do, without storing anything.

    Raises:
        ConflictError: the file, the order or one of its codes was loaded before.
    """
    with source.reading() as work:
        refuse_known(work, parsed)
    return _result(None, parsed)


def load_batch(source: WorkSource, parsed: ParsedBatch, drawing: Drawing = DRAWING) -> Loaded:
    """Load a checked file of codes, all or nothing.

    The database is asked for duplicates first, the images are drawn outside of any transaction, and
    the rows are inserted in one short transaction whose unique indexes decide.

    Raises:
        ConflictError: the file, the order or one of its codes was loaded before; or it is not what
            its hand-over sheet says (code ``transfer_differs``).
    """
    check_batch(source, parsed)
    counted = Figures(rows=len(parsed.rows), yen=parsed.total_yen, sha256=parsed.sha256)
    with source.writing() as work:
        transfer = take_in(work, Arrival(TransferKind.CODES, parsed.file_name, counted))
    refuse_differing(transfer)
    sealed = seal_batch(source.vault, parsed, drawing)
    try:
        with source.writing() as work:
            batch_id = store_batch(work, sealed).id
            became(work, locked(work.session, transfer.id), SUBJECT, batch_id)
    except IntegrityError:
        raise ConflictError(
            _s(
                "読み込みの途中で、同じコードか同じ注文がほかから読み込まれました。"
                "何も保存していません。"
            )
        ) from None
    return _result(batch_id, parsed)


def _result(batch_id: int | None, parsed: ParsedBatch) -> Loaded:
    return Loaded(batch_id, len(parsed.rows), parsed.total_yen, parsed.exchange_end, parsed.use_end)


def refuse_known(work: Work, parsed: ParsedBatch) -> None:
    """Refuse a batch that the database has already.

    Raises:
        ConflictError: the same file, the same order reference, or a code of an earlier batch.
    """
    for column, value, sentence in (
        (
            CouponBatch.file_sha256,
            parsed.sha256,
            _s("このファイルはもう読み込んであります(注文 %(order)s)。"),
        ),
        (
            CouponBatch.order_ref,
            parsed.order.reference,
            _s("注文 %(order)s はもう読み込んであります。"),
        ),
    ):
        earlier = work.session.scalar(select(CouponBatch.order_ref).where(column == value))
        if earlier is not None:
            raise ConflictError(sentence % {"order": earlier}, code="coupon_known")
    known = 0
    for start in range(0, len(parsed.rows), ROW_CHUNK):
        part = parsed.rows[start : start + ROW_CHUNK]
        numbers = [management_digest(work.vault, row.management_no) for row in part]
        codes = [code_digest(work.vault, row.code, row.url) for row in part]
        found = or_(Coupon.management_digest.in_(numbers), Coupon.code_digest.in_(codes))
        known += len(work.session.scalars(select(Coupon.id).where(found)).all())
    if known:
        raise ConflictError(
            _s(
                "前に読み込んだコードと同じものが%(n)d件あります。何も保存していません。"
                "発行者に確かめてください。"
            )
            % {"n": known},
            code="coupon_known",
        )


def seal_batch(vault: Vault, parsed: ParsedBatch, drawing: Drawing = DRAWING) -> SealedBatch:
    """Draw the QR of every code and encrypt code and image under a new data key of the batch."""
    key, wrapped = vault.new_data_key()
    sealer = _Sealer(vault, key, parsed.profile)
    payloads = [parsed.profile.qr_payload(row.url, row.code) for row in parsed.rows]
    rows: list[SealedRow] = []
    for pngs in _drawn(payloads, drawing.workers):
        rows += [sealer.row(parsed.rows[len(rows) + at], png) for at, png in enumerate(pngs)]
        if drawing.progress is not None:
            drawing.progress(len(rows), len(payloads))
    return SealedBatch(parsed, wrapped, tuple(rows))


@dataclass(frozen=True, slots=True)
class _Sealer:
    """Seals codes and images under the data key of one batch."""

    vault: Vault
    key: bytes = field(repr=False)
    profile: IssuerProfile

    def row(self, row: CodeRow, png: bytes) -> SealedRow:
        """Return the columns of a code, as they are stored."""
        digest = management_digest(self.vault, row.management_no)
        shown = row.code if self.profile.shown == "code" else row.management_no
        code = CouponCode(row.url, row.code, row.pin, row.management_no, shown)
        return {
            "management_digest": digest,
            "code_digest": code_digest(self.vault, row.code, row.url),
            "sealed": seal_code(self.key, digest, code),
            "qr_sealed": seal_image(self.key, digest, png),
            "face_yen": row.face_yen,
            "state": COUPON.initial,
        }


def _drawn(payloads: Sequence[str], workers: int) -> Iterator[list[bytes]]:
    chunks = [payloads[start : start + DRAW_CHUNK] for start in range(0, len(payloads), DRAW_CHUNK)]
    if len(payloads) < ALONE_BELOW or workers < 2:
        yield from map(draw_all, chunks)
        return
    # A spawned worker inherits neither keys nor open files; forking a process with threads may
    # hang.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(draw_all, chunks)


def draw_all(payloads: Sequence[str]) -> list[bytes]:
    """Draw several QR images; the work of one worker process."""
    return [draw_png(payload) for payload in payloads]


def store_batch(work: Work, sealed: SealedBatch) -> CouponBatch:
    """Insert the batch and all its coupons into stock and log it."""
    parsed = sealed.parsed
    batch = CouponBatch(
        profile=parsed.profile.name,
        order_ref=parsed.order.reference,
        file_sha256=parsed.sha256,
        count=len(parsed.rows),
        total_yen=parsed.total_yen,
        stop=parsed.profile.stop,
        sandbox=parsed.profile.sandbox,
        exchange_end=parsed.exchange_end,
        use_end=parsed.use_end,
        wrapped_key=sealed.wrapped_key,
        loaded_at=work.now,
    )
    work.session.add(batch)
    work.session.flush()
    for start in range(0, len(sealed.rows), ROW_CHUNK):
        part = sealed.rows[start : start + ROW_CHUNK]
        work.session.execute(
            insert(Coupon), [{**row, "batch_id": batch.id, "changed_at": work.now} for row in part]
        )
    record(
        work,
        "coupon.batch_loaded",
        SUBJECT,
        batch.id,
        order=batch.order_ref,
        profile=batch.profile,
        count=batch.count,
        yen=batch.total_yen,
    )
    return batch
