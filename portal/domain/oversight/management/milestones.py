"""Milestones (clause 9(1)): days from the program; state, owner and evidence from people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.typed_texts import optional, writer
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.models import Milestone
from portal.domain.oversight.management.sealed import opened_values, sealed_values
from portal.domain.oversight.management.states import DONE, LATE, MILESTONE, MilestoneState

FIELDS = {"owner": 60, "evidence": 300, "note": 300}
"""The fields that people fill in on a milestone, with their maximum lengths in characters."""


class MilestoneKey(Labeled):
    """The milestones that the program's days give, as staff and the ward read them."""

    CONTRACT = "contract", lambda: _s("契約の開始")
    ROSTER = "roster", lambda: _s("基準日（名簿の抽出）")
    PUBLICITY = "publicity", lambda: _s("周知の開始")
    CALL_CENTER = "call_center", lambda: _s("コールセンターの開設")
    DECLINE = "decline", lambda: _s("辞退の受付の開始")
    DELIVERY = "delivery", lambda: _s("配送の開始")
    SIGN_IN = "sign_in", lambda: _s("サインインの開始")
    DECLINE_END = "decline_end", lambda: _s("辞退の受付の終了")
    EXCHANGE_END = "exchange_end", lambda: _s("交換の期限")
    DELIVERY_END = "delivery_end", lambda: _s("配送の終了")
    CALL_CENTER_END = "call_center_end", lambda: _s("コールセンターの終了")
    USE_END = "use_end", lambda: _s("利用の期限")
    SETTLEMENT = "settlement", lambda: _s("清算")
    DISPOSAL = "disposal", lambda: _s("データの廃棄")


class PlannedMilestone(Struct, frozen=True):
    """One milestone of the program: its key and its day (JST)."""

    key: MilestoneKey
    day: date


@dataclass(frozen=True, slots=True)
class MilestoneStatus:
    """A milestone with what people recorded.

    ``state`` is ``LATE`` if its day is over and it is not done, else the ``stored`` one.
    """

    key: MilestoneKey
    day: date
    stored: MilestoneState
    state: MilestoneState
    owner: str
    evidence: str
    note: str
    changed_at: datetime | None

    @property
    def is_late(self) -> bool:
        """Whether its day is over and it is not done."""
        return self.state is LATE


def planned(program: Program) -> list[PlannedMilestone]:
    """Return the program's milestones by day, as clause 4 orders the work."""
    windows, contract = program.windows, program.contract
    days = {
        MilestoneKey.CONTRACT: contract.first_day,
        MilestoneKey.ROSTER: program.base_date,
        MilestoneKey.PUBLICITY: windows.publicity.first_day,
        MilestoneKey.CALL_CENTER: windows.call_center.first_day,
        MilestoneKey.DECLINE: windows.decline.first_day,
        MilestoneKey.DELIVERY: windows.delivery.first_day,
        MilestoneKey.SIGN_IN: windows.sign_in.first_day,
        MilestoneKey.DECLINE_END: windows.decline.last_day,
        MilestoneKey.EXCHANGE_END: windows.exchange.last_day,
        MilestoneKey.DELIVERY_END: windows.delivery.last_day,
        MilestoneKey.CALL_CENTER_END: windows.call_center.last_day,
        MilestoneKey.USE_END: windows.use.last_day,
        MilestoneKey.SETTLEMENT: contract.last_day,
        MilestoneKey.DISPOSAL: contract.last_day,
    }
    return [PlannedMilestone(key, days[key]) for key in sorted(days, key=lambda key: days[key])]


def milestones(work: Work) -> list[MilestoneStatus]:
    """Return every milestone with its state now."""
    rows = {row.key: row for row in work.session.scalars(select(Milestone))}
    return [_shown(work, one, rows.get(one.key)) for one in planned(work.program)]


def late(work: Work) -> list[PlannedMilestone]:
    """Return the milestones that are past their day (JST) and not done, the oldest first."""
    done = set(work.session.scalars(select(Milestone.key).where(Milestone.state == DONE)))
    return [
        one for one in planned(work.program) if one.day < jst_date(work.now) and one.key not in done
    ]


def _shown(work: Work, one: PlannedMilestone, row: Milestone | None) -> MilestoneStatus:
    stored = MilestoneState(row.state) if row is not None else MilestoneState.PLANNED
    texts = opened_values(work.vault, _place(one.key), row) if row is not None else {}
    late = stored != DONE and jst_date(work.now) > one.day
    return MilestoneStatus(
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
    found = {name: optional(texts.get(name, ""), name, most) for name, most in FIELDS.items()}
    row = _locked(work, key)
    row.changed_by, row.changed_at = writer(work.actor), work.now
    row.wrapped_key, row.sealed = sealed_values(work.vault, _place(key), found)
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
    row.done_at = work.now if row.state == DONE else None
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
