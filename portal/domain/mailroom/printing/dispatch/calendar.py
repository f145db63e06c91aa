"""Plan in the dispatch calendar which letters go to which post office on which day (clause 7(3)③).

Residents read the days and towns.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.mailroom.printing.dispatch.models import Dispatch
from portal.domain.mailroom.printing.dispatch.states import DISPATCH, DispatchState

OFFICE_MAX, NOTE_MAX, TOWNS_MAX, MOST = 60, 300, 200, 1_000_000
PUBLIC_DAYS = 60
"""For how many days residents can still read that letters were sent."""
SUBJECT = "dispatch"


@dataclass(frozen=True, slots=True)
class Plan:
    """A posting to be planned: its day (JST), post office, number of letters, and towns.

    ``run_id`` is the print run, if known; ``note`` is for the staff.
    """

    day: date
    post_office: str
    planned: int
    towns: tuple[str, ...]
    run_id: int | None = None
    note: str = ""


class Planned(Struct, frozen=True):
    """One line of the calendar.

    ``posted`` is how many letters of its run are posted; None without a run.
    """

    id: int
    day: date
    post_office: str
    planned: int
    towns: tuple[str, ...]
    run_id: int | None
    state: str
    posted: int | None

    @property
    def is_sent(self) -> bool:
        """Whether the letters were sent."""
        return self.state == DispatchState.SENT

    @property
    def state_name(self) -> str:
        """The label of its state, for staff."""
        return label_of(DispatchState, self.state)


class PublicDay(Struct, frozen=True):
    """What residents read: a day, its towns, and whether their letters were sent; nothing else."""

    day: date
    towns: tuple[str, ...]
    sent: bool


def read_towns(typed: str, known: Collection[str]) -> tuple[str, ...]:
    """Parse the names of towns, one per line or separated by commas.

    They may omit the 丁目, but must be in the ward's list.

    Raises:
        InputError: none, too many, or one that is not in the list (code ``towns``).
    """
    found = tuple(
        dict.fromkeys(name for part in re.split(r"[\n,、，]+", typed) if (name := part.strip()))
    )
    if not 0 < len(found) <= TOWNS_MAX:
        raise InputError(_s("町の名前を、1行に1つずつ入力してください。"), code="towns")
    every = set(known) | {re.sub(r"[一二三四五六七八九十]+丁目$", "", name) for name in known}
    for name in found:
        if name not in every:
            raise InputError(
                _s("「%(name)s」は、町の一覧にありません。名前を確かめてください。")
                % {"name": name},
                code="towns",
            )
    return found


def plan(work: Work, wanted: Plan) -> Dispatch:
    """Add a posting to the calendar.

    Raises:
        InputError: a field is missing or wrong; ``code`` names it.
        NotAllowedError: the actor has no account.
    """
    _account(work.actor)
    _check(work.session, wanted, work.now)
    row = Dispatch(
        day=wanted.day,
        post_office=wanted.post_office.strip(),
        planned=wanted.planned,
        towns=list(wanted.towns),
        print_run_id=wanted.run_id,
        created_at=work.now,
        changed_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    _write_note(work.vault, row, wanted.note)
    record(work, "dispatch.planned", SUBJECT, row.id, **_facts(row))
    work.session.flush()
    return row


def change(work: Work, dispatch_id: int, wanted: Plan) -> Dispatch:
    """Change a planned posting.

    Raises as ``plan``, NotFoundError, and WrongStateError once it was sent or cancelled.
    """
    _account(work.actor)
    row = locked(work.session, dispatch_id)
    DISPATCH.next(row.state, "send")  # what may still be sent may be changed
    _check(work.session, wanted, work.now)
    row.day, row.post_office, row.planned = wanted.day, wanted.post_office.strip(), wanted.planned
    row.towns, row.print_run_id, row.changed_at = list(wanted.towns), wanted.run_id, work.now
    _write_note(work.vault, row, wanted.note)
    record(work, "dispatch.changed", SUBJECT, row.id, **_facts(row))
    work.session.flush()
    return row


def mark_sent(work: Work, dispatch_id: int) -> Dispatch:
    """Record that the letters were brought to the post office.

    Raises:
        NotFoundError: no posting has this key.
        InputError: its day is in the future.
        WrongStateError: it was sent or cancelled before.
        NotAllowedError: the actor has no account.
    """
    _account(work.actor)
    row = locked(work.session, dispatch_id)
    after = DISPATCH.next(row.state, "send")
    if row.day > jst_date(work.now):
        raise InputError(
            _s("予定の日がまだ来ていません。早く送ったときは、さきに日付を変えてください。")
        )
    row.state, row.changed_at = after, work.now
    record(work, "dispatch.sent", SUBJECT, row.id, **_facts(row))
    work.session.flush()
    return row


def cancel(work: Work, dispatch_id: int) -> Dispatch:
    """Cancel a planned posting, so that residents no longer see it.

    Raises as ``mark_sent``, without the day.
    """
    _account(work.actor)
    row = locked(work.session, dispatch_id)
    row.state, row.changed_at = DISPATCH.next(row.state, "cancel"), work.now
    record(work, "dispatch.cancelled", SUBJECT, row.id, **_facts(row))
    work.session.flush()
    return row


def locked(session: Session, dispatch_id: int) -> Dispatch:
    """Return a planned posting, locked to the end of the transaction. Raises NotFoundError."""
    row = session.get(Dispatch, dispatch_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この発送の予定は見つかりませんでした。"))
    return row


def dispatch_by_id(session: Session, dispatch_id: int) -> Dispatch:
    """Return a planned posting, unlocked. Raises NotFoundError."""
    row = session.get(Dispatch, dispatch_id)
    if row is None:
        raise NotFoundError(_s("この発送の予定は見つかりませんでした。"))
    return row


def note_of(vault: Vault, row: Dispatch) -> str:
    """Return the staff's note. Raises IntegrityFaultError for a wrong key."""
    if row.sealed is None or row.wrapped_key is None:
        return ""
    found = unseal_json(vault.unwrap(row.wrapped_key), row.sealed, f"dispatch:{row.id}")
    return str(found["note"])


