"""Differences between the issuer's statement and our records, settled with a note."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.people.coupons.models import IssuerStatement, StatementDifference
from portal.domain.people.coupons.states import DIFFERENCE

PAGE = 20
NOTE_MAX = 400


def statements(session: Session, limit: int = PAGE) -> list[IssuerStatement]:
    """Return the latest statements, the most recent day first."""
    order = (IssuerStatement.as_of.desc(), IssuerStatement.id.desc())
    return list(session.scalars(select(IssuerStatement).order_by(*order).limit(limit)))


def latest_day(session: Session) -> date | None:
    """Return the day (JST) up to which the issuer has reported; None before the first statement."""
    return session.scalar(select(func.max(IssuerStatement.as_of)))


def open_kinds(session: Session) -> Mapping[str, int]:
    """Return how many differences of each kind are open."""
    rows = session.execute(
        select(StatementDifference.kind, func.count())
        .where(StatementDifference.state == DIFFERENCE.initial)
        .group_by(StatementDifference.kind)
        .order_by(StatementDifference.kind)
    )
    return {kind: int(count) for kind, count in rows}


def open_yen(session: Session) -> Mapping[str, int]:
    """Return how many yen are at stake in the open differences of each kind."""
    rows = session.execute(
        select(StatementDifference.kind, func.sum(StatementDifference.yen))
        .where(StatementDifference.state == DIFFERENCE.initial)
        .group_by(StatementDifference.kind)
        .order_by(StatementDifference.kind)
    )
    return {kind: int(yen) for kind, yen in rows}


def listed(
    session: Session, *, after: int = 0, state: str = DIFFERENCE.initial
) -> list[StatementDifference]:
    """Return a page of differences in a state, oldest first, after the key ``after``."""
    statement = (
        select(StatementDifference)
        .where(StatementDifference.state == state, StatementDifference.id > after)
        .order_by(StatementDifference.id)
        .limit(PAGE)
    )
    return list(session.scalars(statement))


def settle(work: Work, difference_id: int, note: str) -> StatementDifference:
    """Record how a difference was cleared up, so that it no longer blocks the settlement.

    Raises:
        NotFoundError: no difference has this key.
        InputError: no note, or one of more than 400 characters.
        WrongStateError: it was settled before, or is gone.
    """
    row = work.session.get(
        StatementDifference, difference_id, with_for_update=True, populate_existing=True
    )
    if row is None:
        raise NotFoundError(_s("この差異は見つかりませんでした。"))
    after = DIFFERENCE.next(row.state, "settle")
    if not 0 < len(note.strip()) <= NOTE_MAX:
        raise InputError(_s("どう確かめたかを、400文字までで書いてください。"))
    row.state, row.settled_by, row.settled_at = after, work.actor.id, work.now
    row.note_sealed = seal_json(
        work.vault.kek, {"note": note.strip()}, f"issuer_difference:{row.id}"
    )
    record(work, "coupon.difference_settled", "issuer_difference", row.id, kind=row.kind)
    work.session.flush()
    return row


def note_of(vault: Vault, row: StatementDifference) -> str:
    """Decrypt the note of the person who settled a difference; empty if nobody did."""
    if row.note_sealed is None:
        return ""
    return str(unseal_json(vault.kek, row.note_sealed, f"issuer_difference:{row.id}")["note"])
