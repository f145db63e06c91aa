"""Milestones (clause 9(1)): days from the program; state, owner and evidence from people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.models import Milestone
from portal.domain.oversight.management.sealed import read, seal_into
from portal.domain.oversight.management.states import MILESTONE
from portal.domain.oversight.management.typed_texts import clean, writer

LATE = "late"
FIELDS = {"owner": 60, "evidence": 300, "note": 300}
"""The fields that people fill in on a milestone, with their maximum lengths in characters."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One milestone of the program: its key and its day (JST)."""

    key: str
    day: date


@dataclass(frozen=True, slots=True)
class Shown:
    """A milestone with what people recorded.

    ``state`` is ``late`` if its day is over and it is not done.
    """

    key: str
    day: date
    stored: str
    state: str
    owner: str
    evidence: str
    note: str
    changed_at: datetime | None


def planned(program: Program) -> list[Planned]:
    """Return the program's milestones by day, as clause 4 orders the work."""
    windows, contract = program.windows, program.contract
    days = {
        "contract": contract.first_day,
        "roster": program.base_date,
        "publicity": windows.publicity.first_day,
        "call_center": windows.call_center.first_day,
        "decline": windows.decline.first_day,
        "delivery": windows.delivery.first_day,
        "sign_in": windows.sign_in.first_day,
        "decline_end": windows.decline.last_day,
        "exchange_end": windows.exchange.last_day,
        "delivery_end": windows.delivery.last_day,
        "call_center_end": windows.call_center.last_day,
        "use_end": windows.use.last_day,
        "settlement": contract.last_day,
        "disposal": contract.last_day,
    }
    order = list(days)
    return [
        Planned(key, days[key])
        for key in sorted(days, key=lambda key: (days[key], order.index(key)))
    ]


def milestones(work: Work) -> list[Shown]:
    """Return every milestone with its state now."""
    rows = {row.key: row for row in work.session.scalars(select(Milestone))}
    return [
        _shown(work.vault, one, rows.get(one.key), jst_date(work.now))
        for one in planned(work.program)
    ]


def late(work: Work) -> list[Planned]:
    """Return the milestones that are past their day (JST) and not done, the oldest first."""
    done = set(work.session.scalars(select(Milestone.key).where(Milestone.state == "done")))
    return [
        one for one in planned(work.program) if one.day < jst_date(work.now) and one.key not in done
    ]


def _shown(vault: Vault, one: Planned, row: Milestone | None, today: date) -> Shown:
    stored = row.state if row is not None else MILESTONE.initial
    texts = read(vault, row.wrapped_key, row.sealed, _place(one.key)) if row is not None else {}
    late = stored != "done" and today > one.day
    return Shown(
        one.key,
        one.day,
        stored,
        LATE if late else stored,
        texts.get("owner", ""),
        texts.get("evidence", ""),
        texts.get("note", ""),
        row.changed_at if row is not None else None,
    )


def write(work: Work, key: str, texts: Mapping[str, str]) -> Milestone:
    """Record owner, evidence and a remark on a milestone, replacing the former texts.

    Raises:
        NotFoundError: the program has no such milestone.
        InputError: a text is too long; the code names it.
        NotAllowedError: the actor has no account.
    """
    found = {
        name: clean(texts.get(name, ""), name, most=most, needed=False)
        for name, most in FIELDS.items()
    }
    row = _locked(work, key)
    row.changed_by, row.changed_at = writer(work.actor), work.now
    seal_into(work.vault, row, _place(key), found)
    record(work, "milestone.noted", "milestone", key=key)
    work.session.flush()
    return row


def move(work: Work, key: str, action: str) -> Milestone:
    """Begin, finish or reopen a milestone.

    Raises:
        NotFoundError: the program has no such milestone.
        WrongStateError: its state does not allow the action, or there is no such action.
        NotAllowedError: the actor has no account.
    """
    row = _locked(work, key)
    row.state = MILESTONE.next(row.state, action)
    row.done_at = work.now if row.state == "done" else None
    row.changed_by, row.changed_at = writer(work.actor), work.now
    record(work, f"milestone.{action}", "milestone", key=key)
    work.session.flush()
    return row


def _locked(work: Work, key: str) -> Milestone:
    if key not in {one.key for one in planned(work.program)}:
        raise NotFoundError(_s("この節目は見つかりませんでした。"))
    insert = pg_insert if work.session.get_bind().dialect.name == "postgresql" else sqlite_insert
    work.session.execute(
        insert(Milestone).values(key=key, state=MILESTONE.initial).on_conflict_do_nothing()
    )
    return work.session.scalars(
        select(Milestone)
        .where(Milestone.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _place(key: str) -> str:
    return f"milestone:{key}"