def dispatches_between(session: Session, first: date, last: date) -> list[Planned]:
    """Return the postings from ``first`` to ``last`` (JST, both included).

    Cancelled postings are left out.
    """
    rows = session.scalars(
        select(Dispatch)
        .where(
            Dispatch.day >= first, Dispatch.day <= last, Dispatch.state != DispatchState.CANCELLED
        )
        .order_by(Dispatch.day, Dispatch.id)
    ).all()
    return _lines(session, rows)


def coming(session: Session, limit: int) -> list[Planned]:
    """Return the postings that are still planned, the next one first.

    Overdue postings that nobody recorded as sent are included.
    """
    rows = session.scalars(
        select(Dispatch)
        .where(Dispatch.state == DispatchState.PLANNED)
        .order_by(Dispatch.day, Dispatch.id)
        .limit(limit)
    ).all()
    return _lines(session, rows)


def past(session: Session, limit: int) -> list[Planned]:
    """Return the postings that were sent or cancelled, the latest first."""
    rows = session.scalars(
        select(Dispatch)
        .where(Dispatch.state != DispatchState.PLANNED)
        .order_by(Dispatch.day.desc(), Dispatch.id.desc())
        .limit(limit)
    ).all()
    return _lines(session, rows)


def public_days(session: Session, today: date) -> list[PublicDay]:
    """Return the days and towns that residents may read.

    These are the planned days, including overdue ones, and those on which letters were sent
    recently.
    """
    rows = session.execute(
        select(Dispatch.day, Dispatch.state, Dispatch.towns)
        .where(Dispatch.state != DispatchState.CANCELLED)
        .order_by(Dispatch.day, Dispatch.id)
    )
    days: dict[tuple[date, bool], dict[str, None]] = {}
    for day, state, towns in rows:
        sent = state == DispatchState.SENT
        if sent and (today - day).days > PUBLIC_DAYS:
            continue
        days.setdefault((day, sent), {}).update(dict.fromkeys(towns))
    return [PublicDay(day, tuple(towns), sent) for (day, sent), towns in days.items()]


def _lines(session: Session, rows: Collection[Dispatch]) -> list[Planned]:
    posted = _posted(session, {row.print_run_id for row in rows if row.print_run_id is not None})
    return [
        Planned(
            row.id,
            row.day,
            row.post_office,
            row.planned,
            tuple(row.towns),
            row.print_run_id,
            row.state,
            None if row.print_run_id is None else posted.get(row.print_run_id, 0),
        )
        for row in rows
    ]


def _posted(session: Session, run_ids: Collection[int]) -> Mapping[int, int]:
    rows = session.execute(
        select(Letter.print_run_id, func.count(Shipment.id))
        .join(Shipment, Shipment.letter_id == Letter.id)
        .where(
            Letter.print_run_id.in_(run_ids),
            Shipment.posted_on.is_not(None),
            Shipment.state != ShipmentState.CANCELLED,
        )
        .group_by(Letter.print_run_id)
    )
    return {run_id: int(count) for run_id, count in rows}


def _check(session: Session, wanted: Plan, now: datetime) -> None:
    if wanted.day < jst_date(now):
        raise InputError(_s("過ぎた日の予定は作れません。日付を確かめてください。"), code="day")
    if not 0 < len(wanted.post_office.strip()) <= OFFICE_MAX:
        raise InputError(_s("郵便局の名前を、60文字までで入力してください。"), code="post_office")
    if not 0 < wanted.planned <= MOST:
        raise InputError(_s("予定の通数を、1以上の数字で入力してください。"), code="planned")
    if not wanted.towns:
        raise InputError(_s("町の名前を、1行に1つずつ入力してください。"), code="towns")
    if len(wanted.note) > NOTE_MAX:
        raise InputError(_s("メモは300文字までにしてください。"), code="note")
    if wanted.run_id is not None and session.get(PrintRun, wanted.run_id) is None:
        raise InputError(_s("この印刷は見つかりませんでした。"), code="run")


def _write_note(vault: Vault, row: Dispatch, note: str) -> None:
    row.wrapped_key = row.sealed = None
    if note.strip():
        key, row.wrapped_key = vault.new_data_key()
        row.sealed = seal_json(key, {"note": note.strip()}, f"dispatch:{row.id}")


def _facts(row: Dispatch) -> dict[str, Any]:
    return {"day": row.day.isoformat(), "planned": row.planned, "run": row.print_run_id}


def _account(actor: Actor) -> None:
    if actor.id is None:
        raise NotAllowedError(_s("発送の予定を決められるのは、アカウントのある職員だけです。"))
