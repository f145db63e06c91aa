"""Load an issuer's batch: checked, sealed, and stored whole or not at all.

A QR is drawn when a family sees it for the first time, so that loading 84,000 codes takes seconds.
"""

from collections.abc import Callable
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
from portal.domain.people.coupons.qr import module_count
from portal.domain.people.coupons.sealed import (
    CouponCode,
    code_digest,
    management_digest,
    seal_code,
    seal_qr,
)
from portal.domain.people.coupons.states import COUPON

SUBJECT = "coupon_batch"
ROW_CHUNK = 500
SURELY_FITS = 2331 // 4
"""Characters, each of four bytes at most, that the largest QR code holds (ISO/IEC 18004, 40-M)."""

Progress = Callable[[int, int], None]
"""What is called with how many codes are sealed, of how many."""


def unseen(_sealed: int, _all: int) -> None:
    """Tell nobody."""


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


def check_batch(source: WorkSource, parsed: ParsedBatch) -> Loaded:
    """Return what loading a checked file would do, without storing anything.

    Raises:
        ConflictError: the file, the order or one of its codes was loaded before.
    """
    with source.reading() as work:
        refuse_known(work, parsed)
    return _result(None, parsed)


def load_batch(source: WorkSource, parsed: ParsedBatch, progress: Progress = unseen) -> Loaded:
    """Load a checked file of codes, all or nothing.

    The database is asked for duplicates first, the codes are sealed outside of any transaction, and
    the rows are inserted in one short transaction whose unique indexes decide.

    Raises:
        ConflictError: the file, the order or one of its codes was loaded before; or it is not what
            its hand-over sheet says (code ``transfer_differs``).
        InputError: a code is too long for any QR code.
    """
    check_batch(source, parsed)
    counted = Figures(rows=len(parsed.rows), yen=parsed.total_yen, sha256=parsed.sha256)
    with source.writing() as work:
        transfer = take_in(work, Arrival(TransferKind.CODES, parsed.file_name, counted))
    refuse_differing(transfer)
    sealed = seal_batch(source.vault, parsed, progress)
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


def seal_batch(vault: Vault, parsed: ParsedBatch, progress: Progress = unseen) -> SealedBatch:
    """Encrypt every code and what its QR says under a new data key of the batch.

    Raises:
        InputError: a code is too long for any QR code.
    """
    key, wrapped = vault.new_data_key()
    sealer = _Sealer(vault, key, parsed.profile)
    rows: list[SealedRow] = []
    for row in parsed.rows:
        rows.append(sealer.row(row))
        if len(rows) % ROW_CHUNK == 0 or len(rows) == len(parsed.rows):
            progress(len(rows), len(parsed.rows))
    return SealedBatch(parsed, wrapped, tuple(rows))


@dataclass(frozen=True, slots=True)
class _Sealer:
    """Seals codes and images under the data key of one batch."""

    vault: Vault
    key: bytes = field(repr=False)
    profile: IssuerProfile

    def row(self, row: CodeRow) -> SealedRow:
        """Return the columns of a code, as they are stored."""
        payload = self.profile.qr_payload(row.url, row.code)
        if len(payload) > SURELY_FITS:
            module_count(payload)
        digest = management_digest(self.vault, row.management_no)
        shown = row.code if self.profile.shown == "code" else row.management_no
        code = CouponCode(row.url, row.code, row.pin, row.management_no, shown)
        return {
            "management_digest": digest,
            "code_digest": code_digest(self.vault, row.code, row.url),
            "sealed": seal_code(self.key, digest, code),
            "qr_sealed": seal_qr(self.key, digest, payload.encode()),
            "face_yen": row.face_yen,
            "state": COUPON.initial,
        }


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
