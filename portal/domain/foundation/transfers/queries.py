"""Read the register of hand-overs."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.states import PROPOSED
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.transfers.finding import known
from portal.domain.foundation.transfers.kinds import RULES, Stopped, TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.services import ACCEPT, SUBJECT
from portal.domain.foundation.transfers.states import OPEN, TransferState

PAGE = 20


class Shown(Labeled):
    """Which hand-overs the register shows."""

    OPEN = "open", lambda: _s("終わっていないもの")
    DIFFERING = "differing", lambda: _s("数が合わないもの")
    PROPOSED = "proposed", lambda: _s("承認を待つもの")
    ENDED = "ended", lambda: _s("終わったもの")
    ALL = "all", lambda: _s("すべて")


class Filters(Struct, frozen=True):
    """What the register shows: states, one kind or all, and the page from 1.

    ``stops``: only kinds that stop this while they are open.
    """

    shown: Shown = Shown.ALL
    kind: TransferKind | None = None
    page: int = 1
    stops: Stopped | None = None


class Register(Struct, frozen=True):
    """One page of the register, newest first, and how many there are in all."""

    rows: Sequence[FileTransfer]
    count: int
    page: int

    @property
    def more(self) -> bool:
        """Whether another page follows."""
        return self.page * PAGE < self.count


def register(session: Session, filters: Filters) -> Register:
    """Return a page of the register."""
    conditions = [_is(filters.shown)]
    if filters.kind is not None:
        conditions.append(FileTransfer.kind == filters.kind)
    if filters.stops is not None:
        kinds = [kind.value for kind in TransferKind if filters.stops in RULES[kind].stops]
        conditions.append(FileTransfer.kind.in_(kinds))
    count = session.scalar(select(func.count()).select_from(FileTransfer).where(*conditions)) or 0
    rows = session.scalars(
        select(FileTransfer)
        .where(*conditions)
        .order_by(FileTransfer.id.desc())
        .limit(PAGE)
        .offset((filters.page - 1) * PAGE)
    ).all()
    return Register(rows, count, filters.page)


def _is(shown: Shown) -> ColumnElement[bool]:
    opened = FileTransfer.state.in_(OPEN)
    proposed = select(Approval.subject_id).where(
        Approval.kind == ACCEPT, Approval.subject == SUBJECT, Approval.state == PROPOSED
    )
    return {
        Shown.OPEN: opened,
        Shown.DIFFERING: FileTransfer.state == TransferState.DIFFERING,
        Shown.PROPOSED: FileTransfer.id.in_(proposed),
        Shown.ENDED: ~opened,
        Shown.ALL: FileTransfer.id.is_not(None),
    }[shown]


class OpenCount(Struct, frozen=True):
    """How many hand-overs are open, and in how many of them the sides disagree."""

    count: int
    differing: int


def open_count(session: Session) -> OpenCount:
    """Return how many hand-overs break the chain."""
    differs = case((FileTransfer.state == TransferState.DIFFERING, 1))
    count, differing = session.execute(
        select(func.count(), func.count(differs)).where(FileTransfer.state.in_(OPEN))
    ).one()
    return OpenCount(count, differing)


def all_transfers(session: Session) -> Sequence[FileTransfer]:
    """Return the whole register, oldest first; ``chain.open_transfers`` are those that are open."""
    return session.scalars(select(FileTransfer).order_by(FileTransfer.id)).all()


def transfer_by_id(session: Session, transfer_id: int) -> FileTransfer:
    """Return one hand-over. Raises NotFoundError."""
    return known(session.get(FileTransfer, transfer_id))


def transfer_of(session: Session, subject: str, subject_id: int) -> FileTransfer | None:
    """Return the hand-over of what a file became; None if it came before there were any."""
    return session.scalar(
        select(FileTransfer)
        .where(FileTransfer.subject == subject, FileTransfer.subject_id == subject_id)
        .order_by(FileTransfer.id.desc())
        .limit(1)
    )
