"""Import an issuer's statement: store what it reports, apply what fits, list what does not."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from pyroaring import BitMap
from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.finding import locked
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.services import admit, against_sheet, became
from portal.domain.foundation.transfers.sheets import Arrival
from portal.domain.foundation.work import Work
from portal.domain.people.coupons.comparison import Step, StoredCode, Tally
from portal.domain.people.coupons.issuer import IssuerProfile
from portal.domain.people.coupons.models import (
    Coupon,
    CouponBatch,
    IssuerStatement,
    StatementDifference,
)
from portal.domain.people.coupons.sealed import management_digest
from portal.domain.people.coupons.statement_file import StatementFile, StatementRow, read_statement
from portal.domain.people.coupons.states import COUPON, DIFFERENCE, DifferenceState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import change_many

AT_ONCE = 500
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class ImportedStatement:
    """The result of importing a statement.

    Rows in total, rows older than what is known, steps by name, differences by kind. ``repeated``:
    the same file was imported before, and nothing was done.
    """

    statement_id: int | None
    rows: int
    used_yen: int
    older: int = 0
    steps: Mapping[str, int] = field(default_factory=dict)
    differences: Mapping[str, int] = field(default_factory=dict)
    difference_yen: Mapping[str, int] = field(default_factory=dict)
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedStatement:
    """A statement's file as received: its bytes, its issuer, and the day (JST) that it is about."""

    data: bytes = field(repr=False)
    profile: IssuerProfile
    as_of: date
    file_name: str = "statement.csv"


def import_statement(work: Work, received: ReceivedStatement) -> ImportedStatement:
    """Import a statement about the status of codes at the end of its day, all or nothing.

    The same file again does nothing. Rows older than what is known are skipped.

    Raises:
        InputError: the file cannot be understood (``read_statement``), or its day is in the future.
        ConflictError: it is not what its sheet says (``transfers.services.admit``).
    """
    if received.as_of > jst_date(work.now):
        raise InputError(_s("利用明細の基準日が未来です。日付を確かめてください。"))
    arrival = _arrival(received)
    with against_sheet(work, arrival):
        file = read_statement(received.data, received.profile)
    known = work.session.scalar(
        select(IssuerStatement).where(IssuerStatement.file_sha256 == file.sha256)
    )
    if known is not None:
        return ImportedStatement(known.id, known.rows, known.used_yen, repeated=True)
    tally, named = Tally(received.as_of), BitMap()
    for row, coupon in _with_coupons(work, file):
        tally.compare(row, coupon)
        if coupon is not None:
            named.add(coupon.id)
    _note_missing(work, received, named, tally)
    transfer = admit(work, arrival.counting(len(file.rows), tally.claimed_yen))
    statement = _statement(work, received, file, tally)
    done = _store(work, tally, statement)
    became(work, locked(work.session, transfer.id), "issuer_statement", statement.id)
    return done


def _statement(
    work: Work, received: ReceivedStatement, file: StatementFile, tally: Tally
) -> IssuerStatement:
    return IssuerStatement(
        profile=received.profile.name,
        as_of=received.as_of,
        file_sha256=file.sha256,
        rows=len(file.rows),
        used_yen=tally.used_yen,
        counts={
            "steps": tally.step_counts,
            "differences": tally.difference_counts,
            "yen": tally.difference_yen,
            "older": tally.older,
        },
        imported_at=work.now,
    )


def _arrival(received: ReceivedStatement) -> Arrival:
    sha256 = hashlib.sha256(received.data).hexdigest()
    return Arrival(TransferKind.STATEMENT, received.file_name, Figures(sha256=sha256))


def _note_missing(work: Work, received: ReceivedStatement, named: BitMap, tally: Tally) -> None:
    """Note the codes that a complete statement does not name, unless something newer is known."""
    layout = received.profile.statement
    if layout is None or not layout.complete:
        return
    codes = (
        select(Coupon.id, Coupon.state, Coupon.face_yen)
        .join(CouponBatch, CouponBatch.id == Coupon.batch_id)
        .where(
            CouponBatch.profile == received.profile.name,
            or_(Coupon.issuer_as_of.is_(None), Coupon.issuer_as_of <= received.as_of),
        )
        .order_by(Coupon.id)
    )
    for key, state, face_yen in work.session.execute(codes.execution_options(yield_per=AT_ONCE)):
        if key not in named:
            tally.miss(key, state, face_yen)


