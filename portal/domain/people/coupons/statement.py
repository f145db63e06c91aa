"""Import an issuer's statement: store what it reports, apply what fits, list what does not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.coupons.issuer import IssuerProfile
from portal.domain.people.coupons.models import Coupon, IssuerStatement, StatementDifference
from portal.domain.people.coupons.sealed import management_digest
from portal.domain.people.coupons.statement_file import StatementFile, StatementRow, read_statement
from portal.domain.people.coupons.statement_rules import CONTRADICTION, UNKNOWN_CODE, Ours, judge
from portal.domain.people.coupons.states import COUPON, DIFFERENCE
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import change_many
from portal.domain.people.entitlements.states import ENTITLEMENT

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
    repeated: bool = False


@dataclass(slots=True)
class _Tally:
    reported: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    agreed: list[int] = field(default_factory=list)
    steps: dict[tuple[str, str], list[tuple[int, int | None]]] = field(default_factory=dict)
    exchanged: list[int] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)
    older: int = 0
    used_yen: int = 0


def import_statement(
    work: Work, data: bytes, profile: IssuerProfile, as_of: date
) -> ImportedStatement:
    """Import a statement, all or nothing, about the status of codes at the end of ``as_of`` (JST).

    The same file again does nothing; a row about a code of which something newer is known is
    skipped, so that files may come in any order.

    Raises:
        InputError: the file cannot be understood (``read_statement``), or ``as_of`` is in the
            future.
    """
    if as_of > jst_date(work.now):
        raise InputError(_s("利用明細の基準日が未来です。日付を確かめてください。"))
    file = read_statement(data, profile)
    known = work.session.scalar(
        select(IssuerStatement).where(IssuerStatement.file_sha256 == file.sha256)
    )
    if known is not None:
        return ImportedStatement(known.id, known.rows, known.used_yen, repeated=True)
    tally = _Tally()
    for row, coupon in _with_coupons(work, file):
        _compare(tally, row, coupon, as_of)
    return _store(work, tally, file, profile, as_of)


def _with_coupons(work: Work, file: StatementFile) -> Iterator[tuple[StatementRow, Any | None]]:
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
            )
            .outerjoin(Entitlement, Entitlement.id == Coupon.entitlement_id)
            .where(Coupon.management_digest.in_(digests))
            .with_for_update(of=Coupon)
        )
        found = {coupon.management_digest: coupon for coupon in work.session.execute(statement)}
        for digest, row in digests.items():
            yield row, found.get(digest)


def _compare(tally: _Tally, row: StatementRow, coupon: Any | None, as_of: date) -> None:
    if coupon is None:
        tally.differences.append(_difference(row, None, UNKNOWN_CODE, row.used_yen or 0))
        return
    if coupon.issuer_as_of is not None and coupon.issuer_as_of > as_of:
        tally.older += 1
        return
    used = row.used_of(coupon.face_yen)
    if used is None:
        tally.differences.append(_difference(row, coupon, CONTRADICTION, 0))
        return
    free = coupon.right == ENTITLEMENT.initial and coupon.claimed_by is None
    seen = coupon.revealed_at is not None
    verdict = judge(
        Ours(coupon.state, seen, coupon.used_yen, coupon.face_yen, free), row.status, used
    )
    tally.used_yen += used
    tally.reported.setdefault((used, row.status), []).append(coupon.id)
    state = coupon.state
    for step in verdict.steps:
        tally.steps.setdefault((step, state), []).append((coupon.id, coupon.household_id))
        state = COUPON.next(state, step)
    if "import_full" in verdict.steps:
        tally.exchanged.append(coupon.entitlement_id)
    if verdict.difference is not None:
        tally.differences.append(_difference(row, coupon, verdict.difference, used))
    else:
        tally.agreed.append(coupon.id)


def _difference(row: StatementRow, coupon: Any | None, kind: str, used_yen: int) -> dict[str, Any]:
    return {
        "coupon_id": coupon.id if coupon is not None else None,
        "line": row.line,
        "kind": kind,
        "ours": coupon.state if coupon is not None else "",
        "theirs": row.status,
        "used_yen": used_yen,
        "state": DIFFERENCE.initial,
    }


def _store(
    work: Work, tally: _Tally, file: StatementFile, profile: IssuerProfile, as_of: date
) -> ImportedStatement:
    differences = _count(one["kind"] for one in tally.differences)
    steps = {
        step: sum(len(v) for (name, _s1), v in tally.steps.items() if name == step)
        for step, _b in tally.steps
    }
    row = IssuerStatement(
        profile=profile.name,
        as_of=as_of,
        file_sha256=file.sha256,
        rows=len(file.rows),
        used_yen=tally.used_yen,
        counts={"steps": steps, "differences": differences, "older": tally.older},
        imported_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    _store_status(work, tally, as_of)
    for (step, before), subjects in tally.steps.items():
        _carry_out(work, step, before, subjects)
    change_many(work, tally.exchanged, "exchange", statement=str(row.id))
    _replace_differences(work.session, row.id, tally, work.now)
    record(
        work,
        "coupon.statement_taken",
        "issuer_statement",
        row.id,
        rows=row.rows,
        used_yen=row.used_yen,
        as_of=as_of.isoformat(),
        older=tally.older,
        differences=sum(differences.values()),
    )
    work.session.expire_all()
    return ImportedStatement(row.id, row.rows, row.used_yen, tally.older, steps, differences)


def _store_status(work: Work, tally: _Tally, as_of: date) -> None:
    for (yen, status), keys in tally.reported.items():
        for part in _parts(keys):
            work.session.execute(
                update(Coupon)
                .where(Coupon.id.in_(part))
                .values(used_yen=yen, issuer_status=status, issuer_as_of=as_of, changed_at=work.now)
                .execution_options(synchronize_session=False)
            )


def _carry_out(work: Work, step: str, before: str, subjects: list[tuple[int, int | None]]) -> None:
    after = COUPON.next(before, step)
    for part in _parts(subjects):
        work.session.execute(
            update(Coupon)
            .where(Coupon.id.in_([key for key, _household in part]))
            .values(state=after, state_before=before, changed_at=work.now)
            .execution_options(synchronize_session=False)
        )
    record_many(work, f"coupon.{step}", "coupon", subjects, before=before, after=after)


def _replace_differences(session: Session, statement_id: int, tally: _Tally, now: datetime) -> None:
    """Store the new differences and close open ones that this statement no longer reports."""
    _vanish(session, StatementDifference.coupon_id.is_(None), now)
    repeated = _repeated(session, tally, now)
    fresh = [
        one
        for one in tally.differences
        if one["coupon_id"] is None or one["coupon_id"] not in repeated
    ]
    for rows in _parts(fresh):
        session.execute(
            insert(StatementDifference), [one | {"statement_id": statement_id} for one in rows]
        )


def _repeated(session: Session, tally: _Tally, now: datetime) -> set[int]:
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
                StatementDifference.state.in_((DIFFERENCE.initial, "settled")),
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


def _count(words: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return found
