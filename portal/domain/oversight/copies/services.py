"""Register copies of the data, confirm that one was destroyed, and record drills."""

import socket
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.copies.kinds import CopyKind, Outcome
from portal.domain.oversight.copies.models import DataCopy, RestoreDrill
from portal.domain.oversight.copies.states import COPY

PLACE_MAX, OWNER_MAX, PURPOSE_MAX, HOW_MAX = 300, 80, 200, 200
SUBJECT = "data_copy"
AFTER_CONTRACT = timedelta(days=31)
"""How long a copy may be kept that is made although the contract has ended."""


@dataclass(frozen=True, slots=True)
class NewCopy:
    """A copy to be registered.

    Attributes:
        kind: How it came to be (``CopyKind``).
        place: Where it is: machine and path, or the name of a store.
        owner: The person or organization that answers for it.
        purpose: What it is for.
        until: The last day (JST) on which it may exist.
        sha256: The digest of its one file, if it is one.
        size: The size of that file in bytes.
        taken_at: The instant whose data it holds; None is now.
    """

    kind: str
    place: str
    owner: str
    purpose: str
    until: date
    sha256: str | None = None
    size: int | None = None
    taken_at: datetime | None = None


class DrillFacts(Struct, frozen=True):
    """What a drill measured; see ``RestoreDrill``."""

    copy_id: int
    backup_sha256: str
    taken_at: datetime
    outcome: Outcome
    households: int
    children: int
    yen: int
    rows_opened: int
    restored_in: timedelta


def latest_end(program: Program, today: date) -> date:
    """Return the last day until which a copy of today may be kept: no copy outlives the contract.

    After the contract's end it is a month, in which what is left must be handed over.
    """
    last = program.contract.last_day
    return last if last >= today else today + AFTER_CONTRACT


def last_day(work: Work, kept: timedelta) -> date:
    """Return the last day of a copy that is made now and kept for a time, if the contract lasts."""
    today = jst_date(work.now)
    return min(today + kept, latest_end(work.program, today))


def place_here(path: Path) -> str:
    """Name a place on this machine, as the register has it."""
    return f"{socket.gethostname()}:{path}"[:PLACE_MAX]


def register(work: Work, new: NewCopy) -> DataCopy:
    """Register a copy under the next number.

    Raises:
        InputError: a field is missing or too long, or the last day is past or after the contract;
            the code names the field.
    """
    _check(work, new)
    row = DataCopy(
        kind=new.kind,
        place=new.place.strip(),
        owner=new.owner.strip(),
        purpose=new.purpose.strip(),
        sha256=new.sha256,
        size=new.size,
        taken_at=new.taken_at or work.now,
        made_at=work.now,
        made_by=work.actor.id,
        until=new.until,
    )
    work.session.add(row)
    work.session.flush()
    record(
        work,
        "data_copy.registered",
        SUBJECT,
        row.id,
        kind=new.kind,
        until=new.until.isoformat(),
        sha256=new.sha256,
    )
    return row


def _check(work: Work, new: NewCopy) -> None:
    if CopyKind.known(new.kind) is None:
        raise InputError(_s("写しの種類を選んでください。"), code="kind")
    for name, text, most in (
        ("place", new.place, PLACE_MAX),
        ("owner", new.owner, OWNER_MAX),
        ("purpose", new.purpose, PURPOSE_MAX),
    ):
        if not 0 < len(text.strip()) <= most:
            raise InputError(_s("%(most)d文字までで入力してください。") % {"most": most}, code=name)
    today = jst_date(work.now)
    latest = latest_end(work.program, today)
    if not today <= new.until <= latest:
        raise InputError(
            _s("廃棄の期限は、今日から %(latest)s までの日にしてください。")
            % {"latest": latest.isoformat()},
            code="until",
        )


def confirm_destroyed(work: Work, copy_id: int, how: str) -> DataCopy:
    """Record that a copy was destroyed, by whom and how.

    Raises:
        NotFoundError: no copy has this number.
        WrongStateError: it was destroyed before.
        InputError: nothing says how it was destroyed (code ``how``).
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("廃棄を確認できるのは、アカウントのある職員だけです。"))
    if not 0 < len(how.strip()) <= HOW_MAX:
        raise InputError(_s("どのように廃棄したかを、200文字までで入力してください。"), code="how")
    return _destroy(work, copy_id, how)


def removed_by_program(work: Work, copy_id: int) -> DataCopy:
    """Record that the program itself removed a copy that it had made.

    Raises:
        NotFoundError: no copy has this number.
        WrongStateError: it was destroyed before.
    """
    return _destroy(work, copy_id, _s("プログラムがファイルを削除しました"))


def _destroy(work: Work, copy_id: int, how: str) -> DataCopy:
    row = work.session.get(DataCopy, copy_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この番号の写しは見つかりませんでした。"))
    row.state = COPY.next(row.state, "destroy")
    row.destroyed_at, row.destroyed_by = work.now, work.actor.id
    row.destroyed_how = how.strip()
    work.session.flush()
    record(work, "data_copy.destroyed", SUBJECT, row.id, kind=row.kind)
    return row


def record_drill(work: Work, facts: DrillFacts) -> RestoreDrill:
    """Record what a restore drill found and how long it took."""
    row = RestoreDrill(
        at=work.now,
        copy_id=facts.copy_id,
        backup_sha256=facts.backup_sha256,
        taken_at=facts.taken_at,
        outcome=facts.outcome.value,
        households=facts.households,
        children=facts.children,
        yen=facts.yen,
        rows_opened=facts.rows_opened,
        restore_ms=round(facts.restored_in.total_seconds() * 1000),
        age_s=max(0, round((work.now - facts.taken_at).total_seconds())),
    )
    work.session.add(row)
    work.session.flush()
    record(work, "restore_drill.done", "restore_drill", row.id, outcome=row.outcome)
    return row