def _with_coupons(
    work: Work, file: StatementFile
) -> Iterator[tuple[StatementRow, StoredCode | None]]:
    for part in _parts(file.rows):
        digests = {management_digest(work.vault, row.management_no): row for row in part}
        statement = (
            select(
                Coupon.id,
                Coupon.management_digest,
                Coupon.state,
                Coupon.revealed_at,
                Coupon.used_yen,
                Coupon.face_yen,
                Coupon.issuer_as_of,
                Coupon.entitlement_id,
                Entitlement.state.label("right"),
                Entitlement.claimed_by,
                Entitlement.household_id,
                CouponBatch.exchange_end,
                CouponBatch.use_end,
            )
            .join(CouponBatch, CouponBatch.id == Coupon.batch_id)
            .outerjoin(Entitlement, Entitlement.id == Coupon.entitlement_id)
            .where(Coupon.management_digest.in_(digests))
            .with_for_update(of=Coupon)
        )
        found = {coupon.management_digest: coupon for coupon in work.session.execute(statement)}
        for digest, row in digests.items():
            yield row, found.get(digest)


def _store(work: Work, tally: Tally, row: IssuerStatement) -> ImportedStatement:
    work.session.add(row)
    work.session.flush()
    _store_status(work, tally)
    for step, subjects in tally.steps.items():
        _carry_out(work, step, subjects)
    change_many(work, tally.exchanged, "exchange", statement=str(row.id))
    _replace_differences(work, row.id, tally)
    differences = tally.difference_counts
    record(
        work,
        "coupon.statement_taken",
        "issuer_statement",
        row.id,
        rows=row.rows,
        used_yen=row.used_yen,
        as_of=row.as_of.isoformat(),
        older=tally.older,
        differences=sum(differences.values()),
    )
    work.session.expire_all()
    return ImportedStatement(
        row.id,
        row.rows,
        row.used_yen,
        tally.older,
        tally.step_counts,
        differences,
        tally.difference_yen,
    )


def _store_status(work: Work, tally: Tally) -> None:
    for (yen, status), keys in tally.reported.items():
        for part in _parts(keys):
            work.session.execute(
                update(Coupon)
                .where(Coupon.id.in_(part))
                .values(
                    used_yen=yen,
                    issuer_status=status,
                    issuer_as_of=tally.as_of,
                    changed_at=work.now,
                )
                .execution_options(synchronize_session=False)
            )


def _carry_out(work: Work, step: Step, subjects: list[tuple[int, int | None]]) -> None:
    before, after = step.before, COUPON.next(step.before, step.action)
    for part in _parts(subjects):
        work.session.execute(
            update(Coupon)
            .where(Coupon.id.in_([key for key, _household in part]))
            .values(state=after, state_before=before, changed_at=work.now)
            .execution_options(synchronize_session=False)
        )
    record_many(work, f"coupon.{step.action}", "coupon", subjects, before=before, after=after)


def _replace_differences(work: Work, statement_id: int, tally: Tally) -> None:
    """Store the new differences and close open ones that this statement no longer reports."""
    session = work.session
    _vanish(session, StatementDifference.coupon_id.is_(None), work.now)
    repeated = _repeated(session, tally, work.now)
    fresh = [
        one
        for one in tally.differences
        if one["coupon_id"] is None or one["coupon_id"] not in repeated
    ]
    for rows in _parts(fresh):
        session.execute(
            insert(StatementDifference), [{**one, "statement_id": statement_id} for one in rows]
        )


def _repeated(session: Session, tally: Tally, now: datetime) -> set[int]:
    """Return the coupons whose stored difference is reported again; close all their others."""
    newer = {
        one["coupon_id"]: one["kind"] for one in tally.differences if one["coupon_id"] is not None
    }
    repeated = set()
    for part in _parts([*newer, *tally.agreed]):
        stored = session.execute(
            select(
                StatementDifference.id, StatementDifference.coupon_id, StatementDifference.kind
            ).where(
                StatementDifference.coupon_id.in_(part),
                StatementDifference.state.in_((DifferenceState.OPEN, DifferenceState.SETTLED)),
            )
        ).all()
        for key, coupon_id, kind in stored:
            if coupon_id is not None and newer.get(coupon_id) == kind:
                repeated.add(coupon_id)
            else:
                _vanish(session, StatementDifference.id == key, now)
    return repeated


def _vanish(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    session.execute(
        update(StatementDifference)
        .where(which, StatementDifference.state == DIFFERENCE.initial)
        .values(state=DIFFERENCE.next(DIFFERENCE.initial, "vanish"), settled_at=now)
    )


def _parts(rows: Sequence[One]) -> Iterator[Sequence[One]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
