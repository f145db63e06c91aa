"""Load an issuer's batch: checked, sealed, and stored whole or not at all.

A QR is drawn when a family sees it for the first time, so that loading 84,000 codes takes seconds.
No more than a portion of the codes is in memory at once.
"""

import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import IO, TypedDict, TypeVar

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

T = TypeVar("T")
Digests = tuple[bytes, bytes]
"""What a code is found by: its management number, and the code itself or its address."""
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
    """A batch ready to be stored; nothing in it can be read without the keys.

    Its rows lie in ``kept``, a temporary file.
    """

    parsed: ParsedBatch = field(repr=False)
    wrapped_key: bytes = field(repr=False)
    kept: IO[bytes] = field(repr=False)

    def portions(self) -> Iterator[list[SealedRow]]:
        """Yield all rows, a portion at a time."""
        self.kept.seek(0)
        for _portion in range(0, self.parsed.count, ROW_CHUNK):
            yield pickle.load(self.kept)  # noqa: S301  (what this process wrote itself)

    def digests(self) -> Iterator[Digests]:
        """Yield what each row is found by."""
        for portion in self.portions():
            for row in portion:
                yield row["management_digest"], row["code_digest"]


def check_batch(source: WorkSource, parsed: ParsedBatch) -> Loaded:
    """Return what loading a checked file would do, without storing anything.

    Raises:
        ConflictError: the file, the order or one of its codes was loaded before.
        InputError: the file changed since it was checked.
    """
    with source.reading() as work:
        refuse_known_order(work, parsed)
        refuse_known_codes(work, (_digests(work.vault, row) for row in parsed.rows()))
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
    for portion in _portions(digests):
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


def _digests(vault: Vault, row: CodeRow) -> Digests:
    return management_digest(vault, row.management_no), code_digest(vault, row.code, row.url)


def _portions(rows: Iterable[T]) -> Iterator[list[T]]:
    left = iter(rows)
    while portion := list(islice(left, ROW_CHUNK)):
        yield portion


def seal_batch(
    vault: Vault, parsed: ParsedBatch, kept: IO[bytes], progress: Progress = unseen
) -> SealedBatch:
    """Encrypt every code and what its QR says under a new data key of the batch, into ``kept``.

    Raises:
        InputError: a code is too long for any QR code, or the file changed since it was checked.
    """
    key, wrapped = vault.new_data_key()
    sealer, done = _Sealer(vault, key, parsed.profile), 0
    for portion in _portions(parsed.rows()):
        pickle.dump([sealer.row(row) for row in portion], kept)
        done += len(portion)
        progress(done, parsed.count)
    return SealedBatch(parsed, wrapped, kept)


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
        digest, code_found_by = _digests(self.vault, row)
        shown = row.code if self.profile.shown == "code" else row.management_no
        code = CouponCode(row.url, row.code, row.pin, row.management_no, shown)
        return {
            "management_digest": digest,
            "code_digest": code_found_by,
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
