"""Load an issuer's batch: checked, sealed, and stored whole or not at all.

A QR is drawn when a family sees it for the first time, so that loading 84,000 codes takes seconds.
No more than a portion of the codes is in memory at once.
"""

import tempfile
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from sqlalchemy import insert, or_, select
from sqlalchemy.exc import IntegrityError

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.portions import portions
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.finding import locked
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.services import became, refuse_differing, take_in
from portal.domain.foundation.transfers.sheets import Arrival
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.people.coupons.batch_file import ParsedBatch
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.sealing import (
    ROW_CHUNK,
    Digests,
    Progress,
    SealedBatch,
    digests_of,
    seal_batch,
    unseen,
)

SUBJECT = "coupon_batch"


class Loaded(Struct, frozen=True):
    """The result of loading: the batch's key (None on a dry run), and count and sum in yen."""

    batch_id: int | None
    count: int
    total_yen: int
    exchange_end: datetime
    use_end: datetime


def check_batch(source: WorkSource, parsed: ParsedBatch) -> Loaded:
    """Return what loading a checked file would do, without storing anything.

    Raises:
        ConflictError: the file, the order or one of its codes was loaded before.
        InputError: the file changed since it was checked.
    """
    with source.reading() as work:
        refuse_known_order(work, parsed)
        refuse_known_codes(work, (digests_of(work.vault, row) for row in parsed.rows()))
    return _result(None, parsed)


def load_batch(source: WorkSource, parsed: ParsedBatch, progress: Progress = unseen) -> Loaded:
    """Load a checked file of codes, all or nothing.

    The codes are sealed outside of any transaction, the database is asked for duplicates, and the
    rows are inserted in one short transaction whose unique indexes decide.

    Raises:
        ConflictError: the file, the order or one of its codes was loaded before; or it is not what
            its hand-over sheet says (code ``transfer_differs``).
        InputError: a code is too long for any QR code, or the file changed since it was checked.
    """
    with source.reading() as work:
        refuse_known_order(work, parsed)
    with tempfile.TemporaryFile() as kept:
        sealed = seal_batch(source.vault, parsed, kept, progress)
        with source.reading() as work:
            refuse_known_codes(work, sealed.digests())
        batch_id = _stored(source, sealed)
    return _result(batch_id, parsed)


def _stored(source: WorkSource, sealed: SealedBatch) -> int:
    parsed = sealed.parsed
    counted = Figures(rows=parsed.count, yen=parsed.total_yen, sha256=parsed.sha256)
    with source.writing() as work:
        transfer = take_in(work, Arrival(TransferKind.CODES, parsed.file.name, counted))
    refuse_differing(transfer)
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
    return batch_id


def _result(batch_id: int | None, parsed: ParsedBatch) -> Loaded:
    return Loaded(batch_id, parsed.count, parsed.total_yen, parsed.exchange_end, parsed.use_end)


def refuse_known_order(work: Work, parsed: ParsedBatch) -> None:
    """Refuse a batch that the database has already.

    Raises:
        ConflictError: the same file, or the same order reference.
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


def refuse_known_codes(work: Work, digests: Iterable[Digests]) -> None:
    """Refuse codes of which the database has some already.

    Raises:
        ConflictError: a number or a code of an earlier batch.
    """
    known = 0
    for portion in portions(digests, ROW_CHUNK):
        numbers, codes = zip(*portion, strict=True)
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


def store_batch(work: Work, sealed: SealedBatch) -> CouponBatch:
    """Insert the batch and all its coupons into stock and log it."""
    parsed = sealed.parsed
    batch = CouponBatch(
        profile=parsed.profile.name,
        order_ref=parsed.order.reference,
        file_sha256=parsed.sha256,
        count=parsed.count,
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
    for portion in sealed.portions():
        work.session.execute(
            insert(Coupon),
            [{**row, "batch_id": batch.id, "changed_at": work.now} for row in portion],
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
