"""Read the register of hand-overs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.transfers.finding import known
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.states import OPEN, TransferState

PAGE = 20


class Shown(Labeled):
    """Which hand-overs the register shows."""

    OPEN = "open", lambda: _s("終わっていないもの")
    ENDED = "ended", lambda: _s("終わったもの")
    ALL = "all", lambda: _s("すべて")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the register shows: states, one kind or all, and the page from 1."""

    shown: Shown = Shown.ALL
    kind: TransferKind | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Register:
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
    conditions: list[ColumnElement[bool]] = []
    if filters.shown is not Shown.ALL:
        opened = FileTransfer.state.in_(OPEN)
        conditions.append(opened if filters.shown is Shown.OPEN else ~opened)
    if filters.kind is not None:
        conditions.append(FileTransfer.kind == filters.kind)
    count = session.scalar(select(func.count()).select_from(FileTransfer).where(*conditions)) or 0
    rows = session.scalars(
        select(FileTransfer)
        .where(*conditions)
        .order_by(FileTransfer.id.desc())
        .limit(PAGE)
        .offset((filters.page - 1) * PAGE)
    ).all()
    return Register(rows, count, filters.page)


@dataclass(frozen=True, slots=True)
class OpenCount:
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
